"""What the machine's ceilings, and what each story measured alone, promise it, beside what it took."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import log2
from statistics import median

from shared.ceilings import BYTES, MOST_KEPT_BYTES, PAGE_BYTES, Ceilings
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt

from ..record import (
    Algorithms,
    Attention,
    AttentionWay,
    Batching,
    Checkpointing,
    Convolution,
    ConvolutionPrices,
    ConvolutionWay,
    Curve,
    ManyHours,
    Order,
    Ring,
    WayToAttend,
    WayToConvolve,
)
from ..transforms import fast_length
from .bill import HOME_KERNEL, STEP_S

_TABLES, _PASSES = 3, 6  # of whole attention: scores, scaled, softmax; each is written once and read once
_TILE_PASSES, _TILE_CALLS = 8, 12  # of tiled attention, for each tile of the table
_SHOWN = {"conformer": 3, "recurrent": 24}  # inputs kept by the schedule that the chapter tells of
_CHAINS = {"conformer": "Conformer", "recurrent": "рекуррентная сеть"}
_SIDE = 3  # of a dense kernel
_TILE, _TILE_STEP = 4, 2  # Winograd's: sides of what it reads and of what it writes
_PARTS = 4  # of a sum in MKL's product by one column: lanes of a register
_SPECTRA_CALLS, _TILED_CALLS = 7, 25  # operators of PyTorch in a convolution by FFT, and in Winograd's
_OVER_ROWS = 2  # passes over a tile: for the largest of each row, and for the sum of its exponents
_SUMMED = 3  # a sum reads two numbers and writes one

_EXPONENTS = "поиск наибольшего и поправки к суммам: их цены модель не знает, а узкие произведения считает широкими"
_SHAPES = "от формы пачки зависит не только число кадров, но и то, что влезает в кэш"
_TOGETHER = "на всю пачку один набор вызовов, и матрицы в ней выше: библиотека успевает разогнаться"
_WAITS = "участников больше, чем ядер: каждый шаг ждёт, пока система даст ход соседу"
_OVERLAPS = "одна посылка, взятая отдельно, больше ждёт собеседника, чем копирует, а вместе они ждут одновременно"
_ALONE = "слой внутри цепочки не застаёт в кэше того, что застал один"
_COLD = "плитка, измеренная отдельно, лежала в кэше вся, а здесь её каждый раз приносят"
_CACHED = "то, из чего она сложена, порознь стоило дороже: кэш был холоднее"
_FASTER = "часть данных осталась в кэше, а обещание везёт всё"


def predictions(record: Record[Algorithms], numbers: Mapping[str, float]) -> list[Promise]:
    """Attention, convolution, batches, schedules, the ring, and many hours dealt out."""
    data = record.data
    ceilings = Ceilings(numbers, data.threads)
    found = [*_attention(data.attention, ceilings), *_convolution(data.convolution, ceilings)]
    for batching in data.batching:
        found += _batching(batching, ceilings)
    found += [*_checkpointing(data.checkpointing), *_ring(data.ring, ceilings)]
    for hours in data.many_hours:
        found += _many_hours(hours)
    return found


def _told(
    name: str, title: str, measured: float, phases: Callable[[], list[Phase]], slower: str, faster: str = _FASTER
) -> Promise:
    """A time by phases that may ask for what the machine lacks."""

    def predict() -> Prediction:
        return Prediction(name=name, title=title, measured=measured, phases=phases(), slower=slower, faster=faster)

    return attempt(name, title, predict)


def _attention(attention: Attention, ceilings: Ceilings) -> Iterator[Promise]:
    """Both products of n × n × width, and an exponent for each number of the table, by what they cost on one tile.

    The whole table goes through memory besides, tiles pay for calls. Older records priced neither: there products
    and exponents are those of the Conformer.
    """
    ways = {way.name: way for way in attention.ways}
    n = round(max(point.size for point in ways["whole"].curve.points))
    table_bytes, prices = BYTES * n * n, attention.prices

    def products() -> list[Phase]:
        multiply_adds, exponents = n * n * attention.width, n * n
        if prices is None:
            return [
                {"arithmetic": 2 * multiply_adds * ceilings.product().fma_s},
                {"arithmetic": exponents * ceilings.activation_s()},
            ]
        return [
            {"arithmetic": multiply_adds * (prices.score_s + prices.weighted_s)},
            {"arithmetic": exponents * prices.exponent_s},
        ]

    def whole() -> list[Phase]:
        passes = ceilings.moves(_PASSES * table_bytes, "update", table_bytes)
        kept = _TABLES * table_bytes if table_bytes > MOST_KEPT_BYTES else 0
        return [*products(), passes, _given(ways["whole"], n, ceilings, kept)]

    def tiled() -> list[Phase]:
        tile = attention.tile
        called_s = ceilings.price_s("operator_call") + ceilings.price_s("threads_start")
        calls: Phase = {"overhead": _TILE_CALLS * (-(-n // tile)) ** 2 * called_s}
        over_rows: Phase = (
            ceilings.moves(_TILE_PASSES * table_bytes, "update", BYTES * tile * tile)
            if prices is None
            else {"arithmetic": _OVER_ROWS * n * n * prices.over_row_s}
        )
        return [*products(), over_rows, calls, _given(ways["tiled"], n, ceilings)]

    told: dict[WayToAttend, tuple[str, Callable[[], list[Phase]]]] = {
        "whole": ("внимание с таблицей", whole),
        "tiled": ("внимание плитками", tiled),
        "library": ("внимание PyTorch", products),
    }
    for name, (title, phases) in told.items():
        time_s = _time_at(ways[name].curve, n)
        if time_s is not None:
            slower = _EXPONENTS if prices is None else _COLD
            yield _told(f"attention.{name}", f"{title}, шагов: {n}", time_s, phases, slower, _CACHED)


def _given(way: AttentionWay | ConvolutionWay, size: int, ceilings: Ceilings, otherwise_bytes: float = 0.0) -> Phase:
    """Memory that the system gave for one run, page by page; of records that counted none, so many bytes."""
    counted = dict(zip((point.size for point in way.curve.points), way.fresh_pages or (), strict=False)).get(size)
    size_bytes = otherwise_bytes if counted is None else counted * PAGE_BYTES
    return {"overhead": ceilings.fresh(size_bytes) if size_bytes else 0.0}


def _convolution(convolution: Convolution, ceilings: Ceilings) -> Iterator[Promise]:
    """Ways over a row on the Conformer's own kernel and on the largest, then ways over an image."""
    ways = {way.name: way for way in convolution.depthwise}
    largest = round(max(point.size for point in ways["direct"].curve.points))
    for size in dict.fromkeys((HOME_KERNEL, largest)):
        for name, (title, phases, slower) in _DEPTHWISE.items():
            at = "" if size == HOME_KERNEL else f"_{size}"
            titled = f"{title}, ядро {size}"
            made = partial(phases, convolution, size, ceilings)
            yield from _convolved(f"depthwise.{name}{at}", titled, ways.get(name), size, made, slower, ceilings)
    dense = {way.name: way for way in convolution.dense}
    for name, (title, image_phases, slower) in _DENSE.items():
        made = partial(image_phases, convolution, ceilings)
        yield from _convolved(f"dense.{name}", title, dense.get(name), _SIDE, made, slower, ceilings)


