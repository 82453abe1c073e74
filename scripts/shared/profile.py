"""Data of a profiled run: the network, its input, and the operators and kernels on a device."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from talk.records.ranges import Range
from talk.records.schema import Device, Name, NonEmpty, Positive, PositiveInt, Seconds, Threads

Microseconds = Annotated[float, Range(0, 1e15)]  # a share of the clock may be none of its ticks
# Arguments of NeMo's ConformerEncoder that count something. Where one is -1 NeMo takes what it takes for granted.
_COUNTS = frozenset(
    ("feat_in", "n_layers", "d_model", "subsampling_factor", "ff_expansion_factor", "n_heads", "conv_kernel_size")
)
_OPTIONAL_COUNTS = frozenset(("feat_out", "subsampling_conv_channels"))
_LARGEST_COUNT = 100_000


@dataclass(frozen=True, kw_only=True)
class Module:
    """A node of the network's module tree. It stands for `count` equal siblings in a row."""

    name: Name
    type: str
    parameters: int  # of one sibling, with its children
    count: PositiveInt = 1
    children: list["Module"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Model:
    """The network that was profiled.

    `weights` are the pretrained ones, or random ones of a fixed seed where those cannot be had.
    """

    name: Name
    weights: Literal["pretrained", "seeded"]
    encoder: dict[str, Any]  # arguments of NeMo's ConformerEncoder
    parameters: PositiveInt | None
    modules: Module | None

    def __post_init__(self) -> None:
        missing = {"feat_in", "n_layers", "d_model"} - self.encoder.keys()
        if missing:
            raise ValueError(f"encoder: it has no {', '.join(sorted(missing))}")
        for name in _COUNTS | _OPTIONAL_COUNTS & self.encoder.keys():
            count = self.encoder.get(name, 1)
            is_count = isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= _LARGEST_COUNT
            if not is_count and (count != -1 or name not in _OPTIONAL_COUNTS):
                raise ValueError(f"encoder.{name}: {str(count)[:40]!r} is no count from 1 to {_LARGEST_COUNT}")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """The encoder's input: files of these lengths, each fed as often as `repeats` says, `batch_size` at a time."""

    audio: Literal["files", "synthetic"]
    sample_rate_hz: PositiveInt
    hop_samples: PositiveInt
    file_lengths_samples: NonEmpty[PositiveInt]
    repeats: NonEmpty[Annotated[int, Range(1, 10_000)]]
    batch_size: Annotated[int, Range(1, 10_000)]

    def __post_init__(self) -> None:
        if not 0 < len(self.repeats) == len(self.file_lengths_samples):
            raise ValueError(f"repeats: {len(self.repeats)} of them for {len(self.file_lengths_samples)} files")


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator of the profile, named as PyTorch prints it, summed over its calls.

    `self_device_time_us` is the time of the kernels that this operator itself launched, None on a CPU.
    """

    name: Name
    calls: PositiveInt
    self_cpu_time_us: Microseconds
    cpu_time_total_us: Microseconds | None  # None where the published table did not show it
    self_device_time_us: Microseconds | None = None


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """One GPU kernel (or copy), summed over its launches.

    `operator` is the innermost operator that launched it, None where that is not known.
    """

    name: Name
    calls: PositiveInt
    device_time_us: Microseconds
    operator: str | None


@dataclass(frozen=True, kw_only=True)
class Run:
    """The whole workload on one device.

    `pass_times_s` are the unprofiled passes in order; `utterance_times_s[p][u]` is utterance u of pass p. Totals are
    sums over every operator of the run; `operators` lists all of them only where the run is `complete`.
    """

    device: Device
    threads: Threads | None
    pass_times_s: list[Seconds]
    utterance_times_s: list[NonEmpty[Seconds]]
    profiled_time_s: Seconds | None
    profile_to_record_s: float | None  # from the end of the profiled pass to the finished operator list
    self_cpu_time_total_us: Positive
    self_device_time_total_us: Positive | None
    device_busy_time_us: Positive | None  # union of the kernels' intervals in the profiled pass
    kernel_launches: int | None
    operators: NonEmpty[Operator]
    kernels: list[Kernel]
    complete: bool
    peak_memory_bytes: int | None = None  # of the GPU, weights included, over the unprofiled passes
