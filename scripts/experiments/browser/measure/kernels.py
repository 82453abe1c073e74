"""The kernels of circles 2 to 5 and 9 as WebAssembly: built of the same vector code as the native ones.

Places are addresses in the module's one memory, in bytes; strides and sizes count numbers.
"""

from typing import Any

from llvmlite import ir

from shared.simd import BYTES, FLOAT, INT32, Code, Tile, Turn, multiply_add

from .webassembly import Module, compile_module

LANES = 4  # WebAssembly's vectors have 128 bits
# Tiles, and how many steps along k each takes at once. Which one a browser's compiler finds registers for, it shows in
# the run: x86 has 16, ARM 32. The highest fits in none: four rows of B stay there, and the sums pass through. All are
# equally wide, so that the lowest multiplies the rows that fill no other.
TILES = {Tile(rows, 2, LANES): unroll for rows, unroll in ((4, 1), (6, 1), (8, 1), (16, 4))}
BUILDS = {"plain": ("simd128",), "relaxed": ("simd128", "relaxed-simd")}
ACCUMULATORS = 12
_STREAMS = 8  # vectors under way at once


def build(name: str) -> Module:
    """One of `BUILDS`, with every kernel in it."""
    module = ir.Module()
    _scalar(module)
    _combine(module)
    _order(module)
    _pack(module)
    _transpose(module)
    for tile, unroll in TILES.items():
        _tiles(module, tile, unroll)
    _peak(module, fused=name == "relaxed")
    _read(module)
    return compile_module(module, BUILDS[name])


class _Code(Code):
    """The code of one exported function. `words` are its parameters: 32-bit numbers, and `factor`, a float32."""

    def __init__(self, module: ir.Module, name: str, parameters: str, returned: Any = None) -> None:
        kinds = [FLOAT if word == "factor" else INT32 for word in parameters.split()]
        function = ir.Function(module, ir.FunctionType(returned or ir.VoidType(), kinds), name)
        self.builder = ir.IRBuilder(function.append_basic_block())
        super().__init__(self.builder, LANES, INT32)
        self.words = function.args

    def at(self, address: Any) -> Any:
        """The pointer to the float32 at an address."""
        return self.builder.inttoptr(address, FLOAT.as_pointer())

    def move(self, pointer: Any, by: Any) -> Any:
        builder = self.builder
        offset = INT32(by * BYTES) if isinstance(by, int) else builder.mul(by, INT32(BYTES))
        # Of an address that does not wrap LLVM makes the load's own offset.
        return self.at(builder.add(builder.ptrtoint(pointer, INT32), offset, flags=("nuw",)))

    def plus(self, count: Any, more: int) -> Any:
        """A count and a few more."""
        return self.builder.add(count, INT32(more))

    def times(self, x: Any, y: Any) -> Any:
        """x·y of two counts."""
        return self.builder.mul(x, INT32(y) if isinstance(y, int) else y)

    def transposed(self, rows: list[Any]) -> list[Any]:
        """The columns of a square of four rows."""
        low, high = [0, 4, 1, 5], [2, 6, 3, 7]  # halves of two rows, their numbers in turns
        first, second, third, fourth = rows
        pairs = [(self._shuffle(first, second, half), self._shuffle(third, fourth, half)) for half in (low, high)]
        return [self._shuffle(x, y, half) for x, y in pairs for half in ([0, 1, 4, 5], [2, 3, 6, 7])]

    def _shuffle(self, x: Any, y: Any, lanes: list[int]) -> Any:
        return self.builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(INT32, LANES), lanes))

    def add_number(self, value: Any, pointer: Any) -> None:
        """Add to the float32 at `pointer`."""
        self.builder.store(self.builder.fadd(self.load(pointer), value), pointer)


def _scalar(module: ir.Module) -> None:
    """Circle 2. C = AB by three loops over single numbers."""
    code = _Code(module, "scalar", "n m p a a_stride b b_stride c c_stride")
    builder = code.builder
    n, m, p, a, a_stride, b, b_stride, c, c_stride = code.words

    def row(i: Any, _: list[Any]) -> list[Any]:
        a_row, c_row = code.move(code.at(a), code.times(i, a_stride)), code.move(code.at(c), code.times(i, c_stride))

        def column(j: Any, _: list[Any]) -> list[Any]:
            b_column = code.move(code.at(b), j)

            def step(k: Any, sums: list[Any]) -> list[Any]:
                product = builder.fmul(
                    code.load(code.move(a_row, k)), code.load(code.move(b_column, code.times(k, b_stride)))
                )
                return [builder.fadd(sums[0], product)]

            builder.store(code.loop(m, 1, [ir.Constant(FLOAT, 0.0)], step)[0], code.move(c_row, j))
            return []

        code.loop(p, 1, [], column)
        return []

    code.loop(n, 1, [], row)
    builder.ret_void()


