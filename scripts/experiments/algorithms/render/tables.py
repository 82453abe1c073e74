"""Tables of the algorithms experiment."""

from collections.abc import Iterable, Sequence
from statistics import median

from talk.render.captions import Provenance
from talk.words import NBSP, number, plural, quantity

from ..record import (
    Checkpointing,
    Convolution,
    ConvolutionWay,
    Decoding,
    Framework,
    ManyHours,
    Ring,
    WayToConvolve,
)
from .bill import HOME_KERNEL
from .curves import DAY_S, exponent
from .tradeoffs import outputs

_DASH = "—"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], named: int = 0) -> str:
    """An HTML table; the cell at `named` of every row is its header."""
    top = "".join(f"<th>{word}</th>" for word in head)
    tags = ["th" if place == named else "td" for place in range(len(head))]
    body = "".join(
        f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for tag, cell in zip(tags, row, strict=True))}</tr>" for row in rows
    )
    return f'<table class="ring"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def decoding(source: Provenance, measured: Decoding) -> str:
    """Word error rate and speed of each way to decode."""
    rows = [
        (
            beam.name,
            str(beam.width),
            quantity(beam.word_error_rate, "share", "%", 1),
            quantity(measured.sound_s / median(beam.times_s), "ratio", "×", 0),
        )
        for beam in measured.beams
    ]
    table = _table(("способ", "ширина", "ошибочных слов", "быстрее речи"), rows)
    caption = f"Доля ошибочных слов и скорость на одном ядре, фраз: {measured.sentences}. {outputs(measured)}"
    return source.figure(table, caption, "operators", "cpu")


def convolution(source: Provenance, measured: Convolution) -> str:
    """Time and error of each way on the two kernels of the network."""
    titles: dict[WayToConvolve, str] = {
        "direct": "по определению",
        "fft": "через FFT",
        "im2col": "im2col и умножение",
        "winograd": "Виноград",
        "library": "PyTorch",
    }
    depthwise, dense = ({way.name: way for way in ways} for ways in (measured.depthwise, measured.dense))
    rows = [
        (title, *_time_and_error(depthwise.get(name), HOME_KERNEL), *_time_and_error(dense.get(name), 3))
        for name, title in titles.items()
    ]
    head = ("способ", f"глубинная, {HOME_KERNEL}", "ошибка", "плотная, 3×3", "ошибка")
    caption = (
        f"Ядра Conformer. Глубинная: {measured.channels} каналов, {measured.steps} шагов; плотная: "
        f"{measured.image_channels} каналов. Ошибка — наибольшая против float64, к наибольшему значению"
    )
    return source.figure(_table(head, rows), caption, "operators", "cpu")


def _time_and_error(way: ConvolutionWay | None, kernel: int) -> tuple[str, str]:
    point = next((point for point in way.curve.points if point.size == kernel), None) if way else None
    if way is None or point is None:
        return _DASH, _DASH
    return quantity(median(point.times_s), "time"), f"{number(1e7 * way.error, 1)}·10⁻⁷"


def checkpointing(source: Provenance, measured: Checkpointing) -> str:
    """Of each chain and way: slots, layers computed again, memory and time, predicted and measured."""
    chains = {"conformer": "Conformer", "recurrent": "рекуррентная"}
    ways = {"all": "хранить всё", "segments": "отрезки", "revolve": "расписание"}
    rows = [
        (
            f"{chains[chain.name]}: {ways[sweep.way]}",
            str(sweep.slots),
            number(sweep.advances, 0),
            quantity(sweep.predicted_bytes, "bytes"),
            quantity(sweep.peak_bytes, "bytes"),
            quantity(sweep.predicted_time_s, "time"),
            quantity(median(sweep.times_s), "time"),
        )
        for chain in measured.chains
        for sweep in chain.sweeps
    ]
    head = ("цепочка", "входов", "лишних слоёв", "память по расчёту", "память", "время по расчёту", "время")
    depths = " и ".join(f"{chain.layers}" for chain in measured.chains)
    caption = f"Вперёд и назад по цепочкам из {depths} слоёв. Расчёт — по одному слою, измеренному отдельно"
    return source.figure(_table(head, rows), caption, "operators", "cpu")


