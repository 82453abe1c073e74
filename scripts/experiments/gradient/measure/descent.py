"""Descent: five methods on three functions, and gradient descent on both sides of the limit of stability."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from ..landscapes import (
    CURVATURES,
    LINE_START,
    line,
    lowest_line,
    quadratic,
    rosenbrock,
)
from ..record import Descent, Function, Method, Stability

KEPT = 60  # steps whose points are kept: charts show no more
_FAR = 1e6  # a path that leaves this range has diverged
_THERE = 1e-24  # above the minimum: descent ends here
_ROUNDING = 1e-15  # relative, of the minimum itself
_DIGITS = 6


@dataclass(frozen=True)
class _Task:
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    start: tuple[float, float]
    lowest: float
    steps: int
    rates: dict[Method, float]
    momentum: float


def _tasks() -> dict[Function, _Task]:
    low, high = CURVATURES
    root_low, root_high = math.sqrt(low), math.sqrt(high)
    # The fixed rates that theory proves best for a quadratic.
    best: dict[Method, float] = {
        "gradient": 2 / (low + high),
        "momentum": 4 / (root_low + root_high) ** 2,
        "nesterov": 1 / high,
        "adam": 0.3,
        "lbfgs": 1.0,
    }
    momentum = ((root_high - root_low) / (root_high + root_low)) ** 2
    curved: dict[Method, float] = {
        "gradient": 1.5e-3,
        "momentum": 8e-4,
        "nesterov": 8e-4,
        "adam": 0.05,
        "lbfgs": 1.0,
    }
    fit: dict[Method, float] = {"gradient": 0.04, "momentum": 0.02, "nesterov": 0.02, "adam": 0.3, "lbfgs": 1.0}
    return {
        "quadratic": _Task(quadratic, (-8.0, 1.5), 0.0, 150, best, momentum),
        "rosenbrock": _Task(rosenbrock, (-1.2, 1.0), 0.0, 1000, curved, 0.9),
        "line": _Task(line, LINE_START, lowest_line()[2], 60, fit, 0.5),
    }


def descents() -> list[Descent]:
    """Every method down every function."""
    return [
        _descend(function, method, task)
        for function, task in _tasks().items()
        for method in ("gradient", "momentum", "nesterov", "adam", "lbfgs")
    ]


def _descend(function: Function, method: Method, task: _Task) -> Descent:
    point = torch.tensor(task.start, dtype=torch.float64, requires_grad=True)
    optimizer = _optimizer(method, point, task.rates[method], task.momentum)
    gradients = 0

    def evaluate() -> torch.Tensor:
        nonlocal gradients
        gradients += 1
        optimizer.zero_grad()
        loss = task.loss(*point)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    points, losses, diverged = [list(task.start)], [_above(task, point)], False
    for _ in range(task.steps):
        optimizer.step(evaluate)
        found, loss = point.tolist(), _above(task, point)
        if not all(math.isfinite(each) and abs(each) < _FAR for each in (*found, loss)):
            diverged = True
            break
        if len(points) <= KEPT:
            points.append([round(each, _DIGITS) for each in found])
        losses.append(loss)
        if loss < _THERE + _ROUNDING * task.lowest:
            break
    return Descent(
        function=function,
        method=method,
        rate=task.rates[method],
        points=points,
        losses=losses,
        gradients=gradients,
        diverged=diverged,
    )


def _above(task: _Task, point: torch.Tensor) -> float:
    return max(0.0, task.loss(*point.detach()).item() - task.lowest)


def _optimizer(method: Method, point: torch.Tensor, rate: float, momentum: float) -> Any:
    if method == "adam":
        return torch.optim.Adam([point], lr=rate)
    if method == "lbfgs":
        # With fewer iterations a step, L-BFGS forgets the curvature. `gradients` counts what a step costs.
        return torch.optim.LBFGS(
            [point], lr=rate, max_iter=3, line_search_fn="strong_wolfe", tolerance_grad=0, tolerance_change=0
        )
    carried = 0.0 if method == "gradient" else momentum
    return torch.optim.SGD([point], lr=rate, momentum=carried, nesterov=method == "nesterov")


def stability(curvature: float = 2.0, steps: int = 20) -> list[Stability]:
    """Descent on ½λx² with rates on both sides of 2/λ; λ = 2 is the talk's x²."""
    found = []
    for twentieths in range(1, 26):
        share = twentieths / 20
        rate = share * 2 / curvature
        x = 1.0
        for _ in range(steps):
            x -= rate * curvature * x
        found.append(
            Stability(
                rate_share=share,
                measured_factor=abs(x) ** (1 / steps),
                predicted_factor=abs(1 - rate * curvature),
            )
        )
    return found
