"""Named values of the algorithms experiment."""

import math
from collections.abc import Iterator
from statistics import median

from scripts.records.algorithms import (
    Algorithms,
    Attention,
    Batching,
    Convolution,
    Ctc,
    Curve,
    Decoding,
    EditDistance,
    Ring,
)
from scripts.records.schema import Record
from scripts.render.algorithms.bill import STEP_S, YEAR_S, bill_values
from scripts.render.value import Value

Named = Iterator[tuple[str, Value]]

_EDIT_NAMES = {"таблица": "rows", "Хиршберг": "hirschberg", "Майерс": "myers", "rapidfuzz": "library"}


def algorithms_values(record: Record[Algorithms]) -> dict[str, Value]:
    """Dotted name (after `algorithms.`) → value, for everything this record can answer."""
    data = record.data
    values = dict(_ctc_values(data.ctc)) | dict(_edit_values(data.edit_distance))
    for on_device in data.batching:
        values |= {f"batching.{on_device.device}.{name}": value for name, value in _batching_values(on_device)}
    values |= dict(_convolution_values(data.convolution))
    values |= dict(_attention_values(data.attention)) | dict(_ring_values(data.ring))
    if data.decoding is not None:
        values |= dict(_decoding_values(data.decoding))
    values["elapsed"] = Value(data.elapsed_s, "time", "весь эксперимент, с импортом библиотек и компиляцией")
    values["threads"] = Value(data.threads, "count", "число потоков")
    values |= {f"bill.{name}": value for name, value in bill_values(data)}
    if data.peak_bytes is not None:
        values["peak_memory"] = Value(data.peak_bytes, "bytes", "наибольшая память процесса за весь эксперимент")
    return values


def exponent(curve: Curve) -> float:
    """The power of the size that the time grows as: the slope of the line fitted to the medians on log–log axes."""
    x = [math.log(point.size) for point in curve.points]
    y = [math.log(median(point.times_s)) for point in curve.points]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    rise = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return rise / sum((a - middle_x) ** 2 for a in x)


def _curve_values(name: str, curve: Curve) -> Named:
    last = curve.points[-1]
    how = f"медиана, повторов: {len(last.times_s)}"
    yield f"{name}.largest_size", Value(last.size, "count", "наибольший размер, до которого мерили")
    yield f"{name}.largest_time", Value(median(last.times_s), "time", f"время на наибольшем размере, {how}")
    if len(curve.points) > 1:
        how = "наклон прямой через медианы на логарифмических осях, метод наименьших квадратов"
        yield f"{name}.exponent", Value(exponent(curve), "ratio", how)


def _race_values(ours: list[float], theirs: list[float], whose: str) -> Named:
    how = f"медиана, повторов: {len(ours)}"
    yield "ours_time", Value(median(ours), "time", how)
    yield f"{whose}_time", Value(median(theirs), "time", how)
    yield "speedup", Value(median(theirs) / median(ours), "ratio", "отношение медиан: их время / наше")


def _ctc_values(ctc: Ctc) -> Named:
    yield from _curve_values("ctc.brute_force", ctc.brute_force)
    yield from _curve_values("ctc.forward", ctc.forward)
    last = ctc.brute_force.points[-1]
    rate = last.size / median(last.times_s)
    yield "ctc.brute_force.frames", Value(ctc.brute_force_frames[-1], "count", "кадров в последнем переборе")
    yield "ctc.brute_force.labels", Value(ctc.brute_force_labels[-1], "count", "букв в последнем переборе")
    yield "ctc.brute_force.rate", Value(rate, "count", "выравниваний в секунду в последнем переборе")
    # C(T + U, 2U): paths through the lattice of a text without repeats.
    alignments = math.comb(ctc.frames + ctc.labels, 2 * ctc.labels)
    how = f"C(T + U, 2U), T = {ctc.frames}, U = {ctc.labels}"
    yield "ctc.alignments_digits", Value(len(str(alignments)), "count", f"цифр в числе выравниваний {how}")
    years = math.log10(alignments) - math.log10(rate * YEAR_S)
    yield (
        "ctc.brute_force.years_digits",
        Value(max(0, math.floor(years) + 1), "count", f"цифр в числе лет перебора: {how}"),
    )
    per_cell = median(ctc.forward.points[-1].times_s) / ctc.forward.points[-1].size
    visited = ctc.brute_force_frames[-1] * ctc.brute_force_labels[-1]
    yield (
        "ctc.forward.same_problem_time",
        Value(per_cell * visited, "time", "клеток решётки в задаче последнего перебора × измеренное время клетки"),
    )
    for name, value in _race_values(ctc.ours_times_s, ctc.torch_times_s, "torch"):
        yield f"ctc.race.{name}", value
    yield "ctc.race.frames", Value(ctc.frames, "count", "кадров в каждой фразе пачки")
    yield "ctc.race.labels", Value(ctc.labels, "count", "букв в каждой фразе пачки")
    yield "ctc.race.batch", Value(ctc.batch, "count", "фраз в пачке")
    yield from _digits("ctc.race.agreement", ctc.relative_difference, "наибольшее относительное расхождение с torch")
    yield from _digits(
        "ctc.race.gradient_agreement", ctc.gradient_difference, "наибольшее расхождение градиента с torch"
    )
    yield from _digits(
        "ctc.brute_force.agreement", ctc.brute_force_difference, "наибольшее расхождение перебора с решёткой"
    )


