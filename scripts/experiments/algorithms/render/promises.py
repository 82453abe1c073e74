"""What the machine's ceilings, and what each story measured alone, promise it, beside what it took."""

from collections.abc import Callable, Iterator, Mapping
from statistics import median

from shared.ceilings import BYTES, Ceilings
from talk.records.schema import Record
from talk.render.prediction import Phase, Prediction, Promise, attempt

from ..record import Algorithms, Attention, Batching, Checkpointing, Convolution, Curve, ManyHours, Order, Ring
from .bill import HOME_KERNEL, STEP_S

_KEPT_BYTES = 32 << 20  # glibc's largest threshold: more than this comes from the system anew
_TABLES, _PASSES = 3, 6  # of whole attention: scores, scaled, softmax; each is written once and read once
_TILE_PASSES, _TILE_CALLS = 8, 12  # of tiled attention, for each tile of the table
_SHOWN = {"conformer": 3, "recurrent": 24}  # inputs kept by the schedule that the chapter tells of
_CHAINS = {"conformer": "Conformer", "recurrent": "рекуррентная сеть"}
_COPIES = 4  # of a number sent within a machine: read and written into the system's buffer, then out of it
_SUMMED = 3  # a sum reads two numbers and writes one

_EXPONENTS = "поиск наибольшего и поправки к суммам: их цены модель не знает, а узкие произведения считает широкими"
_SHAPES = "от формы пачки зависит не только число кадров, но и то, что влезает в кэш"
_TOGETHER = "на всю пачку один набор вызовов, и матрицы в ней выше: библиотека успевает разогнаться"
_ALONE = "слой внутри цепочки не застаёт в кэше того, что застал один"
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
    """Both products of n × n × width, and an exponent for each number of the table.

    The whole table goes through memory, a tile of it through the caches.
    """
    ways: dict[str, Curve] = {way.name: way.curve for way in attention.ways}
    n = round(max(point.size for point in ways["whole"].points))
    table_bytes = BYTES * n * n

    def products() -> list[Phase]:
        multiply_adds, exponents = 2 * n * n * attention.width, n * n
        return [
            {"arithmetic": multiply_adds * ceilings.product().fma_s},
            {"arithmetic": exponents * ceilings.activation_s()},
        ]

    def whole() -> list[Phase]:
        passes = ceilings.moves(_PASSES * table_bytes, "update", table_bytes)
        fresh: Phase = {"overhead": ceilings.fresh(_TABLES * table_bytes) if table_bytes > _KEPT_BYTES else 0.0}
        return [*products(), passes, fresh]

    def tiled() -> list[Phase]:
        tile = attention.tile
        called_s = ceilings.price_s("operator_call") + ceilings.price_s("threads_start")
        passes = ceilings.moves(_TILE_PASSES * table_bytes, "update", BYTES * tile * tile)
        return [*products(), passes, {"overhead": _TILE_CALLS * (-(-n // tile)) ** 2 * called_s}]

    for name, title, phases in (
        ("whole", "внимание с таблицей", whole),
        ("tiled", "внимание плитками", tiled),
        ("library", "внимание PyTorch", products),
    ):
        time_s = _time_at(ways[name], n)
        if time_s is not None:
            yield _told(f"attention.{name}", f"{title}, шагов: {n}", time_s, phases, _EXPONENTS)


def _convolution(convolution: Convolution, ceilings: Ceilings) -> Iterator[Promise]:
    """Of the depthwise one on the Conformer's own kernel: ours updates rows, PyTorch's sum waits for itself."""
    ways: dict[str, Curve] = {way.name: way.curve for way in convolution.depthwise}
    additions = convolution.channels * convolution.steps * HOME_KERNEL / ceilings.threads

    def direct() -> list[Phase]:
        started: Phase = {"overhead": ceilings.price_s("threads_start")}
        return [started, {"arithmetic": additions * ceilings.price_s("row_update")}]

    def library() -> list[Phase]:
        return [{"arithmetic": additions * ceilings.price_s("addition")}]

    for name, title, phases, slower in (
        ("direct", "глубинная свёртка, прямой цикл", direct, "строки коротки, и у каждой есть начало и конец"),
        ("library", "глубинная свёртка PyTorch", library, "кроме суммы, каждый раз вычисляется адрес"),
    ):
        time_s = _time_at(ways[name], HOME_KERNEL) if name in ways else None
        if time_s is not None:
            yield _told(f"convolution.depthwise.{name}", title, time_s, phases, slower)


def _batching(batching: Batching, ceilings: Ceilings) -> Iterator[Promise]:
    """Time goes by computed frames, padding included; in a batch the weights are laid out once for all."""
    device = batching.device
    orders: dict[str, Order] = {order.name: order for order in batching.orders}
    came = orders["random"]
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
    """Bytes by the theory; time by the copies that workers of one machine make of them."""
    run = max(ring.runs, key=lambda run: run.workers)
    p, vector = run.workers, ring.bytes_a_worker
    title = f"сумма по кольцу, участников: {p}"
    yield Prediction(
        name="ring.sent", title=f"{title}, отправил каждый", measured=run.ring_sent_bytes,
        phases=[{"memory": 2 * (p - 1) / p * vector}], slower=_ALONE, faster=_FASTER, dimension="bytes",
    )  # fmt: skip

    def copies() -> list[Phase]:
        sent = 2 * (p - 1) * vector
        return [ceilings.moves(sent * _COPIES + (p - 1) * vector * _SUMMED, "update", p * vector)]

    waits = "участников больше, чем ядер: каждый шаг ждёт, пока система даст ход соседу"
    yield _told("ring", title, median(run.ring_times_s), copies, waits)


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