def _convolved(
    name: str, title: str, way: ConvolutionWay | None, size: int, phases: Callable[[], list[Phase]], slower: str,
    ceilings: Ceilings,
) -> Iterator[Promise]:  # fmt: skip
    """One way, where it was timed: what it does, and the memory that the system gave for it."""
    time_s = None if way is None else _time_at(way.curve, size)
    if way is not None and time_s is not None:

        def with_pages() -> list[Phase]:
            return [*phases(), _given(way, size, ceilings)]

        yield _told(f"convolution.{name}", title, time_s, with_pages, slower, _CACHED)


def _prices(convolution: Convolution) -> ConvolutionPrices:
    if convolution.prices is None:
        raise NotMeasuredError("цены того, из чего состоит свёртка")
    return convolution.prices


def _slid(convolution: Convolution, size: int, ceilings: Ceilings) -> list[Phase]:
    """A row is updated once for each number of its kernel, in L1; before that, zeros are put around the input."""
    padded, result = (convolution.channels * each for each in (convolution.steps + size - 1, convolution.steps))
    return [
        {"overhead": ceilings.price_s("threads_start")},
        ceilings.moves(BYTES * 2 * (padded + result), "update", BYTES * (padded + result)),
        {"arithmetic": convolution.channels * size * _prices(convolution).row_s / ceilings.threads},
    ]


