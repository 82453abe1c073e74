"""Charts of the matmul experiment: how fast each step is, and under which ceiling."""

import math
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, GREEN, INK, MUTED, PINK, SMALL, VIOLET, in_house_style
from talk.render.labels import OVER_LINES, End, apart, disc, discs, name_ends
from talk.words import NBSP, decimals_for, natural_unit, number, plural, quantity, units

from ..record import Contender, Level, Matmul, Point
from .rivals import with_cublas, with_rivals
from .roofs import roofs, under_roofs
from .steps import step_of, why_skipped
from .values import at_one_size, library_point, peak_of

_LEVELS: dict[Level, str] = {"l1": "L1", "l2": "L2", "l3": "L3", "memory": "память"}

_OF_CIRCLE = {1: MUTED, 2: BLUE, 3: GREEN, 4: PINK}  # the colour of a circle's points: one thread has four circles
_LINES = [(PINK, "o"), (VIOLET, "s"), (GREEN, "^")]  # colour and marker of each line

_CHART_AND_LIST = (0.92, 1.08)  # widths beside each other
_ROOFS: tuple[Any, ...] = ("solid", (0, (6, 2)), (0, (4, 3)), (0, (1.5, 2)))  # strokes, from the nearest level on
_NAME_WIDTHS: dict[Level, float] = {"l1": 0.13, "l2": 0.13, "l3": 0.13, "memory": 0.34}  # of the chart's width

_CHECKED = ' checked="checked"'

# A bar: its label, FLOP/s, colour and hatch.
_Bar = tuple[str, float, str, str | None]


def all_steps(source: Provenance, contenders: list[Contender]) -> str:
    """Points on a logarithmic axis, every CPU step beside the libraries: a panel a size, of which the reader picks one.

    The choice is made of radio buttons and CSS, so it needs no script; `sizes.js` keeps it.
    """
    experiment = source.record.experiment
    panels = {
        n: [(each, point) for each in contenders if (point := each.at(n)) is not None]
        for n in sorted({point.n for each in contenders for point in each.squares})
    }
    # The largest at which the whole of circle 4 can be compared; the largest of all where it was not measured.
    circle_4 = {each.name for each in contenders if each.circle == 4}
    first = max((n for n, found in panels.items() if circle_4 <= {each.name for each, _ in found}), default=max(panels))
    labels = "".join(
        f'<label><input type="radio" name="{experiment}-size" value="{n}"{_CHECKED if n == first else ""}/>{n}</label>'
        for n in panels
    )
    choice = f'<fieldset class="sizes"><legend>Сторона матриц</legend>{labels}</fieldset>'
    rates = [point.flops_per_s for found in panels.values() for _, point in found]
    ends = (min(rates) / 1.5, max(rates) * 1.1)  # one axis for all sizes: they compare
    drawings = "".join(f'<div class="size">{_panel(experiment, n, found, ends)}</div>' for n, found in panels.items())
    caption = "Все шаги на CPU, float32, шкала логарифмическая. Слишком медленных на больших матрицах не спрашивали"
    return source.figure(choice + drawings, with_rivals(caption, source), "chart by-size", "cpu")


def _panel(experiment: str, n: int, found: list[tuple[Contender, Point]], ends: tuple[float, float]) -> str:
    bars = [_bar(each, point) for each, point in found]
    several = {each.threads for each, _ in found if each.library}
    for at, (each, _) in enumerate(found):
        if each.library and len(several) > 1:
            label = (
                f"{bars[at][0]}, {number(each.threads, 0)}{NBSP}{plural(each.threads, 'поток', 'потока', 'потоков')}"
            )
            bars[at] = (label, *bars[at][1:])
    return _bars(f"{experiment}-all-steps-{n}", f"Скорость каждого шага, матрицы {n}×{n}", bars, logarithmic=ends)


def one_thread(source: Provenance, contenders: list[Contender]) -> str:
    """Bars: the steps of circle 4 beside the libraries on one thread and the measured peak."""
    return _compared(source, "one-thread", "Четвёртый круг: один поток", contenders)


