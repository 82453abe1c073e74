"""How time and memory grow, on log–log axes: what was fitted beside what theory says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, CYAN, GREEN, INK, PINK, SMALL, VIOLET
from talk.render.given import given
from talk.render.labels import End, label_points, name_ends, places_along
from talk.words import NBSP, Dimension, number, plural, quantity

from ..record import Algorithms, Attention, Checkpointing, Convolution, Curve, Decoding, Framework, Packing, Point
from .curves import exponent, factor, fft_wins_from
from .rivals import beside_rapidfuzz, beside_torch
from .titles import ATTENTIONS, BRUTE_FORCE, CONVOLUTIONS, EDITS, HIDDEN

SERIES = ((PINK, "o", "-"), (VIOLET, "s", "--"), (BLUE, "^", "-."), (CYAN, "D", ":"), (GREEN, "v", "-"))
# What theory says that one more frame, and one more layer, multiply a search of everything by.
_ALIGNMENTS = given("2,3", reason="число выравниваний")
_SCHEDULES = given("от 2 до 3", reason="число расписаний")
_HALF_A_LINE = 25  # letters
_RING = 24  # points across
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Law:
    """How a curve should grow: as a power of the size, or by a factor with every unit of it, which `each` names."""

    expected: str
    each: str | None = None

    def fitted(self, curve: Curve) -> str:
        """What the curve does: «1,98» or «×2,1 за фразу»."""
        return number(exponent(curve), 2) if self.each is None else f"×{number(factor(curve), 2)} {self.each}"


@dataclass(frozen=True)
class Growth:
    """One picture: its name, title, label of the sizes and caption; each curve with its title and its law.

    `marked` is a place where two curves have met, ringed, with its size beside it.
    """

    name: str
    title: str
    x_label: str
    caption: str
    curves: Sequence[tuple[str, Curve, Law]]
    dimension: Dimension = "time"
    marked: Point | None = None


@charts.in_house_style
def draw(source: Provenance, growth: Growth) -> str:
    """Draw times, or another dimension, against sizes; at each line's end its name and what was fitted to it."""
    figure, axes = charts.canvas(3.9)
    axes.set_xscale("log")
    axes.set_yscale("log")
    told, ends, expected = list[str](), list[End](), list[str]()
    for (title, curve, law), (colour, marker, line) in zip(growth.curves, SERIES, strict=False):
        sizes = [point.size for point in curve.points]
        heights = [median(point.times_s) for point in curve.points]
        fitted = law.fitted(curve)
        said = f"степень{NBSP}{fitted}" if law.each is None else fitted
        ends.append(End(sizes[-1], heights[-1], f"{title}\n{said}", colour, marker))
        law_said = f"— степень {law.expected}" if law.each is None else f"×{law.expected} {law.each}"
        expected.append(f"{title} {law_said}")
        axes.plot(sizes, heights, marker=marker, linestyle=line, color=colour, markeredgecolor=charts.PAPER, zorder=3)
        start, end = (quantity(height, growth.dimension) for height in (heights[0], heights[-1]))
        what = "показатель " if law.each is None else ""
        told.append(f"{title}: от {start} до {end}, {what}{fitted}, по теории {law.expected}")
    axes.grid(True, axis="y")
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    left, right = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if right > 100 * left else (1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _count(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, growth.dimension, decimals=0)))
    axes.set_xlabel(growth.x_label)
    name_ends(axes, ends)
    if growth.marked:
        size, height = growth.marked.size, median(growth.marked.times_s)
        axes.plot(size, height, "o", markersize=_RING, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=3)
        charts.lay_out(figure)
        from_size = f"с{NBSP}{number(size, 0)}"
        label_points(axes, [(size, height, from_size)], axes.texts, places_along(axes), above=True, fontsize=SMALL)
        told.append(f"в кружке {number(size, 0)}")
    drawing = charts.svg(figure, growth.name, growth.title, "; ".join(told))
    laws = {law for _, _, law in growth.curves}
    one = next(iter(laws))
    theory = f"степень {one.expected}" if len(laws) == 1 and one.each is None else ", ".join(expected)
    return source.figure(drawing, f"{growth.caption}. По теории: {theory}", "plot", "cpu")


def growths(source: Provenance) -> list[Growth]:
    """Every such picture of a record."""
    data: Algorithms = source.record.data
    return [
        _ctc(data),
        Growth(
            "edit-growth",
            "Расстояние Левенштейна четырьмя способами",
            "букв в тексте",
            beside_rapidfuzz("Время от длины текста", source),
            [(EDITS[way.name], way.curve, Law("2")) for way in data.edit_distance.ways],
        ),
        _decoding(data.decoding),
        _packing(data.packing),
        _convolution(source, data.convolution),
        Growth(
            "attention-growth",
            "Внимание тремя способами",
            "длина последовательности",
            beside_torch("Время от длины последовательности", source),
            [(ATTENTIONS[way.name], way.curve, Law("2")) for way in data.attention.ways],
        ),
        _attention_memory(source, data.attention),
        _checkpointing(data.checkpointing),
        _framework(data.framework),
    ]


