"""Named values of the matmul experiment."""

from collections.abc import Iterator
from statistics import median

from shared.gain import gain_values
from talk.records.schema import Record
from talk.render.captions import MULTIPLY
from talk.render.prediction import prediction_values
from talk.render.value import Value
from talk.words import quantity

from ..record import Contender, Matmul, Peak, Point, Traffic
from .gpu_prediction import BOUNDS, kept, middle_deviation
from .prediction import NEAR, step_predictions
from .steps import step_of

_TRAFFIC: dict[Traffic, tuple[str, str]] = {
    "load": ("чтение", ""),
    "store": ("запись", "store."),
    "update": ("чтение двух чисел на каждое записанное", "update."),
}
# A library whose best is below this share of the peak computes with vectors of half the width, whatever it says.
_HALF_WIDTH = 0.55
_AFTER_PRODUCTS = "голые FMA сразу после умножения матриц, медиана"


def named_values(record: Record[Matmul]) -> dict[str, Value]:
    """Every value of the record by its dotted name after the experiment's.

    Raises TalkError for a contender that has no row in `steps.py`.
    """
    data = record.data
    values = dict(_tiling_values(data)) | dict(_ceiling_values(data)) | dict(_distributed_values(data))
    values |= dict(prediction_values(step_predictions(data))) | dict(_gpu_values(record))
    known = sum(each.name in MULTIPLY for each in record.libraries)
    values["rivals.known"] = Value(known, "count", "библиотек умножения, чьё ядро названо в записи")
    wide = {each.serves for each in record.libraries if each.kernel == "AVX-512"}
    for contender in data.contenders:
        step_of(contender)  # what was skipped has no values, but a row
        if contender.points:
            values |= {f"{contender.name}.{name}": value for name, value in _contender_values(contender, data)}
        if contender.name.partition("_")[0] not in wide:  # who says so itself is slow for another reason
            values |= {f"{contender.name}.{name}": value for name, value in _width(contender, data)}
    return values


def common_size(first: Contender, *others: Contender) -> int | None:
    """The side of the largest square that all of them multiplied; None where there is none."""
    return max((point.n for point in first.squares if all(each.at(point.n) for each in others)), default=None)


def at_one_size(contenders: list[Contender]) -> tuple[int, list[tuple[Contender, Point]]]:
    """A side of squares, and the contenders that multiplied them: the largest of the sides that the most of them did.

    At least one contender must have a square.
    """
    sides = [point.n for each in contenders for point in each.squares]
    size = max(sides, key=lambda side: (sides.count(side), side))
    return size, [(each, point) for each in contenders if (point := each.at(size)) is not None]


def peak_of(contender: Contender, data: Matmul) -> float | None:
    """The measured float32 peak, in FLOP/s, of as many threads as the contender has; None where there is none."""
    peak = _peak(contender, data)
    return peak.typical_flops_per_s if peak is not None else None


def _peak(contender: Contender, data: Matmul) -> Peak | None:
    for peak in data.peaks:
        if (peak.device, peak.threads) == (contender.device, contender.threads):
            return peak
    return None


def library_point(contender: Contender, size: int, data: Matmul) -> Point | None:
    """What the fastest library that the step is compared with did; None where none was measured at this size."""
    found = [data.find(library) for library in step_of(contender).against]
    points = [point for each in found if each is not None and (point := each.at(size)) is not None]
    return max(points, key=lambda point: point.flops_per_s, default=None)


def _contender_values(contender: Contender, data: Matmul) -> Iterator[tuple[str, Value]]:
    if contender.squares:
        largest = contender.squares[-1]
        yield "n", Value(largest.n, "count", "сторона самых больших матриц, которые измерены")
        yield from _point_values(largest, contender, data)
    for point in contender.points:
        for name, value in _point_values(point, contender, data):
            yield f"{_key(point)}.{name}", value
    if contender.dtype in ("int8", "bfloat16") and contender.device == "cpu":
        yield from _to_best_float32(contender, data)
    if contender.name == "silu_fused":
        yield from _against_unfused(contender, data)
    above = data.find(step_of(contender).above or "")
    if above is None:
        return
    size = common_size(contender, above)
    if size is not None:
        yield from _speedup(contender.at(size), above.at(size), above.name)
        yield "speedup_n", Value(size, "count", "сторона матриц, на которых сравнивали")
    for point in contender.points:
        for name, value in _speedup(point, above.at(point.n, point.m, point.p), above.name):
            yield f"{_key(point)}.{name}", value


