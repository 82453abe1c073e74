"""What the matmul experiment records: how fast each circle multiplies, and under which ceilings."""

import re
from dataclasses import dataclass, field
from math import log2
from statistics import median
from typing import Annotated, Any, Literal

from talk.records.doubts import MOST, Doubts, above, middle, wide
from talk.records.headline import Headlines, Quantity, quantity_of, ratio
from talk.records.ranges import AtLeast, Range
from talk.records.schema import Device, Name, NonEmpty, Positive, PositiveInt, Seconds, Threads, check_unique

from .experiment import EXPERIMENT

Dtype = Literal["float32", "tf32", "bfloat16", "int8"]
Level = Literal["l1", "l2", "l3", "memory"]
Traffic = Literal["load", "store", "update"]

# Why a contender was not measured. Some kinds have a detail: the package to install, and the error in its own words.
_REASON = re.compile(r"no_gpu|too_old|out_of_memory|no_package:.+|failed:.+|broke:.+")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One product, (n, m) by (m, p), checked against float64 and then timed.

    `error` is the largest deviation from the float64 product, as a share of that product's largest number. On a GPU
    `times_s` are its own times, of many calls in a row for each; `host_time_s` is what one call takes of the host that
    waits for it. Records of before have the latter as `times_s`.
    """

    n: PositiveInt
    m: PositiveInt
    p: PositiveInt
    times_s: NonEmpty[Seconds]
    error: Annotated[float, Range(0, 0.1)]  # a larger one is a wrong product
    host_time_s: Seconds | None = None

    @property
    def flops_per_s(self) -> float:
        """The definition's 2nmp operations by the median time, whatever the algorithm saves of them."""
        return 2 * self.n * self.m * self.p / median(self.times_s)

    @property
    def square(self) -> bool:
        """Whether all three sides are one."""
        return self.n == self.m == self.p


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A step of the descent, or a library to compare it with, over several shapes.

    `bytes_asked_per_flop` is how many bytes the innermost loop loads and stores for each operation, the inverse of its
    arithmetic intensity; None where the code is not ours. `skipped` is why there are no points, or no more of them:
    `no_gpu`, `too_old` (the GPU has no such numbers), `no_package:NAME`, `out_of_memory`, `failed:ERROR` where it could
    not start here, and `broke:ERROR` where it is to be mended: a wrong product, or a kernel that ended its process.
    """

    name: Name
    circle: Annotated[int, Range(1, 9)]
    device: Device
    threads: Threads
    dtype: Dtype
    library: bool
    bytes_asked_per_flop: Positive | None
    points: list[Point]
    skipped: str | None

    def __post_init__(self) -> None:
        if not self.points and self.skipped is None:
            raise ValueError(f"{self.name}: a contender has points or a reason for having none")
        if self.skipped is not None and _REASON.fullmatch(self.skipped) is None:
            raise ValueError(f"{self.name}: skipped is {self.skipped!r}, which is no reason known")
        check_unique(f"points of {self.name}", ((point.n, point.m, point.p) for point in self.points))

    def at(self, n: int, m: int | None = None, p: int | None = None) -> Point | None:
        """The point of this shape, a square where only n is given; None where it was not measured."""
        shape = (n, n if m is None else m, n if p is None else p)
        return next((point for point in self.points if (point.n, point.m, point.p) == shape), None)

    @property
    def squares(self) -> list[Point]:
        """Points of square products, by size."""
        return sorted((point for point in self.points if point.square), key=lambda point: point.n)


@dataclass(frozen=True, kw_only=True)
class Bandwidth:
    """How fast `threads` threads go through a working set of `size_bytes` each, over and over.

    `traffic` is what they do there: load, store, or update, which loads two numbers for each that it stores. Whole
    vectors lie in whole cache lines. Records of before know `load` alone, by a loop that did not reach all of it.

    It is measured many times, between the products: `bytes_per_s` is the best, a ceiling, `median_bytes_per_s` the
    median, which medians of products are compared with. Records of before know the best of a moment alone.
    """

    level: Level
    threads: Threads
    size_bytes: PositiveInt
    bytes_per_s: Positive
    traffic: Traffic = "load"
    median_bytes_per_s: Positive | None = None

    @property
    def typical_bytes_per_s(self) -> float:
        """The median; where a record has none, the best."""
        return self.median_bytes_per_s or self.bytes_per_s


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The rate of independent float32 FMAs on registers, with no loads and no stores.

    A core that also reads memory draws more power, and lowers its clock. `after_products_flops_per_s` is the same rate
    in the fraction of a millisecond after a matrix product, before the clock has risen again.

    It is measured many times, between the products: `flops_per_s` is the best, a ceiling, `median_flops_per_s` the
    median, which medians of products are compared with. Records of before know the best of a moment alone.

    `tile_flops_per_s` is what circle 4's tile reaches over a packed block of B, and over one row of A and of C: the
    same FMAs with their loads from L1 and L2, and nothing from farther. Records of before do not have it.
    """

    device: Device
    threads: Threads
    flops_per_s: Positive
    after_products_flops_per_s: Positive | None = None
    median_flops_per_s: Positive | None = None
    tile_flops_per_s: Positive | None = None

    @property
    def typical_flops_per_s(self) -> float:
        """The median; where a record has none, the best."""
        return self.median_flops_per_s or self.flops_per_s


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What is paid each time, however little is done: the third ceiling beside arithmetic and memory.

    `operator_call_s` is a PyTorch operator on one number. `fresh_page_s` is the system's part in the first touch of
    `page_bytes` of new memory. `threads_start_s` is a parallel loop that does nothing, on all threads. `addition_s` is
    one float32 addition that waits for the one before it, `row_update_s` what the compiler's own loop takes to update
    one number of a row in L1. `short_sum_s` is a multiplication and an addition of inner products as short as those of
    circle 3's blocks, which overlap; records of before do not have it.
    """

    operator_call_s: Seconds
    fresh_page_s: Seconds
    page_bytes: int
    threads_start_s: Seconds
    addition_s: Seconds
    row_update_s: Seconds
    short_sum_s: Seconds | None = None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Lines of a square of side `n` that one thread asks for: down its rows, `width` numbers of each, then the next.

    Rows lie far apart, so nothing is fetched ahead, and where their distance is a power of two few of them have room in
    a cache at once. `line_s` is what a line takes when the walk is made over and over.
    """

    n: PositiveInt
    width: PositiveInt
    line_s: Seconds


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """How circle 4 cuts the product up on this machine. Sides of the register tile and of the block of B are counts.

    A cache of 0 bytes is one that the machine has not, or that its system does not tell of.
    """

    rows: Annotated[int, Range(1, 64)]  # a register tile larger than any processor's registers is a mistake
    columns: Annotated[int, Range(1, 1024)]
    lanes: Annotated[int, Range(1, 256)]
    block_depth: PositiveInt
    block_columns: PositiveInt
    l1_bytes: int
    l2_bytes: int
    l3_bytes: int

    def __post_init__(self) -> None:
        if self.lanes & (self.lanes - 1):
            raise ValueError(f"tiling: no vector register has {self.lanes} numbers")


