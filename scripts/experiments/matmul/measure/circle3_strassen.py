"""Circle 3. Strassen: seven products of halves instead of eight, so O(n^2.81) instead of O(n³).

V. Strassen, Gaussian elimination is not optimal, Numerische Mathematik 13 (1969). The price is eighteen additions of
quarter matrices a level, memory for them, and an error that grows with every level.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from .circle2_compiled import multiply as compiled
from .operands import Matrix, Multiply, multiplication

CUTOFF = 64


def strassen(a: Matrix, b: Matrix, leaf: Callable[[Matrix, Matrix], Matrix], cutoff: int) -> Matrix:
    """A·B of square matrices with sides of cutoff·2ˡ; `leaf` multiplies those of at most `cutoff`."""
    if len(a) <= cutoff:
        return leaf(a, b)
    product = partial(strassen, leaf=leaf, cutoff=cutoff)
    # --8<-- [start:heart]
    a11, a12, a21, a22 = quarters(a)
    b11, b12, b21, b22 = quarters(b)
    m1 = product(a11 + a22, b11 + b22)
    m2 = product(a21 + a22, b11)
    m3 = product(a11, b12 - b22)
    m4 = product(a22, b21 - b11)
    m5 = product(a11 + a12, b22)
    m6 = product(a21 - a11, b11 + b12)
    m7 = product(a12 - a22, b21 + b22)
    upper = [m1 + m4 - m5 + m7, m3 + m5]
    lower = [m2 + m4, m1 - m2 + m3 + m6]
    # --8<-- [end:heart]
    return np.block([upper, lower])


def quarters(x: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """The four quarters of a matrix with an even side, row by row."""
    half = len(x) // 2
    return x[:half, :half], x[:half, half:], x[half:, :half], x[half:, half:]


def with_leaf(leaf: Multiply, cutoff: int = CUTOFF) -> Multiply:
    """Strassen down to blocks of at most `cutoff`, which `leaf` multiplies.

    Operands are padded with zeros to a square that halves evenly. Differences of infinities are NaN and sums
    overflow where the product would not: what does not come out finite is computed anew by `leaf` alone.
    """
    if cutoff < 1:
        raise ValueError(f"cutoff is {cutoff}, at least 1 is expected")

    def multiply(a: Matrix, b: Matrix, c: Matrix) -> None:
        side = padded(max(*a.shape, *b.shape), cutoff)
        with np.errstate(all="ignore"):
            product = strassen(_pad(a, side), _pad(b, side), leaf, cutoff)[: c.shape[0], : c.shape[1]]
        if np.isfinite(product).all():
            c[...] = product
        else:
            leaf(a, b, c)

    return multiplication(multiply)


def padded(side: int, cutoff: int) -> int:
    """The least side of at least `side` that halves evenly down to at most `cutoff`."""
    levels = 0
    while -(-side >> levels) > cutoff:
        levels += 1
    return -(-side >> levels) << levels


def _pad(x: Matrix, side: int) -> Matrix:
    if x.shape == (side, side):
        return x
    square = np.zeros((side, side), np.float32)
    square[: x.shape[0], : x.shape[1]] = x
    return square


multiply = with_leaf(compiled)