def _key(point: Point) -> str:
    return f"n{point.n}" if point.square else f"s{point.n}_{point.m}_{point.p}"


def _width(contender: Contender, data: Matmul) -> Iterator[tuple[str, Value]]:
    """`half_width`, the share of the peak, for a library on one thread that keeps to half of what the vectors hold."""
    peak = peak_of(contender, data)
    wide = data.tiling is not None and data.tiling.lanes >= 16
    if not (contender.library and wide and peak and contender.threads == 1 and contender.squares):
        return
    best = max(point.flops_per_s for point in contender.squares) / peak
    if best < _HALF_WIDTH:
        yield "half_width", Value(best, "share", "лучшая скорость библиотеки / пик FMA широких векторов, один поток")


def _to_best_float32(contender: Contender, data: Matmul) -> Iterator[tuple[str, Value]]:
    """Fewer bits against the fastest product in float32 that this machine has shown, ours or a library's."""
    for point in contender.squares[-1:]:
        rates = [
            each.at(point.n).flops_per_s  # type: ignore[union-attr]
            for each in data.contenders
            if each.device == "cpu" and each.dtype == "float32" and each.at(point.n)
        ]
        if rates:
            how = f"скорость / самое быстрое произведение float32 на этом процессоре, n = {point.n}"
            yield "to_best_float32", Value(point.flops_per_s / max(rates), "ratio", how)


def _against_unfused(contender: Contender, data: Matmul) -> Iterator[tuple[str, Value]]:
    unfused = data.find("silu_unfused")
    for point in contender.points:
        other = unfused.at(point.n, point.m, point.p) if unfused is not None else None
        if other is not None:
            what = "нашего произведения и SiLU порознь / слитых"
            yield from gain_values(f"{_key(point)}.to_unfused", other.times_s, point.times_s, what)


def _speedup(point: Point | None, above: Point | None, name: str) -> Iterator[tuple[str, Value]]:
    if point is not None and above is not None:
        shape = f"{point.n}×{point.m}×{point.p}"
        yield from gain_values("speedup", above.times_s, point.times_s, f"{name} / этого шага, {shape}")
        slowdown = median(point.times_s) / median(above.times_s)
        yield "slowdown", Value(slowdown, "ratio", f"медиана времени этого шага / {name}, {shape}")


def _point_values(point: Point, contender: Contender, data: Matmul) -> Iterator[tuple[str, Value]]:
    shape = f"{point.n}×{point.m}×{point.p}, замеров: {len(point.times_s)}"
    middle = median(point.times_s)
    yield "time", Value(middle, "time", f"медиана времени, {shape}")
    yield "flop_rate", Value(point.flops_per_s, "flop_rate", f"2nmp / медиана времени, {shape}")
    if contender.threads == 1 and contender.device == "cpu":
        step = middle / (point.n * point.m * point.p)
        yield "per_multiply_add", Value(step, "time", f"медиана времени / nmp, {shape}")
    yield "error", Value(point.error, "ratio", f"наибольшее отклонение от float64 / наибольшее число, {shape}")
    if point.host_time_s is not None:
        yield "host_time", Value(point.host_time_s, "time", f"вызов с ожиданием ответа, по часам CPU, {shape}")
        yield "host_ratio", Value(point.host_time_s / middle, "ratio", f"по часам CPU / по часам карты, {shape}")
    peak = _peak(contender, data)
    on_card = data.gpu.fma_flops_per_s if data.gpu is not None and contender.device == "cuda" else None
    if on_card is not None and contender.dtype == "float32":
        how = f"скорость / измеренный пик FMA карты, {shape}"
        yield "share_of_peak", Value(point.flops_per_s / on_card, "share", how)
    if peak is not None and contender.dtype == "float32":
        share = point.flops_per_s / peak.typical_flops_per_s
        yield "share_of_peak", Value(share, "share", f"скорость / измеренный пик FMA, {shape}")
        if peak.after_products_flops_per_s is not None:
            share = point.flops_per_s / peak.after_products_flops_per_s
            yield "share_of_peak_at_its_clock", Value(share, "share", f"скорость / {_AFTER_PRODUCTS}, {shape}")
    library = library_point(contender, point.n, data) if point.square else None
    if library is not None:
        how = f"скорость лучшей из библиотек в том же прогоне, {shape}"
        yield "library_rate", Value(library.flops_per_s, "flop_rate", how)
        what = f"лучшей из библиотек / этого шага в том же прогоне, {shape}"
        yield from gain_values("to_library", library.times_s, point.times_s, what)


