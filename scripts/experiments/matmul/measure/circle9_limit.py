"""Circle 9, the ice. The machine as a model: its peak of arithmetic, its memory bandwidths, prices of single things.

Each is measured alone, in turn with the others, between the products that it explains: on a shared machine the clock,
and what neighbours leave of the caches, change from minute to minute.
"""

import mmap
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import median
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from shared.simd import BYTES

from ..record import Bandwidth, Level, Peak, Prices, Traffic, Walk
from .circle3_strassen import CUTOFF
from .circle4_one_thread import COLUMNS, DEPTH, TILE, TILE_COLUMNS, TILE_ROWS
from .circle4_one_thread import _reordered as update_rows
from .circle4_one_thread import _unrolled_tile_product as tile_product
from .operands import Matrix, at_a_line
from .vector import LINE, Code, machine_caches

_INT = ir.IntType(64)
ACCUMULATORS = TILE.rows * TILE.vectors
FLOPS_PER_TURN = 2 * ACCUMULATORS * TILE.lanes
_TURNS = 500_000  # two milliseconds: on a busy machine some pass undisturbed
_IN_A_ROW = 4
_TILE_TURNS = 40  # over the whole block of B: about a millisecond
_READ_BYTES = 64 << 20  # read in all by a thread, per timing
_MOST_BYTES = 512 << 20  # of all working sets together: a virtual machine takes seconds to zero a gigabyte
_FIRST = 3  # measurements of each kind before any product
_STREAMS = 8  # vectors under way at once
STRIDE = _STREAMS * TILE.lanes
_CALLS = 1000
_STARTS = 10
_FRESH_BYTES = 8 << 20
_ADDITIONS = 500_000
_ROW, _ROUNDS = 512, 200
_HALF = np.float32(0.5)
_BURST_TURNS = 100_000  # under half a millisecond: in ten the clock has risen by a tenth
_BURSTS = 3  # the first after a pause and a product is late by up to a millisecond, and slower than the product was


