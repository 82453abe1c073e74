"""Reverse mode over NumPy arrays: the scalar engine's idea with shapes, broadcasting and matrix products.

Two things are new. The backward pass sums what broadcasting repeated; and memory is shared, so that an array that was
changed after its use is refused rather than differentiated wrongly.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .graph import GraphError, topological_order

Numbers = NDArray[np.floating[Any]]
# From dL/d(result) to dL/d(each input); None for an input that does not ask for its gradient.
Pull = Callable[[Numbers], tuple[Numbers | None, ...]]
Axis = int | tuple[int, ...] | None


class Array:
    """Numbers of any shape in a computation graph.

    The memory of the given `data` is shared, not copied. `data` and `grad` are read-only, as other nodes may hold the
    same memory; `step_` is the only way to change a node. `asks` says whether its gradient is wanted; a result asks
    when any of its inputs does. `grad` has the shape of `data`, and stays None in an array that does not ask.
    """

    def __init__(self, data: Any, name: str = "", asks: bool = True) -> None:
        found = np.asarray(data)
        self._memory: Numbers = found if np.issubdtype(found.dtype, np.floating) else found.astype(np.float64)
        self.data = _read_only(self._memory)
        self.name, self.asks = name, asks
        self.grad: Numbers | None = None
        self.inputs: tuple[Array, ...] = ()
        self.version = 0
        self._pull: Pull | None = None
        self._versions: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self.data.shape

    @property
    def T(self) -> "Array":  # noqa: N802  (as NumPy calls it)
        """The transposed matrix."""
        return _made("transpose", self.data.T, (self,), lambda grad: (grad.T,))

    def __add__(self, other: Any) -> "Array":
        x, y = self, _lift(other, self)
        return _made("add", x.data + y.data, (x, y), lambda grad: (_reach(x, grad), _reach(y, grad)))

    def __sub__(self, other: Any) -> "Array":
        x, y = self, _lift(other, self)
        return _made("sub", x.data - y.data, (x, y), lambda grad: (_reach(x, grad), _reach(y, -grad)))

    def __mul__(self, other: Any) -> "Array":
        x, y = self, _lift(other, self)
        a, b = x.data, y.data
        return _made("mul", a * b, (x, y), lambda grad: (_reach(x, grad, b), _reach(y, grad, a)))

    def __truediv__(self, other: Any) -> "Array":
        x, y = self, _lift(other, self)
        a, b = x.data, y.data

        def pull(grad: Numbers) -> tuple[Numbers | None, ...]:
            return _reach(x, grad / b), _reach(y, -grad, a / b / b)

        return _made("div", a / b, (x, y), pull)

    def __pow__(self, power: float) -> "Array":
        a = self.data
        return _made(
            "pow", a**power, (self,), lambda grad: (grad * (power * a ** (power - 1)) if power else np.zeros_like(a),)
        )

    def __matmul__(self, other: "Array") -> "Array":
        """The product of two matrices, (n×m) @ (m×p). Raises GraphError for other shapes."""
        x, y = self, other
        a, b = x.data, y.data
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
            raise GraphError(f"{x!r} @ {y!r}: shapes {a.shape} and {b.shape} do not make a product of matrices")

        # --8<-- [start:matmul]
        def pull(grad: Numbers) -> tuple[Numbers | None, ...]:
            return grad @ b.T if x.asks else None, a.T @ grad if y.asks else None

        # --8<-- [end:matmul]
        return _made("matmul", a @ b, (x, y), pull)

    def exp(self) -> "Array":
        """e to the power of each."""
        y = np.exp(self.data)
        return _made("exp", y, (self,), lambda grad: (grad * y,))

    def log(self) -> "Array":
        """Natural logarithm of each."""
        a = self.data
        return _made("log", np.log(a), (self,), lambda grad: (grad / a,))

    def tanh(self) -> "Array":
        """Hyperbolic tangent of each."""
        y = np.tanh(self.data)
        return _made("tanh", y, (self,), lambda grad: (grad * (1 - y * y),))

    def relu(self) -> "Array":
        """Each where it is positive, else zero; NaN stays NaN."""
        y = np.maximum(self.data, 0)
        # Not a product with a mask: ∞ · 0 would be NaN where torch has 0.
        return _made("relu", y, (self,), lambda grad: (np.where(y <= 0, grad.dtype.type(0), grad),))

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Array":
        """The sum over `axis` (an axis, several, or all)."""
        shape = self.shape

        def pull(grad: Numbers) -> tuple[Numbers]:
            spread = grad if keepdims or axis is None else np.expand_dims(grad, axis)
            return (np.broadcast_to(spread, shape),)

        return _made("sum", self.data.sum(axis=axis, keepdims=keepdims), (self,), pull)

    def mean(self) -> "Array":
        """The mean of all."""
        return self.sum() * (1 / self.data.size)

    def reshape(self, *shape: int) -> "Array":
        """The same numbers in another shape."""
        return _made("reshape", self.data.reshape(shape), (self,), lambda grad: (grad.reshape(self.shape),))

    def log_softmax(self) -> "Array":
        """Logarithms of the probabilities that the numbers of the last axis stand for."""
        shifted = self.data - self.data.max(axis=-1, keepdims=True)
        y = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return _made("log_softmax", y, (self,), lambda grad: (grad - np.exp(y) * grad.sum(axis=-1, keepdims=True),))

    def backward(self) -> None:
        """Fill `grad` of every array that this one number was made of and that asks for it.

        Raises GraphError for more than one number, for a cycle, and for an array changed after it was used.
        """
        if self.data.size != 1:
            raise GraphError(f"{self!r}: backward starts at one number, here are {self.data.size}; sum them first")
        order = topological_order(self)
        for node in order:
            node.grad = None
        self.grad = _read_only(np.ones_like(self.data))
        for node in reversed(order):
            if node._pull is None or node.grad is None:
                continue
            for each, version in zip(node.inputs, node._versions, strict=True):
                if each.version != version:
                    raise GraphError(f"{node!r}: its input {each!r} was changed in place after it was used")
            for each, grad in zip(node.inputs, node._pull(node.grad), strict=True):
                if each.asks and grad is not None:
                    # Never in place: the gradient may be the very array that another node was given.
                    each.grad = _read_only(grad if each.grad is None else each.grad + grad)

    def step_(self, change: Numbers) -> None:
        """Add `change` in place, as an optimiser does between two passes."""
        self._memory += change
        self.version += 1

    __radd__, __rmul__ = __add__, __mul__
    __array_ufunc__ = None  # numpy_array + Array is Array.__radd__, not an array of objects

    def __neg__(self) -> "Array":
        return self * -1.0

    def __rsub__(self, other: Any) -> "Array":
        return _lift(other, self) - self

    def __rtruediv__(self, other: Any) -> "Array":
        return _lift(other, self) / self

    def __repr__(self) -> str:
        """Its name, or how it was made: `matmul(x, weight)` of shape (2, 3)."""
        return f"{self._title()} of shape {self.shape}"

    def _title(self) -> str:
        names = ", ".join(each.name if not each.inputs else f"{each.name}(…)" for each in self.inputs)
        return f"{self.name or 'array'}({names})" if self.inputs else self.name or "array"


def _made(operation: str, data: Any, inputs: tuple[Array, ...], pull: Pull) -> Array:
    result = Array(data, operation, asks=any(each.asks for each in inputs))
    if result.asks:  # else the backward pass will not visit it, and its inputs need not be kept
        result.inputs, result._pull = inputs, pull
        result._versions = tuple(each.version for each in inputs)
    return result


def _read_only(numbers: Numbers) -> Numbers:
    """A read-only view of the same memory."""
    view = np.asarray(numbers).view()
    view.flags.writeable = False
    return view


def _lift(number: Any, like: Array) -> Array:
    """A number as a constant of the type of `like`, which does not ask for its gradient; an array as it is."""
    return number if isinstance(number, Array) else Array(np.asarray(number, like.data.dtype), asks=False)


# --8<-- [start:reach]
def _reach(array: Array, grad: Numbers, slope: Numbers | None = None) -> Numbers | None:
    """`grad · slope` as it reaches `array`: what broadcasting repeated is summed."""
    if not array.asks:
        return None
    grad = grad if slope is None else grad * slope
    new = grad.ndim - array.data.ndim
    was = (1,) * new + array.shape
    repeated = tuple(i for i, size in enumerate(grad.shape) if i < new or was[i] < size)
    return grad.sum(axis=repeated).reshape(array.shape) if repeated else grad


# --8<-- [end:reach]