def _tiling_values(data: Matmul) -> Iterator[tuple[str, Value]]:
    tiling = data.tiling
    if tiling is None:
        return
    registers = tiling.rows * tiling.columns // tiling.lanes
    yield "tiling.rows", Value(tiling.rows, "count", "строк в плитке C")
    yield "tiling.columns", Value(tiling.columns, "count", "столбцов в плитке C")
    yield "tiling.lanes", Value(tiling.lanes, "count", "чисел float32 в одном векторном регистре")
    yield "tiling.accumulators", Value(registers, "count", "строк плитки × столбцов / чисел в регистре")
    reads = tiling.rows + tiling.columns // tiling.lanes
    yield "tiling.reads", Value(reads, "count", "строк плитки + векторов в её строке: чтений на один шаг по сумме")
    yield "tiling.block_depth", Value(tiling.block_depth, "count", "строк в блоке B")
    yield "tiling.block_columns", Value(tiling.block_columns, "count", "столбцов в блоке B")
    block = 4 * tiling.block_depth * tiling.block_columns
    yield "tiling.block_size", Value(block, "bytes", "строк блока × столбцов × байты float32")
    for level, size_bytes in (("l1", tiling.l1_bytes), ("l2", tiling.l2_bytes), ("l3", tiling.l3_bytes)):
        if tiling.l1_bytes and (size_bytes or level == "l3"):  # else the system does not tell; an L3 of 0 is none
            yield f"tiling.{level}", Value(size_bytes, "bytes", f"кэш {level.upper()} одного ядра")


def _ceiling_values(data: Matmul) -> Iterator[tuple[str, Value]]:
    for peak in data.peaks:
        how = f"независимые FMA на регистрах, потоков: {peak.threads}, "
        which = "лучший из прогонов" if peak.median_flops_per_s is None else "медиана прогонов между умножениями"
        yield f"peak.{_count(peak.threads)}", Value(peak.typical_flops_per_s, "flop_rate", how + which)
        ceiling = Value(peak.flops_per_s, "flop_rate", how + "лучший из прогонов")
        yield f"peak.ceiling.{_count(peak.threads)}", ceiling
        if peak.after_products_flops_per_s is not None:
            rate = Value(peak.after_products_flops_per_s, "flop_rate", _AFTER_PRODUCTS)
            yield f"peak.after_products.{_count(peak.threads)}", rate
        if peak.tile_flops_per_s is not None:
            how = f"плитка круга 4 над упакованным блоком B, всё в L1 и L2, потоков: {peak.threads}, медиана"
            yield f"peak.tile.{_count(peak.threads)}", Value(peak.tile_flops_per_s, "flop_rate", how)
    for each in data.bandwidths:
        does, name = _TRAFFIC[each.traffic]
        how = f"{does} подряд, потоков: {each.threads}, рабочее множество на поток: {each.size_bytes} Б, "
        how += "лучшее" if each.median_bytes_per_s is None else "медиана"
        yield f"bandwidth.{each.level}.{name}{_count(each.threads)}", Value(each.typical_bytes_per_s, "byte_rate", how)
    alone = {
        each.level: each.typical_bytes_per_s for each in data.bandwidths if (each.threads, each.traffic) == (1, "load")
    }
    if "l1" in alone and "memory" in alone:
        how = "скорость чтения из L1 / из памяти, один поток"
        yield "bandwidth.l1_to_memory", Value(alone["l1"] / alone["memory"], "ratio", how)
    yield from _tile_on_levels(data)
    if data.prices is not None:
        prices = data.prices
        yield "price.operator_call", Value(prices.operator_call_s, "time", "вызов torch.add над одним числом, медиана")
        how = f"первая запись в страницу новой памяти, {prices.page_bytes} Б, без самой записи, медиана"
        yield "price.fresh_page", Value(prices.fresh_page_s, "time", how)
        how = "параллельный цикл, которому нечего делать, на всех потоках, медиана"
        yield "price.threads_start", Value(prices.threads_start_s, "time", how)
        how = "правка одного числа строки в L1, цикл компилятора, медиана"
        yield "price.row_update", Value(prices.row_update_s, "time", how)
        how = "сложение float32, которое ждёт предыдущего, медиана"
        yield "price.addition", Value(prices.addition_s, "time", how)
        if prices.short_sum_s is not None:
            how = "умножение и сложение в коротких суммах, которые перекрываются, медиана"
            yield "price.short_sum", Value(prices.short_sum_s, "time", how)
    for walk in data.walks:
        name, what = ("column", "столбца") if walk.width == 1 else ("tile", f"столбцов по {walk.width}")
        how = f"строка кэша на пути вниз вдоль {what}, n = {walk.n}, один поток, медиана"
        yield f"price.line.{name}", Value(walk.line_s, "time", how)
    if data.peaks:
        best = max(peak.threads for peak in data.peaks)
        yield "machine_threads", Value(best, "count", "потоков, столько же, сколько физических ядер")
        if best > 1:  # one thread has no others to fall short of
            yield "threads.most", Value(best, "count", "ускорение, если бы потоки не мешали друг другу: сколько их")
    python, threads = data.find("python"), data.find("threads")
    if python is not None and threads is not None:
        descent = threads.squares[-1].flops_per_s / python.squares[-1].flops_per_s
        how = f"скорость при n = {threads.squares[-1].n} / скорость Python при n = {python.squares[-1].n}"
        yield "whole_descent", Value(descent, "ratio", how)