# --8<-- [start:peak]
@intrinsic
def _fma_turns(_context: Any, turns: Any, factor: Any) -> Any:
    """`turns` times one FMA on each of as many registers as the tile has: no load, no store, no dependence."""

    def emit(_context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        turns, factor = words
        code = Code(builder, TILE.lanes)
        x = code.broadcast(factor)
        sums = code.loop(turns, 1, [code.zero] * ACCUMULATORS, lambda _, each: [code.fma(x, s, x) for s in each])
        return builder.extract_element(code.total(sums), _INT(0))

    return types.float32(turns, factor), emit


# --8<-- [end:peak]


@njit(cache=True)
def _fma_burst(turns: int, factor: np.float32) -> np.float32:
    return np.float32(_fma_turns(turns, factor))


@njit(cache=True, parallel=True)
def _fma_on_threads(threads: int, turns: int, factor: np.float32) -> np.float32:
    total = np.float32(0)
    for _ in prange(threads):
        total += _fma_turns(turns, factor)
    return total


@njit(cache=True, parallel=True)
def _tiles_on_threads(rooms: Matrix, turns: int) -> None:
    """Multiply circle 4's tile by a packed block of B over and over, a thread a row of `rooms`."""
    for part in prange(rooms.shape[0]):
        a = rooms[part, :_TILE_A]
        b = rooms[part, _TILE_A : _TILE_A + _TILE_B]
        c = rooms[part, _TILE_A + _TILE_B :]
        for _ in range(turns):
            for strip in range(_STRIPS):
                at = strip * DEPTH * TILE_COLUMNS
                tile_product(DEPTH, a, 0, DEPTH, b, at, TILE_COLUMNS, c, 0, TILE_COLUMNS, 0, a, -1, 0)


_STRIPS = COLUMNS // TILE_COLUMNS
_TILE_A, _TILE_B, _TILE_C = TILE_ROWS * DEPTH, DEPTH * TILE_COLUMNS * _STRIPS, TILE_ROWS * TILE_COLUMNS
_FLOPS_PER_TILE_TURN = 2 * TILE_ROWS * _TILE_B


def _streaming(traffic: Traffic) -> Any:
    """An intrinsic for compiled code: `stream(x, at, numbers, factor)` goes once through `numbers` of x from `at` on.

    Only whole vectors, many of them independent, so that nothing but the memory can hold it up. `numbers` has to be a
    multiple of STRIDE, of twice that for update, which computes y + factor·x, y being the second half.
    """

    @intrinsic
    def stream(_context: Any, x: Any, _at: Any, _numbers: Any, _factor: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, words: Any) -> Any:
            array, at, numbers, factor = words
            code = Code(builder, TILE.lanes)
            first, scale = code.place(context, signature.args[0], array, at), code.broadcast(factor)
            if traffic == "update":
                numbers = builder.lshr(numbers, _INT(1))
                second = code.move(first, numbers)

            def turn(k: Any, sums: list[Any]) -> list[Any]:
                places = [code.move(code.move(first, k), lane) for lane in range(0, STRIDE, TILE.lanes)]
                if traffic == "load":
                    return [builder.fadd(s, code.load_vector(place)) for s, place in zip(sums, places, strict=True)]
                if traffic == "store":
                    for place in places:
                        code.store_vector(scale, place)
                    return sums
                for lane, place in zip(range(0, STRIDE, TILE.lanes), places, strict=True):
                    target = code.move(code.move(second, k), lane)
                    code.store_vector(code.fma(scale, code.load_vector(place), code.load_vector(target)), target)
                return sums

            sums = code.loop(numbers, STRIDE, [code.zero] * (_STREAMS if traffic == "load" else 0), turn)
            return builder.extract_element(code.total(sums), _INT(0)) if sums else factor

        return types.float32(x, types.int64, types.int64, types.float32), emit

    return stream


_load, _store, _update = (_streaming(traffic) for traffic in ("load", "store", "update"))


@njit(cache=True, parallel=True)
def _load_on_threads(x: Matrix, passes: int, factor: np.float32) -> np.float32:
    """Load every row of x `passes` times, a thread a row."""
    total = np.float32(0)
    for thread in prange(x.shape[0]):
        for _ in range(passes):
            total += _load(x, thread * x.shape[1], x.shape[1], factor)
    return total


@njit(cache=True, parallel=True)
def _store_on_threads(x: Matrix, passes: int, factor: np.float32) -> np.float32:
    total = np.float32(0)
    for thread in prange(x.shape[0]):
        for _ in range(passes):
            total += _store(x, thread * x.shape[1], x.shape[1], factor)
    return total


@njit(cache=True, parallel=True)
def _update_on_threads(x: Matrix, passes: int, factor: np.float32) -> np.float32:
    total = np.float32(0)
    for thread in prange(x.shape[0]):
        for _ in range(passes):
            total += _update(x, thread * x.shape[1], x.shape[1], factor)
    return total


_ON_THREADS: dict[Traffic, Callable[[Matrix, int, np.float32], np.float32]] = {
    "load": _load_on_threads,
    "store": _store_on_threads,
    "update": _update_on_threads,
}


class PeakBetween:
    """The FMA peak of `threads` threads, measured between the contenders: a core's clock changes from minute to minute.

    Every call runs independent FMAs for some hundredths of a second, then the tile's own. `product`, where it is given,
    multiplies matrices for ten milliseconds or more on one thread; the best of the bursts right after it runs at the
    clock of products.
    """

    def __init__(self, threads: int, product: Callable[[], object] | None = None) -> None:
        self._threads = threads
        self._product = product
        self._times_s: list[float] = []
        self._burst_times_s: list[float] = []
        self._tile_times_s: list[float] = []
        self._rooms = at_a_line((threads, _TILE_A + _TILE_B + _TILE_C))
        self._rooms.fill(1)
        _tiles_on_threads(self._rooms, 0)  # compiles
        _fma_burst(np.int64(1), _HALF)  # compiles
        _fma_on_threads(threads, np.int64(1), _HALF)
        for _ in range(_FIRST):
            self._measure()

    def __call__(self) -> None:
        """Measure once."""
        if self._product is not None:
            self._product()
            self._burst_times_s.append(
                min(_time(lambda: _fma_burst(np.int64(_BURST_TURNS), _HALF)) for _ in range(_BURSTS))
            )
        self._measure()

    def _measure(self) -> None:
        for _ in range(_IN_A_ROW):
            self._times_s.append(_time(lambda: _fma_on_threads(self._threads, np.int64(_TURNS), _HALF)))
        _tiles_on_threads(self._rooms, 1)  # what peaks have driven out of L2 comes back
        self._tile_times_s.append(_time(lambda: _tiles_on_threads(self._rooms, _TILE_TURNS)))

    @property
    def peak(self) -> Peak:
        """What was found so far: the best, for other programs and lower clocks can only slow it, and the medians."""
        flops, burst_flops = self._threads * _TURNS * FLOPS_PER_TURN, _BURST_TURNS * FLOPS_PER_TURN
        return Peak(
            device="cpu",
            threads=self._threads,
            flops_per_s=flops / min(self._times_s),
            median_flops_per_s=flops / median(self._times_s),
            after_products_flops_per_s=burst_flops / median(self._burst_times_s) if self._burst_times_s else None,
            tile_flops_per_s=self._threads * _TILE_TURNS * _FLOPS_PER_TILE_TURN / median(self._tile_times_s),
        )


Kind = TypeVar("Kind")


class InTurn(Generic[Kind]):
    """Measurements that take turns: each call makes the next one. `found` are the seconds of each kind.

    Each is made a few times at once, so that there is something of each even where nothing is called.
    """

    def __init__(self, measurements: Mapping[Kind, Callable[[], float]]) -> None:
        self.found: dict[Kind, list[float]] = {kind: [] for kind in measurements}
        self._turns = cycle(measurements.items())
        for _ in range(_FIRST * len(measurements)):
            self()

    def __call__(self) -> None:
        """Measure one kind once."""
        kind, measure = next(self._turns)
        self.found[kind].append(measure())


@dataclass(frozen=True)
class Stream:
    """A way through a memory level: `threads` threads at once, each in its own working set."""

    level: Level
    traffic: Traffic
    threads: int
    size_bytes: int

    @property
    def passes(self) -> int:
        """How many times a thread goes through its set in one timing."""
        return max(1, _READ_BYTES // self.size_bytes)

    def bandwidth(self, times_s: Sequence[float]) -> Bandwidth:
        """What so many seconds of it tell. An update goes three times through half of the set: two loads, one store."""
        asked_bytes = self.threads * self.size_bytes * self.passes * (1.5 if self.traffic == "update" else 1)
        return Bandwidth(
            level=self.level,
            threads=self.threads,
            size_bytes=self.size_bytes,
            traffic=self.traffic,
            bytes_per_s=asked_bytes / min(times_s),
            median_bytes_per_s=asked_bytes / median(times_s),
        )


def streams(threads: int) -> dict[Stream, Callable[[], float]]:
    """The measurements of what `threads` threads at once load, store and update in each memory level.

    They must be all that Numba works with: one that does nothing would be waited for.
    """
    caches = machine_caches()
    beyond = max(4 * caches.l3, 64 << 20) if caches.told else _MOST_BYTES
    sizes: dict[Level, int] = {
        "l1": caches.l1 // 2,
        "l2": (caches.l1 + caches.l2) // 2,
        # A host tells of the whole of its L3, but a virtual machine has its part, and a TLB knows few pages of it.
        "l3": min((caches.l2 + caches.l3 // 4) // 2, 8 * caches.l2) // threads,
        "memory": min(beyond, _MOST_BYTES) // threads,
    }
    if not (caches.told and caches.l3):  # nobody knows where it would be
        del sizes["l3"]
    rows = {level: _whole(size_bytes) for level, size_bytes in sizes.items()}
    # All share one array: on a virtual machine, getting half a gigabyte takes longer than reading it ten times.
    numbers = at_a_line((threads * max(rows.values()),))
    numbers.fill(1)  # else all pages are the system's one page of zeros
    return {
        Stream(level, traffic, threads, BYTES * row): _streamed(traffic, numbers[: threads * row].reshape(threads, row))
        for level, row in rows.items()
        for traffic in _ON_THREADS
    }


def _streamed(traffic: Traffic, x: Matrix) -> Callable[[], float]:
    """The seconds to go through the rows of x, each by its own thread."""
    run, factor = _ON_THREADS[traffic], np.float32(1e-3)
    passes = max(1, _READ_BYTES // x[0].nbytes)
    run(x[:, : 2 * STRIDE].copy(), 1, factor)  # compiles

    def measure() -> float:
        if x[0].nbytes <= _READ_BYTES:  # what was driven out of the cache comes back
            run(x, 1, factor)
        return _time(lambda: run(x, passes, factor))

    return measure


def _whole(size_bytes: int) -> int:
    """The numbers of a working set of about this size that every kind of traffic goes through without a rest."""
    step = 2 * STRIDE
    return max(step, size_bytes // BYTES // step * step)


def prices() -> dict[str, Callable[[], float]]:
    """The measurements of what is paid each time, however little is done, by the names of fields of Prices."""
    one, out = torch.ones(1), torch.empty(1)
    # A product of one row, all of which stays in L1.
    depth = max(1, machine_caches().l1 // 2 // (BYTES * _ROW))
    a, b, c = (np.ones(shape, np.float32) for shape in ((1, depth), (depth, _ROW), (1, _ROW)))
    short, sums = np.ones(CUTOFF, np.float32), np.empty(CUTOFF, np.float32)
    known = mmap.mmap(-1, _FRESH_BYTES)
    _additions(np.int64(1), _HALF)  # compiles
    _update_rows(a, b, c, np.int64(1))
    _short_sums(short, short, sums, np.int64(1))

    def touch(memory: mmap.mmap) -> None:
        for page in range(0, _FRESH_BYTES, mmap.PAGESIZE):
            memory[page] = 1

    def touch_fresh_memory() -> None:
        with mmap.mmap(-1, _FRESH_BYTES) as fresh:
            touch(fresh)

    def fresh_page_s() -> float:
        touch(known)
        beyond_s = _time(touch_fresh_memory) - _time(lambda: touch(known))
        return max(beyond_s, 1e-9) / (_FRESH_BYTES // mmap.PAGESIZE)

    def call_operators() -> None:
        for _ in range(_CALLS):
            torch.add(one, one, out=out)

    return {
        "operator_call_s": lambda: _time(call_operators) / _CALLS,
        "fresh_page_s": fresh_page_s,
        "addition_s": lambda: _time(lambda: _additions(np.int64(_ADDITIONS), _HALF)) / _ADDITIONS,
        "short_sum_s": lambda: (
            _time(lambda: _short_sums(short, short, sums, np.int64(_ROUNDS))) / (_ROUNDS * short.size * sums.size)
        ),
        "row_update_s": lambda: _time(lambda: _update_rows(a, b, c, np.int64(_ROUNDS))) / (_ROUNDS * b.size),
    }


def threads_start(threads: int) -> Callable[[], float]:
    """The measurement of a parallel loop that does nothing, on so many threads."""

    def start() -> None:
        _fma_on_threads(threads, np.int64(0), _HALF)

    start()
    return lambda: median(_time(start) for _ in range(_STARTS))


def found_prices(found: Mapping[str, Sequence[float]]) -> Prices:
    """Medians of what was found of each price."""
    return Prices(page_bytes=mmap.PAGESIZE, **{name: median(times_s) for name, times_s in found.items()})


def walks(columns: Matrix, tiles: Matrix) -> dict[tuple[int, int], Callable[[], float]]:
    """The measurements of lines that circle 2 and circle 4's tile ask for, of these squares B: seconds a line.

    The first goes down whole columns, the second down a block of B as wide as the tile. The side and the width tell
    which is which. Where a cache has room for lines so far apart depends on the pages that B got, so it has to be the
    very B that is multiplied.
    """
    return {
        (len(columns), 1): _walked(columns, len(columns), len(columns), 1),
        (len(tiles), TILE_COLUMNS): _walked(tiles, min(DEPTH, len(tiles)), min(COLUMNS, len(tiles)), TILE_COLUMNS),
    }


def found_walks(found: Mapping[tuple[int, int], Sequence[float]]) -> list[Walk]:
    """Medians of what was found of each walk."""
    return [Walk(n=n, width=width, line_s=median(times_s)) for (n, width), times_s in found.items()]


def _walked(x: Matrix, rows: int, columns: int, width: int) -> Callable[[], float]:
    walk = _walking(width)
    lines = rows * (columns // width) * -(-width // LINE)

    def measure() -> float:
        walk(x, rows, columns)  # so that it comes from where it stays
        return _time(lambda: walk(x, rows, columns)) / lines

    return measure


def _walking(width: int) -> Callable[[Matrix, int, int], np.float32]:
    """A walk that touches every line of a block: down the rows, `width` numbers of each, then the next columns.

    There are four sums, and a multiple of four rows: one sum would wait for itself.
    """

    @njit(cache=True)
    def walk(x: Matrix, rows: int, columns: int) -> np.float32:
        t0 = t1 = t2 = t3 = np.float32(0)
        for j in range(0, columns - width + 1, width):
            for i in range(0, rows, 4):
                for line in range(0, width, LINE):
                    t0 += x[i, j + line]
                    t1 += x[i + 1, j + line]
                    t2 += x[i + 2, j + line]
                    t3 += x[i + 3, j + line]
        return t0 + t1 + t2 + t3

    made: Callable[[Matrix, int, int], np.float32] = walk
    return made


@njit(cache=True)
def _update_rows(a: Matrix, b: Matrix, c: Matrix, rounds: int) -> None:
    """Circle 4's first step, over and over: the innermost loop is the compiler's."""
    for _ in range(rounds):
        update_rows(a, b, c)


@njit(cache=True)
def _additions(count: int, x: np.float32) -> np.float32:
    """So many additions, each of which waits for the one before: without leave, LLVM may not reorder floats."""
    total = np.float32(0)
    for _ in range(count):
        total += x
    return total


@njit(cache=True)
def _short_sums(a: Matrix, b: Matrix, sums: Matrix, rounds: int) -> None:
    """Inner products in L1, one after another: each waits for itself, but the next begins before it ends."""
    for _ in range(rounds):
        for j in range(sums.shape[0]):
            total = np.float32(0)
            for k in range(a.shape[0]):
                total += a[k] * b[k]
            sums[j] = total
            b[j] = total * np.float32(0) + np.float32(1)  # so that no product is the one before it


def _time(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
