"""What a gradient record holds: how derivatives are had, what they cost, and what a network does with them."""

from dataclasses import dataclass
from typing import Literal

from shared.profile import Operator
from talk.records.headline import Headlines
from talk.records.schema import Device, Signed


@dataclass(frozen=True, kw_only=True)
class StepError:
    """Relative error of a numerical derivative with the step h = 2^-`halvings`: the median over the points."""

    halvings: int
    error: float


@dataclass(frozen=True, kw_only=True)
class DifferenceCurve:
    """Error against step for one formula in one precision, as long as it is a number."""

    formula: Literal["forward", "central", "complex"]
    precision: Literal["fp16", "bf16", "fp32", "fp64"]
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
    """A way to a gradient, and its costs as inputs grow; it ends where a gradient would take too long."""

    way: Literal["differences", "symbolic", "forward", "reverse"]
    costs: list[WayCost]


@dataclass(frozen=True, kw_only=True)
class Swell:
    """The logistic map applied `depth` times: operations in its formula, and in that of its derivative."""

    depth: int
    function_operations: int
    derivative_operations: int


@dataclass(frozen=True, kw_only=True)
class EnginePrice:
    """A two-layer perceptron, one thread, a batch at a time: each time is the median of several."""

    engine: Literal["ours", "torch"]
    batch_size: int
    widths: list[int]
    forward_time_s: float  # the function alone
    backward_time_s: float
    training_step_time_s: float  # forward, backward and the update


@dataclass(frozen=True, kw_only=True)
class Descent:
    """One method going down one function: the loss after each step, and the points of the first of them.

    Both begin with the start. A path that left for infinity ends before the first number that is none.
    """

    function: Literal["quadratic", "rosenbrock", "line"]
    method: Literal["gradient", "momentum", "nesterov", "adam", "lbfgs"]
    rate: float
    points: list[list[Signed]]
    losses: list[float]  # above the lowest value there is
    gradients: int  # how often the gradient was asked for
    diverged: bool


@dataclass(frozen=True, kw_only=True)
class Stability:
    """Gradient descent on a parabola of curvature λ: the factor by which each step multiplies the distance."""

    rate_share: float  # learning rate as a share of the limit 2/λ
    measured_factor: float
    predicted_factor: float  # |1 - rate·λ|


@dataclass(frozen=True, kw_only=True)
class Product:
    """Jacobian, Hessian and their products with a vector: the shape of what comes out, and its time beside f's own."""

    name: Literal["jvp", "vjp", "jacobian_forward", "jacobian_reverse", "hvp", "hessian"]
    rows: int
    columns: int
    time_s: float
    function_time_s: float


@dataclass(frozen=True, kw_only=True)
class Pass:
    """Forward or backward through the Conformer: unprofiled time, counted arithmetic, profiled operators."""

    direction: Literal["forward", "backward"]
    time_s: float
    flops: int
    operators: list[Operator]


@dataclass(frozen=True, kw_only=True)
class Remembering:
    """A training step's memory and time, with every activation kept or with layers computed anew on the way back.

    `saved_bytes` is what the forward pass leaves for the backward one; `peak_bytes` the highest that
    allocations reached above what was held before the step, the weights' gradients being held already.
    """

    checkpointing: bool
    saved_bytes: int
    peak_bytes: int
    forward_time_s: float
    backward_time_s: float


@dataclass(frozen=True, kw_only=True)
class ConformerBackward:
    """Backward through the talk's Conformer on one utterance of `frames` spectrogram columns."""

    device: Device
    threads: int
    speech_time_s: float  # how long the utterance sounds
    frames: int
    parameters: int
    layers: int
    passes: list[Pass]
    remembering: list[Remembering]


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The likeliest label at each step and its probability; an empty string is CTC's blank."""

    letters: list[str]
    probabilities: list[float]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An examination after `step` steps: how often letters were wrong, and what one utterance was read as."""

    step: int
    training_time_s: float
    character_error_rate: float
    exact_share: float
    asked_text: str
    read_text: str
    alignment: Alignment


@dataclass(frozen=True, kw_only=True)
class GradientNorms:
    """Euclidean norm of the loss's gradient by one part's parameters, at each step."""

    name: str
    norms: list[float]


@dataclass(frozen=True, kw_only=True)
class Learning:
    """A network that learnt to read out digits: from how much, how long, how well.

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
    diverged: bool  # the step after the last loss gave no number: training ended there
    gradient_norms: list[GradientNorms]
    readings: list[Reading]


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """The gradient experiment."""

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
    """What a measurement is remembered by: name → number and spread."""
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


Data = Gradient
