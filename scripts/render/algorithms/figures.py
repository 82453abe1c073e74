"""Pictures of the algorithms experiment: how time grows on log–log axes, and what each order of batches wastes."""

import math
from collections.abc import Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from scripts.records.algorithms import Attention, Batching, Curve, Decoding, Ring
from scripts.render import charts
from scripts.render.algorithms.values import exponent
from scripts.render.captions import Provenance
from scripts.render.charts import BLUE, CYAN, GREEN, INK, MUTED, PINK, SMALL, VIOLET
from scripts.render.russian import NBSP, number, quantity

_SERIES = ((PINK, "o", "-"), (VIOLET, "s", "--"), (BLUE, "^", "-."), (CYAN, "D", ":"), (GREEN, "v", "-"))
_SUPERSCRIPTS = str.maketrans("0123456789,", "⁰¹²³⁴⁵⁶⁷⁸⁹·")


@charts.in_house_style
def growth(
    source: Provenance,
    curves: Sequence[Curve],
    theory: Sequence[str],
    name: str,
    title: str,
    x_label: str,
    caption: str,
) -> str:
    """Time against size of each curve, on log–log axes, with the fitted exponent beside the theoretical one.

    `theory` says of each curve what its time should grow as: «n²».
    """
    figure, axes = charts.canvas(4.3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    told = []
    ends = []
    for curve, expected, (colour, marker, line) in zip(curves, theory, _SERIES, strict=False):
        sizes = [point.size for point in curve.points]
        times = [median(point.times_s) for point in curve.points]
        axes.plot(sizes, times, marker=marker, linestyle=line, color=colour, markeredgecolor=charts.PAPER, zorder=3)
        fitted = number(exponent(curve), 2)
        ends.append((sizes[-1], times[-1], colour, f"{curve.name}: {fitted} ({expected})"))
        told.append(
            f"{curve.name}: от {quantity(times[0], 'time')} до {quantity(times[-1], 'time')}, показатель {fitted}, "
            f"по теории {expected}"
        )
    _key(axes, ends)
    axes.grid(True, axis="y")
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    axes.xaxis.set_major_locator(
        LogLocator(subs=(1.0,) if axes.get_xlim()[1] > 100 * axes.get_xlim()[0] else (1.0, 2.0, 5.0))
    )
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _count(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "time", decimals=0)))
    axes.set_xlabel(x_label)
    drawing = charts.svg(figure, name, title, "; ".join(told))
    return source.figure(drawing, f"{caption}. В скобках — показатель степени по теории", "plot", "cpu")


@charts.in_house_style
def memory(source: Provenance, attention: Attention) -> str:
    """Bars: the peak of memory of each way to attend, at the longest sequence that all of them were given."""
    common = min(len(way.curve.points) for way in attention.ways) - 1
    length = int(attention.ways[0].curve.points[common].size)
    rows = [(way.curve.name, way.peaks_bytes[common]) for way in attention.ways]
    figure, axes = charts.canvas(2.8)
    charts.bare(axes)
    longest = max(peak or 0 for _, peak in rows) or 1
    told = []
    for row, (name, peak) in enumerate(rows):
        text = "система не говорит" if peak is None else quantity(peak, "bytes")
        axes.barh(row, peak or 0, height=0.55, color=PINK if row == 0 else VIOLET)
        axes.text(-0.02 * longest, row, name, ha="right", va="center", color=INK)
        axes.text((peak or 0) + 0.02 * longest, row, text, ha="left", va="center", color=INK, fontweight="bold")
        told.append(f"{name}: {text}")
    axes.set_xlim(-0.36 * longest, 1.25 * longest)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    drawing = charts.svg(figure, "attention-memory", "Память под внимание", "; ".join(told))
    caption = f"Прирост памяти процесса, одна голова, последовательность из {number(length, 0)} шагов"
    return source.figure(drawing, caption, "plot", "cpu")


def decoding(source: Provenance, measured: Decoding) -> str:
    """A table: word error rate and speed of each way to decode."""
    head = "".join(f"<th>{word}</th>" for word in ("способ", "ширина", "ошибочных слов", "быстрее речи"))
    rows = []
    for beam in measured.beams:
        rate = quantity(beam.word_error_rate, "share", "%", 1)
        speed = quantity(measured.sound_s / median(beam.times_s), "ratio", "×", 0)
        rows.append(f"<tr><th>{beam.name}</th><td>{beam.width}</td><td>{rate}</td><td>{speed}</td></tr>")
    table = f'<table class="ring"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    caption = (
        f"Доля ошибочных слов и скорость на одном ядре, предложений: {measured.sentences}. "
        "Выходы сети придуманы: верное выравнивание и шум"
    )
    return source.figure(table, caption, "operators", "cpu")


