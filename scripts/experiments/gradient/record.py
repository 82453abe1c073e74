"""Data of the gradient experiment: ways to a derivative, their errors and costs, and a network trained by gradients."""

from dataclasses import dataclass
from typing import Annotated, Literal

from shared.profile import Operator
from talk.records.doubts import Doubts, above, unlike
from talk.records.headline import Headlines
from talk.records.ranges import AtLeast, Range
from talk.records.schema import (
    Device,
    ErrorRate,
    Name,
    NonEmpty,
    Positive,
    PositiveInt,
    Seconds,
    Share,
    Signed,
    Threads,
    Unlimited,
    check_unique,
)

Formula = Literal["forward", "central", "complex"]
Precision = Literal["fp16", "bf16", "fp32", "fp64"]
WayName = Literal["differences", "symbolic", "forward", "reverse"]
Engine = Literal["ours", "torch"]
Function = Literal["quadratic", "rosenbrock", "line"]
Method = Literal["gradient", "momentum", "nesterov", "adam", "lbfgs"]
_LEAST_LOSS = 1e-12  # of a start: what others are divided by


@dataclass(frozen=True, kw_only=True)
class StepError:
    """Relative error of a numerical derivative with the step h = 2^-`halvings`: the median over the points."""

    halvings: Annotated[int, Range(0, 1100)]
    error: Unlimited


@dataclass(frozen=True, kw_only=True)
class DifferenceCurve:
    """Error against step for one formula in one precision, down to the finest step with a finite error."""

    formula: Formula
    precision: Precision
    epsilon: Annotated[float, Range(1e-20, 1)]  # distance from 1 to the next number
    errors: NonEmpty[StepError]


@dataclass(frozen=True, kw_only=True)
class WayCost:
    """One whole gradient of a function of `inputs` numbers."""

    inputs: PositiveInt
    time_s: Seconds
    function_time_s: Seconds  # one evaluation of the function itself, in the same arithmetic
    peak_bytes: int


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to a gradient and its costs by the number of inputs, up to where a gradient would take too long."""

    way: WayName
    costs: NonEmpty[WayCost]


@dataclass(frozen=True, kw_only=True)
class Swell:
    """Operations in the formula of the logistic map applied `depth` times, and in that of its derivative."""

    depth: PositiveInt
    function_operations: PositiveInt
    derivative_operations: PositiveInt


@dataclass(frozen=True, kw_only=True)
class EnginePrice:
    """Times of a two-layer perceptron on one batch and one thread, each a median of several."""

    engine: Engine
    batch_size: PositiveInt
    widths: NonEmpty[PositiveInt]
    forward_time_s: Seconds  # the function alone
    backward_time_s: Seconds
    training_step_time_s: Seconds  # forward, backward and the update


@dataclass(frozen=True, kw_only=True)
class Descent:
    """The path of one method down one function: the loss after each step, and the points of the first steps.

    Both begin with the start. A path that diverged ends before its first number that is not finite.
    """

    function: Function
    method: Method
    rate: Positive
    points: NonEmpty[Annotated[list[Signed], AtLeast(2)]]
    losses: Annotated[list[Unlimited], AtLeast(2)]  # above the function's minimum
    gradients: int  # number of gradient evaluations
    diverged: bool

    def __post_init__(self) -> None:
        if self.losses[0] < _LEAST_LOSS:
            raise ValueError(f"losses of {self.function}, {self.method}: it begins at the minimum")


@dataclass(frozen=True, kw_only=True)
class Stability:
    """Gradient descent on a parabola of curvature λ: the factor by which a step changes the distance to its minimum."""

    rate_share: Annotated[float, Range(1e-3, 1e3)]  # learning rate as a share of the limit 2/λ
    measured_factor: Unlimited
    predicted_factor: Unlimited  # |1 - rate·λ|


@dataclass(frozen=True, kw_only=True)
class Product:
    """A Jacobian, a Hessian or a product of one with a vector: its shape, and its time beside the function's."""

    name: Literal["jvp", "vjp", "jacobian_forward", "jacobian_reverse", "hvp", "hessian"]
    rows: PositiveInt
    columns: PositiveInt
    time_s: Seconds
    function_time_s: Seconds


@dataclass(frozen=True, kw_only=True)
class Pass:
    """Forward or backward through the Conformer: unprofiled time, counted FLOPs, profiled operators."""

    direction: Literal["forward", "backward"]
    time_s: Seconds
    flops: PositiveInt
    operators: NonEmpty[Operator]


@dataclass(frozen=True, kw_only=True)
class Remembering:
    """A training step's memory and time, with every activation kept or with layers recomputed by the backward pass.

    `saved_bytes` is what the forward pass saves for the backward pass. `peak_bytes` is the peak of allocations above
    what was held before the step, where the weights' gradients are held already.
    """

    checkpointing: bool
    saved_bytes: PositiveInt
    peak_bytes: int
    forward_time_s: Seconds
    backward_time_s: Seconds


