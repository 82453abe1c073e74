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

else:
    from llvmlite import ir
    from numba.cuda import cgutils, types
    from numba.cuda.extending import intrinsic

    def _place(context: Any, builder: Any, array_type: Any, array: Any, i: Any, j: Any) -> Any:
        whole = context.make_array(array_type)(context, builder, array)
        place = cgutils.get_item_pointer(context, builder, array_type, whole, [i, j], wraparound=False)
        return builder.bitcast(place, ir.VectorType(ir.FloatType(), 4).as_pointer(place.type.addrspace))

    @intrinsic
    def copy_four(_context: Any, source: Any, _i: Any, _j: Any, target: Any, _k: Any, _m: Any) -> Any:
        """Numbers m to m + 3 of the target's row k become numbers j to j + 3 of the source's row i.

        Both start at multiples of 16 bytes, else the GPU stops.
        """
        index = types.int64

        def emit(context: Any, builder: Any, signature: Any, words: Any) -> Any:
            read = _place(context, builder, signature.args[0], *words[:3])
            written = _place(context, builder, signature.args[3], *words[3:])
            builder.store(builder.load(read, align=16), written, align=16)
            return context.get_dummy_value()

        return types.none(source, index, index, target, index, index), emit
