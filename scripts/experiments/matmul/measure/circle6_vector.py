"""Four neighbours at once on a GPU: one instruction and one trip for sixteen bytes, instead of four trips."""

from typing import Any

from numba import config

# Before anything of numba.cuda is imported.
from . import numba_gpu as numba_gpu

# Of arrays in shared memory and in registers. The simulator lays them out as it likes.
ALIGNMENT = None if config.ENABLE_CUDASIM else 16

if config.ENABLE_CUDASIM:

    def copy_four(source: Any, i: Any, j: Any, target: Any, k: Any, m: Any) -> None:
        """Numbers m to m + 3 of the target's row k become numbers j to j + 3 of the source's row i."""
        target[k, m : m + 4] = source[i, j : j + 4]

    def copy_four_down(source: Any, i: Any, j: Any, target: Any, k: Any, m: Any) -> None:
        """Rows k to k + 3 of the target's column m become numbers j to j + 3 of the source's row i."""
        target[k : k + 4, m] = source[i, j : j + 4]

else:
    from llvmlite import ir
    from numba.cuda import cgutils, types
    from numba.cuda.extending import intrinsic

    def _place(context: Any, builder: Any, array_type: Any, array: Any, i: Any, j: Any) -> Any:
        whole = context.make_array(array_type)(context, builder, array)
        return cgutils.get_item_pointer(context, builder, array_type, whole, [i, j], wraparound=False)

    def _four(builder: Any, place: Any) -> Any:
        return builder.bitcast(place, ir.VectorType(ir.FloatType(), 4).as_pointer(place.type.addrspace))

    @intrinsic
    def copy_four(_context: Any, source: Any, _i: Any, _j: Any, target: Any, _k: Any, _m: Any) -> Any:
        """Numbers m to m + 3 of the target's row k become numbers j to j + 3 of the source's row i.

        Both start at multiples of 16 bytes, else the GPU stops.
        """
        index = types.int64

        def emit(context: Any, builder: Any, signature: Any, words: Any) -> Any:
            read = _four(builder, _place(context, builder, signature.args[0], *words[:3]))
            written = _four(builder, _place(context, builder, signature.args[3], *words[3:]))
            builder.store(builder.load(read, align=16), written, align=16)
            return context.get_dummy_value()

        return types.none(source, index, index, target, index, index), emit

    @intrinsic
    def copy_four_down(_context: Any, source: Any, _i: Any, _j: Any, target: Any, _k: Any, _m: Any) -> Any:
        """Rows k to k + 3 of the target's column m become numbers j to j + 3 of the source's row i.

        The source's start at a multiple of 16 bytes, else the GPU stops.
        """
        index = types.int64

        def emit(context: Any, builder: Any, signature: Any, words: Any) -> Any:
            read = _four(builder, _place(context, builder, signature.args[0], *words[:3]))
            numbers = builder.load(read, align=16)
            row, column = words[4:]
            for at in range(4):
                below = builder.add(row, row.type(at))
                written = _place(context, builder, signature.args[3], words[3], below, column)
                builder.store(builder.extract_element(numbers, ir.IntType(32)(at)), written)
            return context.get_dummy_value()

        return types.none(source, index, index, target, index, index), emit