def _combine(module: ir.Module) -> None:
    """Circle 3. Z = X + factor·Y of squares of side n: what Strassen's algorithm does between its products."""
    code = _Code(module, "combine", "n x x_stride y y_stride z z_stride factor")
    builder = code.builder
    n, x, x_stride, y, y_stride, z, z_stride, factor = code.words

    def row(i: Any, _: list[Any]) -> list[Any]:
        x_row, y_row, z_row = (
            code.move(code.at(first), code.times(i, stride))
            for first, stride in ((x, x_stride), (y, y_stride), (z, z_stride))
        )

        def column(j: Any, _: list[Any]) -> list[Any]:
            scaled = builder.fmul(factor, code.load(code.move(y_row, j)))
            builder.store(builder.fadd(code.load(code.move(x_row, j)), scaled), code.move(z_row, j))
            return []

        code.loop(n, 1, [], column)
        return []

    code.loop(n, 1, [], row)
    builder.ret_void()


def _order(module: ir.Module) -> None:
    """Circle 4, step 1. C += AB by the loops i, k, j: the innermost walks along rows, by whole vectors."""
    code = _Code(module, "order", "n m p a b c")
    builder = code.builder
    n, m, p, a, b, c = code.words
    whole = builder.and_(p, INT32(-LANES))

    def row(i: Any, _: list[Any]) -> list[Any]:
        a_row, c_row = code.move(code.at(a), code.times(i, m)), code.move(code.at(c), code.times(i, p))

        def step(k: Any, _: list[Any]) -> list[Any]:
            number = code.load(code.move(a_row, k))
            vector = code.broadcast(number)
            b_row = code.move(code.at(b), code.times(k, p))

            def update(j: Any, _: list[Any]) -> list[Any]:
                place = code.move(c_row, j)
                total = code.fma(vector, code.load_vector(code.move(b_row, j)), code.load_vector(place))
                code.store_vector(total, place)
                return []

            def update_edge(j: Any, _: list[Any]) -> list[Any]:
                at = builder.add(whole, j)
                code.add_number(builder.fmul(number, code.load(code.move(b_row, at))), code.move(c_row, at))
                return []

            code.loop(whole, LANES, [], update)
            code.loop(builder.sub(p, whole), 1, [], update_edge)
            return []

        code.loop(m, 1, [], step)
        return []

    code.loop(n, 1, [], row)
    builder.ret_void()


def _pack(module: ir.Module) -> None:
    """Circle 4, step 3. B's columns into strips `width` wide, each row by row. `columns` is a multiple of `width`."""
    code = _Code(module, "pack", "depth columns width b down to")
    depth, columns, width, b, down, to = code.words
    builder = code.builder

    def strip(index: Any, _: list[Any]) -> list[Any]:
        j = code.times(index, width)
        source, target = code.move(code.at(b), j), code.move(code.at(to), code.times(j, depth))

        def row(k: Any, _: list[Any]) -> list[Any]:
            from_row, to_row = code.move(source, code.times(k, down)), code.move(target, code.times(k, width))

            def vector(lane: Any, _: list[Any]) -> list[Any]:
                code.store_vector(code.load_vector(code.move(from_row, lane)), code.move(to_row, lane))
                return []

            code.loop(width, LANES, [], vector)
            return []

        code.loop(depth, 1, [], row)
        return []

    code.loop(builder.sdiv(columns, width), 1, [], strip)  # a loop by `width`, which is known only as it runs
    builder.ret_void()


def _transpose(module: ir.Module) -> None:
    """Circle 4, step 3, of an operand that lies transposed: `to` = `a`ᵀ, squares of whole vectors in registers."""
    code = _Code(module, "transpose", "rows columns a a_stride to to_stride")
    builder = code.builder
    rows, columns, a, a_stride, to, to_stride = code.words
    whole_rows, whole_columns = (builder.and_(each, INT32(-LANES)) for each in (rows, columns))

    def place(first: Any, stride: Any, i: Any, j: Any) -> Any:
        return code.move(code.move(code.at(first), code.times(i, stride)), j)

    def high(i: Any, _: list[Any]) -> list[Any]:
        def square(j: Any, _: list[Any]) -> list[Any]:
            found = [code.load_vector(place(a, a_stride, code.plus(i, lane), j)) for lane in range(LANES)]
            for lane, vector in enumerate(code.transposed(found)):
                code.store_vector(vector, place(to, to_stride, code.plus(j, lane), i))
            return []

        code.loop(whole_columns, LANES, [], square)
        return []

    def row(i: Any, _: list[Any]) -> list[Any]:
        def number(j: Any, _: list[Any]) -> list[Any]:
            builder.store(code.load(place(a, a_stride, i, j)), place(to, to_stride, j, i))
            return []

        is_whole = builder.icmp_signed("<", i, whole_rows)
        code.loop(columns, 1, [], number, builder.select(is_whole, whole_columns, INT32(0)))
        return []

    code.loop(whole_rows, LANES, [], high)
    code.loop(rows, 1, [], row)
    builder.ret_void()


