"""Pictures of trade-offs: word errors against time, memory against time, latency against throughput."""

from statistics import median

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.charts import BLUE, INK, MUTED, PINK, VIOLET
from talk.render.labels import Label, label_points, legend
from talk.words import NBSP, natural_unit, number, plural, quantity

from ..record import Batching, Chain, Decoding, Ring
from .growths import columns_of
from .titles import BEAMS, IN_TIME

_HEIGHT = 4.0
_RING = 21  # points across: a mark in its middle is seen whole


@charts.in_house_style
def decoding(source: Provenance, measured: Decoding) -> str:
    """Word error rate against the time that a second of sound takes, each beam's width beside its point."""
    figure, axes = charts.canvas(_HEIGHT)
    axes.set_xscale("log")
    told, widths = list[str](), list[Label]()
    drawn_as = {"greedy": (BLUE, "^"), "beam": (VIOLET, "s"), "beam_with_model": (PINK, "o")}
    for name, (colour, marker) in drawn_as.items():
        beams = [beam for beam in measured.beams if beam.name == name]
        times = [median(beam.times_s) / measured.sound_s for beam in beams]
        rates = [100 * beam.word_error_rate for beam in beams]
        axes.plot(
            times, rates, marker=marker, color=colour, markeredgecolor=charts.PAPER, zorder=3,
            label=BEAMS[name],  # type: ignore[index]
        )  # fmt: skip
        for beam, time, rate in zip(beams, times, rates, strict=True):
            if name != "greedy":
                widths.append((time, rate, str(beam.width)))
            told.append(
                f"{BEAMS[beam.name]}, ширина {beam.width}: ошибочных слов {number(rate, 1)}{NBSP}%, "
                f"{quantity(time, 'time')} на секунду звука"
            )
    legend(axes, columns_of(list(BEAMS.values())))
    axes.set_ylim(0, 1.25 * max(100 * beam.word_error_rate for beam in measured.beams) or 1)
    _logarithmic(axes)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "time", decimals=0)))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value, 0)}{NBSP}%"))
    axes.grid(True, axis="y")
    axes.set_xlabel("времени на секунду звука, одно ядро")
    charts.lay_out(figure)
    label_points(axes, widths, above=True, color=INK)
    drawing = charts.svg(figure, "decoding-tradeoff", "Ошибочные слова и время", "; ".join(told))
    caption = Markup("Ошибочных слов при каждой ширине луча. {}").format(outputs(measured))
    return source.figure(drawing, caption, "plot", "cpu")


def outputs(measured: Decoding) -> Markup:
    """Whose outputs were decoded, as captions say it."""
    if measured.outputs_of == "made_up":
        return Markup("Выходы сети придуманы: верное выравнивание и шум")
    decibels = measured.noise_db or 0.0
    noise = f"шум тише голоса на {number(decibels, 0)}{NBSP}дБ" if decibels else "шум такой же громкий, как голос"
    told = Markup("Слушает сеть из главы о производной ({}), голоса незнакомые, {}")
    return told.format(_whose(measured), noise)


def _whose(measured: Decoding) -> Markup:
    listener = measured.listener
    if listener is None:
        return Markup("какая, не записано")
    told = Markup('обучила машина {}, <code title="SHA-256 её файла: {}">{}</code>')
    return told.format(listener.machine, listener.sha256, listener.sha256[:7])


@charts.in_house_style
def checkpointing(source: Provenance, chain: Chain) -> str:
    """Memory against time of each way backward: dots measured, crosses predicted from one layer."""
    figure, axes = charts.canvas(_HEIGHT)
    axes.set_xscale("log")
    revolve = [sweep for sweep in chain.sweeps if sweep.way == "revolve"]
    ways = (
        ([sweep for sweep in chain.sweeps if sweep.way == "all"], BLUE, "^", "хранить всё"),
        ([sweep for sweep in chain.sweeps if sweep.way == "segments"], VIOLET, "s", "отрезки, как в PyTorch"),
        (revolve, PINK, "o", "расписание"),
    )
    told = []
    for sweeps, colour, marker, name in ways:
        memory, times = [sweep.peak_bytes for sweep in sweeps], [median(sweep.times_s) for sweep in sweeps]
        axes.plot(memory, times, marker=marker, color=colour, markeredgecolor=charts.PAPER, zorder=3, label=name)
        for sweep, x, y in zip(sweeps, memory, times, strict=True):
            told.append(
                f"{name}, входов в памяти {sweep.slots}: {quantity(x, 'bytes')}, {quantity(y, 'time')}, "
                f"предсказано {quantity(sweep.predicted_bytes, 'bytes')} и {quantity(sweep.predicted_time_s, 'time')}"
            )
    predicted = chain.sweeps
    axes.plot(
        [sweep.predicted_bytes for sweep in predicted],
        [sweep.predicted_time_s for sweep in predicted],
        linestyle="none",
        marker="o",
        markersize=_RING,
        markerfacecolor="none",
        color=MUTED,
        markeredgewidth=3,
        zorder=2,
        label="предсказано",
    )
    legend(axes, 2)
    longest = max(max(median(sweep.times_s), sweep.predicted_time_s) for sweep in chain.sweeps)
    unit = natural_unit(longest, "time")
    axes.set_ylim(0, 1.22 * longest)
    _logarithmic(axes)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: quantity(value, "bytes", decimals=0)))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: quantity(value, "time", unit, decimals=1 if unit == "с" else 0))
    )
    axes.grid(True, axis="y")
    axes.set_xlabel("наибольшая память")
    charts.lay_out(figure)
    slots = [(sweep.peak_bytes, median(sweep.times_s), str(sweep.slots)) for sweep in revolve]
    others = [(sweep.peak_bytes, median(sweep.times_s)) for sweep in chain.sweeps if sweep not in revolve]
    rings = [(sweep.predicted_bytes, sweep.predicted_time_s) for sweep in predicted]
    label_points(axes, slots, points_too=[*others, *rings], color=INK)
    what = {"conformer": "Слои Conformer", "recurrent": "Шаги рекуррентной сети"}[chain.name]
    drawing = charts.svg(figure, f"checkpointing-{chain.name}", "Память и время", "; ".join(told))
    caption = f"{what}, {chain.layers}: вперёд и назад. Числа — сколько входов в памяти"
    return source.figure(drawing, caption, "plot", "cpu")