def _digits(name: str, difference: float, how: str) -> Named:
    """How many digits after the comma agree; 16 where no float64 could tell the two apart."""
    digits = min(16, math.floor(-math.log10(difference))) if difference > 0 else 16
    yield name, Value(max(0, digits), "count", f"верных знаков после запятой: {how}")


def _edit_values(edit: EditDistance) -> Named:
    for curve in edit.curves:
        yield from _curve_values(f"edit_distance.{_EDIT_NAMES[curve.name]}", curve)
    curves = {_EDIT_NAMES[curve.name]: curve for curve in edit.curves}
    times = {name: median(curve.points[-1].times_s) for name, curve in curves.items()}
    yield "edit_distance.myers.gain", Value(times["rows"] / times["myers"], "ratio", "время таблицы / время Майерса")
    yield (
        "edit_distance.hirschberg.price",
        Value(times["hirschberg"] / times["rows"], "ratio", "время Хиршберга / таблицы"),
    )
    for name, value in _race_values(edit.ours_times_s, edit.library_times_s, "library"):
        yield f"edit_distance.race.{name}", value
    slower = median(edit.ours_times_s) / median(edit.library_times_s)
    yield "edit_distance.race.ratio", Value(slower, "ratio", "отношение медиан: наше время / время rapidfuzz")
    yield "edit_distance.race.letters", Value(edit.letters, "count", "букв в тексте")
    yield "edit_distance.memory.letters", Value(edit.memory_letters, "count", "букв в тексте, на котором меряли память")
    how = "прирост резидентной памяти процесса"
    for name, peak in (("table", edit.table_peak_bytes), ("linear", edit.linear_peak_bytes)):
        if peak is not None:
            yield f"edit_distance.memory.{name}", Value(peak, "bytes", how)


def _batching_values(batching: Batching) -> Named:
    orders = {order.name: order for order in batching.orders}
    sound_s = sum(batching.utterances_s)
    count = len(batching.utterances_s)
    yield "utterances", Value(count, "count", "фраз")
    yield "layers", Value(batching.layers, "count", "слоёв энкодера")
    yield "batch_size", Value(batching.batch_size, "count", "фраз в пачке")
    yield (
        "least_padding",
        Value(batching.least_padding_share, "share", "наименьшая возможная доля дополнения, по перебору разбиений"),
    )
    for name, order in orders.items():
        time_s = sum(order.times_s)
        yield f"{name}.padding", Value(order.padding_share, "share", "доля посчитанных кадров, которые не звук")
        yield f"{name}.batches", Value(len(order.times_s), "count", "пачек")
        yield f"{name}.time", Value(time_s, "time", f"сумма по пачкам, пачек: {len(order.times_s)}")
        yield f"{name}.rate", Value(count / time_s, "count", "фраз в секунду")
        yield f"{name}.audio_per_day", Value(sound_s / time_s * 86_400, "time", "длительность звука / время × сутки")
    random, ordered, packed = orders["random"], orders["sorted"], orders["packed"]
    gain = sum(random.times_s) / sum(ordered.times_s)
    predicted = (1 - ordered.padding_share) / (1 - random.padding_share)
    yield "gain", Value(gain, "ratio", "время в случайном порядке / время в отсортированном")
    yield "predicted_gain", Value(predicted, "ratio", "посчитанные кадры в случайном порядке / в отсортированном")
    yield "gain_reached", Value(gain / predicted, "share", "измеренный выигрыш / предсказанный по дополнению")
    yield (
        "packed.gain",
        Value(sum(random.times_s) / sum(packed.times_s), "ratio", "время в случайном порядке / упакованных"),
    )
    per_utterance = {int(point.size): median(point.times_s) / point.size for point in batching.equal.points}
    latency = {int(point.size): median(point.times_s) for point in batching.equal.points}
    largest = max(per_utterance)
    yield "equal.utterance", Value(batching.equal_utterance_s, "time", "длительность фразы, повторённой в пачке")
    yield (
        "equal.gain",
        Value(per_utterance[1] / per_utterance[largest], "ratio", f"время на фразу: по одной / по {largest}"),
    )
    yield "equal.latency_one", Value(latency[1], "time", "пачка из одной фразы")
    yield "equal.latency_largest", Value(latency[largest], "time", f"пачка из {largest} фраз: столько ждёт каждая")


