"""Circle 2. The same three loops, compiled: LLVM instead of an interpreter, nothing else changed."""

import numpy as np
from numba import njit

from .operands import Matrix, multiplication


# --8<-- [start:heart]
@njit(cache=True)
def triple_loop(a: Matrix, b: Matrix, c: Matrix) -> None:
    """C = A·B by definition."""
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = np.float32(0)
            for k in range(b.shape[0]):
                total += a[i, k] * b[k, j]
            c[i, j] = total


# --8<-- [end:heart]

multiply = multiplication(triple_loop)
