"""A small autograd in four readable files: `scalar` (reverse mode over numbers), `array` (the same over NumPy arrays),
`dual` (forward mode), and `graph`, the order that both reverse modes walk in.

Numbers behave as IEEE 754 says and as in torch: a division by zero is ∞, the logarithm of a negative is NaN.
NumPy warns about it, nothing stops.
"""

from .array import Array
from .dual import Dual
from .graph import GraphError
from .scalar import Value

__all__ = ["Array", "Dual", "GraphError", "Value"]
