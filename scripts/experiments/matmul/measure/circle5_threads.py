"""Circle 5. All threads: C is cut into strips, one for each thread, and circle 4 multiplies each strip."""

from numba import config, get_num_threads, njit, prange, types

from .circle4_one_thread import BLOCK, TILE_COLUMNS, TILE_ROWS, Sides, rooms, share, strip
from .operands import WHOLE, Matrix, checked_multiplication, multiply_apart


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


@njit(cache=True)
def grid(threads: int, n: int, p: int) -> tuple[int, int]:
    """How many strips go down and across an n×p result, one for each thread, so that the largest strip is smallest.

    Of equal ways the one with the most strips across wins: then each column of B is packed only once, and rows of A,
    which every strip reads, are not packed at all.
    """
    least, best = 0, 1
    for down in range(1, threads + 1):
        largest = share(n, down, TILE_ROWS) * share(p, threads // down, TILE_COLUMNS)
        if threads % down == 0 and (down == 1 or largest < least):
            least, best = largest, down
    return best, threads // best


@njit(types.boolean(*[WHOLE] * 4))  # which asks Numba for its threads: no such code is cached
def _in_parallel(a: Matrix, b: Matrix, c: Matrix, rooms: Matrix) -> bool:
    if not multiply_apart(a, b, c):
        return False
    down, across = grid(get_num_threads(), c.shape[0], c.shape[1])
    strips(a, b, c, down, across, BLOCK, rooms)
    return True


def _all_threads(a: Matrix, b: Matrix, c: Matrix) -> bool:
    done: bool = _in_parallel(a, b, c, rooms(config.NUMBA_NUM_THREADS))
    return done


multiply = checked_multiplication(_all_threads)