@dataclass(frozen=True, kw_only=True)
class Distributed:
    """A sharded product over `grid_rows` × `grid_columns` processes, each with a GPU of its own where `device` says so.

    `sent_bytes` is what all processes sent, by the TCP counters of the operating system; None where it has none.
    `killed` is the rank that was killed in the middle of the product, None where none was. `resumed_at` is the step,
    of `steps`, from which the restarted processes went on.
    """

    grid_rows: PositiveInt
    grid_columns: PositiveInt
    n: PositiveInt
    steps: PositiveInt
    time_s: Seconds
    sent_bytes: int | None
    predicted_bytes: PositiveInt
    killed: int | None
    restarts: int
    resumed_at: int
    error: Annotated[float, Range(0, 0.1)]  # a larger one is a wrong product
    device: Device = "cpu"


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What came out of the compiler for one kernel of a contender, read off its machine code: no GPU is needed for it.

    `name` is the contender's, `arch` the architecture, as `sm_90`. `tile` is how the kernel cuts the product up, as
    `128x256x64`, empty where it has but one way. `stack_bytes` is what did not fit into registers, `shared_bytes` what
    a block takes of shared memory. The rest is of a warp's main loop: all its `instructions`, those that multiply, and
    those that fetch operands from memory. `tensor` is the tensor core's instruction, as `HGMMA` or `HMMA`, `load`
    the one that fetches, as `LDG.128`, `LDGSTS.128` or `UTMALDG`; None where there is none.
    """

    name: Name
    arch: Annotated[str, AtLeast(4)]
    tile: str
    threads: Threads
    stages: PositiveInt | None
    registers: PositiveInt
    stack_bytes: int
    shared_bytes: int
    instructions: int
    multiplications: int
    fetches: int
    tensor: Name | None
    load: Name | None

    def __post_init__(self) -> None:
        if re.fullmatch(r"(\d+(x\d+)*)?", self.tile) is None:
            raise ValueError(f"{self.name}: tile is {self.tile!r}, as 128x256x64 is expected")
        for instruction in (self.tensor, self.load):
            if instruction is not None and re.fullmatch(r"[A-Z0-9_.]+", instruction) is None:
                raise ValueError(f"{self.name}: {instruction!r} is no instruction, as LDG.128 is")
        if self.multiplications + self.fetches > self.instructions:
            raise ValueError(f"{self.name}: its loop has more multiplications and fetches than instructions")

    @property
    def fma_share(self) -> float:
        """The share of the loop's instructions that multiply: of the issue slots, what is left for arithmetic."""
        return self.multiplications / self.instructions if self.instructions else 0.0