def ring(source: Provenance, measured: Ring) -> str:
    """A table: what the busiest worker sends, and how long it takes, in a ring, in a star and in the library."""
    head = "".join(f"<th>{word}</th>" for word in ("участников", "способ", "отправил самый занятый", "время"))
    rows = []
    for run in measured.runs:
        ways = (
            ("кольцо", run.ring_sent_bytes, run.ring_times_s),
            ("звезда", run.star_sent_bytes, run.star_times_s),
            ("PyTorch", None, run.library_times_s),
        )
        for name, sent, times in ways:
            amount = "—" if sent is None else quantity(sent, "bytes")
            time = quantity(median(times), "time")
            rows.append(f"<tr><td>{run.workers}</td><th>{name}</th><td>{amount}</td><td>{time}</td></tr>")
    table = f'<table class="ring"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    caption = f"Сумма вектора в {quantity(measured.bytes_a_worker, 'bytes')} по процессам одной машины"
    return source.figure(table, caption, "operators", "cpu")


@charts.in_house_style
def padding(source: Provenance, batching: Batching) -> str:
    """Bars: frames computed in each order of batches, sound and padding, and the time that took."""
    names = {"random": "как пришли", "sorted": "по длине", "packed": "упаковка"}
    figure, axes = charts.canvas(3.4)
    charts.bare(axes)
    sound = sum(batching.utterances_s)
    longest = max(sound / (1 - order.padding_share) for order in batching.orders)
    told = []
    for row, order in enumerate(batching.orders):
        whole = sound / (1 - order.padding_share)
        axes.barh(row, sound, height=0.5, color=PINK)
        axes.barh(row, whole - sound, left=sound, height=0.5, color="none", edgecolor=MUTED, hatch="///", linewidth=0)
        share = quantity(order.padding_share, "share", "%", 0)
        time = quantity(sum(order.times_s), "time")
        axes.text(-0.02 * longest, row, names[order.name], ha="right", va="center", color=INK)
        axes.text(sound * 0.03, row, f"{time}", ha="left", va="center", color=charts.ON_COLOUR, fontweight="bold")
        axes.text(whole + 0.02 * longest, row, share, ha="left", va="center", color=INK)
        told.append(f"{names[order.name]}: дополнения {share}, времени {time}")
    axes.set_xlim(-0.36 * longest, 1.16 * longest)
    axes.set_ylim(len(names) - 0.2, -0.5)
    for x, colour, hatch, text in ((0.0, PINK, None, "звук"), (0.3, MUTED, "///", "дополнение нулями")):
        axes.add_patch(charts.swatch(axes, x, 0.0, colour, hatch))
        axes.text(x + 0.055, 0.03, text, transform=axes.transAxes, ha="left", va="center", fontsize=SMALL, color=INK)
    drawing = charts.svg(figure, f"padding-{batching.device}", "Сколько считается впустую", "; ".join(told))
    device = "GPU" if batching.device == "cuda" else "CPU"
    caption = f"Сколько кадров посчитано в каждом порядке и за какое время, {device}, пачки по {batching.batch_size}"
    return source.figure(drawing, caption, "plot", batching.device)


def _key(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names of the curves above the drawing, each in its curve's colour, two a line."""
    for index, (_, _, colour, text) in enumerate(ends):
        x, y = 0.5 * (index % 2), 1.06 + 0.11 * ((len(ends) - 1) // 2 - index // 2)
        axes.text(x, y, text, transform=axes.transAxes, color=colour, fontweight="bold", fontsize=SMALL, va="bottom")


def _count(value: float) -> str:
    """A size on an axis: 200, 20 тыс., 10⁹."""
    power = round(math.log10(value)) if value > 0 else 0
    if value < 1e4:
        return number(value, 0)
    if value < 1e9 and power < 6:
        return f"{number(value / 1e3, 0)}{NBSP}тыс."
    return f"10{str(power).translate(_SUPERSCRIPTS)}"
