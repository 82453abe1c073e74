"""Circle 1. Three loops in Python: every number is an object, and every operation looks up its type."""

import numpy as np

from .operands import Matrix, multiplication


@multiplication
def multiply(a: Matrix, b: Matrix, c: Matrix) -> None:
    """C = A·B by definition, on lists: an array would make a new object for every number that is read from it."""
    left, right, product = a.tolist(), b.tolist(), c.tolist()
    # --8<-- [start:heart]
    for i in range(len(left)):
        for j in range(len(right[0])):
            total = 0.0
            for k in range(len(right)):
                total += left[i][k] * right[k][j]
            product[i][j] = total
    # --8<-- [end:heart]
    with np.errstate(over="ignore"):  # Python's floats have 64 bits: what is too large for float32 becomes Inf
        c[...] = product
