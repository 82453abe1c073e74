"""Charts of the matmul experiment: how fast each step is, and under which ceiling."""

import math

from matplotlib.ticker import FuncFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, GREEN, INK, MUTED, PINK, SMALL, VIOLET, in_house_style
from talk.words import NBSP, number, plural, quantity

from ..record import Contender, Level, Matmul, Point
from .values import library_rate, peak_of

TITLES = {
    "python": "Python",
    "compiled": "компилятор",
    "strassen": "Штрассен",
    "order": "порядок циклов",
    "blocking": "блоки",
    "registers": "плитка в регистрах",
    "packing": "упаковка",
    "overlap": "перекрытие",
    "threads": "все потоки",
    "gpu_naive": "поток на число",
    "gpu_coalesced": "слитное чтение",
    "gpu_shared": "общая память",
    "gpu_thread_tile": "плитка на поток",
    "gpu_vectorised": "по четыре числа",
    "gpu_triton": "Triton",
    "gpu_triton_tf32": "Triton, TF32",
    "gpu_triton_bfloat16": "Triton, bf16",
    "torch_one_thread": "torch.mm",
    "torch_all_threads": "torch.mm",
    "numpy_one_thread": "NumPy",
    "numpy_all_threads": "NumPy",
    "cublas": "cuBLAS",
    "cublas_tf32": "cuBLAS, TF32",
    "cublas_bfloat16": "cuBLAS, bf16",
    "searched": "подбор",
    "bfloat16": "torch.mm, bf16",
    "int8": "torch, int8",
}
_CPU_STEPS = ("python", "compiled", "strassen", "order", "blocking", "registers", "packing", "overlap", "threads")
_LIBRARIES = ("torch_one_thread", "numpy_one_thread", "torch_all_threads", "numpy_all_threads")
_LEVELS: dict[Level, str] = {"l1": "L1", "l2": "L2", "l3": "L3", "memory": "память"}
# At which intensity each is written on its roof, if that has not met the peak by then: where no circle is.
_ON_LINES: dict[Level, float] = {"l1": 0.5, "l2": 0.5, "l3": 1.8, "memory": 1.3}

_CHECKED = ' checked="checked"'

# A bar: its label, FLOP/s, colour and hatch.
_Bar = tuple[str, float, str, str | None]


def all_steps(source: Provenance) -> str:
    """Bars on a logarithmic axis, every CPU step beside the libraries: a panel a size, of which the reader picks one.

    The choice is made of radio buttons and CSS, so it needs no script; `sizes.js` keeps it.
    """
    data: Matmul = source.record.data
    present = [each for each in map(data.find, (*_CPU_STEPS, *_LIBRARIES)) if each is not None and each.squares]
    panels = {
        n: [(each, point) for each in present if (point := each.at(n)) is not None]
        for n in sorted({point.n for each in present for point in each.squares})
    }
    # The largest at which the whole of circle 4 can be compared; the largest of all where it was not measured.
    first = max((n for n, found in panels.items() if "order" in {each.name for each, _ in found}), default=max(panels))
    labels = "".join(
        f'<label><input type="radio" name="matmul-size" value="{n}"{_CHECKED if n == first else ""}/>{n}</label>'
        for n in panels
    )
    choice = f'<fieldset class="sizes"><legend>Сторона матриц</legend>{labels}</fieldset>'
    drawings = "".join(f'<div class="size">{_panel(n, found)}</div>' for n, found in panels.items())
    caption = "Все шаги на CPU, float32, шкала логарифмическая. Слишком медленных на больших матрицах не спрашивали"
    return source.figure(choice + drawings, caption, "chart by-size", "cpu")


def _panel(n: int, found: list[tuple[Contender, Point]]) -> str:
    bars = [_bar(each, point) for each, point in found]
    several = {each.threads for each, _ in found if each.library}
    for at, (each, _) in enumerate(found):
        if each.library and len(several) > 1:
            label = (
                f"{bars[at][0]}, {number(each.threads, 0)}{NBSP}{plural(each.threads, 'поток', 'потока', 'потоков')}"
            )
            bars[at] = (label, *bars[at][1:])
    return _bars(f"matmul-all-steps-{n}", f"Скорость каждого шага, матрицы {n}×{n}", bars, None, logarithmic=True)


