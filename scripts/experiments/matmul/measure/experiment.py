"""The CPU's part: every contender is checked against float64, then all that are compared are timed together."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
import torch
from threadpoolctl import threadpool_limits

from talk.errors import TalkError
from talk.measure.machine import current_machine
from talk.measure.progress import Progress

from ..experiment import NAME
from ..record import Bandwidth, Contender, Peak, Point, Prices, Tiling, Walk
from . import circle4_one_thread
from .circle9_limit import InTurn, PeakBetween, found_prices, found_walks, prices, streams, threads_start, walks
from .contenders import Entry, Exact, all_threads, fewer_bits, one_thread, searched, with_epilogue
from .operands import CONFORMER, Matrix, Shape, at_a_line
from .timing import Timed, time_together
from .vector import machine_caches


@dataclass(frozen=True)
class Plan:
    """How much is measured: the sides of squares, rounds, and the time that a contender may take at one shape.

    Between our best step and the libraries a few hundredths decide, and a core's clock moves by more from second to
    second. So `met` gives, for some sides, a larger number of rounds to libraries and rivals.
    """

    sides: tuple[int, ...]
    rounds: int
    met: Mapping[int, int]
    budget_s: float

    def shapes(self, entries: list[Entry]) -> dict[Shape, list[Entry]]:
        """The square shapes, each with the entries that are measured at it."""
        return {(side, side, side): [each for each in entries if each.largest >= side] for side in self.sides}

    def sides_of(self, entries: list[Entry], name: str) -> list[int]:
        """The sides of the squares at which the entry of that name is measured."""
        return [shape[0] for shape, present in self.shapes(entries).items() if name in [each.name for each in present]]

    def rounds_of(self, entry: Entry, shape: Shape) -> int:
        """How many times the entry is visited at this shape, as long as its budget lasts."""
        return self.met.get(shape[0], self.rounds) if entry.library or entry.rival else self.rounds


FULL = Plan(sides=(128, 512, 1024, 2048), rounds=5, met={1024: 12, 2048: 10}, budget_s=1.1)
QUICK = Plan(sides=(128, 1024), rounds=1, met={}, budget_s=0.2)


@dataclass(frozen=True)
class OnCpu:
    """What a CPU has shown: its circles, and itself as a model."""

    contenders: list[Contender]
    peaks: list[Peak]
    bandwidths: list[Bandwidth]
    prices: Prices
    walks: list[Walk]


def measure_cpu(quick: bool, progress: Progress) -> OnCpu:
    """Circles 1 to 5, what a CPU can of circle 8, and the ceilings of circle 9."""
    plan = QUICK if quick else FULL
    threads = current_machine().cpu_cores
    contenders, peaks, bandwidths = [], [], []
    with thread_limit(1):
        peak, memory, price = PeakBetween(1, _product(1024)), InTurn(streams(1)), InTurn(prices())
        sides = [max(plan.sides_of(one_thread(), name)) for name in ("compiled", "registers")]
        walk = InTurn(walks(*(operands((side, side, side))[1] for side in sides)))
        contenders += _measure(plan.shapes(one_thread()), 1, plan, progress, (peak, memory, price, walk))
        peaks.append(peak.peak)
        bandwidths += [stream.bandwidth(times_s) for stream, times_s in memory.found.items()]
    with thread_limit(threads):
        peak, memory, start = (
            PeakBetween(threads),
            InTurn(streams(threads)),
            InTurn({"threads_start_s": threads_start(threads)}),
        )
        shapes: dict[Shape, list[Entry]] = {
            shape: [*entries, *(fewer_bits() if shape[0] == 1024 else [])]
            for shape, entries in plan.shapes(all_threads()).items()
        }
        shapes |= {shape: [*all_threads(), *searched()] for shape in CONFORMER[: 1 if quick else None]}
        contenders += _measure(shapes, threads, plan, progress, (peak, memory, start))
        contenders += _measure({CONFORMER[1]: with_epilogue()}, threads, plan, progress, (peak, memory, start))
        if threads > 1:
            peaks.append(peak.peak)
            bandwidths += [stream.bandwidth(times_s) for stream, times_s in memory.found.items()]
    return OnCpu(contenders, peaks, bandwidths, found_prices(price.found | start.found), found_walks(walk.found))


def _product(side: int) -> Callable[[], object]:
    a, b = operands((side, side, side))
    c = at_a_line((side, side))
    return lambda: circle4_one_thread.multiply(a, b, c)


def tiling() -> Tiling:
    """How circle 4 cuts the product up on this machine."""
    caches, tile = machine_caches(), circle4_one_thread.TILE
    return Tiling(
        rows=tile.rows,
        columns=tile.columns,
        lanes=tile.lanes,
        block_depth=circle4_one_thread.DEPTH,
        block_columns=circle4_one_thread.COLUMNS,
        l1_bytes=caches.l1 if caches.told else 0,
        l2_bytes=caches.l2 if caches.told else 0,
        l3_bytes=caches.l3 if caches.told else 0,
    )


@contextmanager
def thread_limit(count: int) -> Iterator[None]:
    """Inside, Numba, PyTorch and NumPy's BLAS work with `count` threads each."""
    before = numba.get_num_threads(), torch.get_num_threads()
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))
    torch.set_num_threads(count)
    try:
        with threadpool_limits(count, user_api="blas"):
            yield
    finally:
        numba.set_num_threads(before[0])
        torch.set_num_threads(before[1])


