"""The kernels of circles 2 to 5 and 9 as WebAssembly: built of the same vector code as the native ones.

Places are addresses in the module's one memory, in bytes; strides and sizes count numbers.
"""

from typing import Any

from llvmlite import ir

from shared.simd import BYTES, FLOAT, INT32, Code, Tile, multiply_add

from .webassembly import Module, compile_module

LANES = 4  # WebAssembly's vectors have 128 bits
# Which one a browser's compiler finds registers for, it shows in the run: x86 has 16, ARM 32.
TILES = tuple(Tile(rows, vectors, LANES) for rows, vectors in ((4, 2), (6, 2), (4, 3), (8, 2)))
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
    for tile in TILES:
        _tiles(module, tile)
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

    def times(self, x: Any, y: Any) -> Any:
        """x·y of two counts."""
        return self.builder.mul(x, INT32(y) if isinstance(y, int) else y)

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
    """Circle 4, step 3. B's columns into strips `width` wide, each row by row. `columns` is a multiple of `width`.

    `pack` copies whole vectors of neighbours, `pack_apart` numbers that lie `across` apart.
    """
    code = _Code(module, "pack", "depth columns width b along to")
    depth, columns, width, b, along, to = code.words

    def strip(j: Any, _: list[Any]) -> list[Any]:
        source, target = code.move(code.at(b), j), code.move(code.at(to), code.times(j, depth))

        def row(k: Any, _: list[Any]) -> list[Any]:
            from_row, to_row = code.move(source, code.times(k, along)), code.move(target, code.times(k, width))

            def vector(lane: Any, _: list[Any]) -> list[Any]:
                code.store_vector(code.load_vector(code.move(from_row, lane)), code.move(to_row, lane))
                return []

            code.loop(width, LANES, [], vector)
            return []

        code.loop(depth, 1, [], row)
        return []

    _strips(code, columns, width, strip)

    apart = _Code(module, "pack_apart", "depth columns width b along across to")
    depth_, columns_, width_, b_, along_, across, to_ = apart.words

    def strip_apart(j: Any, _: list[Any]) -> list[Any]:
        source = apart.move(apart.at(b_), apart.times(j, across))
        target = apart.move(apart.at(to_), apart.times(j, depth_))

        def column(lane: Any, _: list[Any]) -> list[Any]:
            from_column, to_column = apart.move(source, apart.times(lane, across)), apart.move(target, lane)

            def number(k: Any, _: list[Any]) -> list[Any]:
                value = apart.load(apart.move(from_column, apart.times(k, along_)))
                apart.builder.store(value, apart.move(to_column, apart.times(k, width_)))
                return []

            apart.loop(depth_, 1, [], number)
            return []

        apart.loop(width_, 1, [], column)
        return []

    _strips(apart, columns_, width_, strip_apart)


def _strips(code: _Code, columns: Any, width: Any, strip: Any) -> None:
    """All of `columns`, `width` at a time: a loop whose step is known only when it runs."""
    count = code.builder.sdiv(columns, width)
    code.loop(count, 1, [], lambda index, _: strip(code.times(index, width), _))
    code.builder.ret_void()


def _tiles(module: ir.Module, tile: Tile) -> None:
    """Circle 4, steps 2 and 3. C (+)= AB, tile by tile, of whole tiles. C is overwritten where `add` is 0.

    A's rows lie `across` apart, the numbers of each `along`. Of B a tile's columns are neighbours, its rows `b_step`
    apart, and the next tile's columns begin `b_strip` numbers on: both say whether B was packed.
    """
    words = "depth rows columns a across along b b_step b_strip c c_stride add"
    code = _Code(module, f"tile_{tile.rows}x{tile.columns}", words)
    builder = code.builder
    depth, rows, columns, a, across, along, b, b_step, b_strip, c, c_stride, add = code.words
    a_turn, b_turn = code.times(along, BYTES), code.times(b_step, BYTES)

    def strip(j: Any, state: list[Any]) -> list[Any]:
        (b_first,) = state

        def row(i: Any, _: list[Any]) -> list[Any]:
            a_first = code.move(code.at(a), code.times(i, across))
            c_first = code.move(code.move(code.at(c), code.times(i, c_stride)), j)
            a_rows = [code.move(a_first, code.times(across, r)) for r in range(tile.rows)]
            c_rows = [code.move(c_first, code.times(c_stride, r)) for r in range(tile.rows)]
            places = [code.move(each, vector * LANES) for each in c_rows for vector in range(tile.vectors)]
            first = [builder.ptrtoint(each, INT32) for each in a_rows]

            def turn(_: Any, values: list[Any]) -> list[Any]:
                b_row, *a_places = values[: tile.rows + 1]
                sums = multiply_add(
                    code, tile, [code.at(each) for each in a_places], code.at(b_row), values[tile.rows + 1 :]
                )
                return [builder.add(b_row, b_turn), *(builder.add(each, a_turn) for each in a_places), *sums]

            zeros = [code.zero] * len(places)
            totals = code.loop(depth, 1, [b_first, *first, *zeros], turn)[tile.rows + 1 :]
            with builder.if_else(builder.icmp_signed("!=", add, INT32(0))) as (adding, overwriting):
                with adding:
                    for place, total in zip(places, totals, strict=True):
                        code.store_vector(builder.fadd(code.load_vector(place), total), place)
                with overwriting:
                    for place, total in zip(places, totals, strict=True):
                        code.store_vector(total, place)
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
