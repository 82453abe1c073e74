"""Charts of the errors and prices of ways to a gradient, each of one record."""

from collections.abc import Callable
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, CYAN, MUTED, PINK, SMALL, VIOLET
from talk.render.given import given
from talk.render.labels import legend
from talk.words import MINUS, number, plural, quantity

from ..record import ConformerBackward, DifferenceCurve, Gradient, WayCost
from .axes import logarithmic
from .values import FORMULAS, STEP_POWERS, WAYS

# Colour, line, and the name in a key.
_FORMULA_STYLES = {
    "forward": (PINK, "-", "правая"),
    "central": (VIOLET, "--", "центральная"),
    "complex": (BLUE, ":", "комплексный шаг"),
}
_WAY_STYLES = {
    "differences": (PINK, "-o", "разности"),
    "symbolic": (CYAN, ":s", "SymPy"),
    "forward": (VIOLET, "--^", "прямой"),
    "reverse": (BLUE, "-D", "обратный"),
}
_NO_ERROR = 1e-17  # where a logarithmic axis shows zero
_POINTS = given("500", reason="число точек, взятых в замере")
_MEASURED = f"Медиана относительной ошибки производной eˣ·sin x, точек: {_POINTS}"


@charts.in_house_style
def differences(source: Provenance, data: Gradient, precision: str) -> str:
    """Relative error of three formulas against the step, on logarithmic axes."""
    figure, axes = charts.canvas(4.2)
    told = _error_curves(axes, [curve for curve in data.differences if curve.precision == precision])
    axes.set_ylim(_NO_ERROR / 3, 300)
    axes.set_xlabel("шаг h, мельче — правее")
    legend(axes)
    title = f"Ошибка численной производной, {precision}"
    drawing = charts.svg(figure, f"differences-{precision}", title, "; ".join(told))
    return source.figure(drawing, f"{_MEASURED}, {precision}; засечки внизу — лучший шаг по теории", "plot", "cpu")


@charts.in_house_style
def precisions(source: Provenance, data: Gradient) -> str:
    """The same curves in every precision, side by side on common axes."""
    figure = charts.sheet(6.0)
    names = list(dict.fromkeys(curve.precision for curve in data.differences))
    told = []
    for place, name in enumerate(names):
        axes = figure.add_subplot(2, 2, place + 1)
        told += [
            f"{name}, {each}"
            for each in _error_curves(axes, [c for c in data.differences if c.precision == name], ticks=5)
        ]
        axes.set_xlim(2**0.5, 2.0**-60)
        axes.set_ylim(_NO_ERROR / 3, 300)
        axes.set_title(name, loc="right", fontsize=SMALL)
        axes.tick_params(labelleft=place % 2 == 0)
        if place == 0:
            legend(axes)
    drawing = charts.svg(figure, "differences-all", "Ошибка численной производной в четырёх точностях", "; ".join(told))
    return source.figure(drawing, f"{_MEASURED}: по горизонтали шаг, мельче — правее", "plot", "cpu")


def _error_curves(axes: Axes, curves: list[DifferenceCurve], ticks: int = 7) -> list[str]:
    """Draw the curves, and ticks where theory expects the best step; return the curves' description in words."""
    logarithmic(axes, ticks)
    told = []
    for curve in curves:
        colour, style, name = _FORMULA_STYLES[curve.formula]
        steps = [2.0**-each.halvings for each in curve.errors]
        errors = [max(each.error, _NO_ERROR) for each in curve.errors]
        axes.plot(steps, errors, style, color=colour, label=name)
        if curve.formula in STEP_POWERS:
            best = curve.epsilon ** STEP_POWERS[curve.formula]
            axes.plot([best, best], [0, 0.06], color=colour, transform=axes.get_xaxis_transform())
        lowest = min(curve.errors, key=lambda each: each.error)
        told.append(f"{FORMULAS[curve.formula]}: лучший шаг 2^{MINUS}{lowest.halvings}")
    axes.invert_xaxis()
    return told


@charts.in_house_style
def ways(source: Provenance, data: Gradient, cost: Literal["price", "time", "memory"]) -> str:
    """Cost of one whole gradient in four ways against the number of inputs.

    The price is counted in evaluations of the function itself: O(n) rises, O(1) does not.
    """
    figure, axes = charts.canvas(4.2)
    logarithmic(axes)
    of, write, title = _COSTS[cost]
    told = []
    for way in data.ways:
        colour, style, name = _WAY_STYLES[way.way]
        sizes, costs = [each.inputs for each in way.costs], [of(each) for each in way.costs]
        axes.plot(sizes, costs, style, color=colour, markersize=8, label=name)
        inputs = plural(sizes[-1], "вход", "входа", "входов")
        told.append(f"{WAYS[way.way]}: на {number(sizes[-1], 0)} {inputs} {write(costs[-1])}")
    axes.set_xlabel("входов у функции")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0)))
    legend(axes, 4)
    drawing = charts.svg(figure, f"gradient-ways-{cost}", title, "; ".join(told))
    return source.figure(drawing, f"{title}; функция — произведение n чисел", "plot", "cpu")


def _bytes(value: float) -> str:
    return quantity(value, "bytes", decimals=0)


_COSTS: dict[str, tuple[Callable[[WayCost], float], Callable[[float], str], str]] = {
    "price": (
        lambda cost: cost.time_s / cost.function_time_s,
        lambda value: quantity(value, "ratio", "×", decimals=0),
        "Во сколько раз один градиент дороже одного вычисления функции",
    ),
    "time": (
        lambda cost: cost.time_s,
        lambda value: quantity(value, "time", decimals=0),
        "Время одного градиента",
    ),
    "memory": (lambda cost: float(cost.peak_bytes), _bytes, "Наибольшая память при счёте одного градиента"),
}


@charts.in_house_style
def remembering(source: Provenance, conformer: ConformerBackward) -> str:
    """Bars: the memory saved for the backward pass and the time of a step, with and without checkpointing."""
    figure, axes = charts.canvas(3.0)
    charts.bare(axes)
    plain, thrifty = conformer.remembering
    rows = [("всё помнить", plain, PINK), ("пересчитать", thrifty, VIOLET)]
    most = plain.saved_bytes
    longest = max(each.forward_time_s + each.backward_time_s for each in conformer.remembering)
    told = []
    for row, (title, each, colour) in enumerate(rows):
        time = each.forward_time_s + each.backward_time_s
        axes.barh(row, each.saved_bytes / most, height=0.55, color=colour)
        axes.barh(row, 0.8 * time / longest, left=1.62, height=0.55, color=colour, hatch="//", edgecolor=charts.PAPER)
        axes.text(-0.03, row, title, ha="right", va="center")
        axes.text(each.saved_bytes / most + 0.03, row, quantity(each.saved_bytes, "bytes"), va="center")
        axes.text(1.65 + 0.8 * time / longest, row, quantity(time, "time"), va="center")
        told.append(f"{title}: {quantity(each.saved_bytes, 'bytes')}, {quantity(time, 'time')} на шаг")
    axes.text(0, -0.62, "память между проходами", color=MUTED, fontsize=SMALL)
    axes.text(1.62, -0.62, "время шага", color=MUTED, fontsize=SMALL)
    axes.set_xlim(-0.75, 2.85)
    axes.set_ylim(1.5, -0.8)
    drawing = charts.svg(figure, "remembering", "Память и время шага с пересчётом и без", "; ".join(told))
    caption = "Что прямой проход по Conformer оставляет обратному и сколько длится шаг: одна фраза"
    return source.figure(drawing, caption, "plot", conformer.device)
