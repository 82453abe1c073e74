"""Circle 6, the last two of Numba's steps: the next tiles are on their way while these are multiplied."""

from typing import Any

from numba import float32

from .circle6_tile import DEEP, EACH, HALF, PADDED, THREADS, TILE
from .circle6_vector import ALIGNMENT, copy_four, copy_four_down
from .numba_gpu import cuda, gpu_kernel_of

_TWICE = 2 * DEEP


def _pipelined(down: int) -> Any:
    """Tiles of A and B twice, in turns. A warp is `down` threads high: so many fours of A it reads, and 32 / down of B.

    Bound by the instructions beside the multiply-adds, a fifth of all. More of them unrolled at once would need more
    registers than two blocks in a multiprocessor leave to a thread.
    """
    across = 32 // down
    warps = TILE // EACH // across  # side by side

    @gpu_kernel_of(THREADS, 2)
    def kernel(a: Any, b: Any, c: Any) -> None:
        thread = cuda.threadIdx.x
        warp, lane = thread // 32, thread % 32
        top, left = cuda.blockIdx.y * TILE, cuda.blockIdx.x * TILE
        row, column = (warp // warps * down + lane // across) * 4, (warp % warps * across + lane % across) * 4
        a_tiles = cuda.shared.array((_TWICE, PADDED), float32, ALIGNMENT)  # transposed
        b_tiles = cuda.shared.array((_TWICE, TILE), float32, ALIGNMENT)
        a_fetched = cuda.local.array((1, 4), float32, ALIGNMENT)
        b_fetched = cuda.local.array((1, 4), float32, ALIGNMENT)
        totals = cuda.local.array((EACH, EACH), float32, ALIGNMENT)
        for y in range(EACH):
            for x in range(EACH):
                totals[y, x] = float32(0)
        a_row, a_column = thread // (DEEP // 4), thread % (DEEP // 4) * 4
        b_row, b_column = thread // (TILE // 4), thread % (TILE // 4) * 4
        _fetch(a, top + a_row, a_column, a_fetched)
        _fetch(b, b_row, left + b_column, b_fetched)
        this = after = 0
        while after < a.shape[1]:
            # --8<-- [start:pipelined]
            after += DEEP
            copy_four_down(a_fetched, 0, 0, a_tiles, this + a_column, a_row)
            copy_four(b_fetched, 0, 0, b_tiles, this + b_row, b_column)
            cuda.syncthreads()  # one is enough: the next tiles are not written over these
            _fetch(a, top + a_row, after + a_column, a_fetched)
            _fetch(b, after + b_row, left + b_column, b_fetched)
            k = this
            while k < this + DEEP:
                _accumulate(a_tiles, b_tiles, k, row, column, totals)
                _accumulate(a_tiles, b_tiles, k + 1, row, column, totals)
                k += 2
            this = DEEP - this
            # --8<-- [end:pipelined]
        for y in range(EACH):
            for half in range(2):
                i, j = top + row + y // 4 * HALF + y % 4, left + column + half * HALF
                if i < c.shape[0] and j < c.shape[1]:
                    copy_four(totals, y, half * 4, c, i, j)

    return kernel


@cuda.jit(device=True, inline="always")
def _fetch(x: Any, i: Any, j: Any, fetched: Any) -> None:
    """Four numbers of x into registers; zeros beyond its edge."""
    for at in range(4):
        fetched[0, at] = float32(0)
    if i < x.shape[0] and j < x.shape[1]:
        copy_four(x, i, j, fetched, 0, 0)


@cuda.jit(device=True, inline="always")
def _accumulate(a_tiles: Any, b_tiles: Any, k: Any, row: Any, column: Any, totals: Any) -> None:
    """One step of the sum."""
    a_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
    b_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
    for half in range(2):
        copy_four(a_tiles, k, row + half * HALF, a_numbers, 0, half * 4)
        copy_four(b_tiles, k, column + half * HALF, b_numbers, 0, half * 4)
    for y in range(EACH):
        for x in range(EACH):
            totals[y, x] += a_numbers[0, y] * b_numbers[0, x]


pipelined = _pipelined(down=2)
warp_tiles = _pipelined(down=4)
