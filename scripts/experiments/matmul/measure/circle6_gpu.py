"""Circle 6. A GPU: thousands of threads, in six steps, of which `circle6_triton` is the sixth.

Threads run in warps of 32, which read memory together, and in blocks, which have a small shared memory each.
Operands are float32 tensors on the GPU, or NumPy arrays under Numba's simulator (NUMBA_ENABLE_CUDASIM=1).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from numba import cuda, float32

from .circle6_vector import ALIGNMENT, copy_four
from .operands import product_shape

SIDE = 32  # of a block of threads: a warp is one row of it
# The fourth step: a block of threads computes a tile of TALL × WIDE numbers of C, DEEP steps of the sum at a time;
# each of its threads computes EACH × EACH of them.
TALL, WIDE, DEEP, EACH = 128, 128, 8, 8
_THREADS = (TALL // EACH) * (WIDE // EACH)

GpuMultiply = Callable[[Any, Any, Any], Any]


# Step 1. A thread for every number of C. Neighbouring threads take neighbouring rows: their reads lie far apart.
# --8<-- [start:naive]
@cuda.jit
def _naive(a: Any, b: Any, c: Any) -> None:
    i = cuda.blockIdx.x * SIDE + cuda.threadIdx.x
    j = cuda.blockIdx.y * SIDE + cuda.threadIdx.y
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


# --8<-- [end:naive]


# Step 2. Coalescing: neighbouring threads take neighbouring columns, and a warp reads a row of B in one go.
# --8<-- [start:coalesced]
@cuda.jit
def _coalesced(a: Any, b: Any, c: Any) -> None:
    i = cuda.blockIdx.y * SIDE + cuda.threadIdx.y
    j = cuda.blockIdx.x * SIDE + cuda.threadIdx.x
    if i < c.shape[0] and j < c.shape[1]:
        total = float32(0)
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


# --8<-- [end:coalesced]


# Step 3. Shared memory: the block fetches a tile of A and of B once, and every number serves SIDE threads.
# --8<-- [start:shared]
@cuda.jit
def _shared(a: Any, b: Any, c: Any) -> None:
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    i, j = cuda.blockIdx.y * SIDE + y, cuda.blockIdx.x * SIDE + x
    a_tile = cuda.shared.array((SIDE, SIDE), float32)
    b_tile = cuda.shared.array((SIDE, SIDE), float32)
    total = float32(0)
    for k0 in range(0, a.shape[1], SIDE):
        a_tile[y, x] = a[i, k0 + x] if i < a.shape[0] and k0 + x < a.shape[1] else float32(0)
        b_tile[y, x] = b[k0 + y, j] if k0 + y < b.shape[0] and j < b.shape[1] else float32(0)
        cuda.syncthreads()
        for k in range(min(SIDE, a.shape[1] - k0)):
            total += a_tile[y, k] * b_tile[k, x]
        cuda.syncthreads()
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = total


# --8<-- [end:shared]


# Step 4. A tile of C in each thread's registers: EACH numbers of A meet EACH of B, and shared memory rests.
@cuda.jit
def _thread_tile(a: Any, b: Any, c: Any) -> None:
    thread = cuda.threadIdx.x
    top, left = cuda.blockIdx.y * TALL, cuda.blockIdx.x * WIDE
    row, column = thread // (WIDE // EACH) * EACH, thread % (WIDE // EACH) * EACH
    a_tile = cuda.shared.array((DEEP, TALL), float32)  # transposed: a thread's numbers of A lie side by side
    b_tile = cuda.shared.array((DEEP, WIDE), float32)
    totals = cuda.local.array((EACH, EACH), float32)
    for y in range(EACH):
        for x in range(EACH):
            totals[y, x] = float32(0)
    for k0 in range(0, a.shape[1], DEEP):
        for at in range(thread, TALL * DEEP, _THREADS):
            i, k = top + at // DEEP, k0 + at % DEEP
            a_tile[at % DEEP, at // DEEP] = a[i, k] if i < a.shape[0] and k < a.shape[1] else float32(0)
        for at in range(thread, WIDE * DEEP, _THREADS):
            k, j = k0 + at // WIDE, left + at % WIDE
            b_tile[at // WIDE, at % WIDE] = b[k, j] if k < b.shape[0] and j < b.shape[1] else float32(0)
        cuda.syncthreads()
        # --8<-- [start:thread_tile]
        for k in range(min(DEEP, a.shape[1] - k0)):
            for y in range(EACH):
                number_of_a = a_tile[k, row + y]
                for x in range(EACH):
                    totals[y, x] += number_of_a * b_tile[k, column + x]
        # --8<-- [end:thread_tile]
        cuda.syncthreads()
    for y in range(EACH):
        for x in range(EACH):
            if top + row + y < c.shape[0] and left + column + x < c.shape[1]:
                c[top + row + y, left + column + x] = totals[y, x]


# Step 5. Vectorised: four numbers a trip, from memory and from the shared tiles. Rows have to be of whole fours.
@cuda.jit
def _vectorised(a: Any, b: Any, c: Any) -> None:
    thread = cuda.threadIdx.x
    top, left = cuda.blockIdx.y * TALL, cuda.blockIdx.x * WIDE
    row, column = thread // (WIDE // EACH) * EACH, thread % (WIDE // EACH) * EACH
    a_tile = cuda.shared.array((DEEP, TALL), float32, ALIGNMENT)
    b_tile = cuda.shared.array((DEEP, WIDE), float32, ALIGNMENT)
    totals = cuda.local.array((EACH, EACH), float32, ALIGNMENT)
    a_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
    b_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
    for y in range(EACH):
        for x in range(EACH):
            totals[y, x] = float32(0)
    a_row, a_column = thread // (DEEP // 4), thread % (DEEP // 4) * 4
    b_row, b_column = thread // (WIDE // 4), thread % (WIDE // 4) * 4
    i, j = top + a_row, left + b_column
    for k0 in range(0, a.shape[1], DEEP):
        for at in range(4):
            a_numbers[0, at] = float32(0)
            b_numbers[0, at] = float32(0)
        if i < a.shape[0] and k0 + a_column < a.shape[1]:
            copy_four(a, i, k0 + a_column, a_numbers, 0, 0)
        if k0 + b_row < b.shape[0] and j < b.shape[1]:
            copy_four(b, k0 + b_row, j, b_numbers, 0, 0)
        for at in range(4):
            a_tile[a_column + at, a_row] = a_numbers[0, at]
        copy_four(b_numbers, 0, 0, b_tile, b_row, b_column)
        cuda.syncthreads()
        # --8<-- [start:vectorised]
        for k in range(DEEP):
            for at in range(0, EACH, 4):
                copy_four(a_tile, k, row + at, a_numbers, 0, at)
                copy_four(b_tile, k, column + at, b_numbers, 0, at)
            for y in range(EACH):
                for x in range(EACH):
                    totals[y, x] += a_numbers[0, y] * b_numbers[0, x]
        # --8<-- [end:vectorised]
        cuda.syncthreads()
    for y in range(EACH):
        for x in range(0, EACH, 4):
            if top + row + y < c.shape[0] and left + column + x < c.shape[1]:
                copy_four(totals, y, x, c, top + row + y, left + column + x)


def _blocks(length: int, side: int) -> int:
    return -(-length // side)


def _launched(kernel: Any, grid_of: Callable[[int, int], tuple[int, int]], threads: Any) -> GpuMultiply:
    """multiply(a, b, out) over `kernel`. Raises ValueError and TypeError as the other circles do."""

    @wraps(kernel.py_func if hasattr(kernel, "py_func") else kernel)
    def multiply(a: Any, b: Any, out: Any) -> Any:
        n, p = product_shape(a, b, out)
        if n and p:
            kernel[grid_of(n, p), threads](*map(_device_array, (a, b, out)))
        return out

    return multiply


def _device_array(x: Any) -> Any:
    return cuda.as_cuda_array(x) if hasattr(x, "__cuda_array_interface__") else x


naive = _launched(_naive, lambda n, p: (_blocks(n, SIDE), _blocks(p, SIDE)), (SIDE, SIDE))
coalesced = _launched(_coalesced, lambda n, p: (_blocks(p, SIDE), _blocks(n, SIDE)), (SIDE, SIDE))
shared = _launched(_shared, lambda n, p: (_blocks(p, SIDE), _blocks(n, SIDE)), (SIDE, SIDE))
thread_tile = _launched(_thread_tile, lambda n, p: (_blocks(p, WIDE), _blocks(n, TALL)), _THREADS)


def vectorised(a: Any, b: Any, out: Any) -> Any:
    """multiply(a, b, out) by fours; the step above it where rows are not made of whole fours."""
    return (_by_fours if all(map(_in_fours, (a, b, out))) else thread_tile)(a, b, out)


_by_fours = _launched(_vectorised, lambda n, p: (_blocks(p, WIDE), _blocks(n, TALL)), _THREADS)


def _in_fours(x: Any) -> bool:
    """Whether every row is whole fours from a multiple of 16 bytes on."""
    if hasattr(x, "data_ptr"):  # a tensor
        return bool(x.ndim == 2 and x.is_contiguous() and x.shape[1] % 4 == 0 and x.data_ptr() % 16 == 0)
    return bool(x.ndim == 2 and x.flags.c_contiguous and x.shape[1] % 4 == 0)
