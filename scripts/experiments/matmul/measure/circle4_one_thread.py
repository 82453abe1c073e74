"""Circle 4. One thread and the memory hierarchy: five steps, each of which adds one idea to the step above it.

The complexity stays O(n³) from here on. What changes is how far a number travels before it is used again.
"""

import threading
from typing import Any

import numpy as np
from numba import njit, types

from shared.simd import BYTES, Tile

from .operands import WHOLE, Matrix, at_a_line, checked_multiplication, multiplication, multiply_apart
from .vector import LINE, Caches, copy, lower_kernel, machine_caches, machine_tile, micro_kernel

# So many steps along the sum are unrolled in the kernel.
UNROLL = 4
_NOTHING = -1  # is prefetched
_LEAST_DEPTH = 64


Sides = tuple[int, int]  # of a block of B: its depth and its columns


def block_sides(tile: Tile, caches: Caches) -> Sides:
    """Largest sides (depth, columns) of the block of B that is worked on at once.

    A tile's rows of A, of that depth, take a quarter of L1. The block of B takes somewhat less than half of L2: the
    rest is for A and C, which pass through.
    """
    depth = max(_LEAST_DEPTH, caches.l1 // 4 // (tile.rows * BYTES) // 64 * 64)
    columns = max(tile.columns, caches.l2 * 7 // 16 // (depth * BYTES) // tile.columns * tile.columns)
    return depth, columns


TILE = machine_tile()
TILE_ROWS, TILE_COLUMNS = TILE.rows, TILE.columns
BLOCK = DEPTH, COLUMNS = block_sides(TILE, machine_caches())


# Step 1. The order of loops: the innermost one walks along rows, so by whole cache lines and whole vectors.
@njit(cache=True)
def _reordered(a: Matrix, b: Matrix, c: Matrix) -> None:
    # --8<-- [start:order]
    c[:] = 0
    for i in range(a.shape[0]):
        for k in range(b.shape[0]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    # --8<-- [end:order]


# Step 2. Blocking: B by blocks of rows that stay in L2 while every row of A passes.
# --8<-- [start:blocking]
@njit(cache=True)
def _blocked(a: Matrix, b: Matrix, c: Matrix) -> None:
    c[:] = 0
    rows = max(1, DEPTH * COLUMNS // b.shape[1])
    for k0 in range(0, b.shape[0], rows):
        for i in range(a.shape[0]):
            for k in range(k0, min(k0 + rows, b.shape[0])):
                for j in range(b.shape[1]):
                    c[i, j] += a[i, k] * b[k, j]


# --8<-- [end:blocking]

_tile_product = micro_kernel(TILE)


# Step 3. A tile of C in registers: a number of A meets a whole row of the tile, a number of B a whole column.
# --8<-- [start:registers]
@njit(cache=True)
def _in_registers(a: Matrix, b: Matrix, c: Matrix) -> None:
    (n, m), p = a.shape, b.shape[1]
    rows, columns = n - n % TILE_ROWS, p - p % TILE_COLUMNS
    for k0 in range(0, m, DEPTH):
        depth = min(DEPTH, m - k0)
        for j0 in range(0, columns, COLUMNS):
            for i in range(0, rows, TILE_ROWS):
                for j in range(j0, min(j0 + COLUMNS, columns), TILE_COLUMNS):
                    _tile_product(depth, a, i * m + k0, m, b, k0 * p + j, p, c, i * p + j, p, k0, a, _NOTHING, 0)
    _rest(a, b, c, rows, columns)


# --8<-- [end:registers]


@njit(cache=True)
def _rest(a: Matrix, b: Matrix, c: Matrix, rows: int, columns: int) -> None:
    """The right and the lower edge, which no whole tile covers."""
    for i in range(a.shape[0]):
        first = columns if i < rows else 0
        c[i, first:] = 0
        for k in range(b.shape[0]):
            for j in range(first, b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


# How much room, in numbers, a strip needs: for the block of B, for rows at A's edge, for a tile that sticks out of C.
_OF_B, _OF_A, _OF_C = DEPTH * COLUMNS, TILE_ROWS * DEPTH, TILE_ROWS * TILE_COLUMNS


# Step 4. Packing: the block of B is copied once into the very order in which the tile reads it. A is read in place.
@njit(cache=True)
def _pack(b: Matrix, k0: int, depth: int, j0: int, j1: int, packed: Any) -> None:
    """Copy columns of B into strips as wide as the tile, each strip row by row, padded with zeros past the edges."""
    # --8<-- [start:packing]
    for k in range(k0, k0 + depth):
        for j in range(j0, j1, TILE_COLUMNS):
            place = (j - j0) * depth + (k - k0) * TILE_COLUMNS
            if k < b.shape[0] and j + TILE_COLUMNS <= j1:
                copy(b, k * b.shape[1] + j, packed, place, TILE_COLUMNS)
            else:
                _copy_edge(b, k, j, j1, packed, place)
    # --8<-- [end:packing]


@njit(cache=True)
def _copy_edge(b: Matrix, k: int, j0: int, j1: int, packed: Any, place: int) -> None:
    """Copy row k of a strip that ends at column j1 or lies below B. Slices instead of the loop compile slowly."""
    width = min(TILE_COLUMNS, j1 - j0) if k < b.shape[0] else 0
    for ahead in range(TILE_COLUMNS):
        packed[place + ahead] = b[k, j0 + ahead] if ahead < width else np.float32(0)


@njit(cache=True)
def _copy_rows(a: Matrix, i: int, rows: int, k0: int, width: int, depth: int, edge: Any) -> None:
    """Copy `rows` rows of A from column k0 on, each padded with zeros from `width` to `depth` numbers."""
    for row in range(rows):
        copy(a, (i + row) * a.shape[1] + k0, edge, row * DEPTH, width)
        edge[row * DEPTH + width : row * DEPTH + depth] = 0


@njit(cache=True)
def _add_part(tile: Matrix, c: Matrix, add: int) -> None:
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] = tile[i, j] + (c[i, j] if add else np.float32(0))


_COUNT, _ROOM = types.int64, types.float32[::1]


@njit(types.int64(_COUNT, _COUNT, _COUNT), cache=True)
def share(length: int, parts: int, tile: int) -> int:
    """The length of one of `parts` nearly equal parts, in whole tiles."""
    tiles = -(-length // tile)
    return -(-tiles // parts) * tile


# Step 5. Overlap: lines of C and what of A or B comes next are prefetched before they are needed, and B is packed while
# the block's first tiles multiply.
_unrolled_tile_product = micro_kernel(TILE, unroll=UNROLL)
_packing_tile_product = micro_kernel(TILE, unroll=UNROLL, packs=True)


# At A's lower edge the tile is lower. What is left of more than one tile's rows is halved: a tile of a row or two has
# few sums, and each waits for itself, four clocks, where a whole tile makes two multiply-adds a clock.
_lower_tile_product = lower_kernel(TILE, unroll=UNROLL)


@njit(cache=True)
def _height(left: int) -> int:
    """How many of the rows that are left the next tile takes."""
    if left >= 2 * TILE_ROWS:
        return TILE_ROWS
    return left if left <= TILE_ROWS else (left + 1) // 2


# Packing pays where each number of B is used often, so in many rows of A, and where B lies badly: its rows begin inside
# cache lines, so that vectors cross them, or are a page long and more, so that a tile walks from page to page. Rows of
# A that pass over B in place come for each strip of it, so they have to stay in L2.
_FEW_ROWS = 4 * TILE_ROWS
_STAYING = machine_caches().l2 // BYTES // 4  # so many numbers stay in L2 while others pass
_PAGE = 4096 // BYTES


@njit(cache=True)
def _packing_pays(b: Matrix, rows: int, block_depth: int) -> bool:
    lies_well = b.shape[1] < _PAGE and b.shape[1] % LINE == 0 and b.ctypes.data % (LINE * BYTES) == 0
    return rows > _FEW_ROWS and not (lies_well and rows * min(b.shape[0], block_depth) <= _STAYING)


# Columns of B that come next are prefetched in shares: a tile takes a line of a part of their rows. The next tile takes
# the line to the right, or, past the last of `lines`, the first line of the rows below. B that stays in L2 has no need.
@njit(cache=True)
def _first_share(b: Matrix, at: int) -> int:
    return at if b.size > _STAYING and at < b.size else _NOTHING


@njit(cache=True)
def _next_share(b: Matrix, at: int, line: int, lines: int, depth: int) -> tuple[int, int]:
    if at == _NOTHING:
        return at, line
    if line + 1 < lines:
        return at + LINE, line + 1
    below = at - line * LINE + depth // UNROLL * b.shape[1]
    return below if below < b.size else _NOTHING, 0


@njit(cache=True)
def _strip_in_place(a: Matrix, b: Matrix, c: Matrix, i0: int, i1: int, j0: int, j1: int, block_depth: int) -> None:
    """A strip of whole tiles across, without packing: A's rows pass over a few columns of B while they are near."""
    m, p = b.shape
    a_numbers = a.reshape(a.size)
    # The whole rows of B stay in L2, not only the columns at work: of caches with few ways, far rows share few sets.
    deepest = min(block_depth, max(_LEAST_DEPTH, _STAYING // p // _LEAST_DEPTH * _LEAST_DEPTH))
    for k0 in range(0, m, deepest):
        depth = min(deepest, m - k0)
        for j in range(j0, j1, TILE_COLUMNS):
            b_at = k0 * p + j
            ahead = _first_share(b, b_at + TILE_COLUMNS if j + TILE_COLUMNS < j1 else (k0 + depth) * p + j0)
            i, line = i0, 0
            while i < i1:
                rows, at, c_at = _height(i1 - i), i * m + k0, i * p + j
                if rows == TILE_ROWS:
                    _unrolled_tile_product(depth, a_numbers, at, m, b, b_at, p, c, c_at, p, k0, b, ahead, p // UNROLL)
                else:
                    _lower_tile_product(
                        rows, depth, a_numbers, at, m, b, b_at, p, c, c_at, p, k0, b, ahead, p // UNROLL
                    )
                ahead, line = _next_share(b, ahead, line, TILE_COLUMNS // LINE, depth)
                i += rows


# Its types are declared: else Numba would compile it anew for every literal that it is called with.
_STRIP = types.void(*[WHOLE] * 3, *[_COUNT] * 4, types.boolean, _ROOM, types.UniTuple(_COUNT, 2))


@njit(_STRIP, cache=True)
def strip(
    a: Matrix, b: Matrix, c: Matrix, i0: int, i1: int, j0: int, j1: int, overlap: bool, room: Any, block: Sides
) -> None:
    """C[i0:i1, j0:j1] = A[i0:i1]·B[:, j0:j1]. Threads with `room` of their own may work on strips side by side.

    `block` is the largest depth and the most columns of the block of B, at most those of BLOCK: `room` holds no more.
    """
    packed, edge = room[:_OF_B], room[_OF_B : _OF_B + _OF_A]
    spill = room[_OF_B + _OF_A :].reshape(TILE_ROWS, TILE_COLUMNS)
    whole_tiles = (j1 - j0) % TILE_COLUMNS == 0 and b.shape[0] % UNROLL == 0
    if overlap and whole_tiles and not _packing_pays(b, i1 - i0, block[0]):
        _strip_in_place(a, b, c, i0, i1, j0, j1, block[0])
        return
    a_numbers, (m, p) = a.reshape(a.size), b.shape
    # Under few rows of A a deep block is a long walk, from page to page, for little work.
    deepest = min(block[0], max(_LEAST_DEPTH, (i1 - i0) * 3 // 2))
    block_depth = share(m, -(-m // deepest), UNROLL)
    block_columns = share(j1 - j0, -(-(j1 - j0) // block[1]), TILE_COLUMNS)
    for k0 in range(0, m, block_depth):
        width = min(block_depth, m - k0)
        depth = share(width, 1, UNROLL)
        for j_block in range(j0, j1, block_columns):
            j_end = min(j_block + block_columns, j1)
            packs = overlap and _height(i1 - i0) == TILE_ROWS and width == depth
            j_left = j_end - (j_end - j_block) % TILE_COLUMNS if packs else j_block
            if j_left < j_end:
                _pack(b, k0, depth, j_left, j_end, packed[(j_left - j_block) * depth :])
            ahead = _first_share(b, k0 * p + j_end if j_end < j1 else (k0 + block_depth) * p + j0)
            keeps_a = (i1 - i0) * depth <= _STAYING
            i, line = i0, 0
            while i < i1:
                rows = _height(i1 - i)
                if width != depth:
                    _copy_rows(a, i, rows, k0, width, depth, edge)
                for j in range(j_block, j_end, TILE_COLUMNS):
                    columns, b_at = min(TILE_COLUMNS, j_end - j), (j - j_block) * depth
                    at, c_at = i * m + k0, i * p + j
                    # No array is chosen between calls: Numba counts references by atomic additions, and each waits
                    # until the tile of C has left the core's store buffer.
                    if width != depth or columns < TILE_COLUMNS:
                        if width == depth:
                            _copy_rows(a, i, rows, k0, width, depth, edge)
                        _unrolled_tile_product(
                            depth, edge, 0, DEPTH, packed, b_at, TILE_COLUMNS, spill, 0, TILE_COLUMNS, 0, a, _NOTHING, 0
                        )
                        _add_part(spill, c[i : i + rows, j : j + columns], k0)
                    elif rows < TILE_ROWS:
                        _lower_tile_product(
                            rows, depth, a_numbers, at, m, packed, b_at, TILE_COLUMNS, c, c_at, p, k0, a, _NOTHING, 0
                        )
                    elif packs and i == i0:
                        _packing_tile_product(
                            depth, a_numbers, at, m, b, k0 * p + j, p, c, c_at, p, k0, packed, b_at, TILE_COLUMNS
                        )
                    elif overlap and keeps_a:
                        _unrolled_tile_product(
                            depth, a_numbers, at, m, packed, b_at, TILE_COLUMNS, c, c_at, p, k0, b, ahead, p // UNROLL
                        )
                        ahead, line = _next_share(b, ahead, line, block_columns // LINE, depth)
                    else:
                        of_a = _NOTHING
                        if overlap:  # a row a tile: by the end of the strip's width the next rows have come
                            row = min(i + TILE_ROWS + (j - j_block) // TILE_COLUMNS % TILE_ROWS, i1 - 1)
                            of_a = row * m + k0
                        _unrolled_tile_product(
                            depth, a_numbers, at, m, packed, b_at, TILE_COLUMNS, c, c_at, p, k0, a, of_a, 1
                        )
                i += rows


_own = threading.local()


def rooms(parts: int) -> Matrix:
    """Room for at least `parts` strips at once, a row a strip, kept for the calling thread's next product.

    Memory that the system has just given is zeroed page by page as it is touched: a quarter of a small product's time.
    """
    kept: Matrix | None = getattr(_own, "rooms", None)
    if kept is None or len(kept) < parts:
        kept = _own.rooms = at_a_line((parts, _OF_B + _OF_A + _OF_C))
    return kept


@njit(types.boolean(*[WHOLE] * 4, types.boolean), cache=True)
def _product(a: Matrix, b: Matrix, c: Matrix, rooms: Matrix, overlap: bool) -> bool:
    if not multiply_apart(a, b, c):
        return False
    strip(a, b, c, 0, c.shape[0], 0, c.shape[1], overlap, rooms[0], BLOCK)
    return True


def _packed(a: Matrix, b: Matrix, c: Matrix) -> bool:
    done: bool = _product(a, b, c, rooms(1), False)
    return done


def _overlapped(a: Matrix, b: Matrix, c: Matrix) -> bool:
    done: bool = _product(a, b, c, rooms(1), True)
    return done


reordered = multiplication(_reordered)
blocked = multiplication(_blocked)
in_registers = multiplication(_in_registers)
packed = checked_multiplication(_packed)
overlapped = multiply = checked_multiplication(_overlapped)