@charts.in_house_style
def serving(source: Provenance, batching: Batching) -> str:
    """Utterances a second against the largest batch: when all have come, and when each comes in its time."""
    figure, axes = charts.canvas(_HEIGHT)
    axes.set_xscale("log", base=2)
    most = [each.most for each in batching.in_time]
    of_size = {int(point.size): median(point.times_s) for point in batching.equal.points}
    rates = [size / of_size[size] for size in most]
    in_time = [each.rate_per_s for each in batching.in_time]
    names = ["все уже пришли", f"каждая получит ответ за {quantity(batching.deadline_s, 'time', decimals=0)}"]
    axes.plot(
        most, rates, marker="s", linestyle="--", color=VIOLET, markeredgecolor=charts.PAPER, zorder=3, label=names[0]
    )
    axes.plot(most, in_time, marker="o", color=PINK, markeredgecolor=charts.PAPER, zorder=3, label=names[1])
    legend(axes, columns_of(names))
    axes.set_ylim(0, 1.15 * max(rates))
    axes.set_xticks(most, [f"{size}\n{quantity(of_size[size], 'time', decimals=None)}" for size in most])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(True, axis="y")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0)))
    axes.set_xlabel("фраз в пачке и время пачки")
    axes.set_ylabel("фраз в секунду")
    told = [
        f"пачки до {size}: {number(rate, 1)} {plural(round(rate, 1), 'фраза', 'фразы', 'фраз')} в секунду, "
        f"в срок {number(each, 1)}"
        for size, rate, each in zip(most, rates, in_time, strict=True)
    ]
    drawing = charts.svg(figure, f"serving-{batching.device}", "Пропускная способность и срок", "; ".join(told))
    length = quantity(batching.equal_utterance_s, "time", decimals=1)
    caption = (
        f"Фразы по {length}. Срок держат {IN_TIME}; очередь разыграна по измеренным временам пачек, звонки независимы"
    )
    return source.figure(drawing, caption, "plot", batching.device)


@charts.in_house_style
def ring_sent(source: Provenance, measured: Ring) -> str:
    """How many vectors the busiest worker sends, in a ring and in a star, against their number; lines are theory."""
    figure, axes = charts.canvas(_HEIGHT)
    workers = [run.workers for run in measured.runs]
    line = [p / 10 for p in range(10 * min(workers), 10 * max(workers) + 1)]
    ways = (
        ("звезда, середина", VIOLET, "s", "--", [p - 1 for p in line], [run.star_sent_bytes for run in measured.runs]),
        ("кольцо, каждый", PINK, "o", "-", [2 * (p - 1) / p for p in line], [r.ring_sent_bytes for r in measured.runs]),
    )
    told = []
    for name, colour, marker, style, theory, sent in ways:
        shares = [each / measured.bytes_a_worker for each in sent]
        axes.plot(line, theory, linestyle=style, color=colour)
        axes.plot(workers, shares, marker, color=colour, markeredgecolor=charts.PAPER, zorder=3, label=name)
        for p, share in zip(workers, shares, strict=True):
            told.append(f"{name}, участников {p}: {number(share, 2)} вектора")
    legend(axes, 2)
    axes.set_xticks(workers)
    axes.set_ylim(0, None)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0)))
    axes.grid(True, axis="y")
    axes.set_xlabel("участников")
    axes.set_ylabel("векторов отправлено")
    drawing = charts.svg(figure, "ring-sent", "Сколько отправляет самый занятый", "; ".join(told))
    size = quantity(measured.bytes_a_worker, "bytes")
    caption = f"Сколько векторов по {size} отправил самый занятый: точки — замер, линии — теория"
    return source.figure(drawing, caption, "plot", "cpu")


def _logarithmic(axes: Axes) -> None:
    left, right = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if right > 100 * left else (1.0, 3.0), numticks=8))
    axes.xaxis.set_minor_formatter(NullFormatter())
