"""Circle 5. All threads: C is cut into strips, one for each thread, and circle 4 multiplies each strip."""

from functools import cache

from numba import get_num_threads, njit, prange

from .circle4_one_thread import BLOCK, TILE_COLUMNS, TILE_ROWS, Sides, rooms, share, strip
from .operands import Matrix, multiplication


@njit(cache=True, parallel=True)
def strips(a: Matrix, b: Matrix, c: Matrix, down: int, across: int, block: Sides, rooms: Matrix) -> None:
    """Multiply `down` × `across` strips of C in parallel; each cuts B into blocks of at most the sides `block`."""
    # --8<-- [start:heart]
    n, p = c.shape
    height = share(n, down, TILE_ROWS)
    width = share(p, across, TILE_COLUMNS)
    for part in prange(down * across):
        i = part // across * height
        j = part % across * width
        if i < n and j < p:
            i_end, j_end = min(i + height, n), min(j + width, p)
            strip(a, b, c, i, i_end, j, j_end, True, rooms[part], block)
    # --8<-- [end:heart]


@cache
def grid(threads: int, n: int, p: int) -> tuple[int, int]:
    """How many strips go down and across an n×p result, one for each thread, so that the largest strip is smallest.

    Of equal ways the one with the most strips across wins: then each column of B is packed only once, and rows of A,
    which every strip reads, are not packed at all.
    """

    def largest(down: int) -> tuple[int, int]:
        across = threads // down
        return share(n, down, TILE_ROWS) * share(p, across, TILE_COLUMNS), down

    down = min((down for down in range(1, threads + 1) if threads % down == 0), key=largest)
    return down, threads // down


def _all_threads(a: Matrix, b: Matrix, c: Matrix) -> None:
    threads = get_num_threads()
    strips(a, b, c, *grid(threads, *c.shape), BLOCK, rooms(threads))


multiply = multiplication(_all_threads)
