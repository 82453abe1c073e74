"""What a profiling record holds: the Conformer's encoder over the talk's utterances, run on each device."""

from dataclasses import dataclass, field
from statistics import median
from typing import Annotated, Any, Literal

from shared.profile import Model, Module, Operator, Run, Workload
from talk.records.doubts import MOST, Doubts, above, unlike, wide
from talk.records.headline import Headlines, quantity_of, ratio
from talk.records.ranges import Range
from talk.records.schema import Device, NonEmpty, Positive, PositiveInt, Seconds, Share, check_unique

_LEAST_US = 1e-6  # a picosecond: between none of a clock's ticks and one there is nothing
Launching = Literal["eager", "graphs", "compiled"]
Precision = Literal["fp32", "tf32", "bf16"]
# A quick run compiles nothing; no time was left; the answer was too far from fp32; the machine could not run it.
Skipped = Literal["quick", "late", "inexact", "failed"]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The same workload run another way: in batches, from CUDA graphs, compiled, in another number format.

    `launches` are the calls by which the CPU started work on the GPU, `kernels` what the GPU ran for them: one launch
    of a graph runs all of its kernels. `error` is the largest deviation from the output of fp32, eager, batch 1, as a
    share of that output's largest number. `preparation_s` is the time to warm up, and to record or compile every shape.
    `skipped` is why there are no times, None where there are; `message` is what the failure said.
    """

    device: Device
    batch_size: Annotated[int, Range(1, 10_000)]
    launching: Launching
    precision: Precision
    pass_times_s: list[Seconds]
    launches: PositiveInt | None = None
    kernels: PositiveInt | None = None
    device_busy_time_us: Positive | None = None
    peak_memory_bytes: int | None = None
    error: Share | None = None
    preparation_s: float | None = None
    skipped: Skipped | None = None
    message: str | None = None

    def __post_init__(self) -> None:
        if bool(self.pass_times_s) == (self.skipped is not None):
            raise ValueError("pass_times_s: a variant has times, or a reason for having none")

    @property
    def name(self) -> str:
        """What it changes, as `batched_bf16`; `plain` where it changes nothing."""
        changes = [
            "batched" if self.batch_size > 1 else "",
            self.launching if self.launching != "eager" else "",
            self.precision if self.precision != "fp32" else "",
        ]
        return "_".join(filter(None, changes)) or "plain"


Kind = Literal["halves", "convolution", "views"]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A small piece of network, run again and again under the profiler between the utterances, on the CPU.

    `halves` are feed-forward halves of the network's own layers, each after its normalisation, over `rows` steps: their
    weights come from where all of the network's live. A `convolution` is a dense one, whose weights stay in the cache,
    with `rows` rows of output. `views` are `rows` operators in a row that only arrange. `weights` and `multiply_adds`
    are those of one run, and so are `operators`: medians over `runs`.
    """

    kind: Kind
    rows: PositiveInt
    runs: PositiveInt
    weights: int
    multiply_adds: int
    operators: NonEmpty[Operator]

    def __post_init__(self) -> None:
        check_unique(f"operators of {self.kind}, rows: {self.rows}", (operator.name for operator in self.operators))

    def time_s(self, *names: str) -> float:
        """Of a run, in operators of these names."""
        return sum(each.self_cpu_time_us for each in self.operators if each.name in names) / 1e6

    def calls(self, *names: str) -> int:
        """In a run, of operators of these names."""
        return sum(each.calls for each in self.operators if each.name in names)


def _check_children(module: Module | None) -> None:
    if module is not None:
        check_unique(f"children of {module.name}", (child.name for child in module.children))
        for child in module.children:
            _check_children(child)


