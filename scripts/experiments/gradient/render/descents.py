"""Charts of descents: paths, convergence, and the limit of stability."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, CYAN, GREEN, GRID, INK, MUTED, PINK, VIOLET
from talk.render.labels import legend
from talk.render.svg import shown
from talk.words import number, plural

from .. import landscapes
from ..record import Descent, Gradient
from .axes import power

_METHODS = {
    "gradient": ("спуск", PINK, "-"),
    "momentum": ("инерция", VIOLET, "--"),
    "nesterov": ("Нестеров", BLUE, "-."),
    "adam": ("Adam", CYAN, ":"),
    "lbfgs": ("L-BFGS", GREEN, (0, (7, 2))),
}
_LANDSCAPES: dict[str, Callable[[Any, Any], Any]] = {
    "quadratic": landscapes.quadratic,
    "rosenbrock": landscapes.rosenbrock,
    "line": landscapes.line,
}
_LEVELS = 9
_FIRST_STEPS, _REMAINED = "Первые шаги пяти методов из одной точки", "сколько осталось до минимума"
_FUNCTIONS = {"quadratic": "вытянутая чаша", "rosenbrock": "овраг Розенброка", "line": "прямая по пяти точкам"}


@charts.in_house_style
def paths(source: Provenance, data: Gradient, function: str) -> str:
    """Paths of five methods down one function, over its level lines."""
    figure, axes = charts.canvas(4.2)
    told = _draw_paths(axes, _on(data, function), function)
    drawing = charts.svg(figure, f"paths-{function}", f"Пути спуска: {_FUNCTIONS[function]}", told)
    return source.figure(drawing, f"{_FIRST_STEPS}: {_FUNCTIONS[function]}", "plot")


@charts.in_house_style
def descent(source: Provenance, data: Gradient, function: str) -> str:
    """Paths, and under them the heights, with one key for both."""
    figure = charts.sheet(7.4)
    upper, lower = figure.subplots(2)
    told = _draw_paths(upper, _on(data, function), function)
    _draw_heights(lower, _on(data, function))
    drawing = charts.svg(figure, f"descent-{function}", f"Спуск: {_FUNCTIONS[function]}", told)
    return source.figure(drawing, f"{_FIRST_STEPS}: {_FUNCTIONS[function]}; ниже — {_REMAINED}", "plot")


def _draw_paths(axes: Axes, descents: Sequence[Descent], function: str) -> str:
    """Draw the paths and the figure's key; return what they show in words."""
    places = [point for descent in descents for point in descent.points[:60]]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    bottom, top = min(y for _, y in places), max(y for _, y in places)
    across, up = (right - left) * 0.08, (top - bottom) * 0.12
    axes.set_xlim(left - across, right + across)
    axes.set_ylim(bottom - up, top + up)
    _level_lines(axes, _LANDSCAPES[function])
    for descent in descents:
        _, colour, style = _METHODS[descent.method]
        points = descent.points[:60]
        axes.plot([x for x, _ in points], [y for _, y in points], linestyle=style, color=colour, linewidth=2.5)
    axes.plot(*descents[0].points[0], "s", color=INK)
    _key(axes, descents)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value, 2)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value, 2)))
    return _told(descents)


def _level_lines(axes: Axes, landscape: Callable[[Any, Any], Any]) -> None:
    """Level lines over the whole chart, each several times higher than the next one inside it."""
    x, y = np.meshgrid(np.linspace(*axes.get_xlim(), 90), np.linspace(*axes.get_ylim(), 60))
    heights = landscape(x, y)
    lowest = float(heights.min())
    top = float(heights.max()) - lowest
    axes.contour(x, y, heights - lowest, levels=np.geomspace(top / 3000, top, _LEVELS), colors=[GRID], linewidths=1.2)


@charts.in_house_style
def convergence(source: Provenance, data: Gradient, function: str) -> str:
    """Height of each method above the minimum after each step."""
    figure, axes = charts.canvas(4.2)
    descents = _on(data, function)
    _draw_heights(axes, descents)
    caption = f"{_REMAINED.capitalize()}: {_FUNCTIONS[function]}"
    if function == "quadratic":
        _theory(axes, descents)
        caption += "; серые полосы — скорость спуска и инерции по теории"
    _key(axes, descents)
    drawing = charts.svg(figure, f"convergence-{function}", f"Сходимость: {_FUNCTIONS[function]}", _told(descents))
    return source.figure(drawing, caption, "plot")


def _draw_heights(axes: Axes, descents: Sequence[Descent]) -> None:
    """Height of each method above the minimum after each step, on a logarithmic axis."""
    axes.set_yscale("log")
    for descent in descents:
        _, colour, style = _METHODS[descent.method]
        axes.plot([max(loss, 1e-16) for loss in descent.losses], linestyle=style, color=colour)
    axes.set_ylim(1e-16, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))
    axes.set_xlabel("шаг")
    axes.grid(True, axis="y", color=GRID)


def _theory(axes: Axes, descents: Sequence[Descent]) -> None:
    """The convergence that theory proves for plain descent and momentum on a quadratic, under the measured lines."""
    low, high = landscapes.CURVATURES
    stretch = high / low
    for method, kappa in (("gradient", stretch), ("momentum", math.sqrt(stretch))):
        losses = next(each.losses for each in descents if each.method == method)
        factor = ((kappa - 1) / (kappa + 1)) ** 2  # of the loss; of the distance it is the root
        expected = [losses[0] * factor**step for step in range(len(losses))]
        axes.plot(expected, color=MUTED, linewidth=8, alpha=0.45, zorder=1, solid_capstyle="butt")


@charts.in_house_style
def stability(source: Provenance, data: Gradient) -> str:
    """The factor of a step against the learning rate: measured points, the predicted line, and the limit at 1."""
    figure, axes = charts.canvas()
    shares = [each.rate_share for each in data.stability]
    axes.axhline(1, color=MUTED, linestyle="--", linewidth=2)
    axes.plot(shares, [each.predicted_factor for each in data.stability], color=VIOLET)
    for each in data.stability:
        lost = each.measured_factor > 1
        axes.plot(
            each.rate_share, each.measured_factor, "s" if lost else "o", color=PINK if lost else BLUE, markersize=8
        )
    axes.set_xlabel("скорость обучения в долях предела 2/λ")
    axes.set_ylabel("множитель шага")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    drawing = charts.svg(
        figure,
        "stability",
        "Предел устойчивости спуска",
        "До предела 2/λ каждый шаг приближает к минимуму, за ним — отбрасывает дальше; точки лежат на |1 − ηλ|",
    )
    return source.figure(
        drawing, "Во сколько раз шаг меняет расстояние до минимума: точки — замер, линия — |1 − ηλ|", "plot"
    )


def _on(data: Gradient, function: str) -> list[Descent]:
    return [descent for descent in data.descents if descent.function == function]


def _told(descents: Sequence[Descent]) -> str:
    return "; ".join(f"{_METHODS[each.method][0]}: {_steps(len(each.losses) - 1)}" for each in descents)


def _steps(count: int) -> str:
    return f"{number(count, 0)} {plural(count, 'шаг', 'шага', 'шагов')}"


def _key(axes: Axes, descents: Sequence[Descent]) -> None:
    for descent in descents:
        title, colour, style = _METHODS[descent.method]
        axes.plot([], [], color=colour, linestyle=style, label=title)
    legend(axes)
