"""The SIMD micro-kernel: a tile of C held in vector registers, built as LLVM IR for the machine at hand.

Numba leaves it to LLVM whether loops become vector instructions; here the vectors are written down, through
Numba's own extension point (`numba.extending.intrinsic`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from llvmlite import binding
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from shared import simd
from shared.simd import BYTES, INT64, Tile, multiply_add

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_ROWS = 6
LINE = 64 // BYTES  # numbers in a cache line
_STEPS_AHEAD = 8  # from which a row of B that is packed is prefetched: of each page it is all that is read

# The order of instructions is the kernels' own. LLVM's scheduler moves the loads of several steps before the sums of
# the first one, finds no registers for them, and keeps sums on the stack: half of the speed, in some builds.
binding.set_option(__name__, "-enable-misched=false")


@dataclass(frozen=True)
class Caches:
    """Sizes of the data caches that one core sees, in bytes; an L3 of 0 is none. `told` is whether the system tells."""

    l1: int
    l2: int
    l3: int
    told: bool = True


def tile_for(features: Iterable[str]) -> Tile:
    """The tile for a processor with these LLVM feature names: its vector width and its number of registers."""
    known = set(features)
    if "avx512f" in known:
        return Tile(_ROWS, vectors=4, lanes=16)  # 32 registers
    if {"avx2", "fma"} <= known:
        return Tile(_ROWS, vectors=2, lanes=8)  # 16 registers
    if "neon" in known:
        return Tile(_ROWS, vectors=4, lanes=4)  # 32 registers
    return Tile(_ROWS, vectors=2, lanes=4)  # SSE: 16 registers


@cache
def machine_tile() -> Tile:
    """The tile for the machine that runs this."""
    return tile_for(name for name, has in binding.get_host_cpu_features().items() if has)


@cache
def machine_caches() -> Caches:
    """Caches of the machine that runs this; sizes of a common laptop where the system does not tell."""
    sizes: dict[str, int] = {}
    for index in _CACHES.glob("index*"):
        kind, level, size = ((index / name).read_text().strip() for name in ("type", "level", "size"))
        match = re.fullmatch(r"(\d+)([KM])", size)
        if kind != "Instruction" and match:
            sizes[level] = int(match[1]) << (10 if match[2] == "K" else 20)
    if not {"1", "2"} <= sizes.keys():
        return Caches(32 << 10, 512 << 10, 8 << 20, told=False)
    return Caches(sizes["1"], sizes["2"], sizes.get("3", 0))


def micro_kernel(tile: Tile, *, unroll: int = 1, packs: bool = False) -> Callable[..., None]:
    """An intrinsic for compiled code that adds a product to one tile of C:

    `kernel(depth, a, a_at, a_stride, b, b_at, b_stride, c, c_at, c_stride, add, side, side_at, side_stride)` computes
    C[r, j] (+)= Σ A[r, k]·B[k, j] over k < depth, where `…_at` is the place of an operand's first number in its
    array and `…_stride` the distance between rows, both counted in numbers. C is overwritten when `add` is 0.
    No alignment is assumed. `depth` has to be a multiple of `unroll`; the product of depth 0 is zero.

    A kernel that `packs` copies the tile's columns of B to the array `side`, row after row, and prefetches rows of B.
    Any other writes nothing but the tile and prefetches a cache line of every `unroll`-th row of `side`. Both prefetch
    the tile of C. Where `side_at` is negative nothing is prefetched; a kernel that packs forbids it.
    """

    @intrinsic  # type: ignore[untyped-decorator,unused-ignore]
    def kernel(
        _context: Any, depth: Any, a: Any, a_at: Any, a_stride: Any, b: Any, b_at: Any, b_stride: Any,
        c: Any, c_at: Any, c_stride: Any, add: Any, side: Any, side_at: Any, side_stride: Any,
    ) -> Any:  # fmt: skip
        del depth, a_at, a_stride, b_at, b_stride, c_at, c_stride, add, side_at, side_stride
        return _signature(a, b, c, side), lambda *words: _emit(*words, tile=tile, unroll=unroll, packs=packs)

    made: Callable[..., None] = kernel
    return made


def lower_kernel(tile: Tile, *, unroll: int) -> Callable[..., None]:
    """An intrinsic like those of `micro_kernel` for tiles lower than `tile`, as a matrix has at its lower edge:

    `kernel(rows, depth, …)`, where `rows` are at least one and fewer than the tile's. Each height has its own code.
    """

    @intrinsic  # type: ignore[untyped-decorator,unused-ignore]
    def kernel(
        _context: Any, rows: Any, depth: Any, a: Any, a_at: Any, a_stride: Any, b: Any, b_at: Any, b_stride: Any,
        c: Any, c_at: Any, c_stride: Any, add: Any, side: Any, side_at: Any, side_stride: Any,
    ) -> Any:  # fmt: skip
        del rows, depth, a_at, a_stride, b_at, b_stride, c_at, c_stride, add, side_at, side_stride
        of_a_tile = _signature(a, b, c, side)

        def emit(context: Any, builder: Any, _: Any, words: Any) -> Any:
            rows, *of_tile = words
            for height in range(1, tile.rows):
                with builder.if_then(builder.icmp_signed("==", rows, INT64(height))):
                    lower = Tile(height, tile.vectors, tile.lanes)
                    _emit(context, builder, of_a_tile, of_tile, tile=lower, unroll=unroll, packs=False)
            return context.get_dummy_value()

        return types.none(types.int64, *of_a_tile.args), emit

    made: Callable[..., None] = kernel
    return made


def _signature(a: Any, b: Any, c: Any, side: Any) -> Any:
    place = types.int64
    return types.none(place, a, place, place, b, place, place, c, place, place, place, side, place, place)


@intrinsic
def copy(_context: Any, source: Any, _source_at: Any, target: Any, _target_at: Any, _count: Any) -> Any:
    """`copy(source, source_at, target, target_at, count)` copies `count` neighbours from array to array, by memcpy."""
    place = types.int64

    def emit(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        read, read_at, written, written_at, count = words
        code = Code(builder, lanes=1)
        from_place = code.place(context, signature.args[0], read, read_at)
        to_place = code.place(context, signature.args[2], written, written_at)
        cgutils.raw_memcpy(builder, to_place, from_place, count, BYTES)
        return context.get_dummy_value()

    return types.none(source, place, target, place, place), emit


def _emit(context: Any, builder: Any, signature: Any, words: Any, *, tile: Tile, unroll: int, packs: bool) -> Any:
    depth, a, a_at, a_stride, b, b_at, b_stride, c, c_at, c_stride, add, side, side_at, side_stride = words
    code = Code(builder, tile.lanes)
    a_first = code.place(context, signature.args[1], a, a_at)
    b_first = code.place(context, signature.args[4], b, b_at)
    c_first = code.place(context, signature.args[7], c, c_at)
    a_rows = [code.move(a_first, builder.mul(a_stride, INT64(row))) for row in range(tile.rows)]
    c_rows = [code.move(c_first, builder.mul(c_stride, INT64(row))) for row in range(tile.rows)]
    c_tile = [[code.move(row, vector * tile.lanes) for vector in range(tile.vectors)] for row in c_rows]
    side_first = code.place(context, signature.args[11], side, side_at)
    with builder.if_then(builder.icmp_signed(">=", side_at, INT64(0))):
        for place in chain(*c_tile):
            code.prefetch(place, write=True)

    def pack(k: Any, b_row: Any) -> None:
        """Copy a row of the tile's columns of B, and prefetch another."""
        packed = code.move(side_first, builder.mul(k, side_stride))
        later = code.move(b_row, builder.mul(b_stride, INT64(_STEPS_AHEAD)))
        for vector, values in enumerate(code.load_row(b_row, tile.vectors)):
            code.store_vector(values, code.move(packed, vector * tile.lanes))
            code.prefetch(code.move(later, vector * tile.lanes))

    def turn(k: Any, sums: list[Any]) -> list[Any]:
        if not packs:
            row = code.move(side_first, builder.mul(k, side_stride))
            code.prefetch(row)  # which does nothing at an invalid address
        for step in range(unroll):
            here = builder.add(k, INT64(step))
            b_row = code.move(b_first, builder.mul(here, b_stride))
            if packs:
                pack(here, b_row)
            sums = multiply_add(code, tile, [code.move(row, here) for row in a_rows], b_row, sums)
        return sums

    totals = code.loop(depth, unroll, [code.zero] * (tile.rows * tile.vectors), turn)
    code.add_or_write(totals, list(chain(*c_tile)), add)
    return context.get_dummy_value()


class Code(simd.Code):
    """Instructions on vectors, which find their way into Numba's arrays."""

    def place(self, context: Any, array_type: Any, array: Any, at: Any) -> Any:
        """The pointer to number `at` of a Numba array."""
        return self.move(context.make_array(array_type)(context, self._builder, array).data, at)