@dataclass(frozen=True, kw_only=True)
class GpuState:
    """What the driver tells of the GPU at a moment; None is what it does not tell.

    `throttled` are the reasons why its clock is held down, in the driver's words.
    """

    clock_hz: Positive | None
    memory_clock_hz: Positive | None
    power_w: Positive | None
    temperature_c: int | None
    throttled: list[str]


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """The GPU as a model: its counts, its ceilings, each measured alone, and what a launch costs.

    `fma_flops_per_s` is of independent float32 FMAs on registers, `copy_bytes_per_s` of a copy within its memory, bytes
    read and written, `l2_bytes_per_s` of reading what lies in its L2. `before` is its state at rest, `after` that under
    the last of the products. `launch_s` is what the host takes to launch an empty kernel, `kernel_s` what the GPU takes
    for one of many in a row, `latency_s` how long one number from its memory is waited for. What could not be measured
    is None; records of before have no latency.
    """

    capability: Name  # as 9.0
    multiprocessors: Annotated[int, Range(1, 10_000)]  # a hundred and a half is much
    clock_hz: Positive | None  # the highest that the driver allows
    l2_bytes: int
    memory_bytes: PositiveInt
    fma_flops_per_s: Positive | None
    copy_bytes_per_s: Positive | None
    l2_bytes_per_s: Positive | None
    launch_s: Seconds | None
    kernel_s: Seconds | None
    before: GpuState | None
    after: GpuState | None
    latency_s: Seconds | None = None

    def passport(self, dtype: Dtype) -> float | None:
        """FLOP/s that multiprocessors, the highest clock and the data sheet's rate make; None where one is unknown."""
        rate = FLOPS_PER_CLOCK.get(self.capability, {}).get(dtype)
        return self.multiprocessors * self.clock_hz * rate if rate and self.clock_hz else None


# Operations in a clock on one multiprocessor, dense, by the vendor's data sheets: the most of all cards of a kind.
FLOPS_PER_CLOCK: dict[str, dict[Dtype, int]] = {
    "7.5": {"float32": 128},
    "8.0": {"float32": 128, "tf32": 1024, "bfloat16": 2048, "int8": 4096},
    "8.6": {"float32": 256, "tf32": 512, "bfloat16": 1024, "int8": 2048},
    "8.9": {"float32": 256, "tf32": 512, "bfloat16": 1024, "int8": 2048},
    "9.0": {"float32": 256, "tf32": 2048, "bfloat16": 4096, "int8": 8192},
    "10.0": {"float32": 256, "tf32": 4096, "bfloat16": 8192, "int8": 16384},
}


