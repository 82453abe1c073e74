"""Stories about the network's own work: batches, convolutions, attention, memory."""

from dataclasses import dataclass
from typing import Literal, get_args

from talk.records.schema import Device, NonEmpty, PositiveInt, Seconds, Share, check_unique

from .curves import Curve, check_lengths, check_names

OrderName = Literal["random", "sorted", "packed"]
WayToConvolve = Literal["direct", "fft", "im2col", "winograd", "library"]
WayToAttend = Literal["whole", "tiled", "library"]
ChainName = Literal["conformer", "recurrent"]
SweepWay = Literal["all", "segments", "revolve"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order of batches: the share of computed frames that is padding, and the time of every batch."""

    name: OrderName
    padding_share: Share
    times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class InTime:
    """The highest rate at which 99 of 100 utterances are answered by the deadline, in batches of `most` or less."""

    most: PositiveInt
    rate_per_s: float


@dataclass(frozen=True, kw_only=True)
class Batching:
    """Story 4, on one device: the talk's utterances through the encoder of `layers` layers.

    No batches of that size have less padding than `least_padding_share`. Sizes of `equal` are utterances in a batch,
    all `equal_utterance_s` long: the gain of batching without padding. `in_time` has, for batches of at most so many,
    how many such utterances a second are answered by the deadline when they come at random.
    """

    device: Device
    layers: PositiveInt
    batch_size: PositiveInt
    rounds: PositiveInt  # how often each shape of batch was timed; an order's times are their medians
    utterances_s: NonEmpty[Seconds]
    orders: list[Order]
    least_padding_share: Share
    equal_utterance_s: Seconds
    equal: Curve
    deadline_s: Seconds
    in_time: NonEmpty[InTime]

    def __post_init__(self) -> None:
        check_names("orders", [order.name for order in self.orders], get_args(OrderName))
        sizes = [f"{point.size:g}" for point in self.equal.points]
        check_names("in_time", [str(each.most) for each in self.in_time], ["1"], sizes)
        check_names("equal.points", sizes, ["1"], sizes)


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Story 4, utterances laid end to end into bins of `capacity_s`, `handful` of them in a case.

    In `missed` of the `cases` first-fit decreasing took more bins than the fewest; `worst` has its bins and the fewest
    in the case where their ratio is largest. Sizes of the curves are utterances.
    """

    capacity_s: Seconds
    handful: PositiveInt
    cases: PositiveInt
    missed: int
    worst: tuple[PositiveInt, PositiveInt]
    trial: Curve
    first_fit: Curve

    def __post_init__(self) -> None:
        if self.missed > self.cases:
            raise ValueError(f"missed: {self.missed} of {self.cases} cases")


@dataclass(frozen=True, kw_only=True)
class AttentionWay:
    """One way to attend: sizes are lengths of the sequence, each with its peak of memory, None if not known."""

    name: WayToAttend
    curve: Curve
    peaks_bytes: list[int | None]

    def __post_init__(self) -> None:
        check_lengths("peaks_bytes", len(self.peaks_bytes), len(self.curve.points))


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Story 6. One head of `width` numbers, float32; the difference is from the same in float64."""

    width: PositiveInt
    tile: PositiveInt
    ways: list[AttentionWay]
    largest_difference: float

    def __post_init__(self) -> None:
        check_names("ways", [way.name for way in self.ways], get_args(WayToAttend))


@dataclass(frozen=True, kw_only=True)
class ConvolutionWay:
    """One way to convolve: sizes are those of the kernel; the largest error is relative to the largest value."""

    name: WayToConvolve
    curve: Curve
    error: Share


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """Story 5. Depthwise, over kernels of growing size; and dense 3 × 3 between `image_channels` channels."""

    channels: PositiveInt
    steps: PositiveInt
    depthwise: list[ConvolutionWay]
    image_channels: PositiveInt
    dense: list[ConvolutionWay]

    def __post_init__(self) -> None:
        ways = get_args(WayToConvolve)
        check_names("depthwise", [way.name for way in self.depthwise], ["direct", "fft", "library"], ways)
        check_names("dense", [way.name for way in self.dense], ["direct", "im2col", "winograd", "library"], ways)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One way backward through a chain. Predictions follow from one layer measured alone.

    `slots` are the inputs that fit into memory at once: of all layers, of each segment, or what revolve was given.
    `advances` counts the layers that are computed again, beyond once each.
    """

    way: SweepWay
    slots: PositiveInt
    advances: int
    predicted_bytes: PositiveInt
    peak_bytes: PositiveInt
    predicted_time_s: Seconds
    times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A chain of layers: the bytes of a layer's input and of its tape, its time forward, and its time forward and back.

    `gradient_difference`: the largest between any two ways, relative to the largest value.
    """

    name: ChainName
    layers: PositiveInt
    state_bytes: PositiveInt
    tape_bytes: PositiveInt
    forward_time_s: Seconds
    through_time_s: Seconds
    gradient_difference: float
    sweeps: NonEmpty[Sweep]

    def __post_init__(self) -> None:
        check_unique("sweeps", ((sweep.way, sweep.slots) for sweep in self.sweeps))


@dataclass(frozen=True, kw_only=True)
class Checkpointing:
    """Story 7. Sizes of `trial` and `planning` are layers: the time to find the best schedule for `slots` inputs."""

    slots: PositiveInt
    trial: Curve
    planning: Curve
    chains: NonEmpty[Chain]

    def __post_init__(self) -> None:
        check_names("chains", [chain.name for chain in self.chains], [], get_args(ChainName))
