"""What a browser finds on its reader's machine: how fast each circle multiplies there, and under which ceilings."""

import re
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Literal

from talk.records.doubts import Doubts, above, middle
from talk.records.headline import Headlines, quantity_of
from talk.records.ranges import AtLeast, Range
from talk.records.schema import Name, NonEmpty, Positive, PositiveInt, Seconds, Threads, check_unique

Device = Literal["cpu", "gpu"]
Dtype = Literal["float64", "float32", "float16"]
Sharing = Literal["memory", "copies"]
Part = Literal["peak", "bandwidth", "launch", "addmm", "gradient"]

# Why a step, or another part of the run, was not measured. Some kinds have a detail: the feature, or the error in the
# browser's own words.
_REASON = re.compile(
    r"no_wasm|no_simd|no_webgpu|no_adapter|no_workers|one_thread|no_memory|no_time|coarse_clock|device_lost"
    r"|(no_feature|no_shader|wrong|failed):.+"
)


def _check_reason(name: str, reason: str | None) -> None:
    if reason is not None and _REASON.fullmatch(reason) is None:
        raise ValueError(f"{name}: {reason!r} is no reason known")


@dataclass(frozen=True, kw_only=True)
class Agent:
    """The browser, as it tells any page: its name and version, the system's name, and whether that is a phone's."""

    browser: Name
    version: Name
    platform: Name
    mobile: bool


