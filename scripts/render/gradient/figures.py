"""Charts of the gradient experiment, in the house style, each from one record."""

import math
from collections.abc import Sequence
from typing import TypeVar

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from scripts.records.gradient import ConformerBackward, Descent, Gradient, Learning
from scripts.render import charts
from scripts.render.captions import Provenance
from scripts.render.charts import BLUE, CYAN, GREEN, GRID, INK, MUTED, PINK, SMALL, VIOLET
from scripts.render.gradient.values import FORMULAS, WAYS
from scripts.render.russian import MINUS, NBSP, number, quantity

T = TypeVar("T")

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_METHODS = {
    "gradient": ("спуск", PINK, "-"),
    "momentum": ("инерция", VIOLET, "--"),
    "nesterov": ("Нестеров", BLUE, "-."),
    "adam": ("Adam", CYAN, ":"),
    "lbfgs": ("L-BFGS", GREEN, (0, (7, 2))),
}
_FUNCTIONS = {"quadratic": "вытянутая чаша", "rosenbrock": "овраг Розенброка", "line": "прямая по пяти точкам"}


@charts.in_house_style
def differences(source: Provenance, data: Gradient, precision: str) -> str:
    """Relative error of three formulas against the step, both logarithmic: the U, and the line that has no U."""
    figure, axes = charts.canvas(4.2)
    _logarithmic(axes)
    told = []
    styles = {"forward": (PINK, "-"), "central": (VIOLET, "--"), "complex": (BLUE, ":")}
    floor = 1e-17
    for curve in data.differences:
        if curve.precision != precision:
            continue
        colour, style = styles[curve.formula]
        steps = [2.0**-each.halvings for each in curve.errors]
        axes.plot(
            steps, [max(each.error, floor) for each in curve.errors], style, color=colour, label=FORMULAS[curve.formula]
        )
        lowest = min(curve.errors, key=lambda each: each.error)
        told.append(f"{FORMULAS[curve.formula]}: лучший шаг 2^{MINUS}{lowest.halvings}")
    axes.invert_xaxis()
    axes.set_ylim(floor / 3, 300)
    axes.set_xlabel("шаг h, мельче — правее")
    _legend(axes, 3)
    drawing = charts.svg(
        figure, f"differences-{precision}", f"Ошибка численной производной, {precision}", "; ".join(told)
    )
    caption = f"Медиана относительной ошибки производной eˣ·sin x в 500 точках, {precision}"
    return source.figure(drawing, caption, "plot")


@charts.in_house_style
def ways(source: Provenance, data: Gradient) -> str:
    """Time of one whole gradient against the number of inputs, four ways."""
    figure, axes = charts.canvas(4.2)
    _logarithmic(axes)
    styles = {
        "differences": (PINK, "-o"),
        "symbolic": (CYAN, ":s"),
        "forward": (VIOLET, "--^"),
        "reverse": (BLUE, "-D"),
    }
    told = []
    for way in data.ways:
        colour, style = styles[way.way]
        sizes, times = [cost.inputs for cost in way.costs], [cost.time_s for cost in way.costs]
        axes.plot(sizes, times, style, color=colour, markersize=8, label=WAYS[way.way])
        told.append(f"{WAYS[way.way]}: {number(sizes[-1], 0)} входов за {quantity(times[-1], 'time')}")
    axes.set_xlabel("входов у функции")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "time", decimals=0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0)))
    _legend(axes, 4)
    drawing = charts.svg(figure, "gradient-ways", "Время градиента от числа входов", "; ".join(told))
    return source.figure(drawing, "Время одного градиента произведения n чисел, четыре способа", "plot")