def threads(source: Provenance, contenders: list[Contender]) -> str:
    """Bars: circle 5 beside the libraries on all threads and the measured peak."""
    return _compared(source, "threads", "Пятый круг: все потоки", contenders)


def gpu(source: Provenance, contenders: list[Contender]) -> str:
    """Bars: the steps of circle 6 beside cuBLAS; the caption says which could not be measured, and why."""
    data: Matmul = source.record.data
    largest = [(each, each.squares[-1]) for each in contenders if each.squares]
    peak = data.gpu.fma_flops_per_s if data.gpu is not None else None
    drawing = _bars(f"{source.record.experiment}-gpu", "Шестой круг: GPU", [_bar(*each) for each in largest], peak)
    sides = {point.n for _, point in largest}
    sizes = ", ".join(f"{step_of(each).title} — {point.n}" for each, point in largest)
    sizes = f"матрицы {largest[0][1].n}×{largest[0][1].n}" if len(sides) == 1 else f"стороны матриц: {sizes}"
    caption = f"Скорость шагов на GPU в fp32, {sizes}" + ("; черта — измеренный пик FMA карты" if peak else "")
    skipped = [each for each in data.contenders if not each.points and "gpu" in step_of(each).charts]
    if skipped:
        reasons = "; ".join(f"{step_of(each).title} — {why_skipped(each)}" for each in skipped)
        caption += f". Не измерены: {reasons}"
    return source.figure(drawing, with_cublas(caption, source), "chart gpu-figure", "cuda")


def _compared(source: Provenance, name: str, title: str, contenders: list[Contender]) -> str:
    """Bars of contenders at the largest size that all of them multiplied."""
    size, points = at_one_size(contenders)
    peak = peak_of(max(contenders, key=lambda each: each.threads), source.record.data)
    bars = [_bar(*each) for each in points]
    drawing = _bars(f"{source.record.experiment}-{name}", title, bars, peak)
    caption = f"Умножение float32, матрицы {size}×{size}; черта — измеренный пик FMA"
    return source.figure(drawing, with_rivals(caption, source), f"chart {name}-figure", "cpu")


def _bar(contender: Contender, point: Point) -> _Bar:
    step = step_of(contender)
    colour = BLUE if contender.library else PINK if step.highlighted else VIOLET
    return step.title, point.flops_per_s, colour, "///" if contender.library else None


_NUMBERS = 1.56  # where the column of numbers ends, in lengths of the longest bar


@in_house_style
def _bars(
    name: str,
    title: str,
    bars: list[_Bar],
    peak: float | None = None,
    logarithmic: tuple[float, float] | None = None,
) -> str:
    """Bars from zero; points between the ends of a logarithmic axis, which has no zero that a bar could begin at."""
    figure, axes = charts.canvas(max(2.2, 0.55 * len(bars) + (0.5 if peak or logarithmic else 0)))
    charts.bare(axes)
    least, longest = logarithmic or (0.0, max([rate for _, rate, _, _ in bars] + ([peak] if peak else [])))

    def length(rate: float) -> float:
        return math.log(rate / least) / math.log(longest / least) if logarithmic else rate / longest

    lined = bool(peak or logarithmic)
    for row, (label, rate, colour, hatch) in enumerate(bars):
        face = "none" if hatch else colour
        if logarithmic:
            axes.plot([0, length(rate)], [row, row], color=colour, linewidth=1.5, linestyle=(0, (1, 2)))
            axes.plot(length(rate), row, "D" if hatch else "o", color=colour)
        else:
            axes.barh(row, length(rate), height=0.62, color=face, edgecolor=colour, hatch=hatch, linewidth=0)
        axes.text(-0.02, row, label, ha="right", va="center", color=INK)
        # Where there are lines the numbers are a column behind them: beside their bars these would run through them.
        x, align = (_NUMBERS, "right") if lined else (length(rate) + 0.02, "left")
        text = quantity(rate, "flop_rate")
        axes.text(x, row, text, ha=align, va="center", color=INK, fontsize=SMALL, fontweight="bold")
    if peak:
        axes.plot([length(peak)] * 2, [-0.5, len(bars) - 0.4], color=MUTED, linewidth=2, linestyle=(0, (4, 3)))
        text = f"пик {quantity(peak, 'flop_rate')}"
        axes.text(length(peak), len(bars) - 0.1, text, ha="right", va="center", color=MUTED, fontsize=SMALL)
    powers = range(math.ceil(math.log10(least)), math.floor(math.log10(longest)) + 1) if logarithmic else range(0)
    for power in powers:
        axes.plot([length(10**power)] * 2, [-0.5, len(bars) - 0.5], color=charts.GRID, linewidth=1.5, zorder=0)
    for power in {powers[0], powers[-1]} if len(powers) > 2 else powers[:1]:
        text = quantity(10**power, "flop_rate", decimals=0)
        axes.text(length(10**power), len(bars) - 0.1, text, ha="center", va="center", color=MUTED, fontsize=SMALL)
    axes.set_xlim(-0.6, _NUMBERS if lined else 1.36)
    axes.set_ylim(len(bars) - (0.0 if lined else 0.4), -0.6)
    told = "; ".join(f"{label} — {quantity(rate, 'flop_rate')}" for label, rate, _, _ in bars)
    told += f"; измеренный пик — {quantity(peak, 'flop_rate')}" if peak else ""
    scale = charts.Scale(axes.xaxis, "log" if logarithmic else "linear", (least, longest), places=(0.0, 1.0))
    return charts.svg(figure, name, title, told, [scale])


