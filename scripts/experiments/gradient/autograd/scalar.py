"""Reverse mode over numbers: a value knows its inputs, and how a derivative passes from it to them.

`data` may be anything that has arithmetic, even a dual number: reverse mode over forward mode gives second derivatives.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .graph import GraphError, topological_order

# From dL/d(result) to dL/d(each input).
Pull = Callable[[Any], tuple[Any, ...]]


class Value:
    """A number in a computation graph; `grad` is the derivative of the last number by it."""

    def __init__(
        self,
        data: Any,
        op: str = "",
        inputs: tuple["Value", ...] = (),
        pull: Pull | None = None,
    ) -> None:
        self.data = np.float64(data) if isinstance(data, int | float) else data
        self.op, self.inputs, self.pull = op, inputs, pull
        self.grad: Any = 0.0

    # --8<-- [start:arithmetic]
    def __add__(self, other: Any) -> "Value":
        x, y = self, lift(other)
        return Value(x.data + y.data, "+", (x, y), lambda g: (g, g))

    def __mul__(self, other: Any) -> "Value":
        x, y = self, lift(other)
        a, b = x.data, y.data
        return Value(a * b, "×", (x, y), lambda g: (g * b, g * a))
        # --8<-- [end:arithmetic]

    # --8<-- [start:functions]
    def __truediv__(self, other: Any) -> "Value":
        x, y = self, lift(other)
        a, b = x.data, y.data
        return Value(a / b, "/", (x, y), lambda g: (g / b, -g * (a / b / b)))

    def __pow__(self, power: float) -> "Value":
        a = self.data
        return Value(a**power, f"^{power:g}", (self,), lambda g: (g * (power * a ** (power - 1)) if power else 0.0,))

    def exp(self) -> "Value":
        """e to the power of it."""
        y = np.exp(self.data)
        return Value(y, "exp", (self,), lambda g: (g * y,))

    def log(self) -> "Value":
        """Its natural logarithm."""
        a = self.data
        return Value(np.log(a), "log", (self,), lambda g: (g / a,))

    def tanh(self) -> "Value":
        """Its hyperbolic tangent."""
        y = np.tanh(self.data)
        return Value(y, "tanh", (self,), lambda g: (g * (1 - y * y),))

    def relu(self) -> "Value":
        """Itself where it is positive, else zero."""
        cut = self.data <= 0
        return Value(0.0 if cut else self.data, "relu", (self,), lambda g: (0.0 if cut else g,))

    # --8<-- [end:functions]

    # --8<-- [start:backward]
    def backward(self) -> None:
        """Fill `grad` of all this was made of. GraphError: a cycle, or no number."""
        if np.ndim(self.data):
            raise GraphError(f"{self!r}: backward starts at one number")
        order = topological_order(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            if node.pull:
                for each, grad in zip(node.inputs, node.pull(node.grad), strict=True):
                    each.grad = each.grad + grad

    # --8<-- [end:backward]

    def __neg__(self) -> "Value":
        return self * -1

    def __sub__(self, other: Any) -> "Value":
        return self + -lift(other)

    def __rsub__(self, other: Any) -> "Value":
        return lift(other) - self

    def __rtruediv__(self, other: Any) -> "Value":
        return lift(other) / self

    __radd__, __rmul__ = __add__, __mul__
    __array_ufunc__ = None  # np.float64 + Value is Value.__radd__, not an array of objects

    def __repr__(self) -> str:
        shown = f"{self.data:g}" if isinstance(self.data, float) else repr(self.data)
        return f"{self.op or 'input'}({shown})"


def lift(number: Any) -> Value:
    """A plain number as a value without inputs; a value as it is."""
    return number if isinstance(number, Value) else Value(number)
