"""The signature that every circle has, and the checks of operands that every circle makes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_FLOAT32 = np.dtype(np.float32)  # which NumPy gives to all arrays of native float32

Matrix = NDArray[np.float32]
Shape = tuple[int, int, int]
_NAMES = ("a", "b", "out")

# Shapes of the Conformer's products: steps of sound by the two sides of a weight matrix.
CONFORMER: tuple[Shape, ...] = ((24, 512, 2048), (121, 512, 2048), (121, 2048, 512), (121, 512, 512))


class Multiply(Protocol):
    """A circle: it multiplies an (n, m) and an (m, p) float32 matrix, into `out` where that is given."""

    __name__: str

    def __call__(self, a: Matrix, b: Matrix, out: Matrix | None = None) -> Matrix:
        """The product; `out` itself where it is given."""


def multiplication(kernel: Callable[[Matrix, Matrix, Matrix], None]) -> Multiply:
    """Make a circle of `kernel(a, b, c)`, which overwrites c. The kernel gets non-empty C-contiguous float32 matrices.

    The circle takes what NumPy's matmul takes in two dimensions: it copies transposed and strided operands first,
    `out` may overlap them, and an empty sum is zero. It raises ValueError naming the shapes that do not multiply, and
    TypeError naming a dtype other than float32.
    """

    @wraps(kernel)
    def multiply(a: Matrix, b: Matrix, out: Matrix | None = None) -> Matrix:
        if out is not None and _ready(a, b, out):
            kernel(a, b, out)
            return out
        shape = product_shape(a, b, out)
        direct = (
            out is not None
            and out.flags.c_contiguous
            and out.flags.writeable
            and not np.may_share_memory(out, a)
            and not np.may_share_memory(out, b)
        )
        c: Matrix = out if out is not None and direct else np.empty(shape, np.float32)
        if a.shape[1] == 0:
            c.fill(0)
        elif c.size:
            kernel(whole(a), whole(b), c)
        if out is None or c is out:
            return c
        out[...] = c
        return out

    return multiply


def _ready(a: Matrix, b: Matrix, out: Matrix) -> bool:
    """Whether all are as kernels want them and share no memory: all checks take as long as a small product does."""
    if not (type(a) is type(b) is type(out) is np.ndarray and a.dtype is b.dtype is out.dtype is _FLOAT32):
        return False
    first, second, target = a.flags, b.flags, out.flags
    return (
        a.ndim == b.ndim == 2
        and a.shape[1] == b.shape[0] > 0
        and out.shape == (a.shape[0], b.shape[1])
        and out.size > 0
        and (first.carray and second.carray and target.carray)
        and (first.owndata and second.owndata and target.owndata)  # so that only a view could share its memory
        and out is not a
        and out is not b
    )


def whole(x: Matrix) -> Matrix:
    """x itself, or a copy where it is not C-contiguous, aligned and writeable float32."""
    # Numba compiles every kernel once more for read-only arrays, and some not at all: those arrays are copied too.
    return (
        x
        if x.flags.carray and x.dtype == np.float32
        else np.require(x, np.float32, ["C_CONTIGUOUS", "WRITEABLE", "ALIGNED"])
    )


def product_shape(a: Any, b: Any, out: Any = None) -> tuple[int, int]:
    """Shape of a @ b, of arrays or tensors. Raises ValueError or TypeError for operands that no circle multiplies."""
    operands = (a, b) if out is None else (a, b, out)
    for name, operand in zip(_NAMES, operands, strict=False):
        if not hasattr(operand, "dtype"):
            raise TypeError(f"{name} is a {type(operand).__name__}, an array of float32 is expected")
        if operand.dtype != np.float32 and str(operand.dtype) != "torch.float32":
            raise TypeError(f"{name} is {operand.dtype}, this circle multiplies float32 only")
    if len(a.shape) != 2 or len(b.shape) != 2 or a.shape[1] != b.shape[0]:
        raise ValueError(f"{_shapes(operands)}: n×m and m×p are expected")
    if out is not None and tuple(out.shape) != (a.shape[0], b.shape[1]):
        raise ValueError(f"{_shapes(operands)}: out has to be {a.shape[0]}×{b.shape[1]}")
    return int(a.shape[0]), int(b.shape[1])


def _shapes(operands: tuple[Any, ...]) -> str:
    # Only an error message calls this: formatting the shapes takes as long as a small product.
    sides = ("×".join(map(str, operand.shape)) or "a scalar" for operand in operands)
    return ", ".join(f"{name} is {shape}" for name, shape in zip(_NAMES, sides, strict=False))