@cache
def operands(shape: Shape) -> tuple[Matrix, Matrix]:
    """The same random matrices on every machine, and in the same place whenever they are asked for."""
    n, m, p = shape
    random = np.random.default_rng([n, m, p])
    a, b = at_a_line((n, m)), at_a_line((m, p))
    random.standard_normal(out=a, dtype=np.float32)
    random.standard_normal(out=b, dtype=np.float32)
    return a, b


def measure_shape(entries: list[Entry], shape: Shape, plan: Plan, tick: Callable[[], object]) -> dict[str, Point]:
    """Check every entry at this shape, then time them together. Raises TalkError for a wrong product."""
    n, m, p = shape
    a, b = operands(shape)
    exact = a.astype(np.float64) @ b.astype(np.float64)
    timed: dict[str, Timed] = {}
    errors: dict[str, float] = {}
    for entry in entries:
        c = at_a_line((n, p))
        c.fill(np.nan)
        call = entry.make(a, b, c)
        call()
        errors[entry.name] = relative_error(c, entry.finish(exact), entry)
        timed[entry.name] = Timed(call, plan.rounds_of(entry, shape), plan.budget_s)
    time_together(list(timed.values()), tick)
    return {name: Point(n=n, m=m, p=p, times_s=each.times_s, error=errors[name]) for name, each in timed.items()}


def relative_error(c: Matrix, exact: Exact, entry: Entry) -> float:
    """The largest deviation as a share of the largest number. Raises TalkError where it is beyond rounding."""
    error = float(np.abs(c - exact).max() / np.abs(exact).max())
    if not error <= entry.tolerance:
        raise TalkError(
            f"talk measure {NAME}: {entry.name}",
            f"its product is off by {error:.1e} of the largest number",
            "mend the circle",
        )
    return error


def _measure(
    shapes: dict[Shape, list[Entry]],
    threads: int,
    plan: Plan,
    progress: Progress,
    between: Sequence[Callable[[], object]] = (),
) -> list[Contender]:
    """Time the entries of each shape together; after each visit each of `between` is called."""
    points: dict[str, list[Point]] = defaultdict(list)

    def tick() -> None:
        advance(1)
        for each in between:
            each()

    visits = sum(plan.rounds_of(entry, shape) for shape, present in shapes.items() for entry in present)
    with progress.bar(f"{NAME}, threads: {threads}", visits) as advance:
        for shape, present in shapes.items():
            for name, point in measure_shape(present, shape, plan, tick).items():
                points[name].append(point)
    entries = {entry.name: entry for present in shapes.values() for entry in present}
    return [
        Contender(
            name=entry.name,
            circle=entry.circle,
            device="cpu",
            threads=threads,
            dtype=entry.dtype,
            library=entry.library,
            bytes_asked_per_flop=entry.bytes_asked_per_flop,
            points=points[entry.name],
            skipped=None,
        )
        for entry in entries.values()
    ]
