"""Charts of the matmul experiment: how fast each step is, and under which ceiling."""

import math
from itertools import cycle
from typing import Any

from matplotlib.ticker import FuncFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, GREEN, INK, MUTED, PINK, SMALL, VIOLET, in_house_style
from talk.words import NBSP, number, plural, quantity

from ..record import Contender, Level, Matmul, Point
from .labels import label_points
from .rivals import with_rivals
from .roofs import roofs, under_roofs
from .steps import step_of, why_skipped
from .values import at_one_size, library_rate, peak_of

_LEVELS: dict[Level, str] = {"l1": "L1", "l2": "L2", "l3": "L3", "memory": "память"}
# The intensity at which each level is named on its roof, where that has not met the peak before: few steps lie there.
_ON_LINES: dict[Level, float] = {"l1": 0.5, "l2": 0.5, "l3": 1.8, "memory": 1.3}

_OF_CIRCLE = {1: MUTED, 2: BLUE, 3: GREEN, 4: PINK}  # the colour of a circle's points: one thread has four circles
_LINES = [(PINK, "o"), (VIOLET, "s"), (GREEN, "^")]  # colour and marker of each line

_CHECKED = ' checked="checked"'

# A bar: its label, FLOP/s, colour and hatch.
_Bar = tuple[str, float, str, str | None]


