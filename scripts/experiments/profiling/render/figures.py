"""Charts of the profiling experiment: self times, CPU against GPU, intensity, and latency by length."""

import math
from statistics import median

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from shared.profile import Run
from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, GRID, INK, MUTED, PINK, SMALL, VIOLET
from talk.render.labels import Label, label_points, legend
from talk.words import NBSP, natural_unit, number, quantity, units

from .prediction import CONVOLUTIONS, predict
from .tables import operator_time_s
from .values import named_values, times_by_length

_BARS = 7


@charts.in_house_style
def cpu_share(source: Provenance, run: Run) -> str:
    """Bars: the share of self CPU time of each of the costliest operators."""
    total = run.self_cpu_time_total_us
    operators = sorted(run.operators, key=lambda operator: (-operator.self_cpu_time_us, operator.name))[:_BARS]
    shares = [(_short(operator.name), operator.self_cpu_time_us / total) for operator in operators]
    shares.append(("остальные", max(0.0, 1 - sum(share for _, share in shares))))

    figure, axes = charts.canvas()
    charts.bare(axes)
    longest = max(share for _, share in shares)
    for row, (name, share) in enumerate(shares):
        rest = row == len(shares) - 1
        colour, hatch = (PINK, None) if row == 0 else (VIOLET, None) if not rest else ("none", "///")
        axes.barh(row, share, height=0.62, color=colour, edgecolor=MUTED if rest else colour, hatch=hatch)
        axes.text(-0.015 * longest, row, name, ha="right", va="center", color=INK)
        axes.text(share + 0.015 * longest, row, _percent(share), ha="left", va="center", color=INK, fontweight="bold")
    axes.set_xlim(-0.62 * longest, 1.16 * longest)
    axes.set_ylim(len(shares) - 0.5, -0.5)
    told = "; ".join(f"{name} — {_percent(share)}" for name, share in shares)
    drawing = charts.svg(figure, "cpu-share", "Куда уходит время на CPU", told)
    return source.figure(drawing, "Доли собственного времени операторов (Self CPU) на CPU", "plot", "cpu")


@charts.in_house_style
def cpu_against_gpu(source: Provenance) -> str:
    """Pairs of bars: an operator's self time on the CPU, and its cost with a GPU: launching plus kernels."""
    values = named_values(source.record)
    names = [
        alias
        for alias in ("addmm", "convolution", "bmm", "mm", "silu", "copy_", "native_layer_norm")
        if f"{alias}.speedup" in values
    ][:4]
    figure, axes = charts.canvas(0.7 + 0.75 * len(names))
    charts.bare(axes)
    on_cpu = [values[f"cpu.{name}.self_time"].number for name in names]
    on_gpu = [values[f"cuda.{name}.self_time"].number + values[f"cuda.{name}.device_time"].number for name in names]
    # Room for names on the left, and for what stands past the ends of bars: more of it past those of the GPU.
    span = max(1.56 * max(on_cpu), max(on_gpu) / 0.35)
    gap = 0.01 * span
    told = []
    for row, name in enumerate(names):
        slow = values[f"cpu.{name}.self_time"].number
        launch, compute = values[f"cuda.{name}.self_time"].number, values[f"cuda.{name}.device_time"].number
        speedup = values[f"{name}.speedup"].number
        axes.barh(row - 0.19, slow, height=0.34, color=PINK)
        axes.barh(row + 0.19, launch, height=0.34, color="none", edgecolor=VIOLET, hatch="////", linewidth=0)
        axes.barh(row + 0.19, compute, left=launch, height=0.34, color=BLUE)
        axes.text(-gap, row, name, ha="right", va="center", color=INK)
        axes.text(slow + gap, row - 0.19, _milliseconds(slow), ha="left", va="center", color=INK, fontsize=SMALL)
        text = f"{_milliseconds(launch + compute)}, в{NBSP}{number(speedup, 1)}{NBSP}раза быстрее"
        if speedup < 1:
            text = f"{_milliseconds(launch + compute)}, в{NBSP}{number(1 / speedup, 1)}{NBSP}раза медленнее"
        axes.text(launch + compute + gap, row + 0.19, text, ha="left", va="center", color=INK, fontsize=SMALL)
        told.append(
            f"{name}: {_milliseconds(slow)} на CPU; "
            f"с GPU {_milliseconds(launch)} на запуск и {_milliseconds(compute)} на счёт"
        )
    axes.set_xlim(-0.23 * span, 0.77 * span)
    axes.set_ylim(len(names) - 0.1, -0.5)
    _key(axes, [("CPU", PINK, None), ("GPU: запуск с CPU", VIOLET, "////"), ("GPU: счёт", BLUE, None)])
    drawing = charts.svg(figure, "cpu-against-gpu", "Одни и те же операторы на CPU и на GPU", "; ".join(told))
    caption = "Время операторов за весь прогон. С GPU оно складывается из запуска ядер процессором и счёта на GPU"
    return source.figure(drawing, caption, "plot")


