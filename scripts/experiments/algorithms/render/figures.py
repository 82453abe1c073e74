"""Pictures of the algorithms experiment that compare ways at one size: bars."""

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import INK, MUTED, PINK, SMALL, VIOLET
from talk.words import number, plural, quantity

from ..record import Attention, Batching
from .rivals import beside_torch
from .titles import ATTENTIONS


@charts.in_house_style
def memory(source: Provenance, attention: Attention) -> str:
    """Bars: the peak of memory of each way to attend, at the longest sequence that all of them were given."""
    common = min(len(way.curve.points) for way in attention.ways) - 1
    length = int(attention.ways[0].curve.points[common].size)
    rows = [(ATTENTIONS[way.name], way.peaks_bytes[common]) for way in attention.ways]
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
    steps = f"{number(length, 0)} {plural(length, 'шага', 'шагов', 'шагов')}"
    caption = f"Прирост памяти процесса, одна голова, последовательность из {steps}"
    return source.figure(drawing, beside_torch(caption, source), "plot", "cpu")


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
