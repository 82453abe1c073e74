"""Circle 9, the ice. The machine's ceilings: its peak of arithmetic and its memory bandwidths, each measured alone."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

from ..record import Bandwidth, Level, Peak
from .circle4_one_thread import TILE
from .operands import Matrix
from .vector import BYTES, Code, machine_caches

_INT = ir.IntType(64)
ACCUMULATORS = TILE.rows * TILE.vectors
FLOPS_PER_TURN = 2 * ACCUMULATORS * TILE.lanes
_TURNS = 2_000_000
_READ_BYTES = 256 << 20  # read in all by a thread, per timing
_MOST_BYTES = 512 << 20  # of all working sets together: a virtual machine takes seconds to zero a gigabyte
_REPEATS = 7
_BURST_TURNS = 100_000  # under half a millisecond: in ten the clock has risen by a tenth


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


@njit(cache=True, parallel=True, fastmath={"reassoc", "nsz", "contract"})
def _read_on_threads(x: Matrix, passes: int) -> np.float32:
    """Sum every row of x `passes` times, a thread a row."""
    total = np.float32(0)
    for thread in prange(x.shape[0]):
        own = np.float32(0)
        for _ in range(passes):
            subtotal = np.float32(0)
            for i in range(x.shape[1]):
                subtotal += x[thread, i]
            own = own * np.float32(0.5) + subtotal
        total += own
    return total


def measure_peak(threads: int) -> Peak:
    """FLOP/s of independent FMAs, the best of several runs: other programs and lower clocks can only slow them."""
    factor = np.float32(0.5)
    best_s = _best_time(lambda: _fma_on_threads(threads, np.int64(_TURNS), factor))
    return Peak(device="cpu", threads=threads, flops_per_s=threads * _TURNS * FLOPS_PER_TURN / best_s)


class PeakAfterProducts:
    """One thread's peak at the clock that products run at: the median of bursts, each right after a product.

    `product` multiplies matrices for ten milliseconds or more. Every call takes one burst, so that bursts can come
    between the contenders that are compared with this peak: a core's clock changes from minute to minute.
    """

    def __init__(self, product: Callable[[], object]) -> None:
        self._product = product
        self._times_s: list[float] = []
        _fma_burst(np.int64(1), np.float32(0.5))  # compiles

    def __call__(self) -> None:
        """Take a burst."""
        self._product()
        start = time.perf_counter()
        _fma_burst(np.int64(_BURST_TURNS), np.float32(0.5))
        self._times_s.append(time.perf_counter() - start)

    @property
    def flops_per_s(self) -> float:
        """The median of the bursts taken so far."""
        return _BURST_TURNS * FLOPS_PER_TURN / median(self._times_s)


def measure_bandwidths(threads: int) -> list[Bandwidth]:
    """The bandwidth of each memory level, read by one thread and by `threads` at once, each in its own working set."""
    caches = machine_caches()
    sizes: dict[Level, Callable[[int], int]] = {
        "l1": lambda _: caches.l1 // 2,
        "l2": lambda _: (caches.l1 + caches.l2) // 2,
        "l3": lambda count: (caches.l2 + caches.l3 // 4) // (2 * count),
        "memory": lambda count: min(max(4 * caches.l3, 64 << 20), _MOST_BYTES) // count,
    }
    counts = sorted({1, threads})
    # All share one array: on a virtual machine, getting half a gigabyte takes longer than reading it ten times.
    numbers = np.ones(max(count * size(count) for size in sizes.values() for count in counts) // BYTES, np.float32)
    return [
        _measure_bandwidth(level, numbers[: count * (size(count) // BYTES)].reshape(count, -1))
        for count in counts
        for level, size in sizes.items()
    ]


def _measure_bandwidth(level: Level, x: Matrix) -> Bandwidth:
    """The bandwidth of reading the rows of x, each by its own thread."""
    threads, size_bytes = len(x), x[0].nbytes
    passes = max(1, _READ_BYTES // size_bytes)
    best_s = _best_time(lambda: _read_on_threads(x, passes))
    return Bandwidth(level=level, threads=threads, size_bytes=size_bytes, bytes_per_s=x.nbytes * passes / best_s)


def _best_time(run: Callable[[], object]) -> float:
    run()  # compiles, and wakes the threads
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)