def _tile_on_levels(data: Matmul) -> Iterator[tuple[str, Value]]:
    """What the tile asks for at the peak of one thread, and how high each level of memory lets it rise."""
    peak = next((each for each in data.peaks if (each.device, each.threads) == ("cpu", 1)), None)
    if data.tiling is None or peak is None:
        return
    rows = data.tiling.rows
    # A number of B, four bytes, serves as many rows of C as the tile has: two operations each.
    how = "число B во float32 на 2 · q операций, q — строк плитки, на пике одного потока"
    yield "tiling.asked_rate", Value(4 * peak.typical_flops_per_s / (2 * rows), "byte_rate", how)
    for each in data.bandwidths:
        if (each.threads, each.traffic) == (1, "load") and each.level in ("l2", "l3"):
            how = f"скорость чтения из {each.level.upper()} × q / 2, q — строк плитки: столько умножений на число B"
            yield f"tiling.{each.level}_roof", Value(each.typical_bytes_per_s * rows / 2, "flop_rate", how)


def _near() -> str:
    return f"шагов не дальше {quantity(NEAR, 'share', decimals=0)} от обещанного"


def _gpu_values(record: Record[Matmul]) -> Iterator[tuple[str, Value]]:
    """The GPU's own ceilings, how high they are above those of the CPU beside it, and what they promise each step."""
    gpu, data = record.data.gpu, record.data
    if data.compiled:
        how = "ядер, скомпилированных под все архитектуры, чей машинный код прочитан"
        yield "machine_code.kernels", Value(len(data.compiled), "count", how)
    if gpu is None:
        return
    yield "gpu.multiprocessors", Value(gpu.multiprocessors, "count", "мультипроцессоров на карте, говорит драйвер")
    yield "gpu.l2", Value(gpu.l2_bytes, "bytes", "кэш L2 карты, говорит драйвер")
    if gpu.fma_flops_per_s is not None:
        yield "gpu.peak", Value(gpu.fma_flops_per_s, "flop_rate", "независимые FMA на регистрах всей карты")
    if gpu.copy_bytes_per_s is not None:
        yield "gpu.copy", Value(gpu.copy_bytes_per_s, "byte_rate", "копирование внутри памяти карты, туда и обратно")
    if gpu.l2_bytes_per_s is not None:
        yield "gpu.l2_rate", Value(gpu.l2_bytes_per_s, "byte_rate", "чтение того, что лежит в L2 карты")
    if gpu.launch_s is not None:
        yield "gpu.launch", Value(gpu.launch_s, "time", "сколько CPU запускает пустое ядро")
    if gpu.kernel_s is not None:
        yield "gpu.kernel", Value(gpu.kernel_s, "time", "сколько GPU тратит на пустое ядро, одно из многих подряд")
    if gpu.latency_s is not None:
        yield "gpu.latency", Value(gpu.latency_s, "time", "сколько ждать одного числа из памяти карты")
    for moment, state in (("before", gpu.before), ("after", gpu.after)):
        if state is not None and state.clock_hz is not None:
            yield f"gpu.{moment}.clock", Value(state.clock_hz, "frequency", f"частота мультипроцессоров, {moment}")
        if state is not None and state.power_w is not None:
            yield f"gpu.{moment}.power", Value(state.power_w, "power", f"мощность карты, {moment}")
    threads = max((peak.threads for peak in data.peaks if peak.device == "cpu"), default=None)
    peak = next((each for each in data.peaks if (each.device, each.threads) == ("cpu", threads)), None)
    road = [each.bytes_per_s for each in data.bandwidths if (each.level, each.threads) == ("memory", threads)]
    if peak is not None and gpu.fma_flops_per_s is not None:
        how = "пик FMA карты / пик FMA всех потоков CPU той же машины"
        yield "gpu.peak_to_cpu", Value(gpu.fma_flops_per_s / peak.flops_per_s, "ratio", how)
    if road and gpu.copy_bytes_per_s is not None:
        how = "байт в секунду у памяти карты / у памяти CPU той же машины, все потоки"
        yield "gpu.copy_to_cpu", Value(gpu.copy_bytes_per_s / max(road), "ratio", how)
    yield from _best_on_card(data)
    promises = kept(record)
    for each in promises:
        n, binds = each.point.n, BOUNDS[each.promise.binds]
        how = f"по машинному коду шага и измеренным потолкам карты, n = {n}; держит {binds}"
        yield f"{each.name}.promised.flop_rate", Value(each.promise.flops_per_s, "flop_rate", how)
        yield f"{each.name}.promised.ratio", Value(each.ratio, "ratio", f"измеренная скорость / обещанная, n = {n}")
    middle = middle_deviation(promises)
    if middle is not None:
        yield "gpu.promised.deviation", Value(middle, "share", "медиана отклонений по всем обещанным шагам")
        yield "gpu.promised.steps", Value(len(promises), "count", "шагов, для которых есть обещание")
        yield "gpu.promised.held", Value(sum(each.holds for each in promises), "count", _near())


