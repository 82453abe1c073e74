"""Costs of four ways to one gradient, and the growth of a derivative's formula.

The function is the product of all its inputs: one multiplication an input, and it depends on every input.
"""

import math
import random
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from talk.measure.clock import times_of
from talk.measure.progress import Advance

from ..autograd import Dual, Value
from ..record import Swell, Way, WayCost, WayName

SIZES = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
_STEP = 2.0**-26


# --8<-- [start:ways]
def product(numbers: Sequence[Any]) -> Any:
    """The product of numbers of any kind."""
    result = numbers[0]
    for number in numbers[1:]:
        result = result * number
    return result


def by_differences(inputs: Sequence[float]) -> list[float]:
    """One evaluation more for each input."""
    base = product(inputs)
    return [(product([*inputs[:i], x + _STEP, *inputs[i + 1 :]]) - base) / _STEP for i, x in enumerate(inputs)]


def by_forward_mode(inputs: Sequence[float]) -> list[float]:
    """One pass for each input, in dual numbers."""
    return [product([Dual(x, float(i == j)) for j, x in enumerate(inputs)]).slope for i in range(len(inputs))]


def by_reverse_mode(inputs: Sequence[float]) -> list[float]:
    """One pass there and one back, however many inputs."""
    values = [Value(x) for x in inputs]
    product(values).backward()
    return [float(value.grad) for value in values]
    # --8<-- [end:ways]


def by_formula(inputs: Sequence[float]) -> list[float]:
    """Differentiate the formula with SymPy, whose cache is cleared first, and evaluate the derivatives."""
    import sympy
    from sympy.core.cache import clear_cache

    clear_cache()
    names = sympy.symbols(f"x:{len(inputs)}")
    formula = product(names)
    derivatives = sympy.lambdify([names], [sympy.diff(formula, name) for name in names])
    return [float(each) for each in derivatives(inputs)]


# Each way, and one evaluation of the function in the same arithmetic.
WAYS: dict[WayName, tuple[Callable[[Sequence[float]], list[float]], Callable[[Sequence[float]], Any]]] = {
    "differences": (by_differences, product),
    "symbolic": (by_formula, product),
    "forward": (by_forward_mode, lambda inputs: product([Dual(x) for x in inputs])),
    "reverse": (by_reverse_mode, lambda inputs: product([Value(x) for x in inputs])),
}


def numbers(count: int) -> list[float]:
    """Inputs so near to 1 that the product of a hundred thousand neither overflows nor underflows."""
    chance = random.Random(count)
    return [math.exp(chance.uniform(-0.01, 0.01)) for _ in range(count)]


def ways(longest_s: float, advance: Advance) -> list[Way]:
    """Every way's costs, up to the size at which a gradient would take longer than `longest_s`."""
    found = []
    for name, (gradient, function) in WAYS.items():
        costs: list[WayCost] = []
        for size in SIZES:
            if costs and _expected_s(name, costs[-1], size) > longest_s:
                break
            costs.append(_cost(gradient, function, numbers(size)))
            advance(1)
        found.append(Way(way=name, costs=costs))
    return found


def _expected_s(name: WayName, last: WayCost, size: int) -> float:
    return last.time_s * (size / last.inputs) ** {"reverse": 1, "symbolic": 3}.get(name, 2)


def _cost(
    gradient: Callable[[Sequence[float]], list[float]],
    function: Callable[[Sequence[float]], Any],
    inputs: Sequence[float],
) -> WayCost:
    time_s = median(times_of(lambda: gradient(inputs), 3))
    tracemalloc.start()  # not while times are measured: it slows everything
    gradient(inputs)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return WayCost(
        inputs=len(inputs),
        time_s=time_s,
        function_time_s=median(times_of(lambda: function(inputs), 5)),
        peak_bytes=peak_bytes,
    )


def swell(deepest: int) -> list[Swell]:
    """Operations in the formula of the logistic map x → 4x(1 − x), applied again and again, and in its derivative's."""
    import sympy

    x = sympy.Symbol("x")
    formula, found = x, []
    for depth in range(1, deepest + 1):
        formula = 4 * formula * (1 - formula)
        found.append(
            Swell(
                depth=depth,
                function_operations=int(sympy.count_ops(formula)),
                derivative_operations=int(sympy.count_ops(sympy.diff(formula, x))),
            )
        )
    return found