@dataclass(frozen=True, kw_only=True)
class Point:
    """One product, (n, m) by (m, p), checked against a float64 product and then timed.

    `error` is the largest deviation from it, as a share of its largest number. On a GPU `times_s` are the GPU's own.
    """

    n: PositiveInt
    m: PositiveInt
    p: PositiveInt
    times_s: NonEmpty[Seconds]
    error: Annotated[float, Range(0, 0.1)]  # a larger one is a wrong product

    @property
    def flops_per_s(self) -> float:
        """The definition's 2nmp operations by the median time."""
        return 2 * self.n * self.m * self.p / median(self.times_s)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the descent. `tile` is the part of C in registers, as `4x8`; None where a step has none.

    `bytes_asked_per_flop` is how many bytes the innermost loop loads and stores for each operation. `skipped` is why
    there are no points, or no more of them.
    """

    name: Name
    circle: Annotated[int, Range(1, 9)]
    device: Device
    threads: Threads
    dtype: Dtype
    tile: str | None
    bytes_asked_per_flop: Positive
    points: list[Point]
    skipped: str | None

    def __post_init__(self) -> None:
        if not self.points and self.skipped is None:
            raise ValueError(f"{self.name}: a step has points or a reason for having none")
        if self.tile is not None and re.fullmatch(r"\d+x\d+", self.tile) is None:
            raise ValueError(f"{self.name}: tile is {self.tile!r}, as 4x8 is expected")
        _check_reason(self.name, self.skipped)
        check_unique(f"points of {self.name}", ((point.n, point.m, point.p) for point in self.points))

    @property
    def largest(self) -> Point | None:
        """The point of the largest square; None where nothing was measured."""
        squares = [point for point in self.points if point.n == point.m == point.p]
        return max(squares, key=lambda point: point.n, default=None)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A register tile of circle 4 that was tried, `tile` as `4x8`; with fused multiply-add or without."""

    tile: Name
    fused: bool
    flops_per_s: Positive


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The rate of independent multiplications and additions on registers: the best seen, and the median.

    `fused` is whether one instruction does both.
    """

    device: Device
    threads: Threads
    dtype: Dtype
    fused: bool
    flops_per_s: Positive
    median_flops_per_s: Positive


@dataclass(frozen=True, kw_only=True)
class Bandwidth:
    """How fast a working set of `size_bytes` is read, over and over; by each thread one of its own."""

    device: Device
    threads: Threads
    size_bytes: PositiveInt
    bytes_per_s: Positive


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """What WebGPU tells of the graphics card. `features` are those of the ones in question that it has.

    `timing` is how products are timed there: by the card's own timestamps, or by batches long for the page's clock.
    """

    vendor: str
    architecture: str
    fallback: bool  # a processor plays the card
    features: list[Literal["shader-f16", "subgroups", "timestamp-query"]]
    timing: Literal["timestamps", "batches"]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What it costs to have the card do nothing.

    `dispatch_s` is an empty dispatch, submitted alone, one of many in a row; `wait_s` one that the page waits for.
    """

    dispatch_s: Seconds
    wait_s: Seconds


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The Conformer's addmm for `batch` utterances at once, (rows, inner) by (inner, columns)."""

    device: Device
    batch: PositiveInt
    rows: PositiveInt
    inner: PositiveInt
    columns: PositiveInt
    times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """A product of squares of side n forward, C = AB; and backward, both dA = dC·Bᵀ and dB = Aᵀ·dC."""

    device: Device
    n: PositiveInt
    forward_times_s: NonEmpty[Seconds]
    backward_times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A part of the run beside the steps that was not measured, or not all of it, and why: its first reason."""

    part: Part
    device: Device
    reason: str

    def __post_init__(self) -> None:
        _check_reason(f"{self.part} of {self.device}", self.reason)


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What the experiment found in one browser.

    `threads` is what the browser offers. `isolated` is whether the page may share memory among workers, and `sharing`
    how circle 5 did; None where it was not measured. `relaxed` is whether the browser has relaxed SIMD. `clock_grain_s`
    is the least step of the page's clock. `no_adapter` is why there is no `adapter`. `missing` is why a ceiling, the
    launch, the addmm or the gradient was not measured; None in a record that is older than such reasons. `rounds` are
    the peak of one thread, measured again between the steps: a phone that grows warm slows down. `took_s` is the whole
    run.
    """

    agent: Agent
    threads: Annotated[int, Range(1, 4096)]
    isolated: bool
    sharing: Sharing | None
    simd: bool
    relaxed: bool
    clock_grain_s: Seconds
    adapter: Adapter | None
    no_adapter: str | None
    steps: Annotated[list[Step], AtLeast(1)]
    tried: list[Tried]
    peaks: list[Peak]
    bandwidths: list[Bandwidth]
    launch: Launch | None
    addmm: list[Batch]
    gradients: list[Gradient]
    missing: list[Missing] | None = None
    rounds: list[Positive]
    took_s: Seconds

    def __post_init__(self) -> None:
        if (self.adapter is None) == (self.no_adapter is None):
            raise ValueError("no_adapter: it is given where there is no adapter, and only there")
        _check_reason("no_adapter", self.no_adapter)
        check_unique("steps", (each.name for each in self.steps))
        check_unique("tried", ((each.tile, each.fused) for each in self.tried))
        check_unique("peaks", ((each.device, each.threads, each.dtype, each.fused) for each in self.peaks))
        check_unique("bandwidths", ((each.device, each.threads, each.size_bytes) for each in self.bandwidths))
        check_unique("addmm", ((each.device, each.batch) for each in self.addmm))
        check_unique("gradients", (each.device for each in self.gradients))
        if self.missing is not None:
            check_unique("missing", ((each.part, each.device) for each in self.missing))
            self._check_complete({(each.part, each.device) for each in self.missing})

    def _check_complete(self, missing: set[tuple[Part, Device]]) -> None:
        """Each part has its numbers, or its reason for having none."""
        parts: list[tuple[Part, list[Peak] | list[Bandwidth] | list[Batch] | list[Gradient]]] = [
            ("peak", self.peaks),
            ("bandwidth", self.bandwidths),
            ("addmm", self.addmm),
            ("gradient", self.gradients),
        ]
        devices: tuple[Device, ...] = ("cpu", "gpu")
        measured = {(part, each.device) for part, found in parts for each in found}
        if self.launch is not None:
            measured.add(("launch", "gpu"))
        wanted = {(part, device) for part, _ in parts for device in devices} | {("launch", "gpu")}
        for part, device in sorted(wanted - measured - missing):
            raise ValueError(f"missing: {part} of {device} has neither numbers nor a reason")

    def find(self, name: str) -> Step | None:
        """The step of that name that was measured; None where there is none."""
        return next((each for each in self.steps if each.name == name and each.points), None)

    def peak(self, device: Device, threads: int = 1, dtype: Dtype = "float32") -> Peak | None:
        """The highest ceiling of arithmetic there; None where none was measured."""
        found = [each for each in self.peaks if (each.device, each.threads, each.dtype) == (device, threads, dtype)]
        return max(found, key=lambda each: each.flops_per_s, default=None)

    @property
    def drop(self) -> float | None:
        """The share of its speed that one thread lost from the first round to the last; None where none was timed."""
        return max(0.0, 1 - self.rounds[-1] / self.rounds[0]) if self.rounds else None


def headlines(data: Browser) -> Headlines:
    """What a measurement is remembered by: name → number and spread."""
    for name in ("packing", "threads"):
        step = data.find(name)
        if step is not None and step.largest is not None:
            yield f"{name}.flop_rate", (step.largest.flops_per_s, quantity_of(step.largest.times_s)[1])


_BEARS = 0.07  # how far above a ceiling a median may be: the clock's grain, its own noise and the ceiling's


def doubts(data: Browser) -> Doubts:
    """Steps that are faster than the measured peak of their device."""
    for step in data.steps:
        peak = data.peak(step.device, step.threads, step.dtype)
        for point in step.points if peak is not None and step.circle != 3 else ():
            bears = max(_BEARS, middle(point.times_s))
            about = f"{step.name} {point.n}×{point.m}×{point.p}"
            yield from above(about, point.flops_per_s, peak.flops_per_s, bears)  # type: ignore[union-attr]


Data = Browser
