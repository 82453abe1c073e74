"""What the matmul experiment records: how fast each circle multiplies, under which ceilings."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

from talk.records.headline import Headlines, Quantity, quantity_of, ratio
from talk.records.schema import Device

Dtype = Literal["float32", "tf32", "bfloat16", "int8"]
Level = Literal["l1", "l2", "l3", "memory"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One product, (n, m) by (m, p), checked against float64 and then timed.

    `error` is the largest deviation from the float64 product, as a share of that product's largest number.
    """

    n: int
    m: int
    p: int
    times_s: list[float]
    error: float

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
    """A step of the descent, or a library to compare with, over several shapes.

    `bytes_asked_per_flop`: what the code's loads and stores ask of the caches for each operation, by counting its
    innermost loop; None where the code is not ours. `skipped` is why there are no points (in Russian), None where
    there are.
    """

    name: str
    circle: int
    device: Device
    threads: int
    dtype: Dtype
    library: bool
    bytes_asked_per_flop: float | None
    points: list[Point]
    skipped: str | None

    def __post_init__(self) -> None:
        if bool(self.points) == (self.skipped is not None):
            raise ValueError(f"{self.name}: a contender has points or a reason for having none")

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
    """How fast `threads` threads read a working set of `size_bytes` each, over and over."""

    level: Level
    threads: int
    size_bytes: int
    bytes_per_s: float


@dataclass(frozen=True, kw_only=True)
class Peak:
    """Arithmetic and nothing else: independent float32 FMAs on registers.

    Reading beside them costs a core power, and with it clock: `after_products_flops_per_s` is the same arithmetic in
    the fraction of a millisecond right after matrix products, before the clock has risen again.
    """

    device: Device
    threads: int
    flops_per_s: float
    after_products_flops_per_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Tiling:
    """How circle 4 cuts the product up on this machine: the register tile and the block of B, in numbers."""

    rows: int
    columns: int
    lanes: int
    block_depth: int
    block_columns: int
    l1_bytes: int
    l2_bytes: int
    l3_bytes: int


@dataclass(frozen=True, kw_only=True)
class Distributed:
    """A sharded product over `grid_rows` × `grid_columns` processes, each with a GPU of its own where `device` says so.

    `sent_bytes` is what the kernel's TCP counters saw the processes send, None where the system has no such counters.
    `killed` is the rank that was killed in the middle of the product, None where none was; `resumed_at` the step
    from which the restarted processes went on, of `steps`.
    """

    grid_rows: int
    grid_columns: int
    n: int
    steps: int
    time_s: float
    sent_bytes: int | None
    predicted_bytes: int
    killed: int | None
    restarts: int
    resumed_at: int
    error: float
    device: Device = "cpu"


@dataclass(frozen=True, kw_only=True)
class Matmul:
    """The matmul experiment on one machine; no tiling where only its GPU was measured."""

    tiling: Tiling | None
    contenders: list[Contender]
    peaks: list[Peak]
    bandwidths: list[Bandwidth]
    distributed: list[Distributed]

    def find(self, name: str) -> Contender | None:
        """The contender of that name that was measured; None where there is none."""
        return next((each for each in self.contenders if each.name == name and each.points), None)

    def run_on(self, device: Device) -> Contender | None:
        """A contender measured on `device`; None where nothing was."""
        return next((each for each in self.contenders if each.points and each.device == device), None)


def headlines(data: Matmul) -> Headlines:
    """What a measurement is remembered by: name → number and spread."""
    rates: dict[str, Quantity] = {}
    for name in ("python", "overlap", "threads", "gpu_triton"):
        contender = data.find(name)
        if contender is not None and contender.squares:
            point = contender.squares[-1]
            rates[name] = point.flops_per_s, quantity_of(point.times_s)[1]
    for name, rate in rates.items():
        if name != "python":
            yield f"{name}.flop_rate", rate
    if "python" in rates and "threads" in rates:
        yield "whole_descent", ratio(rates["threads"], rates["python"])


Data = Matmul