@charts.in_house_style
def paths(source: Provenance, data: Gradient, function: str) -> str:
    """Where five methods went down one function, over its level lines."""
    figure, axes = charts.canvas(4.2)
    mine = [descent for descent in data.descents if descent.function == function]
    told = []
    shown = [point for descent in mine for point in descent.points[:60]]
    left, right = min(x for x, _ in shown), max(x for x, _ in shown)
    bottom, top = min(y for _, y in shown), max(y for _, y in shown)
    across, up = (right - left) * 0.08, (top - bottom) * 0.12
    axes.set_xlim(left - across, right + across)
    axes.set_ylim(bottom - up, top + up)
    for descent in mine:
        title, colour, style = _METHODS[descent.method]
        points = descent.points[:60]
        axes.plot([x for x, _ in points], [y for _, y in points], linestyle=style, color=colour, linewidth=2.5)
        told.append(f"{title}: {len(descent.losses) - 1} шагов")
    axes.plot(*mine[0].points[0], "s", color=INK)
    _key(axes, mine)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
    drawing = charts.svg(figure, f"paths-{function}", f"Пути спуска: {_FUNCTIONS[function]}", "; ".join(told))
    caption = f"Первые шаги пяти методов из одной точки: {_FUNCTIONS[function]}"
    return source.figure(drawing, caption, "plot")


@charts.in_house_style
def convergence(source: Provenance, data: Gradient, function: str) -> str:
    """How far above the lowest value each method was after each step."""
    figure, axes = charts.canvas(4.2)
    axes.set_yscale("log")
    mine = [descent for descent in data.descents if descent.function == function]
    told = []
    for descent in mine:
        title, colour, style = _METHODS[descent.method]
        heights = [max(loss, 1e-16) for loss in descent.losses]
        axes.plot(range(len(heights)), heights, linestyle=style, color=colour)
        told.append(f"{title}: {len(heights) - 1} шагов")
    axes.set_ylim(1e-16, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))
    axes.set_xlabel("шаг")
    axes.grid(True, axis="y", color=GRID)
    _key(axes, mine)
    drawing = charts.svg(figure, f"convergence-{function}", f"Сходимость: {_FUNCTIONS[function]}", "; ".join(told))
    return source.figure(drawing, f"Сколько осталось до минимума: {_FUNCTIONS[function]}", "plot")


@charts.in_house_style
def stability(source: Provenance, data: Gradient) -> str:
    """The factor of each step against the rate: measured points on the predicted line, and the limit at 1."""
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


@charts.in_house_style
def remembering(source: Provenance, conformer: ConformerBackward) -> str:
    """Bars: what the forward pass keeps for the backward one, and the step's time, with and without checkpoints."""
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


@charts.in_house_style
def learning_curve(source: Provenance, learning: Learning) -> str:
    """The loss of each step, smoothed, and the examinations on the same axis of steps."""
    figure, axes = charts.canvas(4.2)
    _logarithmic_height(axes)
    smooth = _smoothed(learning.losses, 15)
    axes.plot(range(len(learning.losses)), learning.losses, color=GRID, linewidth=1)
    axes.plot(range(len(smooth)), smooth, color=VIOLET)
    axes.set_xlabel("шаг обучения")
    axes.set_ylabel("потери", color=VIOLET)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    right.spines["right"].set_color(PINK)
    rates = [reading.character_error_rate for reading in learning.readings]
    right.plot([reading.step for reading in learning.readings], rates, "-o", color=PINK, markersize=8)
    right.set_ylim(0, 1.05)
    right.set_ylabel("неверных букв", color=PINK)
    right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "share", decimals=0)))
    told = "; ".join(
        f"шаг {reading.step}: {quantity(reading.character_error_rate, 'share', decimals=1)} неверных букв"
        for reading in learning.readings
    )
    drawing = charts.svg(figure, "learning-curve", "Потери и ошибки по ходу обучения", told)
    caption = "Потери CTC на каждом шаге и доля неверных букв на голосах, которых сеть не слышала"
    return source.figure(drawing, caption, "plot", "cpu")