def all_steps(source: Provenance, contenders: list[Contender]) -> str:
    """Bars on a logarithmic axis, every CPU step beside the libraries: a panel a size, of which the reader picks one.

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
    drawings = "".join(f'<div class="size">{_panel(experiment, n, found)}</div>' for n, found in panels.items())
    caption = "Все шаги на CPU, float32, шкала логарифмическая. Слишком медленных на больших матрицах не спрашивали"
    return source.figure(choice + drawings, with_rivals(caption, source), "chart by-size", "cpu")


def _panel(experiment: str, n: int, found: list[tuple[Contender, Point]]) -> str:
    bars = [_bar(each, point) for each, point in found]
    several = {each.threads for each, _ in found if each.library}
    for at, (each, _) in enumerate(found):
        if each.library and len(several) > 1:
            label = (
                f"{bars[at][0]}, {number(each.threads, 0)}{NBSP}{plural(each.threads, 'поток', 'потока', 'потоков')}"
            )
            bars[at] = (label, *bars[at][1:])
    return _bars(f"{experiment}-all-steps-{n}", f"Скорость каждого шага, матрицы {n}×{n}", bars, None, logarithmic=True)


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
    return source.figure(drawing, caption, "chart", "cuda")


def _compared(source: Provenance, name: str, title: str, contenders: list[Contender]) -> str:
    """Bars of contenders at the largest size that all of them multiplied."""
    size, points = at_one_size(contenders)
    peak = peak_of(max(contenders, key=lambda each: each.threads), source.record.data)
    bars = [_bar(*each) for each in points]
    drawing = _bars(f"{source.record.experiment}-{name}", title, bars, peak)
    caption = f"Умножение float32, матрицы {size}×{size}; черта — измеренный пик FMA"
    return source.figure(drawing, with_rivals(caption, source), "chart", "cpu")


def _bar(contender: Contender, point: Point) -> _Bar:
    step = step_of(contender)
    colour = BLUE if contender.library else PINK if step.highlighted else VIOLET
    return step.title, point.flops_per_s, colour, "///" if contender.library else None


# A label covers the lines that it lies on.
_OVER_LINES = {"facecolor": charts.PAPER, "edgecolor": "none", "pad": 1.5}


@in_house_style
def _bars(name: str, title: str, bars: list[_Bar], peak: float | None, logarithmic: bool = False) -> str:
    figure, axes = charts.canvas(max(2.2, 0.55 * len(bars) + (0.5 if peak else 0)))
    charts.bare(axes)
    longest = max([rate for _, rate, _, _ in bars] + ([peak] if peak else []))
    least = min(rate for _, rate, _, _ in bars) / 2

    def length(rate: float) -> float:
        return math.log(rate / least) / math.log(longest / least) if logarithmic else rate / longest

    for row, (label, rate, colour, hatch) in enumerate(bars):
        face = "none" if hatch else colour
        axes.barh(row, length(rate), height=0.62, color=face, edgecolor=colour, hatch=hatch, linewidth=0)
        axes.text(-0.02, row, label, ha="right", va="center", color=INK)
        text = quantity(rate, "flop_rate")
        axes.text(
            length(rate) + 0.02, row, text, ha="left", va="center", color=INK, fontsize=SMALL, fontweight="bold",
            bbox=_OVER_LINES,
        )  # fmt: skip
    if peak:
        axes.plot([length(peak)] * 2, [-0.5, len(bars) - 0.4], color=MUTED, linewidth=2, linestyle=(0, (4, 3)))
        text = f"пик {quantity(peak, 'flop_rate')}"
        axes.text(length(peak), len(bars) - 0.1, text, ha="right", va="center", color=MUTED, fontsize=SMALL)
    axes.set_xlim(-0.6, 1.36)
    axes.set_ylim(len(bars) - (0.0 if peak else 0.4), -0.6)
    told = "; ".join(f"{label} — {quantity(rate, 'flop_rate')}" for label, rate, _, _ in bars)
    told += f"; измеренный пик — {quantity(peak, 'flop_rate')}" if peak else ""
    ends = (least if logarithmic else 0.0, longest)
    scale = charts.Scale(axes.xaxis, "log" if logarithmic else "linear", ends, places=(0.0, 1.0))
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
        theirs = [(n, rate) for n, _ in mine if (rate := library_rate(contender, n, data)) is not None]
        axes.plot(*zip(*mine, strict=True), color=colour, marker=marker, zorder=3)
        axes.plot(*zip(*theirs, strict=True), color=BLUE, marker=marker, linestyle=(0, (2, 2)), zorder=2)
        ends.append((mine[-1], title, colour))
        told.append(f"{title}: " + ", ".join(f"n = {n} — {quantity(rate, 'flop_rate')}" for n, rate in mine))
        told.append(f"библиотека, {title}: " + ", ".join(f"{n} — {quantity(rate, 'flop_rate')}" for n, rate in theirs))
    for (n, rate), title, colour in ends:
        axes.annotate(
            title, (n, rate), xytext=(0, -26), textcoords="offset points", ha="right", color=colour, fontweight="bold"
        )
    ticks = sorted({point.n for each in contenders for point in each.squares})
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [number(tick, 0) for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, None)
    axes.grid(True, axis="y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: number(rate / 1e9, 0)))
    axes.set_ylabel("ГФЛОП/с")
    axes.set_xlabel("сторона матриц")
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
    figure, axes = charts.canvas(4.2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    left, right = 0.1, 40.0  # beyond the tile's intensity there is room for its steps' names
    axes.set_xlim(left, right)
    axes.set_ylim(min([peak, *(rate for _, _, rate, _ in steps)]) / 2, peak * 2)
    axes.grid(True, axis="y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0 if value >= 1 else 1)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "flop_rate")))
    axes.set_xlabel(f"ФЛОП на байт, который код просит у{NBSP}кэшей")
    avoid: list[Any] = []
    for (level, bandwidth), style in zip(
        roofs(data).items(), ["solid", (0, (6, 2)), (0, (4, 3)), (0, (1.5, 2))], strict=False
    ):
        ridge = peak / bandwidth
        edge = min(ridge, right)
        axes.plot([left, edge], [left * bandwidth, edge * bandwidth], color=MUTED, linewidth=2, linestyle=style)
        # On its line, like the height on a contour of a map: beside it the next line would run through.
        place = min(_ON_LINES[level], (left + ridge) / 2)
        on_line = axes.text(
            place, place * bandwidth, _LEVELS[level], ha="center", va="center", color=MUTED, fontsize=SMALL,
            bbox=_OVER_LINES,
        )  # fmt: skip
        avoid.append(on_line)
    axes.plot([left, right], [peak] * 2, color=VIOLET, linewidth=3)
    avoid.append(axes.axhspan(peak, peak * 2, visible=False))  # nothing is above the peak but its own name
    axes.annotate(
        f"пик FMA, {quantity(peak, 'flop_rate')}", (right, peak), xytext=(0, 8), textcoords="offset points",
        ha="right", color=VIOLET, fontsize=SMALL,
    )  # fmt: skip
    for _, intensity, rate, colour in steps:
        axes.plot(intensity, rate, "o", color=colour, markeredgecolor=charts.PAPER, zorder=3)
    layout = figure.get_layout_engine()
    assert layout is not None  # the canvas has one
    layout.execute(figure)  # labels are placed between what has a place already
    labels = [(intensity, rate, title) for title, intensity, rate, _ in steps]
    label_points(axes, labels, avoid, color=INK, fontsize=SMALL, bbox=_OVER_LINES)
    told = [f"пик одного потока {quantity(peak, 'flop_rate')}"]
    told += [
        f"{title}: {number(intensity, 2)} операции на байт, {quantity(rate, 'flop_rate')}"
        for title, intensity, rate, _ in steps
    ]
    name = f"{source.record.experiment}-roofline"
    scales = [charts.Scale(axis, "log", axis.get_view_interval()) for axis in (axes.xaxis, axes.yaxis)]
    drawing = charts.svg(figure, name, "Потолки и круги", "; ".join(told), scales)
    caption = (
        "Один поток. Наклонные — сколько байт в секунду ядро читает и пишет на каждом уровне памяти в лучшем случае, "
        "горизонталь — лучший измеренный пик"
    )
    if left_out:
        titles = ", ".join(step_of(each).title for each in left_out)
        caption += f". Шаги, которые ещё и пишут ({titles}), здесь не стоят: запись не мерили"
    return source.figure(drawing, caption, "chart roofline-figure", "cpu")