def one_thread(source: Provenance) -> str:
    """Bars: the steps of circle 4 beside the libraries on one thread and the measured peak."""
    names = ("order", "blocking", "registers", "packing", "overlap", "torch_one_thread", "numpy_one_thread")
    return _compared(source, "matmul-one-thread", "Четвёртый круг: один поток", names)


def threads(source: Provenance) -> str:
    """Bars: circle 5 beside the libraries on all threads and the measured peak."""
    names = ("overlap", "threads", "torch_all_threads", "numpy_all_threads")
    return _compared(source, "matmul-threads", "Пятый круг: все потоки", names)


def gpu(source: Provenance) -> str:
    """Bars: the steps of circle 6 beside cuBLAS."""
    names = ("gpu_naive", "gpu_coalesced", "gpu_shared", "gpu_thread_tile", "gpu_vectorised", "gpu_triton", "cublas")
    data: Matmul = source.record.data
    found = [each for each in map(data.find, names) if each is not None]
    bars = [_bar(each, each.squares[-1]) for each in found]
    drawing = _bars("matmul-gpu", "Шестой круг: GPU", bars, None)
    caption = f"Скорость шагов на GPU в fp32. Стороны матриц: {_sizes(found)}"
    return source.figure(drawing, caption, "chart", "cuda")


def _sizes(found: list[Contender]) -> str:
    return ", ".join(f"{TITLES[each.name]} — {each.squares[-1].n}" for each in found)


def _compared(source: Provenance, name: str, title: str, names: tuple[str, ...]) -> str:
    """Bars of contenders at the largest size that all of them multiplied."""
    data: Matmul = source.record.data
    found = [each for each in map(data.find, names) if each is not None and each.squares]
    size = max(set.intersection(*({point.n for point in each.squares} for each in found)))
    bars = [_bar(each, point) for each in found if (point := each.at(size)) is not None]
    peak = peak_of(found[-1], data)
    drawing = _bars(name, title, bars, peak)
    caption = f"Умножение float32, матрицы {size}×{size}; черта — измеренный пик FMA"
    return source.figure(drawing, caption, "chart", "cpu")


def _bar(contender: Contender, point: Point) -> _Bar:
    colour = BLUE if contender.library else PINK if contender.name in ("overlap", "threads", "gpu_triton") else VIOLET
    return TITLES[contender.name], point.flops_per_s, colour, "///" if contender.library else None


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
    return charts.svg(figure, name, title, told + (f"; измеренный пик — {quantity(peak, 'flop_rate')}" if peak else ""))


