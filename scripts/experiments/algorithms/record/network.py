"""Stories about the network's own work: batches, convolutions, attention, memory."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from talk.records.ranges import Range
from talk.records.schema import Device, NonEmpty, PositiveInt, Seconds, Share, check_unique

from .curves import Curve, check_fitted, check_lengths, check_names

SecondsOfOne = Annotated[float, Range(1e-18, 1e9)]  # of very many at once: all threads do more than one a picosecond

PaddingShare = Annotated[float, Range(0, 0.999)]  # some of the frames are sound

OrderName = Literal["random", "sorted", "packed"]
WayToConvolve = Literal["direct", "fft", "im2col", "winograd", "library"]
WayToAttend = Literal["whole", "tiled", "library"]
ChainName = Literal["conformer", "recurrent"]
SweepWay = Literal["all", "segments", "revolve"]
_LENGTHS = Range(1, 1_000_000)  # a transform's length is sought number by number, from the signal's on
Length = Annotated[int, _LENGTHS]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order of batches: the share of computed frames that is padding, and the time of every batch."""

    name: OrderName
    padding_share: PaddingShare
    times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class InTime:
    """The highest rate at which 99 of 100 utterances are answered by the deadline, in batches of `most` or less."""

    most: PositiveInt
    rate_per_s: float


@dataclass(frozen=True, kw_only=True)
class Batching:
    """Story 4, on one device: the talk's utterances through the encoder of `layers` layers.

    `alone_time_s` is that of all of them one by one; older records have none. No batches of that size have less padding
    than `least_padding_share`. Sizes of `equal` are utterances in a batch,
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
    alone_time_s: Seconds | None = None

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
        check_fitted(trial=self.trial)
        if self.missed > self.cases:
            raise ValueError(f"missed: {self.missed} of {self.cases} cases")


@dataclass(frozen=True, kw_only=True)
class AttentionWay:
    """One way to attend: sizes are lengths of the sequence.

    Each has its peak of memory, and the pages that the system gave for one run; None if not known.
    """

    name: WayToAttend
    curve: Curve
    peaks_bytes: list[int | None]
    fresh_pages: list[int | None] | None = None  # older records have none

    def __post_init__(self) -> None:
        check_lengths("peaks_bytes", len(self.peaks_bytes), len(self.curve.points))
        if self.fresh_pages is not None:
            check_lengths("fresh_pages", len(self.fresh_pages), len(self.curve.points))


@dataclass(frozen=True, kw_only=True)
class AttentionPrices:
    """What attention is made of, each on one tile, between the ways; seconds for one on all threads.

    `score_s` and `weighted_s` are a multiply-add of the product before softmax and of the one after. `exponent_s` is a
    subtraction and an exponent of one number; `over_row_s` is a number of a row in the search for its largest.
    """

    score_s: SecondsOfOne
    weighted_s: SecondsOfOne
    exponent_s: SecondsOfOne
    over_row_s: SecondsOfOne


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Story 6. One head of `width` numbers, float32; the difference is from the same in float64."""

    width: PositiveInt
    tile: PositiveInt
    ways: list[AttentionWay]
    largest_difference: float
    prices: AttentionPrices | None = None  # older records have none

    def __post_init__(self) -> None:
        check_names("ways", [way.name for way in self.ways], get_args(WayToAttend))
        sizes = {way.name: [point.size for point in way.curve.points] for way in self.ways}
        if sizes["whole"][-1] not in sizes["tiled"]:
            raise ValueError(f"ways: tiled has not the length {sizes['whole'][-1]:g}, the last of whole")


@dataclass(frozen=True, kw_only=True)
class ConvolutionWay:
    """One way to convolve: sizes are those of the kernel; the largest error is relative to the largest value.

    Of each size there are the pages that the system gave for one run, None if not known.
    """

    name: WayToConvolve
    curve: Curve
    error: Share
    fresh_pages: list[int | None] | None = None  # older records have none

    def __post_init__(self) -> None:
        for point in self.curve.points:
            if refusal := _LENGTHS.refusal(point.size):
                raise ValueError(f"curve: a kernel of {refusal}")
        if self.fresh_pages is not None:
            check_lengths("fresh_pages", len(self.fresh_pages), len(self.curve.points))


@dataclass(frozen=True, kw_only=True)
class ConvolutionPrices:
    """What the ways to convolve are made of, each on little data, by turns with them; seconds for one on all threads.

    `row_s` is what a thread needs to update a row of `steps` numbers, all of it in L1. `column_s` is a result of a
    matrix times a column of three numbers. `transform_s` is of a Fourier transform of n real numbers, for each n·log₂n.
    `unfolded_s` and `tiled_s` are a number that is copied out of an image, into a column of im2col and into a tile of
    Winograd's. `spectral_s` is a complex multiply-add over channels of spectra, whose numbers lie a spectrum apart.
    """

    row_s: SecondsOfOne
    column_s: SecondsOfOne
    transform_s: SecondsOfOne
    unfolded_s: SecondsOfOne
    tiled_s: SecondsOfOne
    spectral_s: SecondsOfOne


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """Story 5. Depthwise, over kernels of growing size; and dense 3 × 3 between `image_channels` channels.

    Older records know neither the image's sides nor any price.
    """

    channels: PositiveInt
    steps: Length
    depthwise: list[ConvolutionWay]
    image_channels: PositiveInt
    dense: list[ConvolutionWay]
    image_rows: Length | None = None
    image_columns: Length | None = None
    prices: ConvolutionPrices | None = None

    def __post_init__(self) -> None:
        ways = get_args(WayToConvolve)
        check_names("depthwise", [way.name for way in self.depthwise], ["direct", "fft", "library"], ways)
        sizes = {way.name: [point.size for point in way.curve.points] for way in self.depthwise}
        if sizes["direct"] != sizes["fft"]:
            raise ValueError("depthwise: direct and fft are of different kernels")
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
        check_fitted(trial=self.trial)
        check_names("chains", [chain.name for chain in self.chains], [], get_args(ChainName))