def _best_on_card(data: Matmul) -> Iterator[tuple[str, Value]]:
    """The fastest of our steps in float32 by FMA, at the largest square that cuBLAS multiplied too."""
    library = data.find("cublas")
    ours = [each for each in data.contenders if each.device == "cuda" and each.circle == 6 and each.points]
    size = common_size(library, *ours) if library is not None and ours else None
    if library is None or size is None:
        return
    points = {step_of(each).title: point for each in ours if (point := each.at(size)) is not None}
    title, best = max(points.items(), key=lambda each: each[1].flops_per_s)
    theirs = library.at(size)
    assert theirs is not None  # the size is one that all of them have
    how = f"самый быстрый шаг круга 6 ({title}), n = {size}"
    yield "gpu_best.flop_rate", Value(best.flops_per_s, "flop_rate", how)
    what = f"cuBLAS / самого быстрого шага круга 6 ({title}) в том же прогоне, n = {size}"
    yield from gain_values("gpu_best.to_library", theirs.times_s, best.times_s, what)
    if data.gpu is not None and data.gpu.fma_flops_per_s is not None:
        share = best.flops_per_s / data.gpu.fma_flops_per_s
        yield "gpu_best.share_of_peak", Value(share, "share", f"он же / измеренный пик FMA карты, n = {size}")


def _distributed_values(data: Matmul) -> Iterator[tuple[str, Value]]:
    for each in data.distributed:
        kind = "distributed" if each.killed is None else "death"
        if each.device == "cuda":
            kind = "distributed_gpu"
        yield f"{kind}.n", Value(each.n, "count", "сторона матриц")
        yield f"{kind}.processes", Value(each.grid_rows * each.grid_columns, "count", "процессов")
        yield f"{kind}.steps", Value(each.steps, "count", "шагов, панелей")
        yield f"{kind}.time", Value(each.time_s, "time", "от барьера до барьера")
        yield f"{kind}.error", Value(each.error, "ratio", "наибольшее отклонение от float64 / наибольшее число")
        predicted = Value(each.predicted_bytes, "bytes", "2(q − 1)n² чисел float32")
        yield f"{kind}.predicted", predicted
        if each.sent_bytes is not None:
            yield f"{kind}.sent", Value(each.sent_bytes, "bytes", "счётчики TCP ядра системы, сумма по процессам")
            excess = abs(each.sent_bytes / each.predicted_bytes - 1)
            yield f"{kind}.deviation", Value(excess, "share", "отправлено / предсказано − 1, по модулю")
        if each.killed is not None:
            yield "death.restarts", Value(each.restarts, "count", "перезапусков")
            yield "death.resumed_at", Value(each.resumed_at, "count", "шаг, с которого продолжили")


def _count(threads: int) -> str:
    return "one_thread" if threads == 1 else "all_threads"