@charts.in_house_style
def norms(source: Provenance, learning: Learning) -> str:
    """Norm of the gradient by each part of the network, smoothed, by steps."""
    figure, axes = charts.canvas(4.2)
    _logarithmic_height(axes)
    colours = (PINK, VIOLET, BLUE, CYAN, GREEN, INK)
    styles = ("-", "--", "-.", ":", (0, (7, 2)), (0, (2, 2)))
    for part, colour, style in zip(learning.gradient_norms, colours, styles, strict=False):
        axes.plot(_smoothed(part.norms, 25), color=colour, linestyle=style, linewidth=2.5, label=_part(part.name))
    _legend(axes, 6)
    axes.set_xlabel("шаг обучения")
    told = ", ".join(_part(part.name) for part in learning.gradient_norms)
    drawing = charts.svg(figure, "gradient-norms", "Нормы градиента по частям сети", told)
    return source.figure(
        drawing, "Норма градиента по параметрам каждой части сети, сглажено по 25 шагам", "plot", "cpu"
    )


@charts.in_house_style
def alignment(source: Provenance, learning: Learning) -> str:
    """One strip an examination: the letter the network hears at each step of sound, the surer the darker."""
    kept = _spread(learning.readings, 5)
    figure, axes = charts.canvas(0.7 + 0.62 * len(kept))
    charts.bare(axes)
    told = []
    for row, reading in enumerate(kept):
        steps = len(reading.alignment.letters)
        previous = ""
        for index, (letter, chance) in enumerate(
            zip(reading.alignment.letters, reading.alignment.probabilities, strict=True)
        ):
            if letter.strip():
                axes.barh(row, 1, left=index, height=0.8, color=VIOLET, alpha=max(0.15, chance), linewidth=0)
                if letter != previous:
                    axes.text(index + 0.5, row, letter, ha="center", va="center", fontsize=13)
            elif not letter:
                axes.plot(index + 0.5, row, ".", color=GRID, markersize=3)
            previous = letter
        axes.text(-1, row, str(reading.step), ha="right", va="center", fontsize=SMALL, color=MUTED)
        told.append(f"шаг {reading.step}: «{reading.read_text}»")
        axes.set_xlim(-0.09 * steps, steps)
    axes.set_ylim(len(kept) - 0.4, -0.6)
    drawing = charts.svg(figure, "alignment", "Что сеть слышит в каждом шаге звука", "; ".join(told))
    asked = f"«{learning.readings[0].asked_text}»"
    caption = (
        f"Самая вероятная буква в каждом шаге звука, строка — экзамен (слева номер шага обучения); диктуют {asked}"
    )
    return source.figure(drawing, caption, "plot", "cpu")


def _spread(items: Sequence[T], count: int) -> list[T]:
    """`count` items of the sequence, evenly, the first and the last among them."""
    last = len(items) - 1
    places = sorted({round(last * part / max(1, count - 1)) for part in range(count)})
    return [items[place] for place in places]


def _smoothed(values: Sequence[float], width: int) -> list[float]:
    """The mean of each value and of those up to `width` before it."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    starts = [max(0, end - width) for end in range(1, len(sums))]
    return [(sums[end] - sums[start]) / (end - start) for end, start in enumerate(starts, start=1)]


def _part(name: str) -> str:
    kind, _, index = name.partition("_")
    return {"subsampling": "прореживание", "decoder": "голова"}.get(kind, f"слой{NBSP}{index}")


def _logarithmic(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(True, color=GRID)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=7))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))


def _logarithmic_height(axes: Axes) -> None:
    """A logarithmic vertical axis with everyday numbers: 0,5, 1, 2, 5."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=9))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))


def _power(value: float) -> str:
    """A power of ten as one: 10⁻⁴."""
    return f"10{str(round(math.log10(value))).translate(_SUPERSCRIPT)}" if value > 0 else ""


def _plain(value: float) -> str:
    return number(value, 0 if value >= 1 else 1 if value >= 0.1 else 2)


def _key(axes: Axes, descents: Sequence[Descent]) -> None:
    for descent in descents:
        title, colour, style = _METHODS[descent.method]
        axes.plot([], [], color=colour, linestyle=style, label=title)
    _legend(axes, 5)


def _legend(axes: Axes, columns: int) -> None:
    """A key in one line over the chart."""
    axes.legend(
        frameon=False,
        fontsize=13,
        ncols=columns,
        loc="lower center",
        bbox_to_anchor=(0.46, 1.0),
        labelcolor=INK,
        columnspacing=1.0,
        handlelength=1.8,
        handletextpad=0.4,
    )
