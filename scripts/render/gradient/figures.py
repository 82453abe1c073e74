"""Charts of ways to a gradient, of their errors and prices, in the house style, each from one record."""

from matplotlib.ticker import FuncFormatter

from scripts.records.gradient import ConformerBackward, Gradient
from scripts.render import charts
from scripts.render.captions import Provenance
from scripts.render.charts import BLUE, CYAN, MUTED, PINK, SMALL, VIOLET
from scripts.render.gradient.axes import legend, logarithmic
from scripts.render.gradient.values import FORMULAS, WAYS
from scripts.render.russian import MINUS, number, quantity


@charts.in_house_style
def differences(source: Provenance, data: Gradient, precision: str) -> str:
    """Relative error of three formulas against the step, both logarithmic: the U, and the line that has no U."""
    figure, axes = charts.canvas(4.2)
    logarithmic(axes)
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
    legend(axes, 3)
    drawing = charts.svg(
        figure, f"differences-{precision}", f"Ошибка численной производной, {precision}", "; ".join(told)
    )
    caption = f"Медиана относительной ошибки производной eˣ·sin x в 500 точках, {precision}"
    return source.figure(drawing, caption, "plot")


@charts.in_house_style
def ways(source: Provenance, data: Gradient) -> str:
    """Time of one whole gradient against the number of inputs, four ways."""
    figure, axes = charts.canvas(4.2)
    logarithmic(axes)
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
    legend(axes, 4)
    drawing = charts.svg(figure, "gradient-ways", "Время градиента от числа входов", "; ".join(told))
    return source.figure(drawing, "Время одного градиента произведения n чисел, четыре способа", "plot")


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