@charts.in_house_style
def gpu_idle(source: Provenance) -> str:
    """Two bars as long as the run: the CPU launches all the time, the GPU works for a part and waits for the rest."""
    idle = named_values(source.record)["cuda.idle_share"]
    busy = 1 - idle.number
    figure, axes = charts.canvas(2.6)
    charts.bare(axes)
    axes.barh(0, 1, height=0.5, color=PINK)
    axes.text(0.5, 0, "CPU запускает ядра", ha="center", va="center", color=charts.ON_COLOUR, fontweight="bold")
    axes.barh(1, busy, height=0.5, color=BLUE)
    axes.barh(1, idle.number, left=busy, height=0.5, color="none", edgecolor=MUTED, hatch="///", linewidth=2)
    # The share of the pauses is known, their places in the run are not: they are drawn together.
    axes.text(0, 1.42, f"GPU считает: {_percent(busy)}", ha="left", va="center", color=INK)
    axes.text(1, 1.42, f"GPU ждёт: {_percent(idle.number)}", ha="right", va="center", color=INK, fontweight="bold")
    axes.set_xlim(0, 1)
    axes.set_ylim(1.65, -0.35)
    told = f"GPU занят {_percent(busy)} времени прогона и ждёт запусков {_percent(idle.number)}"
    drawing = charts.svg(figure, "gpu-idle", "Занятость GPU при батче из одной фразы", told)
    return source.figure(drawing, f"Доля времени прогона, когда GPU простаивает: {idle.how}", "plot")


@charts.in_house_style
def intensity(source: Provenance) -> str:
    """Points on two logarithmic axes: an operator's FLOPs a byte, and the FLOP/s that it reached on each device.

    Where a data sheet tells what the device may do, its roof stands over them.
    """
    record = source.record
    values = named_values(record)
    figure, axes = charts.canvas(4.2)
    told, labels, roofs = list[str](), list[Label](), dict[str, tuple[float, float]]()
    for run in record.data.runs:
        expected = predict(record.data.model.encoder, record.data.workload, run.device, run.threads)
        colour, marker, title = (PINK, "o", "CPU") if run.device == "cpu" else (BLUE, "s", "GPU")
        named = title
        if (sheet := values.get(f"roof.{title.lower()}.peak")) is not None:
            roofs[colour] = sheet.number, values[f"roof.{title.lower()}.memory"].number
            told.append(f"потолок {title} по паспорту {quantity(sheet.number, 'flop_rate')}")
        for name, part in sorted(expected.operators.items()):
            time = operator_time_s(run, name)
            if not part.flops or not time:
                continue
            rate = part.flops / time
            axes.plot(part.intensity, rate, marker, color=colour, markeredgecolor=charts.PAPER, zorder=3, label=named)
            named = ""  # the key names a device once
            label = _LABELS.get(name, _short(name))
            labels.append((part.intensity, rate, label))
            told.append(f"{label} на {title}: {number(part.intensity, 0)} ФЛОП на байт, {quantity(rate, 'flop_rate')}")
    low, high = min(x for x, _, _ in labels), max(x for x, _, _ in labels)
    bottom = min(y for _, y, _ in labels)
    top = max([*(3 * y for _, y, _ in labels), *(1.5 * peak for peak, _ in roofs.values())])
    left, right = low / 2.2, high * 6  # names stand to the right of their points
    axes.set_xlim(left, right)
    axes.set_ylim(bottom / 2.2, top)
    for colour, (peak, bandwidth) in roofs.items():
        bend = min(max(peak / bandwidth, left), right)
        reached = [min(each * bandwidth, peak) for each in (left, bend, right)]
        axes.plot([left, bend, right], reached, color=colour, linewidth=2, linestyle="--", zorder=1)
    charts.log_axis(axes.xaxis)
    charts.log_axis(axes.yaxis, "flop_rate")
    axes.grid(True, axis="y")
    axes.set_xlabel("ФЛОП на байт (не больше)")
    if len(record.data.runs) > 1:
        legend(axes)
    charts.lay_out(figure)
    label_points(axes, labels, color=INK, fontsize=SMALL)
    drawing = charts.svg(figure, "intensity", "Интенсивность и скорость операторов", "; ".join(told))
    caption = (
        "По горизонтали — сколько операций приходится на байт, если каждое число прочитать и записать один раз; "
        "по вертикали — скорость, которой оператор достиг"
    )
    if roofs:
        caption += ". Пунктир — крыши того же цвета по паспорту: наклон — память, горизонталь — арифметика"
    return source.figure(drawing, caption, "plot")


