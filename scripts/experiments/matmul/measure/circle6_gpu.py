"""Circle 6. A GPU: thousands of threads. Numba's steps; the last step of the circle is `circle6_triton`.

Threads run in warps of 32, which read memory together, and in blocks, which have a small shared memory each.
Operands are float32 tensors on the GPU, or NumPy arrays under Numba's simulator (NUMBA_ENABLE_CUDASIM=1).

Loops of a length that only the call knows are `while`: Numba's `range` takes eight instructions a turn. Those of a
constant length are `range`, and are unrolled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from numba import float32

from . import circle6_pipelined
from .circle6_tile import APART, DEEP, EACH, HALF, PADDED, THREADS, TILE
from .circle6_vector import ALIGNMENT, copy_four, copy_four_down
from .numba_gpu import cuda, gpu_kernel, gpu_kernel_of
from .operands import product_shape

SIDE = 32  # of a block of threads: a warp is one row of it


# Step 1. A thread for every number of C. Neighbouring threads take neighbouring rows: their reads lie far apart.
# Bound by the memory system: a warp asks for 32 lines where one would do.
# --8<-- [start:naive]
@gpu_kernel
def _naive(a: Any, b: Any, c: Any) -> None:
    i = cuda.blockIdx.x * SIDE + cuda.threadIdx.x
    j = cuda.blockIdx.y * SIDE + cuda.threadIdx.y
    if i < c.shape[0] and j < c.shape[1]:
        total, k = float32(0), 0
        while k < a.shape[1]:
            total += a[i, k] * b[k, j]
            k += 1
        c[i, j] = total


# --8<-- [end:naive]


# Step 2. Coalescing: neighbouring threads take neighbouring columns, and a warp reads a row of B in one go.
# Bound by loads from L1 and by addresses: two loads and three whole-number instructions for every multiply-add.
# --8<-- [start:coalesced]
@gpu_kernel
def _coalesced(a: Any, b: Any, c: Any) -> None:
    i = cuda.blockIdx.y * SIDE + cuda.threadIdx.y
    j = cuda.blockIdx.x * SIDE + cuda.threadIdx.x
    if i < c.shape[0] and j < c.shape[1]:
        total, k = float32(0), 0
        while k < a.shape[1]:
            total += a[i, k] * b[k, j]
            k += 1
        c[i, j] = total


# --8<-- [end:coalesced]


# Step 3. Shared memory: the block fetches a tile of A and of B once, and every number serves SIDE threads.
# Bound by shared memory: it hands a warp one row of numbers a clock, enough for a quarter of the multiply-adds.
# --8<-- [start:shared]
@gpu_kernel
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
        for k in range(SIDE):
            total += a_tile[y, k] * b_tile[k, x]
        cuda.syncthreads()
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = total


# --8<-- [end:shared]


# Step 4. A tile of C in each thread's registers: EACH numbers of A meet EACH of B, and shared memory rests.
# Bound by the instructions beside the multiply-adds: a load for every four of them, and waiting at the barriers.
@gpu_kernel
def _thread_tile(a: Any, b: Any, c: Any) -> None:
    thread = cuda.threadIdx.x
    top, left = cuda.blockIdx.y * TILE, cuda.blockIdx.x * TILE
    row, column = thread // APART, thread % APART
    # [k, y, row] is the number in row y * APART + row of the tile: a warp reads neighbours, without bank conflicts.
    a_tile = cuda.shared.array((DEEP, EACH, APART), float32)
    b_tile = cuda.shared.array((DEEP, EACH, APART), float32)
    totals = cuda.local.array((EACH, EACH), float32)
    for y in range(EACH):
        for x in range(EACH):
            totals[y, x] = float32(0)
    a_row, a_column = thread // DEEP, thread % DEEP
    b_row, b_column = thread // TILE, thread % TILE
    for k0 in range(0, a.shape[1], DEEP):
        for part in range(TILE * DEEP // THREADS):
            y, k = a_row + part * (THREADS // DEEP), a_column
            inside = top + y < a.shape[0] and k0 + k < a.shape[1]
            a_tile[k, y // APART, y % APART] = a[top + y, k0 + k] if inside else float32(0)
            k, x = b_row + part * (THREADS // TILE), b_column
            inside = k0 + k < b.shape[0] and left + x < b.shape[1]
            b_tile[k, x // APART, x % APART] = b[k0 + k, left + x] if inside else float32(0)
        cuda.syncthreads()
        # --8<-- [start:thread_tile]
        k = 0
        while k < DEEP:
            for y in range(EACH):
                for x in range(EACH):
                    totals[y, x] += a_tile[k, y, row] * b_tile[k, x, column]
            k += 1
        # --8<-- [end:thread_tile]
        cuda.syncthreads()
    for y in range(EACH):
        for x in range(EACH):
            i, j = top + y * APART + row, left + x * APART + column
            if i < c.shape[0] and j < c.shape[1]:
                c[i, j] = totals[y, x]


# Step 5. Vectorised: four numbers a trip, from memory and from the shared tiles. Rows have to be of whole fours.
# Bound by waiting: nothing fetches the next tile while this one is multiplied, and a barrier stands on either side.
@gpu_kernel_of(THREADS, 2)
def _vectorised(a: Any, b: Any, c: Any) -> None:
    thread = cuda.threadIdx.x
    top, left = cuda.blockIdx.y * TILE, cuda.blockIdx.x * TILE
    # A thread's rows are row to row + 3 and as many HALF further down; so are its columns.
    row, column = thread // APART * 4, thread % APART * 4
    a_tile = cuda.shared.array((DEEP, PADDED), float32, ALIGNMENT)  # transposed
    b_tile = cuda.shared.array((DEEP, TILE), float32, ALIGNMENT)
    totals = cuda.local.array((EACH, EACH), float32, ALIGNMENT)
    a_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
    b_numbers = cuda.local.array((1, EACH), float32, ALIGNMENT)
    for y in range(EACH):
        for x in range(EACH):
            totals[y, x] = float32(0)
    a_row, a_column = thread // (DEEP // 4), thread % (DEEP // 4) * 4
    b_row, b_column = thread // (TILE // 4), thread % (TILE // 4) * 4
    i, j = top + a_row, left + b_column
    for k0 in range(0, a.shape[1], DEEP):
        for at in range(4):
            a_numbers[0, at] = float32(0)
            b_numbers[0, at] = float32(0)
        if i < a.shape[0] and k0 + a_column < a.shape[1]:
            copy_four(a, i, k0 + a_column, a_numbers, 0, 0)
        if k0 + b_row < b.shape[0] and j < b.shape[1]:
            copy_four(b, k0 + b_row, j, b_numbers, 0, 0)
        copy_four_down(a_numbers, 0, 0, a_tile, a_column, a_row)
        copy_four(b_numbers, 0, 0, b_tile, b_row, b_column)
        cuda.syncthreads()
        # --8<-- [start:vectorised]
        k = 0
        while k < DEEP:
            for half in range(2):
                copy_four(a_tile, k, row + half * HALF, a_numbers, 0, half * 4)
                copy_four(b_tile, k, column + half * HALF, b_numbers, 0, half * 4)
            for y in range(EACH):
                for x in range(EACH):
                    totals[y, x] += a_numbers[0, y] * b_numbers[0, x]
            k += 1
        # --8<-- [end:vectorised]
        cuda.syncthreads()
    for y in range(EACH):
        for half in range(2):
            i, j = top + row + y // 4 * HALF + y % 4, left + column + half * HALF
            if i < c.shape[0] and j < c.shape[1]:
                copy_four(totals, y, half * 4, c, i, j)


@dataclass(frozen=True)
class GpuStep:
    """A step of the circle: `step(a, b, out)` multiplies. Raises ValueError and TypeError as the other circles do.

    A block of `threads` computes a tile of `side` × `side` numbers of C. `down`: blocks are counted down the columns of
    C, not along its rows. `otherwise` is the step that multiplies matrices whose rows are not made of whole fours.
    """

    kernel: Any
    threads: Any
    side: int
    down: bool = False
    otherwise: "GpuStep | None" = None

    def __call__(self, a: Any, b: Any, out: Any) -> Any:
        """The product, in out."""
        prepared(self, a, b, out)()
        return out


def prepared(step: GpuStep, a: Any, b: Any, out: Any) -> Callable[[], None]:
    """The call that launches `step` and does nothing else: here the operands are checked, and the kernel is compiled.

    It launches on the stream that is PyTorch's current one as it is called: a CUDA graph may record it, and PyTorch's
    events time it. Raises ValueError and TypeError as the other circles do.
    """
    n, p = product_shape(a, b, out)
    if step.otherwise is not None and not all(map(_in_fours, (a, b, out))):
        return prepared(step.otherwise, a, b, out)
    if not n or not p:
        return lambda: None
    arrays = [_device_array(x) for x in (a, b, out)]
    kernel = step.kernel.specialize(*arrays)
    blocks = _blocks(p, step.side), _blocks(n, step.side)
    grid = blocks[::-1] if step.down else blocks
    return lambda: kernel[grid, step.threads, _stream()](*arrays)


def _blocks(length: int, side: int) -> int:
    return -(-length // side)


def _device_array(x: Any) -> Any:
    return cuda.as_cuda_array(x) if hasattr(x, "__cuda_array_interface__") else x


def _stream() -> Any:
    """PyTorch's current stream: Numba's own would not wait for it. The simulator has none."""
    return cuda.external_stream(torch.cuda.current_stream().cuda_stream) if torch.cuda.is_available() else 0


def _in_fours(x: Any) -> bool:
    """Whether every row is whole fours from a multiple of 16 bytes on."""
    if hasattr(x, "data_ptr"):  # a tensor
        return bool(x.ndim == 2 and x.is_contiguous() and x.shape[1] % 4 == 0 and x.data_ptr() % 16 == 0)
    return bool(x.ndim == 2 and x.flags.c_contiguous and x.shape[1] % 4 == 0)


naive = GpuStep(_naive, (SIDE, SIDE), SIDE, down=True)
coalesced = GpuStep(_coalesced, (SIDE, SIDE), SIDE)
shared = GpuStep(_shared, (SIDE, SIDE), SIDE)
thread_tile = GpuStep(_thread_tile, THREADS, TILE)
vectorised = GpuStep(_vectorised, THREADS, TILE, otherwise=thread_tile)
pipelined = GpuStep(circle6_pipelined.pipelined, THREADS, TILE, otherwise=thread_tile)
warp_tiles = GpuStep(circle6_pipelined.warp_tiles, THREADS // 2, TILE, otherwise=thread_tile)