def _convolution_values(convolution: Convolution) -> Named:
    yield "convolution.channels", Value(convolution.channels, "count", "каналов")
    yield "convolution.steps", Value(convolution.steps, "count", "шагов")
    curves = {way.name: way.curve for way in convolution.depthwise}
    for way in convolution.depthwise:
        for point in way.curve.points:
            name = f"convolution.depthwise.{way.name}.kernel_{int(point.size)}"
            how = f"медиана, повторов: {len(point.times_s)}; ядро {int(point.size)}"
            yield name, Value(median(point.times_s), "time", how)
        if len(way.curve.points) > 1:
            how = "наклон прямой через медианы на логарифмических осях"
            yield f"convolution.depthwise.{way.name}.exponent", Value(exponent(way.curve), "ratio", how)
        yield from _digits(f"convolution.depthwise.{way.name}.agreement", way.error, "наибольшая ошибка против float64")
    pairs = zip(curves["direct"].points, curves["fft"].points, strict=True)
    won = [int(direct.size) for direct, fft in pairs if median(fft.times_s) < median(direct.times_s)]
    if won:
        yield "convolution.depthwise.fft_wins_from", Value(min(won), "count", "наименьшее ядро, на котором FFT быстрее")
    for way in convolution.dense:
        time_s = median(way.curve.points[0].times_s)
        yield f"convolution.dense.{way.name}.time", Value(time_s, "time", "медиана, свёртка 3×3")
        yield (
            f"convolution.dense.{way.name}.error",
            Value(1e6 * way.error, "count", "ошибка к наибольшему значению, миллионные"),
        )
        yield from _digits(f"convolution.dense.{way.name}.agreement", way.error, "наибольшая ошибка против float64")
    dense = {way.name: median(way.curve.points[0].times_s) for way in convolution.dense}
    errors = {way.name: way.error for way in convolution.dense}
    yield "convolution.dense.im2col_gain", Value(dense["direct"] / dense["im2col"], "ratio", "по определению / im2col")
    yield "convolution.dense.winograd_gain", Value(dense["im2col"] / dense["winograd"], "ratio", "im2col / Виноград")
    yield (
        "convolution.dense.winograd_error_ratio",
        Value(errors["winograd"] / errors["im2col"], "ratio", "ошибка Винограда / ошибка im2col, обе против float64"),
    )