@charts.in_house_style
def latency(source: Provenance, run: Run) -> str:
    """Points: the time of an utterance against its length, with the spread over its repeats."""
    work = source.record.data.workload
    times = times_by_length(run, work)
    figure, axes = charts.canvas()
    lengths = sorted(times)
    middles = [median(times[length]) for length in lengths]
    axes.plot(lengths, middles, color=VIOLET, zorder=2)
    for length in lengths:
        axes.plot([length] * 2, [min(times[length]), max(times[length])], color=MUTED, linewidth=5, zorder=1)
    axes.plot(lengths, middles, "o", color=PINK, zorder=3)
    axes.set_xlim(0, None)
    axes.set_ylim(0, None)
    axes.grid(True, axis="y", color=GRID)
    # The corner is nothing of both: the upright axis says so once.
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value, 0)}{NBSP}с" if value else ""))
    unit = natural_unit(max(middles), "time")
    scale = units("time")[unit]
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{_plain(value / scale)}{NBSP}{unit}" if value else "0")
    )
    axes.set_xlabel("длина фразы")
    told = "; ".join(
        f"{quantity(length, 'time', decimals=1)} звука — {_time(middle)}"
        for length, middle in zip(lengths, middles, strict=True)
    )
    device = "GPU" if run.device == "cuda" else "CPU"
    drawing = charts.svg(figure, f"latency-{run.device}", f"Время счёта фразы на {device} от её длины", told)
    caption = f"Время энкодера на фразу от её длины, {device}: медиана и размах по всем подачам файла"
    return source.figure(drawing, caption, "plot", run.device)


_LABELS = {
    CONVOLUTIONS["cpu"][0]: "convolution",
    CONVOLUTIONS["cuda"][0]: "convolution",
    CONVOLUTIONS["cpu"][1]: "slow_conv2d",
    CONVOLUTIONS["cuda"][1]: "depthwise",
}


def _key(axes: Axes, entries: list[tuple[str, str, str | None]]) -> None:
    """A key in one line under the bars: a swatch and its text for each entry."""
    for index, (text, colour, hatch) in enumerate(entries):
        x = (0.0, 0.2, 0.66)[index]
        axes.add_patch(
            charts.swatch(axes, x, 0.0, colour, hatch),
        )
        axes.text(x + 0.055, 0.03, text, transform=axes.transAxes, ha="left", va="center", fontsize=SMALL, color=INK)


def _plain(value: float) -> str:
    """A tick's number, with as many decimals as it has."""
    return number(value, next(decimals for decimals in range(10) if math.isclose(round(value, decimals), value)))


def _short(name: str) -> str:
    return name.removeprefix("aten::").removesuffix("_forward")


def _percent(share: float) -> str:
    return quantity(share, "share", decimals=1 if share < 0.1 else 0)


def _milliseconds(seconds: float) -> str:
    return quantity(seconds, "time", "мс", decimals=0)  # one unit, so that bars compare by their numbers too


def _time(seconds: float) -> str:
    return quantity(seconds, "time")
