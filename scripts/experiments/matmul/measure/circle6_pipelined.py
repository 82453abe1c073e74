"""Circle 6, the last two of Numba's steps: the next tiles are on their way while these are multiplied."""

from typing import Any

from numba import float32

from .circle6_tile import DEEP, EACH, HALF, PADDED, TILE
from .circle6_vector import ALIGNMENT, copy_four, copy_four_down
from .numba_gpu import cuda, gpu_kernel_of

_TWICE = 2 * DEEP


@cuda.jit(device=True, inline="always")
def _fetch(x: Any, i: Any, j: Any, fetched: Any, part: Any) -> None:
    """Four numbers of x into registers; zeros beyond its edge."""
    for at in range(4):
        fetched[part, at] = float32(0)
    if i < x.shape[0] and j < x.shape[1]:
        copy_four(x, i, j, fetched, part, 0)


def _accumulation(rows: int, steps: int) -> Any:
    """So many steps of the sum, for `rows` × EACH numbers of C in a thread."""
    apart = 4 * TILE // rows

    @cuda.jit(device=True, inline="always")
    def accumulate(a_tiles: Any, b_tiles: Any, k: Any, row: Any, column: Any, totals: Any) -> None:
        a_numbers = cuda.local.array((1, rows), float32, ALIGNMENT)
        b_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
        for four in range(rows // 4):
            copy_four(a_tiles, k, row + four * apart, a_numbers, 0, four * 4)
        for four in range(2):
            copy_four(b_tiles, k, column + four * HALF, b_numbers, 0, four * 4)
        for y in range(rows):
            for x in range(EACH):
                totals[y, x] += a_numbers[0, y] * b_numbers[0, x]

    if steps == 1:
        return accumulate
    half, in_half = _accumulation(rows, steps // 2), steps // 2

    # Written out: Numba unrolls no loop as large as that.
    @cuda.jit(device=True, inline="always")
    def accumulate_twice(a_tiles: Any, b_tiles: Any, k: Any, row: Any, column: Any, totals: Any) -> None:
        half(a_tiles, b_tiles, k, row, column, totals)
        half(a_tiles, b_tiles, k + in_half, row, column, totals)

    return accumulate_twice


def _kernel(rows: int, down: int, steps: int) -> Any:
    """A kernel whose threads compute `rows` × EACH numbers of C each, and whose warps are `down` threads high.

    So many `steps` of the sum are unrolled. Two blocks fit into a multiprocessor.
    """
    threads = TILE * TILE // (rows * EACH)
    across = 32 // down
    warps = TILE // EACH // across  # side by side
    apart = 4 * TILE // rows  # a thread's fours of rows
    parts = TILE * DEEP // 4 // threads  # fours of A, and of B, that a thread fetches for a tile
    a_rows, b_rows = threads * 4 // DEEP, threads * 4 // TILE  # that a block fetches at once
    accumulate = _accumulation(rows, steps)

    @gpu_kernel_of(threads, 2)
    def kernel(a: Any, b: Any, c: Any) -> None:
        thread = cuda.threadIdx.x
        warp, lane = thread // 32, thread % 32
        top, left = cuda.blockIdx.y * TILE, cuda.blockIdx.x * TILE
        row, column = (warp // warps * down + lane // across) * 4, (warp % warps * across + lane % across) * 4
        a_tiles = cuda.shared.array((_TWICE, PADDED), float32, ALIGNMENT)  # transposed
        b_tiles = cuda.shared.array((_TWICE, TILE), float32, ALIGNMENT)
        a_fetched = cuda.local.array((parts, 4), float32, ALIGNMENT)
        b_fetched = cuda.local.array((parts, 4), float32, ALIGNMENT)
        totals = cuda.local.array((rows, EACH), float32, ALIGNMENT)
        for y in range(rows):
            for x in range(EACH):
                totals[y, x] = float32(0)
        a_row, a_column = thread // (DEEP // 4), thread % (DEEP // 4) * 4
        b_row, b_column = thread // (TILE // 4), thread % (TILE // 4) * 4
        for part in range(parts):
            _fetch(a, top + a_row + part * a_rows, a_column, a_fetched, part)
            _fetch(b, b_row + part * b_rows, left + b_column, b_fetched, part)
        this = after = 0
        while after < a.shape[1]:
            # --8<-- [start:pipelined]
            after += DEEP
            for part in range(parts):
                copy_four_down(a_fetched, part, 0, a_tiles, this + a_column, a_row + part * a_rows)
                copy_four(b_fetched, part, 0, b_tiles, this + b_row + part * b_rows, b_column)
            cuda.syncthreads()  # one is enough: the next tiles are not written over these
            for part in range(parts):
                _fetch(a, top + a_row + part * a_rows, after + a_column, a_fetched, part)
                _fetch(b, after + b_row + part * b_rows, left + b_column, b_fetched, part)
            k = this
            while k < this + DEEP:
                accumulate(a_tiles, b_tiles, k, row, column, totals)
                k += steps
            this = DEEP - this
            # --8<-- [end:pipelined]
        for y in range(rows):
            for four in range(2):
                i, j = top + row + y // 4 * apart + y % 4, left + column + four * HALF
                if i < c.shape[0] and j < c.shape[1]:
                    copy_four(totals, y, four * 4, c, i, j)

    return kernel


# Step 6. Pipelined: tiles of A and B lie there twice, in turns. The next are fetched meanwhile; one barrier is enough.
# Bound by the instructions beside the multiply-adds, a fifth of all, and by shared memory: four loads for 64 of them.
# More of the loop unrolled would need more registers than two blocks leave to a thread.
pipelined = _kernel(rows=EACH, down=2, steps=2)

# Step 7. Warp tiles: half as many threads of twice as many numbers, and a warp's numbers are a square of 64 × 64, which
# has the least edge to be read: six loads for 128 multiply-adds.
# Bound by the instructions beside the multiply-adds, a seventh of all. Two warps a scheduler have to hide each wait.
# With the whole tile unrolled they would be an eighth, but the compiler would put off the fetches to its end.
warp_tiles = _kernel(rows=2 * EACH, down=4, steps=4)
