"""Vector code as LLVM IR: instructions on registers of several float32, and the heart of the register tile.

The matmul experiment makes native code of it, at the width of the machine at hand, the browser's WebAssembly, at 128
bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from llvmlite import ir

FLOAT = ir.FloatType()
INT32 = ir.IntType(32)
INT64 = ir.IntType(64)
BYTES = 4  # of a float32
_BYTE_POINTER = ir.IntType(8).as_pointer()
Turn = Callable[[Any, list[Any]], list[Any]]  # of a loop: index, values → values


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


class Code:
    """Instructions on vectors of `lanes` float32, appended where `builder` stands; `index` is what places count in."""

    def __init__(self, builder: Any, lanes: int, index: Any = INT64) -> None:
        self._builder = builder
        self._lanes = lanes
        self._index = index
        self.vector = ir.VectorType(FLOAT, lanes)
        self.zero = ir.Constant(self.vector, [0.0] * lanes)

    def move(self, pointer: Any, by: Any) -> Any:
        """The pointer moved by so many float32."""
        return self._builder.gep(pointer, [self._index(by) if isinstance(by, int) else by])

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

    def add_or_write(self, totals: list[Any], places: list[Any], add: Any) -> None:
        """Add vectors to what is there, or write them over it where the number `add` is 0."""
        builder = self._builder
        with builder.if_else(builder.icmp_signed("!=", add, self._index(0))) as (adding, overwriting):
            with adding:
                for place, total in zip(places, totals, strict=True):
                    self.store_vector(builder.fadd(self.load_vector(place), total), place)
            with overwriting:
                for place, total in zip(places, totals, strict=True):
                    self.store_vector(total, place)

    def loop(self, end: Any, step: int, values: list[Any], turn: Turn, start: Any = None) -> list[Any]:
        """`for (k = start; k < end; k += step) values = turn(k, values)`, from 0 on where no `start` is given.

        Returns the last values. They are φ-nodes, never memory: LLVM has no choice but to keep them in registers.
        """
        builder = self._builder
        before = builder.block
        head, body, after = (builder.append_basic_block() for _ in range(3))
        builder.branch(head)
        builder.position_at_end(head)
        k = builder.phi(self._index)
        nodes = [builder.phi(value.type) for value in values]
        builder.cbranch(builder.icmp_signed("<", k, end), body, after)
        builder.position_at_end(body)
        later = [builder.add(k, self._index(step)), *turn(k, nodes)]
        last = builder.block  # the body may have loops of its own
        begin = self._index(0) if start is None else start
        for node, first, next_ in zip([k, *nodes], [begin, *values], later, strict=True):
            node.add_incoming(first, before)
            node.add_incoming(next_, last)
        builder.branch(head)
        builder.position_at_end(after)
        return nodes

    def total(self, vectors: list[Any]) -> Any:
        """The sum of several vectors, lane by lane."""
        return reduce(self._builder.fadd, vectors)

    def broadcast(self, value: Any) -> Any:
        """One float32 in every lane."""
        nothing = ir.Constant(self.vector, ir.Undefined)
        first = self._builder.insert_element(nothing, value, INT32(0))
        lanes = ir.Constant(ir.VectorType(INT32, self._lanes), [0] * self._lanes)
        return self._builder.shuffle_vector(first, nothing, lanes)

    def fma(self, x: Any, y: Any, z: Any) -> Any:
        """x·y + z, one instruction where the machine has it."""
        return self.call(f"llvm.fmuladd.v{self._lanes}f32", self.vector, [x, y, z])

    def prefetch(self, pointer: Any, *, write: bool = False) -> None:
        """Prefetch the cache line at `pointer`, which is to be read or written soon."""
        place = self._builder.bitcast(pointer, _BYTE_POINTER)
        use, near, data = INT32(int(write)), INT32(3 if write else 2), INT32(1)
        self.call("llvm.prefetch.p0", ir.VoidType(), [place, use, near, data])

    def call(self, name: str, returned: Any, words: list[Any]) -> Any:
        """A call of LLVM's own function `name`."""
        module = self._builder.module
        found = module.globals.get(name)
        if found is None:
            found = ir.Function(module, ir.FunctionType(returned, [word.type for word in words]), name)
        return self._builder.call(found, words)


def multiply_add(code: Code, tile: Tile, a_rows: list[Any], b_row: Any, sums: list[Any]) -> list[Any]:
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
