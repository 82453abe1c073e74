"""Circle 8. Kernel search: nobody knows beforehand which cut suits a shape, so all are timed and the best is kept.

A matrix of 24 rows and one of 2048 want different blocks, and another division of the work between threads. Libraries
carry tables of such answers; on a GPU Triton's autotuner (circle 6) searches in the same way.
"""

import math
import time
from dataclasses import dataclass
from itertools import product

from numba import get_num_threads

from .circle4_one_thread import COLUMNS, DEPTH, TILE_COLUMNS, rooms
from .circle5_threads import strips
from .operands import Matrix, checked_multiplication, multiply_apart

_LEAST_DEPTH = 64
_TRIALS = 10  # of each, in rounds: a clock that moves meanwhile moves for all


@dataclass(frozen=True)
class Cut:
    """How many strips of C go down and across, one for each thread, and the largest block of B: depth by columns."""

    down: int
    across: int
    depth: int
    columns: int


def cuts(threads: int) -> list[Cut]:
    """The cuts to search: every grid of `threads` strips, with circle 4's block of B, its halves and its quarters."""
    grids = [(down, threads // down) for down in range(1, threads + 1) if threads % down == 0]
    depths = sorted({max(_LEAST_DEPTH, DEPTH // part) for part in (1, 2, 4)})
    columns = sorted({max(1, COLUMNS // part // TILE_COLUMNS) * TILE_COLUMNS for part in (1, 2, 4)})
    return [Cut(*grid, depth, width) for grid, depth, width in product(grids, depths, columns)]


_found: dict[tuple[int, ...], Cut] = {}


def best_cut(a: Matrix, b: Matrix, c: Matrix) -> Cut:
    """The fastest cut for operands of these shapes on as many threads as Numba has now; c is overwritten."""
    threads = get_num_threads()
    key = (threads, *a.shape, b.shape[1])
    if key not in _found:
        # --8<-- [start:heart]
        times = dict.fromkeys(cuts(threads), math.inf)
        for _ in range(_TRIALS):
            for cut in times:
                times[cut] = min(times[cut], _time(cut, a, b, c))
        _found[key] = min(times, key=times.__getitem__)
        # --8<-- [end:heart]
    return _found[key]


def _time(cut: Cut, a: Matrix, b: Matrix, c: Matrix) -> float:
    start = time.perf_counter()
    _multiply(cut, a, b, c)
    return time.perf_counter() - start


def _multiply(cut: Cut, a: Matrix, b: Matrix, c: Matrix) -> None:
    strips(a, b, c, cut.down, cut.across, (cut.depth, cut.columns), rooms(cut.down * cut.across))


def _searched(a: Matrix, b: Matrix, c: Matrix) -> bool:
    if not multiply_apart(a, b, c):
        return False
    _multiply(best_cut(a, b, c), a, b, c)
    return True


multiply = checked_multiplication(_searched)
