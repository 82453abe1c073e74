"""Circle 8. The arcane arts on a CPU: an epilogue fused into the product, and numbers of fewer bits.

Those that need a GPU are in `circle8_gpu` and `circle8_sparse`.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from llvmlite import ir
from numba import get_num_threads, njit, prange, types
from numba.extending import intrinsic

from . import circle5_threads
from .circle4_one_thread import BLOCK, COLUMNS, TILE_COLUMNS, rooms, share, strip
from .operands import Matrix, product_shape, whole

_LOG2_E = np.float32(1.4426950408889634)
# 2^f on −½ ≤ f ≤ ½: the Taylor series of e^(f·ln 2), highest power first; its remainder is below a float32's rounding.
_P6, _P5, _P4, _P3, _P2, _P1 = (np.float32(math.log(2) ** k / math.factorial(k)) for k in range(6, 0, -1))
_LOWEST, _HIGHEST, _HALF, _ONE = (np.float32(x) for x in (-126, 126, 0.5, 1))


@intrinsic
def _float_of_bits(_context: Any, _bits: Any) -> Any:
    def emit(_context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        return builder.bitcast(words[0], ir.FloatType())

    return types.float32(types.int32), emit


@njit(cache=True, fastmath={"contract"}, error_model="numpy")
def _exp(x: float) -> Any:
    """e^x in float32 without a call, so that LLVM can turn the loop around it into vectors."""
    power = x * _LOG2_E
    power = _LOWEST if power < _LOWEST else power
    power = _HIGHEST if power > _HIGHEST else power
    whole = np.floor(power + _HALF)
    f = power - whole
    value = (((((_P6 * f + _P5) * f + _P4) * f + _P3) * f + _P2) * f + _P1) * f + _ONE
    return value * _float_of_bits((np.int32(whole) + np.int32(127)) << np.int32(23))


@njit(cache=True, fastmath={"contract"}, error_model="numpy")
def _bias_silu(c: Matrix, bias: Matrix, j0: int, j1: int) -> None:
    """C = SiLU(C + bias) in columns from j0 to j1, SiLU(x) being x / (1 + e^−x)."""
    shift = bias[j0:j1]
    for i in range(c.shape[0]):
        row = c[i, j0:j1]  # one-dimensional, so known to be contiguous: vectors, not single numbers
        for j in range(len(shift)):
            x = row[j] + shift[j]
            row[j] = x / (_ONE + _exp(-x))


# --8<-- [start:fused]
@njit(cache=True, parallel=True)
def _fused(a: Matrix, b: Matrix, bias: Matrix, c: Matrix, rooms: Matrix) -> None:
    """Multiply strips of C in parallel; each block gets its epilogue as soon as it is whole, still in the cache."""
    n, p = c.shape
    width = share(p, len(rooms), TILE_COLUMNS)
    for part in prange(len(rooms)):
        for j0 in range(part * width, min((part + 1) * width, p), COLUMNS):
            j1 = min(j0 + COLUMNS, (part + 1) * width, p)
            strip(a, b, c, 0, n, j0, j1, True, rooms[part], BLOCK)
            _bias_silu(c, bias, j0, j1)


# --8<-- [end:fused]


def addmm_silu(bias: Matrix, a: Matrix, b: Matrix, out: Matrix | None = None) -> Matrix:
    """SiLU(bias + A·B), the Conformer's feed-forward half, in one pass over C.

    Raises ValueError and TypeError as the circles do, and ValueError for a bias that is not one number a column.
    """
    n, p = product_shape(a, b, out)
    if bias.shape != (p,):
        raise ValueError(f"bias is {'×'.join(map(str, bias.shape))}: {p} numbers are expected, one a column")
    c = np.empty((n, p), np.float32) if out is None or not out.flags.c_contiguous else out
    if any(np.may_share_memory(c, x) for x in (a, b, bias)):
        c = np.empty((n, p), np.float32)
    if c.size:
        _fused(whole(a), whole(b), whole(bias), c, rooms(get_num_threads()))
    if out is None or c is out:
        return c
    out[...] = c
    return out


@njit(cache=True, parallel=True)
def _activate(c: Matrix, bias: Matrix, parts: int) -> None:
    height = share(c.shape[0], parts, 1)
    for part in prange(parts):
        rows = c[part * height : (part + 1) * height]
        _bias_silu(rows, bias, 0, c.shape[1])


def separate_addmm_silu(bias: Matrix, a: Matrix, b: Matrix, c: Matrix) -> None:
    """What `addmm_silu` does, in two passes over C: circle 5's product, then the epilogue. Fusing saves one."""
    circle5_threads.multiply(a, b, c)
    _activate(c, bias, get_num_threads())


# --8<-- [start:int8]
def quantise(x: Matrix) -> tuple[torch.Tensor, float]:
    """x as whole numbers from −127 to 127 and the step between them. Raises ValueError for NaN and Inf."""
    largest = float(np.abs(x).max(initial=0))
    if not math.isfinite(largest):
        raise ValueError(f"the largest number is {largest}: whole numbers of 8 bits have no such thing")
    step = largest / 127 or 1.0
    return torch.from_numpy(np.rint(x / step).astype(np.int8)), step


# --8<-- [end:int8]


def int8_product(a: Matrix, b: Matrix, c: Matrix) -> Callable[[], object]:
    """A call that multiplies A and B, quantised beforehand as weights are, exactly in integers, and scales to c.

    Raises ValueError and TypeError as the circles do, and ValueError for NaN and Inf.
    """
    product_shape(a, b, c)
    (left, left_step), (right, right_step) = quantise(a), quantise(b)
    product = torch.from_numpy(c)

    def call() -> object:
        return torch.mul(torch._int_mm(left, right), left_step * right_step, out=product)

    return call


def bfloat16_product(a: Matrix, b: Matrix, c: Matrix) -> Callable[[], object]:
    """A call that multiplies A and B in bfloat16, converted beforehand, into c. Raises as the circles do."""
    product_shape(a, b, c)
    left, right = (torch.from_numpy(x).bfloat16() for x in (a, b))
    product = torch.from_numpy(c)
    return lambda: product.copy_(torch.mm(left, right))


def torch_addmm_silu(bias: Matrix, a: Matrix, b: Matrix, c: Matrix) -> Callable[[], object]:
    """A call that does what `addmm_silu` does in PyTorch's two operators, the second in place."""
    shift, left, right, product = (torch.from_numpy(x) for x in (bias, a, b, c))

    def call() -> object:
        torch.addmm(shift, left, right, out=product)
        return torch.nn.functional.silu(product, inplace=True)

    return call