def _tiles(module: ir.Module, tile: Tile, unroll: int) -> None:
    """Circle 4, steps 2 and 3. C (+)= AB, tile by tile, of whole tiles. C is overwritten where `add` is 0.

    A's rows lie `across` apart. Of B a tile's columns are neighbours, its rows `b_step` apart, and the next tile's
    columns begin `b_strip` numbers on: both say whether B was packed.
    """
    words = "depth rows columns a across b b_step b_strip c c_stride add"
    code = _Code(module, f"tile_{tile.rows}x{tile.columns}", words)
    builder = code.builder
    depth, rows, columns, a, across, b, b_step, b_strip, c, c_stride, add = code.words
    whole, b_turn = builder.and_(depth, INT32(-unroll)), code.times(b_step, BYTES)

    def strip(j: Any, state: list[Any]) -> list[Any]:
        (b_first,) = state

        def row(i: Any, _: list[Any]) -> list[Any]:
            a_first = code.move(code.at(a), code.times(i, across))
            c_first = code.move(code.move(code.at(c), code.times(i, c_stride)), j)
            a_rows = [code.move(a_first, code.times(across, r)) for r in range(tile.rows)]
            c_rows = [code.move(c_first, code.times(c_stride, r)) for r in range(tile.rows)]
            places = [code.move(each, vector * LANES) for each in c_rows for vector in range(tile.vectors)]

            def steps(count: int) -> Turn:
                def turn(k: Any, values: list[Any]) -> list[Any]:
                    b_row, *sums = values
                    for step in range(count):
                        here = [code.move(code.move(each, k), step) for each in a_rows]
                        sums = multiply_add(code, tile, here, code.at(b_row), sums)
                        b_row = builder.add(b_row, b_turn)
                    return [b_row, *sums]

                return turn

            values = code.loop(whole, unroll, [b_first, *[code.zero] * len(places)], steps(unroll))
            if unroll > 1:
                values = code.loop(depth, 1, values, steps(1), whole)
            totals = values[1:]
            code.add_or_write(totals, places, add)
            return []

        code.loop(rows, tile.rows, [], row)
        return [builder.add(b_first, code.times(b_strip, BYTES))]

    code.loop(columns, tile.columns, [b], strip)
    builder.ret_void()


def _peak(module: ir.Module, *, fused: bool) -> None:
    """Circle 9. `turns` times one operation on each of many registers: no load, no store, no dependence.

    Where nothing fuses them, half of the registers are multiplied and half added to. Returns their sum.
    """
    code = _Code(module, "peak", "turns factor", FLOAT)
    turns, factor = code.words
    x = code.broadcast(factor)

    def turn(_: Any, sums: list[Any]) -> list[Any]:
        if fused:
            return [code.fma(x, each, x) for each in sums]
        half = ACCUMULATORS // 2
        return [
            *(code.builder.fmul(x, each) for each in sums[:half]),
            *(code.builder.fadd(x, each) for each in sums[half:]),
        ]

    sums = code.loop(turns, 1, [x] * ACCUMULATORS, turn)
    code.builder.ret(code.builder.extract_element(code.total(sums), INT32(0)))


def _read(module: ir.Module) -> None:
    """Circle 9. Read `numbers` of them, a multiple of 32, `times` times over; returns a sum."""
    code = _Code(module, "read", "place numbers times", FLOAT)
    place, numbers, times = code.words

    def once(_: Any, sums: list[Any]) -> list[Any]:
        def turn(k: Any, sums: list[Any]) -> list[Any]:
            row = code.load_row(code.move(code.at(place), k), _STREAMS)
            return [code.builder.fadd(total, vector) for total, vector in zip(sums, row, strict=True)]

        return code.loop(numbers, _STREAMS * LANES, sums, turn)

    sums = code.loop(times, 1, [code.zero] * _STREAMS, once)
    code.builder.ret(code.builder.extract_element(code.total(sums), INT32(0)))