def _by_spectra(convolution: Convolution, size: int, ceilings: Ceilings) -> list[Phase]:
    """Three transforms of every channel; both inputs are copied longer, and their spectra multiplied."""
    length = fast_length(convolution.steps + size - 1)
    numbers = convolution.channels * length
    return [
        {"arithmetic": 3 * numbers * log2(length) * _prices(convolution).transform_s},
        ceilings.moves(BYTES * (2 + 2 + _SUMMED) * numbers, "update", BYTES * _SUMMED * numbers),
        {"overhead": _SPECTRA_CALLS * ceilings.price_s("operator_call")},
    ]


def _by_columns(convolution: Convolution, size: int, ceilings: Ceilings) -> list[Phase]:
    """A product for each channel, by one column: a result is a sum, kept in a few parts, each of which waits.

    Threads share each of the products, and are woken for each.
    """
    results = convolution.channels * convolution.steps
    waits_s = results * size / _PARTS / ceilings.threads * ceilings.price_s("addition")
    woken_s = convolution.channels * ceilings.price_s("threads_start") if ceilings.threads > 1 else 0.0
    return [{"arithmetic": results * _prices(convolution).column_s}, {"arithmetic": waits_s}, {"overhead": woken_s}]


def _by_waiting_sums(convolution: Convolution, size: int, ceilings: Ceilings) -> list[Phase]:
    """Each addition of PyTorch's own loop waits for the one before it."""
    additions = convolution.channels * convolution.steps * size / ceilings.threads
    return [{"arithmetic": additions * ceilings.price_s("addition")}]


# A way over a row: its title, what it is promised, and what is suspected where it takes longer.
_DEPTHWISE: dict[WayToConvolve, tuple[str, Callable[[Convolution, int, Ceilings], list[Phase]], str]] = {
    "direct": ("глубинная свёртка, прямой цикл", _slid, "строки коротки, и у каждой есть начало и конец"),
    "fft": ("глубинная свёртка, FFT", _by_spectra, "спектры просят памяти, и часть её система выдаёт заново"),
    "im2col": (
        "глубинная свёртка, im2col", _by_columns,
        "потоки будят ради каждого столбца, и спят они крепче, чем в пустом цикле, где мерили цену побудки",
    ),
    "library": ("глубинная свёртка PyTorch", _by_waiting_sums, "кроме суммы, каждый раз вычисляется адрес"),
}  # fmt: skip


@dataclass(frozen=True)
class _Image:
    """Counts of a 3 × 3 convolution from as many channels to as many."""

    channels: int
    rows: int
    columns: int

    @classmethod
    def of(cls, convolution: Convolution) -> "_Image":
        if convolution.image_rows is None or convolution.image_columns is None:
            raise NotMeasuredError("стороны картинки")
        return cls(convolution.image_channels, convolution.image_rows, convolution.image_columns)

    @property
    def numbers(self) -> int:
        """Of all channels."""
        return self.channels * self.rows * self.columns

    @property
    def multiply_adds(self) -> int:
        return self.numbers * self.channels * _SIDE**2


def _slid_over(convolution: Convolution, ceilings: Ceilings) -> list[Phase]:
    """A plane of the result is updated whole, so that with a plane of the input it hardly stays in L1."""
    image = _Image.of(convolution)
    rows = image.multiply_adds / convolution.steps  # of the length that has a price
    asked = ceilings.moves(_SUMMED * BYTES * image.multiply_adds, "update", 2 * BYTES * image.rows * image.columns)
    return [asked | {"arithmetic": rows * _prices(convolution).row_s / ceilings.threads}]


def _by_image_columns(convolution: Convolution, ceilings: Ceilings) -> list[Phase]:
    """im2col: every number is copied out nine times, and what comes out is laid out and multiplied."""
    image = _Image.of(convolution)
    unfolded = _SIDE**2 * image.numbers
    product = ceilings.product().phases(unfolded, image.multiply_adds)
    return [{"arithmetic": unfolded * _prices(convolution).unfolded_s}, *product]


