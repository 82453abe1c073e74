"""Data of the gradient experiment: ways to a derivative, their errors and costs, and a network trained by gradients."""

from dataclasses import dataclass
from typing import Literal

from shared.profile import Operator
from talk.records.doubts import Doubts, unlike
from talk.records.headline import Headlines
from talk.records.schema import Device, Signed

Formula = Literal["forward", "central", "complex"]
Precision = Literal["fp16", "bf16", "fp32", "fp64"]
WayName = Literal["differences", "symbolic", "forward", "reverse"]
Engine = Literal["ours", "torch"]
Function = Literal["quadratic", "rosenbrock", "line"]
Method = Literal["gradient", "momentum", "nesterov", "adam", "lbfgs"]


@dataclass(frozen=True, kw_only=True)
class StepError:
    """Relative error of a numerical derivative with the step h = 2^-`halvings`: the median over the points."""

    halvings: int
    error: float


@dataclass(frozen=True, kw_only=True)
class DifferenceCurve:
    """Error against step for one formula in one precision, down to the finest step with a finite error."""

    formula: Formula
    precision: Precision
    epsilon: float  # distance from 1 to the next number
    errors: list[StepError]


@dataclass(frozen=True, kw_only=True)
class WayCost:
    """One whole gradient of a function of `inputs` numbers."""

    inputs: int
    time_s: float
    function_time_s: float  # one evaluation of the function itself, in the same arithmetic
    peak_bytes: int


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to a gradient and its costs by the number of inputs, up to where a gradient would take too long."""

    way: WayName
    costs: list[WayCost]


@dataclass(frozen=True, kw_only=True)
class Swell:
    """Operations in the formula of the logistic map applied `depth` times, and in that of its derivative."""

    depth: int
    function_operations: int
    derivative_operations: int


@dataclass(frozen=True, kw_only=True)
class EnginePrice:
    """Times of a two-layer perceptron on one batch and one thread, each a median of several."""

    engine: Engine
    batch_size: int
    widths: list[int]
    forward_time_s: float  # the function alone
    backward_time_s: float
    training_step_time_s: float  # forward, backward and the update


@dataclass(frozen=True, kw_only=True)
class Descent:
    """The path of one method down one function: the loss after each step, and the points of the first steps.

    Both begin with the start. A path that diverged ends before its first number that is not finite.
    """

    function: Function
    method: Method
    rate: float
    points: list[list[Signed]]
    losses: list[float]  # above the function's minimum
    gradients: int  # number of gradient evaluations
    diverged: bool


@dataclass(frozen=True, kw_only=True)
class Stability:
    """Gradient descent on a parabola of curvature λ: the factor by which a step changes the distance to its minimum."""

    rate_share: float  # learning rate as a share of the limit 2/λ
    measured_factor: float
    predicted_factor: float  # |1 - rate·λ|


@dataclass(frozen=True, kw_only=True)
class Product:
    """A Jacobian, a Hessian or a product of one with a vector: its shape, and its time beside the function's."""

    name: Literal["jvp", "vjp", "jacobian_forward", "jacobian_reverse", "hvp", "hessian"]
    rows: int
    columns: int
    time_s: float
    function_time_s: float


@dataclass(frozen=True, kw_only=True)
class Pass:
    """Forward or backward through the Conformer: unprofiled time, counted FLOPs, profiled operators."""

    direction: Literal["forward", "backward"]
    time_s: float
    flops: int
    operators: list[Operator]


@dataclass(frozen=True, kw_only=True)
class Remembering:
    """A training step's memory and time, with every activation kept or with layers recomputed by the backward pass.

    `saved_bytes` is what the forward pass saves for the backward pass. `peak_bytes` is the peak of allocations above
    what was held before the step, where the weights' gradients are held already.
    """

    checkpointing: bool
    saved_bytes: int
    peak_bytes: int
    forward_time_s: float
    backward_time_s: float


@dataclass(frozen=True, kw_only=True)
class ConformerBackward:
    """Forward and backward through the talk's Conformer on one utterance of `frames` spectrogram frames."""

    device: Device
    threads: int
    speech_time_s: float  # length of the utterance
    frames: int
    parameters: int
    layers: int
    passes: list[Pass]
    remembering: list[Remembering]


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The likeliest letter at each step and its probability; an empty string is CTC's blank."""

    letters: list[str]
    probabilities: list[float]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An examination after `step` training steps: its error rates, and the text that was read from one utterance."""

    step: int
    training_time_s: float
    character_error_rate: float
    exact_share: float
    asked_text: str
    read_text: str
    alignment: Alignment


@dataclass(frozen=True, kw_only=True)
class GradientNorms:
    """Euclidean norm of the gradient by the parameters of one part of the network, at each step."""

    name: str
    norms: list[float]


@dataclass(frozen=True, kw_only=True)
class Learning:
    """The training of a network that reads digits from speech, and its examinations on other voices.

    It reached its target when it did not diverge and the last reading's `character_error_rate` is below it.
    """

    speech: Literal["synthesised", "recorded"]
    parameters: int
    taught: int
    taught_voices: int
    taught_time_s: float
    asked: int
    asked_voices: list[str]
    batch_size: int
    steps: int
    training_time_s: float
    target_error_rate: float
    losses: list[float]
    diverged: bool  # the step after the last loss gave no finite number, and training ended there
    gradient_norms: list[GradientNorms]
    readings: list[Reading]


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """Everything that the gradient experiment measures."""

    differences: list[DifferenceCurve]
    ways: list[Way]
    swell: list[Swell]
    prices: list[EnginePrice]
    descents: list[Descent]
    stability: list[Stability]
    products: list[Product]
    conformers: list[ConformerBackward]
    learning: Learning | None  # None where the voices are not installed

    def run_on(self, device: Device) -> ConformerBackward | None:
        """The Conformer's training step on `device`; None where there is none."""
        return next((each for each in self.conformers if each.device == device), None)


def headlines(data: Gradient) -> Headlines:
    """The numbers that machines and moments are compared by: name → number and spread."""
    for way in data.ways:
        for cost in way.costs:
            if (way.way, cost.inputs) == ("reverse", 1000):
                yield "ways.reverse.time_1000", (cost.time_s, None)
    steps = {price.engine: price.training_step_time_s for price in data.prices}
    if len(steps) == 2:
        yield "price.ours_over_torch", (steps["ours"] / steps["torch"], None)
    for conformer in data.conformers:
        there, back = conformer.passes
        yield f"{conformer.device}.backward.time_ratio", (back.time_s / there.time_s, None)
    if data.learning is not None and data.learning.readings:
        yield "learning.error", (data.learning.readings[-1].character_error_rate, None)


_BEARS = 0.25  # of a pass: the profiler's own time, and what lies between operators


def doubts(data: Gradient) -> Doubts:
    """Profiled operators that do not add up to the pass that was timed without the profiler."""
    for conformer in data.conformers:
        for each in conformer.passes if conformer.device == "cpu" else ():
            parts_s = sum(operator.self_cpu_time_us for operator in each.operators) / 1e6
            yield from unlike(f"{each.direction}'s operators and its time, s", parts_s, each.time_s, _BEARS)


Data = Gradient
