"""The SIMD micro-kernel: a tile of C held in vector registers, built as LLVM IR for the machine at hand.

Numba leaves it to LLVM whether loops become vector instructions; here the vectors are written down, through
Numba's own extension point (`numba.extending.intrinsic`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain
from pathlib import Path
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_FLOAT = ir.FloatType()
_INT = ir.IntType(64)
_INT32 = ir.IntType(32)
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_ROWS = 6
BYTES = 4  # of a float32
LINE = 64 // BYTES  # numbers in a cache line


@dataclass(frozen=True)
class Tile:
    """The part of C that the registers hold: `rows` × `vectors` registers of `lanes` float32 each.

    It must fit: rows × vectors accumulators, `vectors` registers of B and one of A broadcast. And it must be large:
    with two FMA units of four cycles' latency, fewer than eight accumulators leave the units waiting.
    """

    rows: int
    vectors: int
    lanes: int

    @property
    def columns(self) -> int:
        """Columns of C that the tile covers."""
        return self.vectors * self.lanes


@dataclass(frozen=True)
class Caches:
    """Sizes of the data caches that one core sees, in bytes."""

    l1: int
    l2: int
    l3: int


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
    sizes = {"1": 32 << 10, "2": 512 << 10, "3": 8 << 20}
    for index in _CACHES.glob("index*"):
        kind, level, size = ((index / name).read_text().strip() for name in ("type", "level", "size"))
        match = re.fullmatch(r"(\d+)([KM])", size)
        if kind != "Instruction" and match:
            sizes[level] = int(match[1]) << (10 if match[2] == "K" else 20)
    return Caches(sizes["1"], sizes["2"], sizes["3"])


def micro_kernel(tile: Tile, *, unroll: int = 1) -> Callable[..., None]:
    """An intrinsic for compiled code that adds a product to one tile of C:

    `kernel(depth, a, a_at, a_stride, b, b_at, b_stride, c, c_at, c_stride, add, ahead, ahead_at)` computes
    C[r, j] (+)= Σ A[r, k]·B[k, j] over k < depth, where `…_at` is the place of an operand's first number in its
    array and `…_stride` the distance between rows, both counted in numbers. C is overwritten when `add` is 0.
    Nothing outside the tile is read or written and no alignment is assumed. `depth` has to be a multiple of `unroll`;
    the product of depth 0 is zero. The tile of C is prefetched, and so are `depth` numbers of the array `ahead` from
    `ahead_at` on, unless that is negative: then nothing is prefetched.
    """

    @intrinsic  # type: ignore[untyped-decorator,unused-ignore]
    def kernel(
        _context: Any, depth: Any, a: Any, a_at: Any, a_stride: Any, b: Any, b_at: Any, b_stride: Any,
        c: Any, c_at: Any, c_stride: Any, add: Any, ahead: Any, ahead_at: Any,
    ) -> Any:  # fmt: skip
        del depth, a_at, a_stride, b_at, b_stride, c_at, c_stride, add, ahead_at
        place = types.int64
        signature = types.none(place, a, place, place, b, place, place, c, place, place, place, ahead, place)
        return signature, lambda *words: _emit(*words, tile=tile, unroll=unroll)

    made: Callable[..., None] = kernel
    return made


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


def _multiply_add(code: "Code", tile: Tile, a_rows: list[Any], b_row: Any, sums: list[Any]) -> list[Any]:
    """One step along k: a column of A times a row of B. `sums` never leave the registers."""
    remaining = iter(sums)
    updated = []
    # --8<-- [start:heart]
    b_vectors = code.load_row(b_row, tile.vectors)
    for a_row in a_rows:
        a_number = code.broadcast(code.load(a_row))
        for b_vector in b_vectors:
            total = code.fma(a_number, b_vector, next(remaining))
            updated.append(total)
    # --8<-- [end:heart]
    return updated


def _emit(context: Any, builder: Any, signature: Any, words: Any, *, tile: Tile, unroll: int) -> Any:
    depth, a, a_at, a_stride, b, b_at, b_stride, c, c_at, c_stride, add, ahead, ahead_at = words
    code = Code(builder, tile.lanes)
    a_first = code.place(context, signature.args[1], a, a_at)
    b_first = code.place(context, signature.args[4], b, b_at)
    c_first = code.place(context, signature.args[7], c, c_at)
    a_rows = [code.move(a_first, builder.mul(a_stride, _INT(row))) for row in range(tile.rows)]
    c_rows = [code.move(c_first, builder.mul(c_stride, _INT(row))) for row in range(tile.rows)]
    c_tile = [[code.move(row, vector * tile.lanes) for vector in range(tile.vectors)] for row in c_rows]
    ahead_first = code.place(context, signature.args[11], ahead, ahead_at)
    with builder.if_then(builder.icmp_signed(">=", ahead_at, _INT(0))):
        for place in chain(*c_tile):
            code.prefetch(place, write=True)

    def turn(k: Any, sums: list[Any]) -> list[Any]:
        code.prefetch(code.move(ahead_first, k))  # which does nothing at an invalid address
        for step in range(unroll):
            here = builder.add(k, _INT(step))
            b_row = code.move(b_first, builder.mul(here, b_stride))
            sums = _multiply_add(code, tile, [code.move(row, here) for row in a_rows], b_row, sums)
        return sums

    totals = code.loop(depth, unroll, [code.zero] * (tile.rows * tile.vectors), turn)
    c_places = list(chain(*c_tile))
    with builder.if_else(builder.icmp_signed("!=", add, _INT(0))) as (adding, overwriting):
        with adding:
            for place, total in zip(c_places, totals, strict=True):
                code.store_vector(builder.fadd(code.load_vector(place), total), place)
        with overwriting:
            for place, total in zip(c_places, totals, strict=True):
                code.store_vector(total, place)
    return context.get_dummy_value()


class Code:
    """Instructions on vectors of `lanes` float32, appended where `builder` stands."""

    def __init__(self, builder: Any, lanes: int) -> None:
        self._builder = builder
        self._lanes = lanes
        self.vector = ir.VectorType(_FLOAT, lanes)
        self.zero = ir.Constant(self.vector, [0.0] * lanes)

    def place(self, context: Any, array_type: Any, array: Any, at: Any) -> Any:
        """The pointer to number `at` of a Numba array."""
        return self.move(context.make_array(array_type)(context, self._builder, array).data, at)

    def move(self, pointer: Any, by: Any) -> Any:
        """The pointer moved by so many float32."""
        return self._builder.gep(pointer, [_INT(by) if isinstance(by, int) else by])

    def load(self, pointer: Any) -> Any:
        """One float32."""
        return self._builder.load(pointer)

    def load_vector(self, pointer: Any) -> Any:
        """Neighbours from `pointer` on, one a lane."""
        # A claim of more alignment than a buffer has is a crash; float32 arrays promise no more than 4 bytes.
        return self._builder.load(self._builder.bitcast(pointer, self.vector.as_pointer()), align=BYTES)

    def load_row(self, pointer: Any, vectors: int) -> list[Any]:
        """`vectors` vectors, one after another."""
        return [self.load_vector(self.move(pointer, vector * self._lanes)) for vector in range(vectors)]

    def store_vector(self, value: Any, pointer: Any) -> None:
        """Write the lanes side by side."""
        self._builder.store(value, self._builder.bitcast(pointer, self.vector.as_pointer()), align=BYTES)

    def loop(self, end: Any, step: int, values: list[Any], turn: Callable[[Any, list[Any]], list[Any]]) -> list[Any]:
        """`for (k = 0; k < end; k += step) values = turn(k, values)`; returns the last values.

        The values are φ-nodes, never memory: LLVM has no choice but to keep them in registers.
        """
        builder = self._builder
        before = builder.block
        head, body, after = (builder.append_basic_block() for _ in range(3))
        builder.branch(head)
        builder.position_at_end(head)
        k = builder.phi(_INT)
        nodes = [builder.phi(value.type) for value in values]
        builder.cbranch(builder.icmp_signed("<", k, end), body, after)
        builder.position_at_end(body)
        for node, first, later in zip(
            [k, *nodes], [_INT(0), *values], [builder.add(k, _INT(step)), *turn(k, nodes)], strict=True
        ):
            node.add_incoming(first, before)
            node.add_incoming(later, body)
        builder.branch(head)
        builder.position_at_end(after)
        return nodes

    def total(self, vectors: list[Any]) -> Any:
        """The sum of several vectors, lane by lane."""
        return reduce(self._builder.fadd, vectors)

    def broadcast(self, value: Any) -> Any:
        """One float32 in every lane."""
        nothing = ir.Constant(self.vector, ir.Undefined)
        first = self._builder.insert_element(nothing, value, _INT32(0))
        lanes = ir.Constant(ir.VectorType(_INT32, self._lanes), [0] * self._lanes)
        return self._builder.shuffle_vector(first, nothing, lanes)

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """x·y + z, one instruction where the machine has it."""
        signature = ir.FunctionType(self.vector, [self.vector] * 3)
        name = f"llvm.fmuladd.v{self._lanes}f32"
        return self._builder.call(cgutils.get_or_insert_function(self._builder.module, signature, name), [x, y, z])

    def prefetch(self, pointer: Any, *, write: bool = False) -> None:
        """Prefetch the cache line at `pointer`, which is to be read or written soon."""
        signature = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, _INT32, _INT32, _INT32])
        prefetch = cgutils.get_or_insert_function(self._builder.module, signature, "llvm.prefetch.p0")
        use, near, data = _INT32(int(write)), _INT32(3 if write else 2), _INT32(1)
        self._builder.call(prefetch, [self._builder.bitcast(pointer, cgutils.voidptr_t), use, near, data])