@dataclass(frozen=True, kw_only=True)
class Profiling:
    """One run of the Conformer's encoder on each device, and its variants on the GPU.

    `pieces` are what single things cost meanwhile; records of before have none.
    """

    model: Model
    workload: Workload
    runs: list[Run]
    variants: list[Variant] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def run_on(self, device: Device) -> Run | None:
        """The run on `device`; None where there is none."""
        return next((run for run in self.runs if run.device == device), None)

    def __post_init__(self) -> None:
        devices = [run.device for run in self.runs]
        if not devices or len(set(devices)) < len(devices):
            raise ValueError(f"runs: one run a device is expected, there are {devices}")
        _check_children(self.model.modules)
        factor = self.model.encoder.get("subsampling_factor", 1)
        if factor & (factor - 1):
            raise ValueError(f"encoder.subsampling_factor: {factor} is no power of two, and each convolution halves")
        for run in self.runs:
            self._check_run(run)
            check_unique(f"operators of {run.device}", (operator.name for operator in run.operators))
            check_unique(f"kernels of {run.device}", ((kernel.name, kernel.operator) for kernel in run.kernels))
        check_unique("pieces", ((each.kind, each.rows) for each in self.pieces))
        check_unique("variants", ((each.device, each.batch_size, each.name) for each in self.variants))

    def _check_run(self, run: Run) -> None:
        """Raises ValueError where a run says what its device, its workload or its clock cannot."""
        told = (run.self_device_time_total_us, run.device_busy_time_us)
        if run.device == "cpu" and told != (None, None):
            raise ValueError("device_busy_time_us, self_device_time_total_us: a run on the CPU has no other device")
        if run.device == "cuda" and not any(each.self_device_time_us for each in run.operators):
            raise ValueError("runs: the run on cuda has no operator that took the device's time")
        busy_us, whole_s = run.device_busy_time_us, run.profiled_time_s
        if busy_us is not None and whole_s is not None and busy_us / 1e6 > MOST * whole_s:
            raise ValueError(f"device_busy_time_us: {busy_us / 1e6:.4g} s of a pass that took {whole_s:.4g} s")
        for operator in run.operators:
            for time_us in (operator.self_cpu_time_us, operator.self_device_time_us or 0.0):
                if 0 < time_us < _LEAST_US:
                    raise ValueError(
                        f"operators of {run.device}: {operator.name} took {time_us:.4g} µs, no clock's tick"
                    )
        if run.utterance_times_s:
            work, utterances = self.workload, {len(each) for each in run.utterance_times_s}
            if len(run.utterance_times_s) != len(run.pass_times_s):
                told_of = f"{len(run.utterance_times_s)} passes, where {len(run.pass_times_s)} are told of"
                raise ValueError(f"utterance_times_s: {told_of}")
            if len(utterances) > 1 or (work.batch_size == 1 and utterances != {sum(work.repeats)}):
                raise ValueError(f"utterance_times_s: {sorted(utterances)} of {sum(work.repeats)} utterances in a pass")


def headlines(data: Profiling) -> Headlines:
    """The numbers that machines and moments are compared by: name → number and spread."""
    work = data.workload
    samples = sum(length * times for length, times in zip(work.file_lengths_samples, work.repeats, strict=True))
    passes = {run.device: quantity_of(run.pass_times_s) for run in data.runs if run.pass_times_s}
    for device, time_s in passes.items():
        yield f"{device}.faster_than_real_time", ratio((samples / work.sample_rate_hz, None), time_s)
    if len(passes) == 2:
        yield "speedup", ratio(passes["cpu"], passes["cuda"])
    run = data.run_on("cuda")
    if run is not None and "cuda" in passes and run.device_busy_time_us is not None:
        middle_s, spread = passes["cuda"]
        idle = 1 - run.device_busy_time_us / 1e6 / middle_s
        # The busy part of a pass varies as much as the pass does.
        yield "cuda.idle_share", (max(0.0, idle), spread)


_BEARS = 0.25  # of a pass: what lies between operators
_BEARS_OF_SUMS = 0.01  # of what was added up of the same times
_BEARS_OF_CLOCKS = 0.1  # of a pass: its kernels were timed in another


def doubts(data: Profiling) -> Doubts:
    """Parts that do not add up to their whole, a GPU that is busy longer than it is used, passes unlike each other."""
    for run in data.runs:
        for pass_s, utterances_s in zip(run.pass_times_s, run.utterance_times_s, strict=False):
            yield from unlike(f"utterances and a pass on {run.device}, s", sum(utterances_s), pass_s, _BEARS_OF_SUMS)
        if run.complete:
            parts_s = sum(each.self_cpu_time_us for each in run.operators) / 1e6
            whole_s = run.self_cpu_time_total_us / 1e6
            yield from unlike(f"operators of {run.device} and all of them, s", parts_s, whole_s, _BEARS_OF_SUMS)
        if run.complete and run.self_device_time_total_us is not None:
            kernels_s = sum(each.device_time_us for each in run.kernels) / 1e6
            told_s = run.self_device_time_total_us / 1e6
            yield from unlike("kernels and all of them, s", kernels_s, told_s, _BEARS_OF_SUMS)
        yield from _busy(f"a pass on {run.device}", run.device_busy_time_us, run.pass_times_s)
    for variant in data.variants:
        yield from _busy(f"a pass, {variant.name}", variant.device_busy_time_us, variant.pass_times_s)
    run_on_cpu = data.run_on("cpu")
    if run_on_cpu is None:
        return
    if run_on_cpu.profiled_time_s is not None and run_on_cpu.complete:
        parts_s = run_on_cpu.self_cpu_time_total_us / 1e6
        yield from unlike("operators and the profiled pass, s", parts_s, run_on_cpu.profiled_time_s, _BEARS)
    yield from wide("passes on the CPU", run_on_cpu.pass_times_s)


def _busy(about: str, busy_us: float | None, pass_times_s: list[float]) -> Doubts:
    """A doubt where the GPU is busy for longer than the pass takes."""
    if busy_us is not None and pass_times_s:
        yield from above(f"{about}, busy s", busy_us / 1e6, median(pass_times_s), _BEARS_OF_CLOCKS)


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """Data of schema_version 1 as today's: there the reasons for seeded weights and for no times were sentences."""
    model = {key: value for key, value in data["model"].items() if key != "weights_note"}
    variants = [
        variant | {"skipped": "failed", "message": variant["skipped"]} if variant.get("skipped") else variant
        for variant in data.get("variants", [])
    ]
    return data | {"model": model, "variants": variants}


Data = Profiling