def _ctc(data: Algorithms) -> Growth:
    brute, forward = (
        replace(curve, points=[replace(p, size=float(size)) for p, size in zip(curve.points, frames, strict=True)])
        for curve, frames in (
            (data.ctc.brute_force, data.ctc.brute_force_frames),
            (data.ctc.forward, data.ctc.forward_frames),
        )
    )
    return Growth(
        "ctc-growth",
        "Перебор выравниваний и динамическое программирование",
        "кадров",
        "Время от длины фразы. Перебор загибается вверх: он растёт быстрее любой степени",
        [
            (BRUTE_FORCE, brute, Law(_ALIGNMENTS, "за кадр")),
            ("решётка", forward, Law("2")),
        ],
    )


def _decoding(decoding: Decoding) -> Growth:
    of_letters = f"{decoding.letters} {plural(decoding.letters, 'буквы', 'букв', 'букв')}"
    return Growth(
        "decoding-growth",
        "Все тексты и луч",
        "кадров",
        f"Время от длины звука: все тексты из {of_letters} и луч",
        [
            (BRUTE_FORCE, decoding.trial, Law(str(decoding.letters), "за кадр")),
            (given("луч 16", reason="ширина луча в замере"), decoding.longer, Law("1")),
        ],
    )


def _packing(packing: Packing) -> Growth:
    return Growth(
        "packing-growth",
        "Упаковка: точно и на глазок",
        "фраз",
        "Время от числа фраз",
        [
            ("по всем подмножествам", packing.trial, Law("2", "за фразу")),
            ("первая подходящая", packing.first_fit, Law("2")),
        ],
    )


def _convolution(source: Provenance, convolution: Convolution) -> Growth:
    wins_from = fft_wins_from(convolution)
    fft = next(way.curve for way in convolution.depthwise if way.name == "fft")
    met = next((point for point in fft.points[1:] if point.size == wins_from), None)
    caption = "Время от размера ядра"
    if met:
        caption = f"{caption}. В кружке ядро, с которого FFT быстрее прямого цикла"
    return Growth(
        "convolution-growth",
        "Глубинная свёртка четырьмя способами",
        "размер ядра",
        beside_torch(caption, source, {"oneDNN"}),
        [(CONVOLUTIONS[way.name], way.curve, Law("0" if way.name == "fft" else "1")) for way in convolution.depthwise],
        marked=met,
    )


def _attention_memory(source: Provenance, attention: Attention) -> Growth:
    expected = {"whole": "2", "tiled": "1", "library": "1"}
    caption = "Прирост памяти процесса, одна голова. У плиток постоянная часть пока больше той, что растёт"
    curves = []
    for way in attention.ways:
        held = [
            Point(size=point.size, times_s=[float(peak)])
            for point, peak in zip(way.curve.points, way.peaks_bytes, strict=True)
            if peak
        ]
        if len(held) > 1:
            curves.append((ATTENTIONS[way.name], Curve(points=held), Law(expected[way.name])))
    return Growth(
        "attention-memory-growth",
        "Память под внимание",
        "длина последовательности",
        beside_torch(caption, source),
        curves,
        "bytes",
    )


def _checkpointing(checkpointing: Checkpointing) -> Growth:
    slots = f"{checkpointing.slots} {plural(checkpointing.slots, 'вход', 'входа', 'входов')}"
    return Growth(
        "checkpointing-growth",
        "Поиск расписания перебором и динамическим программированием",
        "слоёв",
        f"Время поиска от числа слоёв, в памяти {slots}",
        [
            (
                BRUTE_FORCE,
                checkpointing.trial,
                Law(_SCHEDULES, "за слой"),
            ),
            ("динамика", checkpointing.planning, Law("2")),
        ],
    )


def _framework(framework: Framework) -> Growth:
    return Growth(
        "framework-growth",
        "Алгоритмы внутри фреймворка",
        "узлов или тензоров",
        "Время от размера графа",
        [(HIDDEN[each.name], each.ours, Law("1")) for each in framework.growths],
    )


def columns_of(names: Sequence[str]) -> int:
    """How many names a line of the key holds: two, or one where any name is long."""
    return 2 if all(len(name) <= _HALF_A_LINE for name in names) else 1


def _count(value: float) -> str:
    """A size on an axis: 200, 20 тыс., 10⁹."""
    power = round(math.log10(value)) if value > 0 else 0
    if value < 1e4:
        return number(value, 0)
    if value < 1e9 and power < 6:
        return f"{number(value / 1e3, 0)}{NBSP}тыс."
    return f"10{str(power).translate(_SUPERSCRIPTS)}"
