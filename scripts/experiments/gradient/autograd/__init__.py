"""A small autograd in four files: `scalar` is reverse mode over numbers, `array` reverse mode over NumPy arrays, `dual`
forward mode, and `graph` the order in which both reverse modes visit nodes.

Numbers behave as in IEEE 754 and in torch: a division by zero is ∞, the logarithm of a negative is NaN. NumPy warns,
and nothing stops.
"""

from .array import Array
from .dual import Dual
from .graph import GraphError
from .scalar import Value

__all__ = ["Array", "Dual", "GraphError", "Value"]