@dataclass(frozen=True, kw_only=True)
class Matmul:
    """What the experiment found on one machine. `tiling` is None where only its GPU was measured.

    `gpu` is the GPU as a model, None where none was measured. `compiled` is what came out of compilers for GPUs, for
    architectures that need not be here. Records of before have no `walks`.
    """

    tiling: Tiling | None
    contenders: list[Contender]
    peaks: list[Peak]
    bandwidths: list[Bandwidth]
    distributed: list[Distributed]
    prices: Prices | None = None
    gpu: Gpu | None = None
    compiled: list[Compiled] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_unique("contenders", (each.name for each in self.contenders))
        check_unique("peaks", ((each.device, each.threads) for each in self.peaks))
        check_unique(
            "bandwidths", ((each.level, each.threads, each.traffic, each.size_bytes) for each in self.bandwidths)
        )
        check_unique("distributed", ((each.device, each.killed is None) for each in self.distributed))
        check_unique("walks", ((each.n, each.width) for each in self.walks))
        check_unique("compiled", ((each.name, each.arch, each.tile, each.stages) for each in self.compiled))
        on_cpu = [each.threads for each in self.peaks if each.device == "cpu"]
        if on_cpu and 1 not in on_cpu:
            raise ValueError("peaks: none is of one thread")
        for each in self.distributed:
            if each.killed is not None and each.killed >= each.grid_rows * each.grid_columns:
                raise ValueError(f"distributed: there is no process {each.killed} that could be killed")
            if each.resumed_at > each.steps:
                raise ValueError(f"distributed: it went on from step {each.resumed_at} of {each.steps}")

    def find(self, name: str) -> Contender | None:
        """The contender of that name that was measured; None where there is none."""
        return next((each for each in self.contenders if each.name == name and each.points), None)

    def run_on(self, device: Device) -> Contender | None:
        """A contender measured on `device`; None where nothing was."""
        return next((each for each in self.contenders if each.points and each.device == device), None)


def headlines(data: Matmul) -> Headlines:
    """What a measurement is remembered by: name → number and spread."""
    for headline in EXPERIMENT.headlines:
        name, _, number = headline.name.partition(".")
        rate = _rate(name, data)
        if number == "flop_rate" and rate is not None:
            yield headline.name, rate
    python, threads = _rate("python", data), _rate("threads", data)
    if python is not None and threads is not None:
        yield "whole_descent", ratio(threads, python)


def _rate(name: str, data: Matmul) -> Quantity | None:
    """FLOP/s of the contender at its largest square, and their spread."""
    contender = data.find(name)
    if contender is None or not contender.squares:
        return None
    point = contender.squares[-1]
    return point.flops_per_s, quantity_of(point.times_s)[1]


# How far above a ceiling a median may be: its own noise and the ceiling's.
_BEARS, _BEARS_OF_CORES = 0.05, 0.07
_SMALLEST = 512  # side of squares from which a few interruptions do not make the spread


