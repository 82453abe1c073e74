"""Circle 9, the ice. The machine's ceilings: its peak of arithmetic and its memory bandwidths, each measured alone."""

import mmap
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from shared.simd import BYTES

from ..record import Bandwidth, Level, Peak, Prices, Traffic
from .circle4_one_thread import TILE
from .circle4_one_thread import _reordered as update_rows
from .operands import Matrix
from .vector import LINE, Code, machine_caches

_INT = ir.IntType(64)
ACCUMULATORS = TILE.rows * TILE.vectors
FLOPS_PER_TURN = 2 * ACCUMULATORS * TILE.lanes
_TURNS = 500_000  # two milliseconds: on a busy machine some pass undisturbed
_IN_A_ROW = 4
_READ_BYTES = 256 << 20  # read in all by a thread, per timing
_MOST_BYTES = 512 << 20  # of all working sets together: a virtual machine takes seconds to zero a gigabyte
_REPEATS = 7
_FIRST = 3  # measurements of the peak before any product
_STREAMS = 8  # vectors under way at once
STRIDE = _STREAMS * TILE.lanes
_CALLS = 2000
_FRESH_BYTES = 32 << 20
_ADDITIONS = 1_000_000
_ROW, _ROUNDS = 512, 500
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

    Every call runs independent FMAs for some hundredths of a second. `product`, where it is given, multiplies matrices
    for ten milliseconds or more on one thread; the best of the bursts right after it runs at the clock of products.
    """

    def __init__(self, threads: int, product: Callable[[], object] | None = None) -> None:
        self._threads = threads
        self._product = product
        self._times_s: list[float] = []
        self._burst_times_s: list[float] = []
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
        )


def measure_bandwidths(threads: int) -> list[Bandwidth]:
    """What `threads` threads at once load, store and update in each memory level, each in its own working set.

    They must be all that Numba works with: one that does nothing would be waited for.
    """
    caches = machine_caches()
    sizes: dict[Level, int] = {
        "l1": caches.l1 // 2,
        "l2": (caches.l1 + caches.l2) // 2,
        "l3": (caches.l2 + caches.l3 // 4) // (2 * threads),
        "memory": min(max(4 * caches.l3, 64 << 20), _MOST_BYTES) // threads,
    }
    rows = {level: _whole(size_bytes) for level, size_bytes in sizes.items()}
    # All share one array: on a virtual machine, getting half a gigabyte takes longer than reading it ten times.
    numbers = whole_lines(threads * max(rows.values()))
    return [
        _measure_bandwidth(level, traffic, numbers[: threads * row].reshape(threads, row))
        for level, row in rows.items()
        for traffic in _ON_THREADS
    ]


def whole_lines(count: int) -> Matrix:
    """So many ones, from the beginning of a cache line on: a vector that lies across two is loaded twice."""
    numbers = np.ones(count + LINE, np.float32)
    return numbers[-(numbers.ctypes.data // BYTES) % LINE :][:count]


def _whole(size_bytes: int) -> int:
    """The numbers of a working set of about this size that every kind of traffic goes through without a rest."""
    step = 2 * STRIDE
    return max(step, size_bytes // BYTES // step * step)


def _measure_bandwidth(level: Level, traffic: Traffic, x: Matrix) -> Bandwidth:
    """How fast the rows of x are gone through, each by its own thread."""
    threads, size_bytes = len(x), x[0].nbytes
    passes, factor = max(1, _READ_BYTES // size_bytes), np.float32(1e-3)
    best_s = _best_time(lambda: _ON_THREADS[traffic](x, passes, factor))
    # An update goes three times through half of the set: two loads, one store.
    asked_bytes = x.nbytes * passes * (1.5 if traffic == "update" else 1)
    return Bandwidth(
        level=level, threads=threads, size_bytes=size_bytes, bytes_per_s=asked_bytes / best_s, traffic=traffic
    )


def measure_prices(threads: int) -> Prices:
    """What is paid each time, however little is done; medians."""
    one, out = torch.ones(1), torch.empty(1)
    # A product of one row, all of which stays in L1.
    depth = max(1, machine_caches().l1 // 2 // (BYTES * _ROW))
    a, b, c = (np.ones(shape, np.float32) for shape in ((1, depth), (depth, _ROW), (1, _ROW)))

    def call_operators() -> None:
        for _ in range(_CALLS):
            torch.add(one, one, out=out)

    def touch_fresh_memory() -> None:
        with mmap.mmap(-1, _FRESH_BYTES) as fresh:
            for page in range(0, _FRESH_BYTES, mmap.PAGESIZE):
                fresh[page] = 1

    def touch_again() -> None:
        for page in range(0, _FRESH_BYTES, mmap.PAGESIZE):
            known[page] = 1

    with mmap.mmap(-1, _FRESH_BYTES) as known:
        touch_again()
        touched_s = _median_time(touch_again)
    fresh_s = max(_median_time(touch_fresh_memory) - touched_s, 1e-9)
    _fma_on_threads(threads, np.int64(0), _HALF)
    return Prices(
        operator_call_s=_median_time(call_operators) / _CALLS,
        fresh_page_s=fresh_s / (_FRESH_BYTES // mmap.PAGESIZE),
        page_bytes=mmap.PAGESIZE,
        threads_start_s=_median_time(lambda: _fma_on_threads(threads, np.int64(0), _HALF), 50 * _REPEATS),
        addition_s=_median_time(lambda: _additions(np.int64(_ADDITIONS), _HALF)) / _ADDITIONS,
        row_update_s=_median_time(lambda: _update_rows(a, b, c, _ROUNDS)) / (_ROUNDS * b.size),
    )


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


def _best_time(run: Callable[[], object]) -> float:
    run()  # compiles, and wakes the threads
    return min(_time(run) for _ in range(_REPEATS))


def _median_time(run: Callable[[], object], repeats: int = 0) -> float:
    run()
    return median(_time(run) for _ in range(repeats or _REPEATS))


def _time(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
