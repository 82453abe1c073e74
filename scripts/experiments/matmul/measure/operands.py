"""The signature that every circle has, and the checks of operands that every circle makes."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from shared.simd import BYTES

from .vector import LINE

Matrix = NDArray[np.float32]
WHOLE = types.float32[:, ::1]  # what Numba calls a matrix that is not a part of another
Shape = tuple[int, int, int]
_NAMES = ("a", "b", "out")

# Shapes of the Conformer's products: steps of sound by the two sides of a weight matrix.
CONFORMER: tuple[Shape, ...] = ((24, 512, 2048), (121, 512, 2048), (121, 2048, 512), (121, 512, 512))


class Multiply(Protocol):
    """A circle: it multiplies an (n, m) and an (m, p) float32 matrix, into `out` where that is given."""

    __name__: str

    def __call__(self, a: Matrix, b: Matrix, out: Matrix | None = None) -> Matrix:
        """The product; `out` itself where it is given."""


def multiplication(kernel: Callable[[Matrix, Matrix, Matrix], object]) -> Multiply:
    """Make a circle of `kernel(a, b, c)`, which overwrites c. The kernel gets non-empty C-contiguous float32 matrices.

    The circle takes what NumPy's matmul takes in two dimensions: it copies transposed and strided operands first,
    `out` may overlap them, and an empty sum is zero. It raises ValueError naming the shapes that do not multiply, and
    TypeError naming a dtype other than float32.
    """

    @wraps(kernel)
    def multiply(a: Matrix, b: Matrix, out: Matrix | None = None) -> Matrix:
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


def at_a_line(shape: tuple[int, ...]) -> Matrix:
    """Zeros that begin at a cache line, as PyTorch's tensors do: NumPy's arrays may begin a quarter of a line later.

    Else vectors lie across two lines, and threads that write neighbouring columns take a line from each other.
    """
    count = math.prod(shape)
    numbers = np.zeros(count + LINE, np.float32)  # NumPy, unlike PyTorch, asks for huge pages where an array is large
    return numbers[-(numbers.ctypes.data // BYTES) % LINE :][:count].reshape(shape)


def checked_multiplication(kernel: Callable[[Matrix, Matrix, Matrix], bool]) -> Multiply:
    """A circle, as `multiplication` makes it, of a kernel that begins with `multiply_apart` and returns what it says.

    The kernel is compiled for whole matrices alone: Numba raises TypeError for any other operands. Compiled code looks
    at types and shapes in nanoseconds; Python takes as long as a small product does.
    """
    careful = multiplication(kernel)

    @wraps(kernel)
    def multiply(a: Matrix, b: Matrix, out: Matrix | None = None) -> Matrix:
        try:
            if out is not None and kernel(a, b, out):
                return out
        except TypeError:  # no code for these operands: they are copied, or refused with a reason
            pass
        return careful(a, b, out)

    return multiply


@njit(types.boolean(WHOLE, WHOLE, WHOLE), cache=True)
def multiply_apart(a: Matrix, b: Matrix, c: Matrix) -> bool:
    """Whether C has the shape of A·B, none of them is empty, and C shares no memory with A and B."""
    if a.shape[1] != b.shape[0] or c.shape[0] != a.shape[0] or c.shape[1] != b.shape[1] or a.size == 0 or b.size == 0:
        return False
    first, last = c.ctypes.data, c.ctypes.data + c.nbytes
    return not (
        (a.ctypes.data < last and first < a.ctypes.data + a.nbytes)
        or (b.ctypes.data < last and first < b.ctypes.data + b.nbytes)
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