def ring(source: Provenance, measured: Ring) -> str:
    """What the busiest worker sends, and how long it takes, in a ring, in a star and in the library."""
    rows = []
    for run in measured.runs:
        ways = (
            ("кольцо", run.ring_sent_bytes, run.ring_times_s),
            ("звезда", run.star_sent_bytes, run.star_times_s),
            ("PyTorch", None, run.library_times_s),
        )
        for name, sent, times in ways:
            amount = _DASH if sent is None else quantity(sent, "bytes")
            rows.append((str(run.workers), name, amount, quantity(median(times), "time")))
    table = _table(("участников", "способ", "отправил самый занятый", "время"), rows, named=1)
    caption = f"Сумма вектора в {quantity(measured.bytes_a_worker, 'bytes')} по процессам одной машины"
    return source.figure(table, caption, "operators", "cpu")


def many_hours(source: Provenance, hours: ManyHours) -> str:
    """The same profiling by one worker and dealt out: time, and hours of sound a day."""
    together_s = max(hours.share_times_s)
    threads = f"{hours.threads}{NBSP}{plural(hours.threads, 'поток', 'потока', 'потоков')}"
    processes = f"{hours.workers}{NBSP}{plural(hours.workers, 'процесс', 'процесса', 'процессов')}"
    rows = [
        (
            name,
            quantity(time_s, "time"),
            quantity(hours.one_thread_time_s / time_s, "ratio", "×", 2),
            quantity(hours.sound_s / time_s * DAY_S, "time", "ч", 0),
        )
        for name, time_s in (
            ("один процесс, 1 поток", hours.one_thread_time_s),
            (f"один процесс, {threads}", hours.all_threads_time_s),
            (f"{processes} по 1 потоку", together_s),
        )
    ]
    table = _table(("кто", "время", "ускорение", "звука за сутки"), rows)
    caption = f"Conformer под профайлером: {quantity(hours.sound_s, 'time')} звука, фраз: {hours.utterances}"
    return source.figure(table, caption, "operators", hours.device)


def framework(source: Provenance, measured: Framework) -> str:
    """Each hidden algorithm: what it does for the network, and what it grows as."""
    grown = {each.name: number(exponent(each.ours), 2) for each in measured.growths}
    steps = f"{measured.steps} {plural(measured.steps, 'шаг', 'шага', 'шагов')}"
    steps += f" вместо числа из {measured.paths_digits} цифр"
    shared, alone = (quantity(size, "bytes") for size in (measured.buffers_bytes, measured.tensors_bytes))
    distinct = f"{measured.distinct} {plural(measured.distinct, 'оператор', 'оператора', 'операторов')}"
    loops = f"{measured.loops} {plural(measured.loops, 'проход', 'прохода', 'проходов')}"
    rows = [
        ("топологическая сортировка", "autograd", steps, grown["topological"]),
        ("раскраска отрезков", "план памяти", f"{shared} вместо {alone}", grown["colouring"]),
        ("хеш-консинг", "компилятор", f"{distinct} вместо {measured.operators}", grown["consing"]),
        ("система множеств", "слияние", f"{loops} вместо {measured.operators}", grown["union_find"]),
    ]
    table = _table(("алгоритм", "где живёт", "что даёт Conformer", "показатель"), rows)
    caption = (
        f"Обратный проход — слоёв: {measured.layers}; память, компилятор и слияние — шаг обучения, слоёв: "
        f"{measured.traced_layers}. По теории показатель у всех 1"
    )
    return source.figure(table, caption, "operators", "cpu")