def doubts(data: Matmul) -> Doubts:
    """Where the record contradicts itself: faster than the peak or the memory, by more than the cores, all noise."""
    yield from _gpu_doubts(data)
    peaks = {peak.threads: peak.flops_per_s for peak in data.peaks if peak.device == "cpu"}
    most_threads = max(peaks, default=1)
    if most_threads > 1:
        yield from above(
            "FMA peak", peaks[most_threads] / peaks[1], most_threads, _BEARS_OF_CORES, kind="more_than_cores"
        )
    after_products = next((each.after_products_flops_per_s for each in data.peaks if each.threads == 1), None)
    loaded = max(
        (each.bytes_per_s for each in data.bandwidths if (each.level, each.threads) == ("l1", 1)), default=None
    )
    for contender in data.contenders:
        if contender.device != "cpu" or contender.dtype != "float32":
            continue
        for point in contender.points:
            shape = f"n={point.n}" if point.square else f"{point.n}×{point.m}×{point.p}"
            about, rate = f"{contender.name} {shape}", point.flops_per_s
            if contender.threads in peaks:
                ceiling = peaks[contender.threads] * _saved_by(contender, point)
                yield from above(about, rate, ceiling, _BEARS, most=MOST)
            if after_products is not None and contender.threads == 1 and contender.circle != 3:
                bears = max(_BEARS, middle(point.times_s))
                yield from above(f"{about}, FMA right after products", rate, after_products, bears)
            if loaded is not None and contender.threads == 1 and contender.circle != 3:
                asked = rate * (contender.bytes_asked_per_flop or 0)
                yield from above(f"{about}, bytes of L1", asked, loaded, _BEARS)
            if point.square and point.n >= _SMALLEST:
                yield from wide(about, point.times_s)
    for alone, together in (
        ("overlap", "threads"),
        *((f"{each}_one_thread", f"{each}_all_threads") for each in _LIBRARIES),
    ):
        first, second = data.find(alone), data.find(together)
        if first is not None and second is not None and second.threads > 1:
            for point in second.squares:
                one = first.at(point.n)
                if one is not None and point.n >= _SMALLEST:
                    speedup = point.flops_per_s / one.flops_per_s
                    about = f"{together} to {alone} n={point.n}"
                    bears = max(_BEARS_OF_CORES, middle(one.times_s) + middle(point.times_s))
                    yield from above(about, speedup, second.threads, bears, kind="more_than_cores")


def _saved_by(contender: Contender, point: Point) -> float:
    """How many times fewer operations are done than are counted: Strassen's algorithm does 7 of 8 at each level."""
    if contender.circle != 3:
        return 1.0
    levels = 1 if contender.name == "strassen_over_tiles" else log2(min(point.n, point.m, point.p))
    return float((8 / 7) ** levels)


_LIBRARIES = ("torch", "numpy")
_SKIPS = {"gpu_sparse": 2.0}  # who skips every other multiplication, which is counted all the same


def _gpu_doubts(data: Matmul) -> Doubts:
    """The same of a GPU: faster than its FMA, than its data sheet, or than operands can come from its L2."""
    gpu = data.gpu
    if gpu is None:
        return
    sheet = gpu.passport("float32")
    if gpu.fma_flops_per_s is not None and sheet is not None:
        yield from above("GPU's FMA peak", gpu.fma_flops_per_s, sheet, _BEARS)
    for contender in data.contenders:
        if contender.device != "cuda":
            continue
        by_fma = contender.dtype == "float32" and contender.circle != 8  # there float32 may come from tensor cores
        dtype = "bfloat16" if contender.dtype == "float32" else contender.dtype
        ceiling = (gpu.fma_flops_per_s or sheet) if by_fma else gpu.passport(dtype)
        for point in contender.points:
            about = f"{contender.name} {point.n}×{point.m}×{point.p}"
            bears = max(_BEARS, middle(point.times_s))
            if ceiling is not None:
                most = ceiling * _SKIPS.get(contender.name, 1.0)
                yield from above(about, point.flops_per_s, most, bears, most=MOST)
            if gpu.l2_bytes_per_s is not None:
                a_number = 2 if contender.dtype == "bfloat16" else 4
                least_bytes = a_number * (point.n * point.m + point.m * point.p + point.n * point.p)
                rate = least_bytes / median(point.times_s)
                yield from above(f"{about}, bytes of L2", rate, gpu.l2_bytes_per_s, bears)
            if point.square and point.n >= _SMALLEST:
                yield from wide(about, point.times_s)


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a record with schema_version 1, which gave its reasons in Russian, as today's schema has it."""
    return data | {"contenders": [each | {"skipped": _reason(each["skipped"])} for each in data["contenders"]]}


def _reason(former: str | None) -> str | None:
    if former is None:
        return None
    package = re.fullmatch("пакет (.+) не установлен", former)
    if package is not None:
        return f"no_package:{package[1]}"
    return "no_gpu" if former == "на этой машине нет GPU с CUDA" else f"failed:{former.removeprefix('не запустился: ')}"


Data = Matmul
