"""Named values of the stories about the network's own work: batches, convolutions, attention, memory."""

from dataclasses import fields
from statistics import median

from shared.gain import gain_values
from talk.render.given import given
from talk.render.value import Value
from talk.words import plural

from ..record import (
    Attention,
    AttentionPrices,
    AttentionWay,
    Batching,
    Chain,
    Checkpointing,
    Convolution,
    ConvolutionPrices,
    ConvolutionWay,
    Curve,
    Order,
    Packing,
    Point,
)
from .bill import HOME_KERNEL, STEP_S
from .curves import DAY_S, Named, curve_values, digits, exponent, exponential_values, fft_wins_from
from .titles import IN_TIME

_PRICED = {
    "row_s": "правка строки",
    "column_s": "число из произведения на столбец",
    "transform_s": "преобразование Фурье, на каждое n·log₂n",
    "unfolded_s": "число, выписанное в столбец",
    "tiled_s": "число, выписанное в плитку",
    "spectral_s": "умножение со сложением над спектрами",
    "score_s": "умножение со сложением до softmax",
    "weighted_s": "умножение со сложением после softmax",
    "exponent_s": "вычитание и экспонента",
    "over_row_s": "число в поиске наибольшего по строке",
}


def batching_values(batching: Batching) -> Named:
    """Story 4, on one device."""
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
        of_sound_s = time_s * (1 - order.padding_share)
        yield f"{name}.time_of_sound", Value(of_sound_s, "time", "сумма по пачкам × доля кадров, которые звук")
        yield f"{name}.rate", Value(count / time_s, "count", "фраз в секунду")
        yield f"{name}.audio_per_day", Value(sound_s / time_s * DAY_S, "time", "длительность звука / время × сутки")
    yield from _by_length(batching, orders["sorted"])
    if batching.alone_time_s is not None:
        yield "alone.time", Value(batching.alone_time_s, "time", "по одной: сумма медиан, мерили каждую длину")
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
    yield "rounds", Value(batching.rounds, "count", "сколько раз мерили пачку каждой формы")
    yield "equal.latency_one", Value(latency[1], "time", "пачка из одной фразы")
    yield "equal.latency_largest", Value(latency[largest], "time", f"{_batch_of(largest)}: столько ждёт каждая")


def _by_length(batching: Batching, ordered: Order) -> Named:
    """What a second of sound, padding included, costs in the batch of the shortest utterances and of the longest."""
    lengths_s, size = sorted(batching.utterances_s), batching.batch_size
    if len(lengths_s) != size * len(ordered.times_s) or len(ordered.times_s) == 1:
        return
    first, last = (time_s / size / length_s for time_s, length_s in (
        (ordered.times_s[0], lengths_s[size - 1]), (ordered.times_s[-1], lengths_s[-1]),
    ))  # fmt: skip
    how = "время пачки / секунды звука вместе с дополнением, пачка самых {} фраз"
    yield "sorted.shortest_price", Value(first, "time", how.format("коротких"))
    yield "sorted.longest_price", Value(last, "time", how.format("длинных"))
    yield "sorted.short_to_long", Value(first / last, "ratio", "секунда звука в пачке самых коротких / самых длинных")


def _batch_of(size: int) -> str:
    return f"пачка из {size} {plural(size, 'фразы', 'фраз', 'фраз')}"


def serving_values(batching: Batching) -> Named:
    """Story 4, on one device: latency against throughput."""
    of_size = {int(point.size): median(point.times_s) for point in batching.equal.points}
    yield "serving.deadline", Value(batching.deadline_s, "time", "срок ответа")
    queue = f"очередь разыграна по измеренным временам пачек, звонки независимы, в срок {IN_TIME}"
    for each in batching.in_time:
        yield f"serving.most_{each.most}.latency", Value(of_size[each.most], "time", _batch_of(each.most))
        how = f"фраз в секунду, пачками по {each.most}, все уже пришли"
        yield f"serving.most_{each.most}.rate", Value(each.most / of_size[each.most], "count", how)
        how = f"фраз в секунду, пачками не больше {each.most}; {queue}"
        yield f"serving.most_{each.most}.rate_in_time", Value(each.rate_per_s, "count", how)
    best = max(batching.in_time, key=lambda each: each.rate_per_s)
    yield "serving.best", Value(best.most, "count", "наибольшая пачка, с которой в срок отвечают на большее число фраз")
    yield "serving.best_rate", Value(best.rate_per_s, "count", f"фраз в секунду; {queue}")
    one = batching.in_time[0].rate_per_s
    if one:
        yield "serving.gain", Value(best.rate_per_s / one, "ratio", "в срок с лучшей пачкой / в срок по одной")
    sound_s = best.rate_per_s * batching.equal_utterance_s * DAY_S
    yield "serving.audio_per_day", Value(sound_s, "time", f"столько звука за сутки, и в срок: {queue}")