def _attention_values(attention: Attention) -> Named:
    ways = {way.name: way for way in attention.ways}
    for name, way in ways.items():
        yield from _curve_values(f"attention.{name}", way.curve)
        for point, peak in zip(way.curve.points, way.peaks_bytes, strict=True):
            if peak is not None:
                how = f"прирост резидентной памяти, длина {int(point.size)}"
                yield f"attention.{name}.memory_{int(point.size)}", Value(peak, "bytes", how)
        if way.peaks_bytes[-1] is not None:
            how = "прирост резидентной памяти на наибольшей длине"
            yield f"attention.{name}.largest_memory", Value(way.peaks_bytes[-1], "bytes", how)
    whole = ways["whole"].curve.points[-1]
    rival = {point.size: index for index, point in enumerate(ways["tiled"].curve.points)}[whole.size]
    tiled = ways["tiled"].curve.points[rival]
    how = f"вся таблица / плитками, длина {int(whole.size)}"
    yield "attention.speedup", Value(median(whole.times_s) / median(tiled.times_s), "ratio", how)
    table_bytes, tile_bytes = ways["whole"].peaks_bytes[-1], ways["tiled"].peaks_bytes[rival]
    if tile_bytes is not None:
        yield "attention.tiled.memory", Value(tile_bytes, "bytes", f"прирост памяти, длина {int(whole.size)}")
    if table_bytes and tile_bytes:
        yield "attention.memory_gain", Value(table_bytes / tile_bytes, "ratio", f"память: {how}")
    steps = 3600 / STEP_S
    how = f"(шагов в часе звука)² × 4 Б, шагов: {steps:.0f}, одна голова"
    yield "attention.hour_table", Value(4 * steps**2, "bytes", how)
    yield from _digits("attention.agreement", attention.largest_difference, "наибольшее отличие от float64")


def _ring_values(ring: Ring) -> Named:
    yield "ring.size", Value(ring.bytes_a_worker, "bytes", "сколько суммирует каждый участник")
    for run in [*ring.runs, *ring.gpu_runs]:
        name = f"ring.of_{run.workers}" + ("_gpus" if run.device == "cuda" else "")
        for way, times in (("ring", run.ring_times_s), ("star", run.star_times_s), ("library", run.library_times_s)):
            yield f"{name}.{way}_time", Value(median(times), "time", f"медиана, повторов: {len(times)}")
        for way, sent in (("ring", run.ring_sent_bytes), ("star", run.star_sent_bytes)):
            yield f"{name}.{way}_sent", Value(sent, "bytes", "отправил тот, кто отправил больше всех")
        share = run.ring_sent_bytes / ring.bytes_a_worker
        yield f"{name}.ring_share", Value(share, "ratio", "отправлено / размер вектора")
        theory = 2 * (run.workers - 1) / run.workers
        yield f"{name}.theory_share", Value(theory, "ratio", f"2(p − 1)/p при p = {run.workers}")
    last = ring.runs[-1]
    yield "ring.workers", Value(last.workers, "count", "участников, наибольшее число")
    for way, times in (("ring", last.ring_times_s), ("star", last.star_times_s), ("library", last.library_times_s)):
        yield (
            f"ring.{way}_time",
            Value(median(times), "time", f"медиана, повторов: {len(times)}; участников: {last.workers}"),
        )
    yield "ring.sent", Value(last.ring_sent_bytes, "bytes", f"отправил каждый, участников: {last.workers}")
    yield (
        "ring.star_sent",
        Value(last.star_sent_bytes, "bytes", f"отправила середина звезды, участников: {last.workers}"),
    )
    share = last.ring_sent_bytes / ring.bytes_a_worker
    yield "ring.share", Value(share, "ratio", f"отправлено / размер вектора, участников: {last.workers}")
    yield "ring.theory_share", Value(2 * (last.workers - 1) / last.workers, "ratio", "2(p − 1)/p")


_BEAM_NAMES = {"жадный": "greedy", "луч": "beam", "луч с моделью языка": "beam_with_model"}


def _decoding_values(decoding: Decoding) -> Named:
    yield "decoding.sentences", Value(decoding.sentences, "count", "предложений")
    yield "decoding.sound", Value(decoding.sound_s, "time", "звука во всех предложениях, кадров × 40 мс")
    yield (
        "decoding.order",
        Value(decoding.order, "count", "букв, на которые смотрит модель языка, вместе с предсказываемой"),
    )
    for beam in decoding.beams:
        name = _BEAM_NAMES[beam.name] + (f"_{beam.width}" if beam.name != "жадный" else "")
        how = f"ошибочных слов к сказанным, предложений: {decoding.sentences}"
        yield f"decoding.{name}.word_error_rate", Value(beam.word_error_rate, "share", how)
        speed = decoding.sound_s / median(beam.times_s)
        yield f"decoding.{name}.faster_than_real_time", Value(speed, "ratio", "длительность звука / время, одно ядро")