@in_house_style
def sizes(source: Provenance, contenders: list[Contender]) -> str:
    """Lines: FLOP/s against the side of the matrices, circles 4 and 5 beside the faster library."""
    data: Matmul = source.record.data
    figure, axes = charts.canvas(4.4)
    told, ends = [], []
    for contender, (colour, marker) in zip(contenders, cycle(_LINES)):
        title = "один поток" if contender.threads == 1 else "все потоки"
        mine = [(point.n, point.flops_per_s) for point in contender.squares]
        theirs = [(n, point.flops_per_s) for n, _ in mine if (point := library_point(contender, n, data)) is not None]
        axes.plot(*zip(*mine, strict=True), color=colour, marker=marker, zorder=3)
        axes.plot(*zip(*theirs, strict=True), color=BLUE, marker=marker, linestyle=(0, (2, 2)), zorder=2)
        ends.append(End(*mine[-1], title.replace(" ", "\n"), colour))
        told.append(f"{title}: " + ", ".join(f"n = {n} — {quantity(rate, 'flop_rate')}" for n, rate in mine))
        told.append(f"библиотека, {title}: " + ", ".join(f"{n} — {quantity(rate, 'flop_rate')}" for n, rate in theirs))
    ticks = sorted({point.n for each in contenders for point in each.squares})
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [number(tick, 0) for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, None)
    axes.grid(True, axis="y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: number(rate / 1e9, 0)))
    axes.set_ylabel("ГФЛОП/с")
    axes.set_xlabel("сторона матриц")
    name_ends(axes, ends)
    scales = [
        charts.Scale(axes.xaxis, "log", axes.get_xlim()),
        charts.Scale(axes.yaxis, "linear", axes.get_ylim()),
    ]
    name = f"{source.record.experiment}-sizes"
    drawing = charts.svg(figure, name, "Скорость от размера матриц", "; ".join(told), scales)
    caption = "Четвёртый и пятый круг; синий пунктир — лучшая из библиотек (torch.mm, NumPy) на стольких же потоках"
    return source.figure(drawing, with_rivals(caption, source), "chart sizes-figure", "cpu")


@in_house_style
def roofline(source: Provenance, contenders: list[Contender]) -> str:
    """Points under roofs on two logarithmic axes: arithmetic intensity, counted at the caches, and FLOP/s."""
    data: Matmul = source.record.data
    peak = next(each.flops_per_s for each in data.peaks if each.threads == 1)
    # Python's numbers are objects: what it asks of the caches is not counted.
    stand, left_out = under_roofs(contenders, data)
    steps = [
        (step_of(each).title, 1 / each.bytes_asked_per_flop, each.squares[-1].flops_per_s, _OF_CIRCLE[each.circle])
        for each in stand
        if each.bytes_asked_per_flop
    ]
    listed = list(enumerate(steps, start=1))[::-1]  # the last and fastest on top, under the peak
    figure = charts.sheet(3.8)
    axes, column = figure.subplots(1, 2, width_ratios=_CHART_AND_LIST)
    axes.set_xscale("log")
    axes.set_yscale("log")
    left, right = 0.1, 20.0
    axes.set_xlim(left, right)
    rates = [peak, *(rate for _, _, rate, _ in steps)]
    least, most = min(rates) / 2, max(rates)
    # Above the peak there is room for the names of the roofs.
    names = (most / least) ** 0.26
    axes.set_ylim(least, most * names)
    unit = natural_unit(most, "flop_rate")
    axes.grid(True, axis="y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0 if value >= 1 else 1)))
    size = units("flop_rate")[unit]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: number(rate / size, decimals_for(rate / size, 1))))
    axes.set_ylabel(unit)
    axes.set_xlabel(f"ФЛОП на байт из{NBSP}кэшей")
    levels = roofs(data)
    ends = [min(max(peak / bandwidth, left), right) for bandwidth in levels.values()]
    # Each roof is named over its end, where it has met the peak; names that would meet are moved apart.
    across = [math.log(end / left) / math.log(right / left) for end in ends]
    places = apart(across, [_NAME_WIDTHS[level] for level in levels], 0.0, 1.0)
    for (level, bandwidth), style, end, place in zip(levels.items(), cycle(_ROOFS), ends, places, strict=False):
        axes.plot([left, end], [left * bandwidth, end * bandwidth], color=MUTED, linewidth=2, linestyle=style)
        x, y = left * (right / left) ** place, most * names**0.72
        axes.plot([end, x], [end * bandwidth, most * names**0.46], color=MUTED, linewidth=1)
        axes.text(x, y, _LEVELS[level], ha="center", va="center", color=MUTED, fontsize=SMALL, bbox=OVER_LINES)
    axes.plot([left, right], [peak] * 2, color=VIOLET, linewidth=3)
    rows = [("пик FMA", peak, VIOLET, ""), *((title, rate, colour, str(at)) for at, (title, _, rate, colour) in listed)]
    _listing(column, rows, size)
    charts.lay_out(figure)  # discs are placed where the axes have their last size
    discs(axes, [(intensity, rate, str(at), colour) for at, (_, intensity, rate, colour) in listed], most)
    told = [f"пик одного потока {quantity(peak, 'flop_rate')}"]
    told += [
        f"{title}: {number(intensity, 2)} операции на байт, {quantity(rate, 'flop_rate')}"
        for title, intensity, rate, _ in steps
    ]
    name = f"{source.record.experiment}-roofline"
    scales = [charts.Scale(axis, "log", axis.get_view_interval()) for axis in (axes.xaxis, axes.yaxis)]
    drawing = charts.svg(figure, name, "Потолки и круги", "; ".join(told), scales)
    caption = (
        "Один поток. Наклонные — больше байт в секунду ядро с этого уровня памяти не получало, "
        "горизонталь — лучший измеренный пик"
    )
    if left_out:
        titles = ", ".join(step_of(each).title for each in left_out)
        caption += f". Шаги, которые ещё и пишут ({titles}), здесь не стоят: запись не мерили"
    return source.figure(drawing, caption, "chart roofline-figure", "cpu")


def _listing(axes: Axes, rows: Sequence[tuple[str, float, str, str]], size: float) -> None:
    """A column beside a chart: each disc of it with its name and number, in units of `size`, from the top down."""
    charts.bare(axes)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for row, (title, rate, colour, sign) in enumerate(rows):
        if sign:
            disc(axes, (0.05, row), sign, colour)
        said: dict[str, Any] = {"va": "center", "color": INK if sign else colour, "fontsize": SMALL}
        axes.text(0.13 if sign else 0.0, row, title, **said)
        value = rate / size
        decimals = min(decimals_for(value, 3), max(2, decimals_for(value, 1)))  # a longer one has no room by its name
        axes.text(1.0, row, number(value, decimals), ha="right", fontweight="bold", **said)