def packing_values(packing: Packing) -> Named:
    """Story 4: bins."""
    capacity = given("вместимость ряда, полторы самых длинных фразы", reason="так задано в замере")
    yield "packing.capacity", Value(packing.capacity_s, "time", capacity)
    yield "packing.handful", Value(packing.handful, "count", "фраз в случае")
    yield "packing.cases", Value(packing.cases, "count", "случаев")
    yield "packing.missed", Value(packing.missed, "count", "случаев, где рядов больше наименьшего числа")
    yield "packing.missed_share", Value(packing.missed / packing.cases, "share", "их доля")
    ours, fewest = packing.worst
    yield "packing.worst", Value(ours, "count", "рядов в худшем случае")
    yield "packing.worst_fewest", Value(fewest, "count", "рядов, которых хватило бы в нём")
    yield from exponential_values("packing.trial", packing.trial, "фразой больше")
    yield from curve_values("packing.first_fit", packing.first_fit)


def convolution_values(convolution: Convolution) -> Named:
    """Story 5."""
    yield from _price_values("convolution", convolution.prices)
    for way in convolution.depthwise:
        yield from _page_values(f"convolution.depthwise.{way.name}", way)
    for way in convolution.dense:
        yield from _page_values(f"convolution.dense.{way.name}", way)
    yield "convolution.channels", Value(convolution.channels, "count", "каналов")
    yield "convolution.steps", Value(convolution.steps, "count", "шагов")
    curves = {way.name: way.curve for way in convolution.depthwise}
    for way in convolution.depthwise:
        for point in way.curve.points:
            name = f"convolution.depthwise.{way.name}.kernel_{int(point.size)}"
            how = f"медиана, повторов: {len(point.times_s)}; ядро {int(point.size)}"
            yield name, Value(median(point.times_s), "time", how)
        largest = max(way.curve.points, key=lambda point: point.size)
        how = f"медиана; ядро {int(largest.size)}, наибольшее"
        yield f"convolution.depthwise.{way.name}.largest_time", Value(median(largest.times_s), "time", how)
        if len(way.curve.points) > 1:
            how = "наклон прямой через медианы на логарифмических осях"
            yield f"convolution.depthwise.{way.name}.exponent", Value(exponent(way.curve), "ratio", how)
        yield from digits(f"convolution.depthwise.{way.name}.agreement", way.error, "наибольшая ошибка против float64")
    sizes = [int(point.size) for point in curves["direct"].points]
    yield "convolution.depthwise.largest_kernel", Value(max(sizes), "count", "наибольшее ядро, которое мерили")
    wins_from = fft_wins_from(convolution)
    if wins_from is not None:
        how = "наименьшее ядро, с которого FFT быстрее прямого цикла и дальше"
        yield "convolution.depthwise.fft_wins_from", Value(wins_from, "count", how)
    sound_s = convolution.steps * STEP_S
    for name, curve in curves.items():
        home = next((point for point in curve.points if point.size == HOME_KERNEL), None)
        if home is not None:
            how = f"звука за сутки, одна глубинная свёртка, ядро {HOME_KERNEL}, шаг {1000 * STEP_S:g} мс"
            per_day_s = sound_s / median(home.times_s) * DAY_S
            yield f"convolution.depthwise.{name}.audio_per_day", Value(per_day_s, "time", how)
    for way in convolution.dense:
        time_s = median(way.curve.points[0].times_s)
        yield f"convolution.dense.{way.name}.time", Value(time_s, "time", "медиана, свёртка 3×3")
        yield (
            f"convolution.dense.{way.name}.error",
            Value(1e6 * way.error, "count", given("ошибка к наибольшему значению, миллионные", reason="единица")),
        )
        yield from digits(f"convolution.dense.{way.name}.agreement", way.error, "наибольшая ошибка против float64")
    dense = {way.name: median(way.curve.points[0].times_s) for way in convolution.dense}
    errors = {way.name: way.error for way in convolution.dense}
    yield "convolution.dense.im2col_gain", Value(dense["direct"] / dense["im2col"], "ratio", "по определению / im2col")
    yield "convolution.dense.winograd_gain", Value(dense["im2col"] / dense["winograd"], "ratio", "im2col / Виноград")
    yield (
        "convolution.dense.winograd_error_ratio",
        Value(errors["winograd"] / errors["im2col"], "ratio", "ошибка Винограда / ошибка im2col, обе против float64"),
    )


def _price_values(story: str, prices: AttentionPrices | ConvolutionPrices | None) -> Named:
    """What a story is made of, each part timed alone."""
    for field in fields(prices) if prices is not None else ():
        how = f"медиана, на малых данных, по очереди с тем, что из этого сложено: {_PRICED[field.name]}"
        name = f"{story}.price.{field.name.removesuffix('_s')}"
        yield name, Value(getattr(prices, field.name), "time", how)


def _page_values(name: str, way: AttentionWay | ConvolutionWay) -> Named:
    """Pages that the system gave for one run of the largest size."""
    pages = way.fresh_pages[-1] if way.fresh_pages is not None else None
    if pages is not None:
        how = f"столько новых страниц выдала система за один прогон, размер {int(way.curve.points[-1].size)}"
        yield f"{name}.fresh_pages", Value(pages, "count", how)