@dataclass(frozen=True, kw_only=True)
class ConformerBackward:
    """Forward and backward through the talk's Conformer on one utterance of `frames` spectrogram frames."""

    device: Device
    threads: Threads
    speech_time_s: Seconds  # length of the utterance
    frames: PositiveInt
    parameters: PositiveInt
    layers: PositiveInt
    passes: Annotated[list[Pass], AtLeast(2)]
    remembering: NonEmpty[Remembering]

    def __post_init__(self) -> None:
        if [each.direction for each in self.passes] != ["forward", "backward"]:
            raise ValueError("passes: one forward and one backward are expected, in this order")
        for each in self.passes:
            check_unique(f"operators of {each.direction}", (operator.name for operator in each.operators))
        if [each.checkpointing for each in self.remembering] != [False, True]:
            raise ValueError("remembering: one step without checkpointing and one with it are expected, in this order")


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The likeliest letter at each step and its probability; an empty string is CTC's blank."""

    letters: list[str]
    probabilities: list[Share]

    def __post_init__(self) -> None:
        if len(self.letters) != len(self.probabilities):
            raise ValueError(f"alignment: {len(self.letters)} letters have {len(self.probabilities)} probabilities")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An examination after `step` training steps: its error rates, and the text that was read from one utterance."""

    step: int
    training_time_s: float
    character_error_rate: ErrorRate
    exact_share: Share
    asked_text: str
    read_text: str
    alignment: Alignment


@dataclass(frozen=True, kw_only=True)
class GradientNorms:
    """Euclidean norm of the gradient by the parameters of one part of the network, at each step."""

    name: Name
    norms: list[Unlimited]


@dataclass(frozen=True, kw_only=True)
class Learning:
    """The training of a network that reads digits from speech, and its examinations on other voices.

    It reached its target when it did not diverge and the last reading's `character_error_rate` is below it.
    """

    speech: Literal["synthesised", "recorded"]
    parameters: PositiveInt
    taught: PositiveInt
    taught_voices: PositiveInt
    taught_time_s: Seconds
    asked: PositiveInt
    asked_voices: list[str]
    batch_size: PositiveInt
    steps: int
    training_time_s: float
    target_error_rate: Share
    losses: list[Unlimited]
    diverged: bool  # the step after the last loss gave no finite number, and training ended there
    gradient_norms: list[GradientNorms]
    readings: NonEmpty[Reading]

    def __post_init__(self) -> None:
        check_unique("gradient_norms", (each.name for each in self.gradient_norms))
        check_unique("readings", (each.step for each in self.readings))


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """Everything that the gradient experiment measures."""

    differences: NonEmpty[DifferenceCurve]
    ways: NonEmpty[Way]
    swell: NonEmpty[Swell]
    prices: NonEmpty[EnginePrice]
    descents: NonEmpty[Descent]
    stability: NonEmpty[Stability]
    products: NonEmpty[Product]
    conformers: list[ConformerBackward]
    learning: Learning | None  # None where the voices are not installed

    def __post_init__(self) -> None:
        check_unique("differences", ((each.formula, each.precision) for each in self.differences))
        for curve in self.differences:
            check_unique(f"errors of {curve.formula}", (each.halvings for each in curve.errors))
        check_unique("ways", (each.way for each in self.ways))
        for way in self.ways:
            check_unique(f"costs of {way.way}", (each.inputs for each in way.costs))
        check_unique("swell", (each.depth for each in self.swell))
        check_unique("prices", (each.engine for each in self.prices))
        check_unique("descents", ((each.function, each.method) for each in self.descents))
        check_unique("stability", (each.rate_share for each in self.stability))
        if all(each.rate_share <= 1 for each in self.stability):
            raise ValueError("stability: no rate is past the limit")
        check_unique("products", (each.name for each in self.products))
        check_unique("conformers", (each.device for each in self.conformers))

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
    """Operators that do not add up to the unprofiled pass, a pass told of in two ways, and more mistakes than letters.

    A network that has learnt nothing may make them: what it reads before is not doubted.
    """
    if data.learning is not None and data.learning.readings and not data.learning.diverged:
        last = data.learning.readings[-1]
        yield from above("mistakes for each letter after learning", last.character_error_rate, 1.0, 0.0)
    for conformer in data.conformers:
        for each in conformer.passes if conformer.device == "cpu" else ():
            parts_s = sum(operator.self_cpu_time_us for operator in each.operators) / 1e6
            yield from unlike(f"{each.direction}'s operators and its time, s", parts_s, each.time_s, _BEARS)
        there, back = conformer.passes[:2]
        kept = conformer.remembering[0]
        for each, again_s in ((there, kept.forward_time_s), (back, kept.backward_time_s)):
            yield from unlike(
                f"{each.direction} of {conformer.device} and of the step, s", again_s, each.time_s, _BEARS
            )


Data = Gradient