def _by_tiles(convolution: Convolution, ceilings: Ceilings) -> list[Phase]:
    """Winograd: tiles are copied out, taken through B, multiplied over the channels, and taken through A."""
    image = _Image.of(convolution)
    tiles = image.channels * -(-image.rows // _TILE_STEP) * -(-image.columns // _TILE_STEP)
    inside, outside = _TILE**2, _TILE_STEP**2
    fma_s = ceilings.product().fma_s

    def product(read: int, written: int, each: int) -> list[Phase]:
        """`each` multiply-adds for every number written; tiles pass from memory or a cache, there and back."""
        moved = BYTES * tiles * (read + written)
        return [{"arithmetic": tiles * written * each * fma_s}, ceilings.moves(moved, "update", moved)]

    return [
        ceilings.moves(BYTES * 2 * image.numbers, "update", BYTES * 2 * image.numbers),
        {"arithmetic": tiles * inside * _prices(convolution).tiled_s},
        *product(inside, inside, inside),
        *product(inside, inside, image.channels),
        *product(inside, outside, inside),
        ceilings.moves(BYTES * 2 * image.numbers, "update", BYTES * 2 * image.numbers),
        {"overhead": _TILED_CALLS * ceilings.price_s("operator_call")},
    ]


def _by_image_spectra(convolution: Convolution, ceilings: Ceilings) -> list[Phase]:
    """Transforms of inputs, results and as many kernels as they have pairs.

    A kernel is written into a larger plane, its rows are transformed, then its columns.
    """
    image, prices = _Image.of(convolution), _prices(convolution)
    rows, columns = fast_length(image.rows + _SIDE - 1), fast_length(image.columns + _SIDE - 1)
    kernels, plane = image.channels**2, rows * columns
    kernel_bytes = BYTES * kernels * plane  # of the planes, and as many of their spectra: complex, but half of them
    return [
        {"arithmetic": (kernels + 2 * image.channels) * plane * log2(plane) * prices.transform_s},
        ceilings.moves((1 + 2 + 2) * kernel_bytes, "update", kernel_bytes),
        {"memory": kernels * rows * (columns // 2 + 1) * prices.spectral_s},
    ]


def _by_registers(convolution: Convolution, ceilings: Ceilings) -> list[Phase]:
    """oneDNN multiplies straight from the image, as fast as the best product here; the image is laid out for it."""
    image = _Image.of(convolution)
    laid_out = ceilings.moves(BYTES * 2 * 2 * image.numbers, "update", BYTES * 2 * image.numbers)
    return [laid_out, {"arithmetic": image.multiply_adds * ceilings.product(by_anyone=True).fma_s}]


# A way over an image, as those over a row.
_DENSE: dict[WayToConvolve, tuple[str, Callable[[Convolution, Ceilings], list[Phase]], str]] = {
    "direct": ("свёртка 3×3, прямой цикл", _slid_over, "строка, сдвинутая на одно число, ложится в кэш вкось"),
    "im2col": ("свёртка 3×3, im2col", _by_image_columns, "выписывать столбцы умеет только часть потоков"),
    "winograd": (
        "свёртка 3×3, Виноград", _by_tiles,
        "у матриц преобразования шестнадцать столбцов: на таких узких произведениях библиотека не разгоняется",
    ),
    "fft": ("свёртка 3×3, FFT", _by_image_spectra, "спектров ядер больше, чем страниц помнит TLB"),
    "library": ("свёртка 3×3, oneDNN", _by_registers, "узкая картинка не делится на её плитки нацело"),
}  # fmt: skip


def _batching(batching: Batching, ceilings: Ceilings) -> Iterator[Promise]:
    """Time goes by computed frames, padding included; in a batch the weights are laid out once for all."""
    device = batching.device
    orders: dict[str, Order] = {order.name: order for order in batching.orders}
    came = orders["random"]

    def padded() -> Prediction:
        if batching.alone_time_s is None:
            raise NotMeasuredError("время фраз по одной")
        return Prediction(
            name=f"batching.{device}.random", title=as_they_came, measured=sum(came.times_s),
            phases=[{"arithmetic": batching.alone_time_s / (1 - came.padding_share)}],
            slower=_SHAPES, faster=_TOGETHER, device=device,
        )  # fmt: skip

    as_they_came = "пачки в порядке прихода: по одной, и ещё нули"
    yield attempt(f"batching.{device}.random", as_they_came, padded, device)
    for name, title in (("sorted", "пачки по длине"), ("packed", "пачки по площади")):
        order = orders[name]
        computed = (1 - came.padding_share) / (1 - order.padding_share)
        phases: list[Phase] = [{"arithmetic": sum(came.times_s) * computed}]
        yield Prediction(
            name=f"batching.{device}.{name}", title=title, measured=sum(order.times_s), phases=phases,
            slower=_SHAPES, faster=_SHAPES, device=device,
        )  # fmt: skip
    sizes = {round(point.size): median(point.times_s) for point in batching.equal.points}
    largest = max(sizes)
    if device == "cpu" and largest > 1:
        rows = batching.equal_utterance_s / STEP_S

        def one_batch() -> list[Phase]:
            product = ceilings.product()
            moved, multiplied = product.weight_s, rows * product.fma_s
            share = sizes[1] / (moved + multiplied)
            return [{product.level: moved * share}, {"arithmetic": largest * multiplied * share}]

        title = f"пачка равных фраз, {largest}: по одной фразе"
        yield _told("batching.cpu.equal", title, sizes[largest], one_batch, _SHAPES, _TOGETHER)


def _checkpointing(checkpointing: Checkpointing) -> Iterator[Promise]:
    """A schedule's time and memory, by one layer measured alone."""
    for chain in checkpointing.chains:
        for sweep in chain.sweeps:
            if (sweep.way, sweep.slots) != ("revolve", _SHOWN[chain.name]):
                continue
            name = f"checkpointing.{chain.name}.revolve_{sweep.slots}"
            title = f"{_CHAINS[chain.name]}, расписание, входов: {sweep.slots}"
            yield Prediction(
                name=name, title=title, measured=median(sweep.times_s),
                phases=[{"arithmetic": sweep.predicted_time_s}], slower=_ALONE, faster=_FASTER,
            )  # fmt: skip
            yield Prediction(
                name=f"{name}.memory", title=f"{title}, память", measured=sweep.peak_bytes,
                phases=[{"memory": sweep.predicted_bytes}], slower=_ALONE, faster=_FASTER, dimension="bytes",
            )  # fmt: skip


def _ring(ring: Ring, ceilings: Ceilings) -> Iterator[Promise]:
    """Bytes by the theory; time by how often a vector is passed on, and what one pass takes alone."""
    run = max(ring.runs, key=lambda run: run.workers)
    p, vector = run.workers, ring.bytes_a_worker
    title = f"сумма по кольцу, участников: {p}"
    yield Prediction(
        name="ring.sent", title=f"{title}, отправил каждый", measured=run.ring_sent_bytes,
        phases=[{"memory": 2 * (p - 1) / p * vector}], slower=_ALONE, faster=_FASTER, dimension="bytes",
    )  # fmt: skip

    def carried() -> tuple[float, float]:
        """Seconds of one vector from worker to worker, and of an exchange of nothing, where fewest others wait."""
        fewest = min(ring.runs, key=lambda run: run.workers)
        if fewest.pass_times_s is None or fewest.empty_times_s is None:
            raise NotMeasuredError("время одной посылки между процессами")
        return median(fewest.pass_times_s), median(fewest.empty_times_s) / (2 * (fewest.workers - 1))

    def around() -> list[Phase]:
        pass_s, empty_s = carried()
        # A message takes two cores, the sender's and the receiver's; so many go on at once as there are cores for.
        at_once = min(p, max(1.0, ceilings.threads / 2))
        return [{"overhead": 2 * (p - 1) * empty_s}, {"memory": 2 * (p - 1) * pass_s / at_once}]

    def through_the_middle() -> list[Phase]:
        pass_s, _ = carried()
        summed = Ceilings(ceilings.numbers, 1).moves((p - 1) * vector * _SUMMED, "update", 2 * vector)
        return [{"memory": 2 * (p - 1) * pass_s}, summed]

    for name, way, time_s, phases in (
        ("ring", title, run.ring_times_s, around),
        ("ring.star", f"сумма звездой, участников: {p}", run.star_times_s, through_the_middle),
        ("ring.library", f"сумма gloo, участников: {p}", run.library_times_s, around),
    ):
        yield _told(name, way, median(time_s), phases, _WAITS, _OVERLAPS)


def _many_hours(hours: ManyHours) -> Iterator[Promise]:
    """Utterances dealt out take as long as the busiest worker; threads of one process divide each product."""
    if hours.device != "cpu":
        return
    alone = hours.one_thread_time_s
    for name, title, measured, promised, slower in (
        (
            "shares", f"процессов: {hours.workers}, каждому своя доля", max(hours.share_times_s),
            alone * hours.largest_share, "память на всех одна",
        ),
        (
            "threads", f"один процесс, потоков: {hours.threads}", hours.all_threads_time_s, alone / hours.threads,
            "матрицы одной фразы малы: потокам в них тесно",
        ),
    ):  # fmt: skip
        yield Prediction(
            name=f"many_hours.cpu.{name}", title=title, measured=measured, phases=[{"arithmetic": promised}],
            slower=slower, faster="ядро, которому помогают, разгоняется выше",
        )  # fmt: skip


def _time_at(curve: Curve, size: float) -> float | None:
    return next((median(point.times_s) for point in curve.points if point.size == size), None)