@in_house_style
def sizes(source: Provenance) -> str:
    """Lines: FLOP/s against the side of the matrices, circles 4 and 5 beside the faster library."""
    data: Matmul = source.record.data
    figure, axes = charts.canvas(4.4)
    lines = [
        ("один поток", "overlap", PINK, "o"),
        ("все потоки", "threads", VIOLET, "s"),
    ]
    told, ends = [], []
    for title, name, colour, marker in lines:
        contender = data.find(name)
        if contender is None:
            continue
        mine = [(point.n, point.flops_per_s) for point in contender.squares]
        theirs = [(n, rate) for n, _ in mine if (rate := library_rate(name, n, data)) is not None]
        axes.plot(*zip(*mine, strict=True), color=colour, marker=marker, zorder=3)
        axes.plot(*zip(*theirs, strict=True), color=BLUE, marker=marker, linestyle=(0, (2, 2)), zorder=2)
        ends.append((mine[-1], title, colour))
        told.append(f"{title}: " + ", ".join(f"n = {n} — {quantity(rate, 'flop_rate')}" for n, rate in mine))
        told.append(f"библиотека, {title}: " + ", ".join(f"{n} — {quantity(rate, 'flop_rate')}" for n, rate in theirs))
    for (n, rate), title, colour in ends:
        axes.annotate(
            title, (n, rate), xytext=(0, -26), textcoords="offset points", ha="right", color=colour, fontweight="bold"
        )
    ticks = sorted({point.n for name in ("overlap", "threads") if (c := data.find(name)) for point in c.squares})
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [number(tick, 0) for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(0, None)
    axes.grid(True, axis="y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: number(rate / 1e9, 0)))
    axes.set_ylabel("ГФЛОП/с")
    axes.set_xlabel("сторона матриц")
    drawing = charts.svg(figure, "matmul-sizes", "Скорость от размера матриц", "; ".join(told))
    caption = "Четвёртый и пятый круг; синий пунктир — лучшая из библиотек (torch.mm, NumPy) на стольких же потоках"
    return source.figure(drawing, caption, "chart", "cpu")


@in_house_style
def roofline(source: Provenance) -> str:
    """Points under roofs on two logarithmic axes: operations for a byte asked of the caches, and FLOP/s."""
    data: Matmul = source.record.data
    peak = next(each.flops_per_s for each in data.peaks if each.threads == 1)
    roofs = [(each.level, each.bytes_per_s) for each in data.bandwidths if each.threads == 1]
    figure, axes = charts.canvas(4.2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    left, right = 0.1, 10.0
    for (level, bandwidth), style in zip(roofs, ["solid", (0, (6, 2)), (0, (4, 3)), (0, (1.5, 2))], strict=False):
        ridge = peak / bandwidth
        edge = min(ridge, right)
        axes.plot([left, edge], [left * bandwidth, edge * bandwidth], color=MUTED, linewidth=2, linestyle=style)
        # On its line, like the height on a contour of a map: beside it the next line would run through.
        place = min(_ON_LINES[level], (left + ridge) / 2)
        axes.text(
            place, place * bandwidth, _LEVELS[level], ha="center", va="center", color=MUTED, fontsize=SMALL,
            bbox=_OVER_LINES,
        )  # fmt: skip
    axes.plot([left, right], [peak] * 2, color=VIOLET, linewidth=3)
    axes.annotate(
        f"пик FMA, {quantity(peak, 'flop_rate')}", (right, peak), xytext=(0, 8), textcoords="offset points",
        ha="right", color=VIOLET, fontsize=SMALL,
    )  # fmt: skip
    told = [f"пик одного потока {quantity(peak, 'flop_rate')}"]
    colours = {1: MUTED, 2: BLUE, 3: GREEN, 4: PINK}
    lowest = peak
    for name in _CPU_STEPS[1:-1]:  # Python's numbers are objects: what it asks of the caches is not counted
        contender = data.find(name)
        if contender is None or contender.bytes_asked_per_flop is None:
            continue
        point, intensity = contender.squares[-1], 1 / contender.bytes_asked_per_flop
        rate = point.flops_per_s
        lowest = min(lowest, rate)
        axes.plot(intensity, rate, "o", color=colours[contender.circle], markeredgecolor=charts.PAPER, zorder=3)
        shift, align = _PLACES.get(name, ((12, 0), "left"))
        axes.annotate(
            TITLES[name], (intensity, rate), xytext=shift, textcoords="offset points", ha=align, va="center",
            color=INK, fontsize=SMALL, bbox=_OVER_LINES,
        )  # fmt: skip
        told.append(f"{TITLES[name]}: {number(intensity, 2)} операции на байт, {quantity(rate, 'flop_rate')}")
    axes.set_xlim(left, right)
    axes.set_ylim(lowest / 2, peak * 2)
    axes.grid(True, axis="y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0 if value >= 1 else 1)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "flop_rate")))
    axes.set_xlabel(f"ФЛОП на байт, который код просит у{NBSP}кэшей")
    drawing = charts.svg(figure, "matmul-roofline", "Потолки и круги", "; ".join(told))
    caption = "Один поток. Наклонные — измеренная скорость чтения, горизонталь — измеренный пик"
    return source.figure(drawing, caption, "chart", "cpu")


# Where a label stands from its point, so that neighbours do not write over each other.
_PLACES: dict[str, tuple[tuple[float, float], str]] = {
    "compiled": ((12, -10), "left"),
    "strassen": ((12, -8), "left"),
    "order": ((12, -2), "left"),
    "blocking": ((12, 4), "left"),
    "registers": ((12, -4), "left"),
    "packing": ((12, -8), "left"),
    "overlap": ((-12, -8), "right"),
}
