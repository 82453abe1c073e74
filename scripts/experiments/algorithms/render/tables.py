"""Tables of the algorithms experiment."""

from collections.abc import Sequence
from statistics import median

from markupsafe import Markup

from talk.render.captions import Provenance
from talk.render.tables import table
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
from .rivals import beside_torch
from .titles import BEAMS
from .tradeoffs import outputs

_DASH = "—"


def decoding(source: Provenance, measured: Decoding) -> str:
    """Word error rate and speed of each way to decode."""
    rows = [
        (
            BEAMS[beam.name],
            str(beam.width),
            quantity(beam.word_error_rate, "share", "%", 1),
            quantity(measured.sound_s / median(beam.times_s), "ratio", "×", 0),
        )
        for beam in measured.beams
    ]
    drawn = table("Точность и скорость декодирования", ("способ", "ширина", "ошибочных слов", "быстрее речи"), rows)
    caption = Markup("Доля ошибочных слов и скорость на одном ядре, фраз: {}. {}").format(
        measured.sentences, outputs(measured)
    )
    return source.figure(drawn, caption, "operators", "cpu")


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
    depthwise_size = f"{_channels(measured.channels)}, {_counted(measured.steps, 'шаг', 'шага', 'шагов')}"
    caption = (
        f"Ядра Conformer. Глубинная: {depthwise_size}; плотная: {_channels(measured.image_channels)}. "
        "Ошибка — наибольшая против float64, к наибольшему значению"
    )
    drawn = table("Свёртки разными способами", head, rows)
    return source.figure(drawn, beside_torch(caption, source, {"oneDNN"}), "operators", "cpu")


def _channels(count: int) -> str:
    return _counted(count, "канал", "канала", "каналов")


def _counted(count: int, *forms: str) -> str:
    return f"{count}{NBSP}{plural(count, *forms)}"


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
    caption = f"Вперёд и назад по цепочкам, слоёв в них {depths}. Расчёт — по одному слою, измеренному отдельно"
    return source.figure(table("Память и время обратного прохода", head, rows), caption, "operators", "cpu")


def ring(source: Provenance, measured: Ring) -> str:
    """A row for each number of workers: how long the sum takes each way, and what its busiest worker sends."""
    rows = [
        (
            str(run.workers),
            _time_and_sent(run.ring_times_s, run.ring_sent_bytes),
            _time_and_sent(run.star_times_s, run.star_sent_bytes),
            quantity(median(run.library_times_s), "time"),
        )
        for run in measured.runs
    ]
    drawn = table("Сумма по кольцу и звездой", ("участников", "кольцо", "звезда", "PyTorch"), rows)
    caption = (
        f"Сумма вектора в {quantity(measured.bytes_a_worker, 'bytes')} по процессам одной машины: время и сколько "
        "отправил самый занятый; сколько шлёт PyTorch, снаружи не видно"
    )
    return source.figure(drawn, caption, "operators", "cpu")


def _time_and_sent(times_s: Sequence[float], sent_bytes: int) -> str:
    return f"{quantity(median(times_s), 'time')}<br><small>{quantity(sent_bytes, 'bytes')}</small>"


def many_hours(source: Provenance, hours: ManyHours) -> str:
    """The same profiling by one worker and dealt out: time, and hours of sound a day."""
    together_s = max(hours.share_times_s)
    threads = _counted(hours.threads, "поток", "потока", "потоков")
    processes = _counted(hours.workers, "процесс", "процесса", "процессов")
    rows = [
        (
            name,
            quantity(time_s, "time"),
            quantity(hours.one_thread_time_s / time_s, "ratio", "×", 2),
            quantity(hours.sound_s / time_s * DAY_S, "time", "ч", 0),
        )
        for name, time_s in (
            ("один процесс, один поток", hours.one_thread_time_s),
            (f"один процесс, {threads}", hours.all_threads_time_s),
            (f"{processes} по одному потоку", together_s),
        )
    ]
    drawn = table("Профилирование одним процессом и многими", ("кто", "время", "ускорение", "звука за сутки"), rows)
    caption = f"Conformer под профайлером: {quantity(hours.sound_s, 'time')} звука, фраз: {hours.utterances}"
    return source.figure(drawn, caption, "operators", hours.device)


def framework(source: Provenance, measured: Framework) -> str:
    """Each hidden algorithm: what it does for the network, and what it grows as."""
    grown = {each.name: number(exponent(each.ours), 2) for each in measured.growths}
    steps = f"{_counted(measured.steps, 'шаг', 'шага', 'шагов')} вместо числа из "
    steps += _counted(measured.paths_digits, "цифры", "цифр", "цифр")
    shared, alone = (quantity(size, "bytes") for size in (measured.buffers_bytes, measured.tensors_bytes))
    distinct = _counted(measured.distinct, "оператор", "оператора", "операторов")
    loops = _counted(measured.loops, "проход", "прохода", "проходов")
    rows = [
        ("топологическая сортировка", "autograd", steps, grown["topological"]),
        ("раскраска отрезков", "план памяти", f"{shared} вместо {alone}", grown["colouring"]),
        ("хеш-консинг", "компилятор", f"{distinct} вместо {measured.operators}", grown["consing"]),
        ("система множеств", "слияние", f"{loops} вместо {measured.operators}", grown["union_find"]),
    ]
    head = ("алгоритм", "где живёт", "что даёт Conformer", "показатель")
    drawn = table("Алгоритмы внутри фреймворка", head, rows)
    caption = f"{measured_steps(measured)}. По теории показатель у всех — единица"
    return source.figure(drawn, caption, "operators", "cpu")


def measured_steps(measured: Framework) -> str:
    """Of what the numbers of the hidden algorithms are."""
    return (
        f"Обратный проход — слоёв: {measured.layers}; память, компилятор и слияние — шаг обучения, слоёв: "
        f"{measured.traced_layers}"
    )