def attention_values(attention: Attention) -> Named:
    """Story 6."""
    yield from _price_values("attention", attention.prices)
    ways = {way.name: way for way in attention.ways}
    for name, way in ways.items():
        yield from _page_values(f"attention.{name}", way)
        yield from curve_values(f"attention.{name}", way.curve)
        for point, peak in zip(way.curve.points, way.peaks_bytes, strict=True):
            if peak is not None:
                how = f"прирост резидентной памяти, длина {int(point.size)}"
                yield f"attention.{name}.memory_{int(point.size)}", Value(peak, "bytes", how)
        if way.peaks_bytes[-1] is not None:
            how = "прирост резидентной памяти на наибольшей длине"
            yield f"attention.{name}.largest_memory", Value(way.peaks_bytes[-1], "bytes", how)
    for name, way in ways.items():
        held = [Point(size=p.size, times_s=[b]) for p, b in zip(way.curve.points, way.peaks_bytes, strict=True) if b]
        if len(held) > 1:
            how = "память от длины: наклон прямой на логарифмических осях"
            yield f"attention.{name}.memory_exponent", Value(exponent(Curve(points=held)), "ratio", how)
    whole = ways["whole"].curve.points[-1]
    rival = {point.size: index for index, point in enumerate(ways["tiled"].curve.points)}[whole.size]
    tiled = ways["tiled"].curve.points[rival]
    what = f"всей таблицы / плиток, длина {int(whole.size)}"
    yield from gain_values("attention.speedup", whole.times_s, tiled.times_s, what)
    table_bytes, tile_bytes = ways["whole"].peaks_bytes[-1], ways["tiled"].peaks_bytes[rival]
    if tile_bytes is not None:
        yield "attention.tiled.memory", Value(tile_bytes, "bytes", f"прирост памяти, длина {int(whole.size)}")
    if table_bytes and tile_bytes:
        yield "attention.memory_gain", Value(table_bytes / tile_bytes, "ratio", f"память: {what}")
    steps = 3600 / STEP_S
    how = f"шагов в часе звука в квадрате × размер float32, шагов: {steps:.0f}, одна голова"
    yield "attention.hour_table", Value(4 * steps**2, "bytes", how)
    yield from digits("attention.agreement", attention.largest_difference, "наибольшее отличие от float64")


def checkpointing_values(checkpointing: Checkpointing) -> Named:
    """Story 7."""
    yield "checkpointing.slots", Value(checkpointing.slots, "count", "входов в памяти, для которых искали расписание")
    yield from exponential_values("checkpointing.trial", checkpointing.trial, "слоем больше")
    yield from curve_values("checkpointing.planning", checkpointing.planning)
    for chain in checkpointing.chains:
        yield from ((f"checkpointing.{chain.name}.{name}", value) for name, value in _chain_values(chain))


def _chain_values(chain: Chain) -> Named:
    yield "layers", Value(chain.layers, "count", "слоёв в цепочке")
    yield "state", Value(chain.state_bytes, "bytes", "вход одного слоя")
    yield "tape", Value(chain.tape_bytes, "bytes", "всё, что слой оставляет для обратного прохода")
    yield "forward_time", Value(chain.forward_time_s, "time", "слой вперёд, без записи, медиана")
    yield "through_time", Value(chain.through_time_s, "time", "слой вперёд с записью и назад, медиана")
    yield from digits("agreement", chain.gradient_difference, "наибольшее расхождение градиентов между способами")
    everything = chain.sweeps[0]
    for sweep in chain.sweeps:
        name = sweep.way if sweep.way != "revolve" else f"revolve_{sweep.slots}"
        time_s = median(sweep.times_s)
        yield f"{name}.slots", Value(sweep.slots, "count", "входов в памяти")
        yield f"{name}.advances", Value(sweep.advances, "count", "слоёв посчитано лишний раз")
        yield f"{name}.memory", Value(sweep.peak_bytes, "bytes", "наибольшее сверх того, что было: выделения PyTorch")
        yield f"{name}.predicted_memory", Value(sweep.predicted_bytes, "bytes", "по одному слою, измеренному отдельно")
        yield f"{name}.time", Value(time_s, "time", f"медиана, повторов: {len(sweep.times_s)}")
        yield f"{name}.predicted_time", Value(sweep.predicted_time_s, "time", "по одному слою, измеренному отдельно")
        saved = everything.peak_bytes / sweep.peak_bytes
        yield f"{name}.memory_gain", Value(saved, "ratio", "память, когда хранят всё / память этого способа")
        slower = time_s / median(everything.times_s)
        yield f"{name}.price", Value(slower, "ratio", "время этого способа / время, когда хранят всё")
        wrong = abs(sweep.predicted_bytes / sweep.peak_bytes - 1)
        yield f"{name}.memory_error", Value(wrong, "share", "на столько предсказание памяти разошлось с замером")
    steps = round(3600 / STEP_S)
    how = f"шагов в часе звука: {steps}, {1000 * STEP_S:g} мс каждый"
    yield "hour.steps", Value(steps, "count", how)
    yield "hour.memory", Value(steps * chain.tape_bytes, "bytes", f"лента слоя × шагов; {how}")
