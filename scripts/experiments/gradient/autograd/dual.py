"""Forward mode: a dual number carries its value and its derivative along one direction; there is no graph."""

from typing import Any

import numpy as np


# --8<-- [start:dual]
class Dual:
    """`value + slope·ε`, where ε² = 0. Both are numbers, or arrays of one shape."""

    def __init__(self, value: Any, slope: Any = 0.0) -> None:
        self.value = np.float64(value) if isinstance(value, int | float) else value
        self.slope = slope

    def __add__(self, other: Any) -> "Dual":
        y = lift(other)
        return Dual(self.value + y.value, self.slope + y.slope)

    def __mul__(self, other: Any) -> "Dual":
        y = lift(other)
        return Dual(self.value * y.value, self.slope * y.value + self.value * y.slope)
        # --8<-- [end:dual]

    def exp(self) -> "Dual":
        """e to the power of it."""
        y = np.exp(self.value)
        return Dual(y, self.slope * y)

    def __truediv__(self, other: Any) -> "Dual":
        y = lift(other)
        ratio = self.value / y.value
        return Dual(ratio, (self.slope - ratio * y.slope) / y.value)

    def __pow__(self, power: float) -> "Dual":
        return Dual(self.value**power, self.slope * (power * self.value ** (power - 1)) if power else 0.0)

    def log(self) -> "Dual":
        """Its natural logarithm."""
        return Dual(np.log(self.value), self.slope / self.value)

    def tanh(self) -> "Dual":
        """Its hyperbolic tangent."""
        y = np.tanh(self.value)
        return Dual(y, self.slope * (1 - y * y))

    def relu(self) -> "Dual":
        """Itself where it is positive, else zero."""
        cut = self.value <= 0
        return Dual(np.where(cut, 0.0, self.value)[()], np.where(cut, 0.0, self.slope)[()])

    def __neg__(self) -> "Dual":
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> "Dual":
        return self + -lift(other)

    def __rsub__(self, other: Any) -> "Dual":
        return lift(other) - self

    def __rtruediv__(self, other: Any) -> "Dual":
        return lift(other) / self

    def __le__(self, bound: float) -> Any:
        return self.value <= bound

    __radd__, __rmul__ = __add__, __mul__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """`np.exp(dual)` is `dual.exp()`; `np.float64 * dual` is left to `__rmul__`."""
        own = getattr(self, ufunc.__name__, None)
        return own() if method == "__call__" and len(inputs) == 1 and own and not options else NotImplemented

    def __repr__(self) -> str:
        return f"{self.value} + {self.slope}ε"


def lift(number: Any) -> Dual:
    """A plain number as a constant, whose derivative is zero; a dual number as it is."""
    return number if isinstance(number, Dual) else Dual(number)
