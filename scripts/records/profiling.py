"""What a profiling record holds: the Conformer's encoder over the talk's utterances, run on each device."""

from dataclasses import dataclass, field
from typing import Any, Literal

Device = Literal["cpu", "cuda"]
Launching = Literal["eager", "graphs", "compiled"]
Precision = Literal["fp32", "tf32", "bf16"]


@dataclass(frozen=True, kw_only=True)
class Module:
    """A node of the network's module tree. `count` equal siblings in a row are kept as one node."""

    name: str
    type: str
    parameters: int  # of one such node, its children included
    count: int = 1
    children: list["Module"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Model:
    """The network that was profiled, and whose weights it had."""

    name: str
    weights: Literal["pretrained", "seeded"]
    weights_note: str  # why these weights, as the site says it (in Russian)
    encoder: dict[str, Any]  # arguments of NeMo's ConformerEncoder
    parameters: int | None
    modules: Module | None

    def __post_init__(self) -> None:
        missing = {"feat_in", "n_layers", "d_model"} - self.encoder.keys()
        if missing:
            raise ValueError(f"encoder: it has no {', '.join(sorted(missing))}")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What the encoder was fed: files of these lengths, each so many times, one at a time."""

    audio: Literal["files", "synthetic"]
    sample_rate_hz: int
    hop_samples: int
    file_lengths_samples: list[int]
    repeats: list[int]
    batch_size: int

    def __post_init__(self) -> None:
        if not 0 < len(self.repeats) == len(self.file_lengths_samples):
            raise ValueError(f"repeats: {len(self.repeats)} of them for {len(self.file_lengths_samples)} files")


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator of the profile, named as PyTorch prints it, summed over its calls.

    `self_device_time_us` is the time of the kernels this operator itself launched; None on a CPU.
    """

    name: str
    calls: int
    self_cpu_time_us: float
    cpu_time_total_us: float | None  # None where the published table did not show it
    self_device_time_us: float | None = None


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """One GPU kernel (or copy), summed over its launches, each counted once.

    `operator` launched it: the innermost one, None where that is not known.
    """

    name: str
    calls: int
    device_time_us: float
    operator: str | None


@dataclass(frozen=True, kw_only=True)
class Run:
    """The whole workload on one device.

    `pass_times_s` are the unprofiled passes, in order; `utterance_times_s[p][u]` is utterance u of pass p.
    Totals are sums over every operator of the run, which `operators` may list only the top of (`complete`).
    """

    device: Device
    threads: int | None
    pass_times_s: list[float]
    utterance_times_s: list[list[float]]
    profiled_time_s: float | None
    profile_to_record_s: float | None  # from the end of the profiled pass to the finished operator list
    self_cpu_time_total_us: float
    self_device_time_total_us: float | None
    device_busy_time_us: float | None  # union of the kernels' intervals in the profiled pass
    kernel_launches: int | None
    operators: list[Operator]
    kernels: list[Kernel]
    complete: bool
    peak_memory_bytes: int | None = None  # of the GPU, weights included, over the unprofiled passes


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The same workload another way: in batches, from CUDA graphs, compiled, in other numbers.

    `launches` are calls by which the CPU starts work, `kernels` what the GPU ran for them: one launch of a graph runs
    all of its kernels. `error` is the largest deviation from fp32, eager, one utterance at a time, as a share of its
    largest number. `preparation_s`: warming up, and recording or compiling for every shape. `skipped` is why there are
    no times (in Russian), None where there are.
    """

    device: Device
    batch_size: int
    launching: Launching
    precision: Precision
    pass_times_s: list[float]
    launches: int | None = None
    kernels: int | None = None
    device_busy_time_us: float | None = None
    peak_memory_bytes: int | None = None
    error: float | None = None
    preparation_s: float | None = None
    skipped: str | None = None

    def __post_init__(self) -> None:
        if bool(self.pass_times_s) == (self.skipped is not None):
            raise ValueError("pass_times_s: a variant has times, or a reason for having none")

    @property
    def name(self) -> str:
        """What it changes: «batched_bf16»; «plain» where it changes nothing."""
        changes = [
            "batched" if self.batch_size > 1 else "",
            self.launching if self.launching != "eager" else "",
            self.precision if self.precision != "fp32" else "",
        ]
        return "_".join(filter(None, changes)) or "plain"


@dataclass(frozen=True, kw_only=True)
class Profiling:
    """The profiling experiment: the Conformer's encoder over the talk's utterances, once a device."""

    model: Model
    workload: Workload
    runs: list[Run]
    variants: list[Variant] = field(default_factory=list)

    def run_on(self, device: Device) -> Run | None:
        """The run on `device`; None where there is none."""
        return next((run for run in self.runs if run.device == device), None)

    def __post_init__(self) -> None:
        devices = [run.device for run in self.runs]
        if not devices or len(set(devices)) < len(devices):
            raise ValueError(f"runs: one run a device is expected, there are {devices}")
