"""What an algorithms record holds: each story's brute force beside the algorithm that makes do without it."""

from dataclasses import dataclass, field
from typing import Literal

from scripts.records.profiling import Device

OrderName = Literal["random", "sorted", "packed"]
WayToConvolve = Literal["direct", "fft", "im2col", "winograd", "library"]
WayToAttend = Literal["whole", "tiled", "library"]
OutputsOf = Literal["network", "made_up"]
ChainName = Literal["conformer", "recurrent"]
SweepWay = Literal["all", "segments", "revolve"]
HiddenName = Literal["topological", "colouring", "consing", "union_find"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """The times of a problem of one size, a repetition each; `size` in the units that the curve's story names."""

    size: float
    times_s: list[float]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How the time of one method grows."""

    name: str
    points: list[Point]

    def __post_init__(self) -> None:
        if not self.points or not all(point.times_s for point in self.points):
            raise ValueError(f"points: {self.name} has none, or one without a time")


@dataclass(frozen=True, kw_only=True)
class Ctc:
    """Story 1. Sizes of `brute_force` are alignments visited, of `forward` cells of the lattice (frames × labels).

    `race` is one batch of `frames` × `labels`: our loss against `torch.nn.functional.ctc_loss`, and the largest
    differences between the two, and between their gradients.
    """

    brute_force_frames: list[int]
    brute_force_labels: list[int]
    brute_force: Curve
    forward_frames: list[int]
    forward: Curve
    brute_force_difference: float  # largest, of log probabilities
    frames: int
    labels: int
    batch: int
    ours_times_s: list[float]
    torch_times_s: list[float]
    relative_difference: float
    gradient_difference: float


@dataclass(frozen=True, kw_only=True)
class EditDistance:
    """Story 3. Sizes of `curves` are letters in the text; one in ten of them is misheard.

    The race is Myers' distance of two texts of `letters` against rapidfuzz; peaks are of a whole alignment of
    `memory_letters`, None where the system does not tell them. `agree`: every way gave the same distance.
    """

    curves: list[Curve]
    letters: int
    ours_times_s: list[float]
    library_times_s: list[float]
    agree: bool
    memory_letters: int
    table_peak_bytes: int | None
    linear_peak_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class Beam:
    """One way to decode: its name in Russian, the beam's width, and its times over all sentences."""

    name: str
    width: int
    word_error_rate: float
    times_s: list[float]


@dataclass(frozen=True, kw_only=True)
class Found:
    """How often a beam of `width` finds the likeliest of all texts; a width of 0 is the likeliest alignment's text."""

    width: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """A text laid along its utterance: the token of each frame, 0 for none, and how likely each state is at each frame.

    States are blanks and letters by turns; `loudness` is the sound's, all 0 where there was none.
    """

    text: str
    frame_s: float
    tokens: list[int]
    likelihood: float  # of this alignment, among all of the text
    posterior: list[list[float]]
    loudness: list[float]


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """Story 2. Outputs of the network trained for /derivative/ through white noise, or made-up ones; `sound_s` in all.

    `noise_db` is the voice's power over the noise's; the model of language is of `order` letters. `trial` tries every
    text of `letters`, and its sizes are frames, as those of `longer`, which is a beam of 16.
    """

    outputs_of: OutputsOf
    noise_db: float | None
    sound_s: float
    sentences: int
    order: int
    quiet_word_error_rate: float  # greedy, without noise
    beams: list[Beam]
    letters: int
    trial: Curve
    longer: Curve
    found: list[Found]
    alignment: Alignment


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order of batches: the share of computed frames that is padding, and the time of every batch."""

    name: OrderName
    padding_share: float
    times_s: list[float]


@dataclass(frozen=True, kw_only=True)
class InTime:
    """The highest rate at which 99 of 100 utterances are answered by the deadline, in batches of `most` or less."""

    most: int
    rate_per_s: float


@dataclass(frozen=True, kw_only=True)
class Batching:
    """Story 4, on one device: the talk's utterances through the encoder of `layers` layers.

    `least_padding_share` is what no batches of that size can go below. Sizes of `equal` are utterances in a batch, all
    `equal_utterance_s` long: what batching gives without padding. `in_time`: with batches of at most so many, how many
    such utterances a second, coming when they please, are answered by the deadline.
    """

    device: Device
    layers: int
    batch_size: int
    rounds: int  # how often each shape of batch was timed; an order's times are of medians
    utterances_s: list[float]
    orders: list[Order]
    least_padding_share: float
    equal_utterance_s: float
    equal: Curve
    deadline_s: float
    in_time: list[InTime]


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Story 4, utterances laid end to end into bins of `capacity_s`, `handful` of them in a case.

    First-fit decreasing `missed` the fewest bins in so many of the `cases`; `worst` is the case where it took most bins
    over the fewest: its bins, the fewest. Sizes of the curves are utterances.
    """

    capacity_s: float
    handful: int
    cases: int
    missed: int
    worst: tuple[int, int]
    trial: Curve
    first_fit: Curve


@dataclass(frozen=True, kw_only=True)
class AttentionWay:
    """One way to attend: sizes are the length of the sequence; a peak for each size, None where it is not told."""

    name: WayToAttend
    curve: Curve
    peaks_bytes: list[int | None]


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Story 6. One head of `width` numbers, float32; the difference is from the same in float64."""

    width: int
    tile: int
    ways: list[AttentionWay]
    largest_difference: float


@dataclass(frozen=True, kw_only=True)
class ConvolutionWay:
    """One way to convolve: sizes are those of the kernel; the largest error is relative to the largest value."""

    name: WayToConvolve
    curve: Curve
    error: float


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """Story 5. Depthwise, over kernels of growing size; and dense 3 × 3 between `image_channels` channels."""

    channels: int
    steps: int
    depthwise: list[ConvolutionWay]
    image_channels: int
    dense: list[ConvolutionWay]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One way backward through a chain. Predictions follow from one layer measured alone.

    `slots` are the inputs that fit into memory at once: of all layers, of each segment, or what revolve was given.
    `advances` are the layers computed once more, besides the once that everybody computes them.
    """

    way: SweepWay
    slots: int
    advances: int
    predicted_bytes: int
    peak_bytes: int
    predicted_time_s: float
    times_s: list[float]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Layers one behind another: what a layer's input and its tape take, and its time forward and there and back.

    `gradient_difference`: the largest between any two ways, relative to the largest value.
    """

    name: ChainName
    layers: int
    state_bytes: int
    tape_bytes: int
    forward_time_s: float
    through_time_s: float
    gradient_difference: float
    sweeps: list[Sweep]


@dataclass(frozen=True, kw_only=True)
class Checkpointing:
    """Story 7. Sizes of `trial` and `planning` are layers: the time to find the best schedule for `slots` inputs."""

    slots: int
    trial: Curve
    planning: Curve
    chains: list[Chain]


@dataclass(frozen=True, kw_only=True)
class RingRun:
    """One number of workers. Bytes are those of the worker that sent most; `agree`: every sum was exact."""

    workers: int
    ring_times_s: list[float]
    star_times_s: list[float]
    library_times_s: list[float]
    ring_sent_bytes: int
    star_sent_bytes: int
    agree: bool
    device: Device = "cpu"


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Story 8. All-reduce of `bytes_a_worker` over processes of one machine; `gpu_runs` over its GPUs, if several."""

    bytes_a_worker: int
    runs: list[RingRun]
    gpu_runs: list[RingRun] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ManyHours:
    """Story 8, data-parallel: the same profiling by one worker with one thread, with `threads`, and dealt out.

    `share_times_s`: of each worker; all of them are done after the longest. `largest_share` of the sound is what the
    busiest was dealt. Calls are of all operators: together as many as alone.
    """

    device: Device
    workers: int
    utterances: int
    sound_s: float
    one_thread_time_s: float
    all_threads_time_s: float
    threads: int
    share_times_s: list[float]
    largest_share: float
    calls_alone: int
    calls_together: int


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """One algorithm hidden in the framework: sizes are nodes or tensors."""

    name: HiddenName
    ours: Curve
    brute: Curve


@dataclass(frozen=True, kw_only=True)
class Framework:
    """Story 9, on one utterance in the talk's encoder.

    Backward through its `layers` has `steps`, and walking every path of the chain rule by itself takes a number of them
    with `paths_digits` digits; `order_agrees`: autograd ran them in our order. A training step of the first
    `traced_layers` makes `tensors`; `buffers_bytes` are enough for them where those of a size share, and at the fullest
    moment `live_bytes` of them are needed. Of its `operators` that compute anything `distinct` remain where the same is
    computed once, and `loops` where pointwise ones are joined.
    """

    layers: int
    steps: int
    paths_digits: int
    order_agrees: bool
    traced_layers: int
    tensors: int
    tensors_bytes: int
    buffers_bytes: int
    live_bytes: int
    operators: int
    distinct: int
    loops: int
    growths: list[Hidden]


@dataclass(frozen=True, kw_only=True)
class Algorithms:
    """The stories that ran, and what the whole experiment took."""

    ctc: Ctc
    decoding: Decoding
    edit_distance: EditDistance
    batching: list[Batching]
    packing: Packing
    convolution: Convolution
    attention: Attention
    checkpointing: Checkpointing
    ring: Ring
    many_hours: list[ManyHours]
    framework: Framework
    elapsed_s: float
    peak_bytes: int | None
    threads: int

    def run_on(self, device: Device) -> Batching | None:
        """The batches on `device`; None where there are none."""
        return next((each for each in self.batching if each.device == device), None)
