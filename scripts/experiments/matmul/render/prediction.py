"""What each step of one thread should take on the machine at hand, computed before it is asked what it did.

A step is a row of phases, one after another. A phase asks several resources at once, and the one that needs the most
time holds it up. Counts follow from the code of the step and from how this machine cuts the product up; prices are what
circle 9 has measured. Nothing is fitted: where the two part, the step does something that this model does not know.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from shared.ceilings import BYTES, KEPT_SHARE, MOST_KEPT_BYTES
from talk.render.prediction import NEAR as NEAR
from talk.render.prediction import Phase, Prediction, Unmade
from talk.words import NBSP

from ..record import Level, Matmul, Point, Prices, Tiling, Traffic
from .steps import STEPS

_LINE_BYTES = 64
_CUTOFF = 64  # of circle 3, below which it multiplies as circle 2 does
_SUMS = 18  # of quarters, in one level of Strassen
_TEMPORARIES = 25  # quarters that one level of Strassen in NumPy asks memory for
_HELD = 15  # quarters of them at once: seven products, four quarters of the result, and the result
# Of quarters, what a level moves: two are read for a sum and one is written, which is fetched first; so is a copy.
_MOVED_BY_SUMS, _MOVED_BY_COPY = 4, 3
_COPIED_OPERANDS = 4  # quarters that a product of its own copies first, for their rows lie far apart
_SEARCHED = 4  # the result, quarter by quarter, for what is not finite

_UNHIDDEN = "полоса B едет из кэша на каждый ряд плиток, и за умножениями прячется не вся"
# What is suspected where a step takes longer than promised, and where it takes less.
_SLOWER = {
    "compiled": "столбец B вытесняет сам себя из кэшей",
    "strassen": "на каждую часть матрицы заводятся новые массивы",
    "order": "строки короткие, их начала и концы считаются по одному числу",
    "blocking": "строка C читается раньше, чем записана предыдущая правка",
    "registers": "строки B далеко друг от друга, и предвыборка за ними не успевает",
    "packing": _UNHIDDEN,
    "overlap": _UNHIDDEN,
    "strassen_over_tiles": "под суммы нужны новые массивы, а строки четвертей лежат вразбивку",
    "threads": f"{_UNHIDDEN}; а ждут ещё и последнего",
}
_FASTER = "соседние циклы перекрываются, а обещание складывает их подряд"

_TITLES = {step.name: step.title for step in STEPS}
# What no record has a price for.
_SHORT = "пик на числах короче float32"
_LACKING = {"python": "цена одного действия в Python", "bfloat16": _SHORT, "int8": _SHORT}


@dataclass(frozen=True, kw_only=True)
class StepPrediction(Prediction):
    """A step of the descent, predicted at one point."""

    point: Point


@dataclass(frozen=True)
class Model:
    """The machine: its peak, what each level gives to each kind of traffic, and what a single thing costs.

    `tile_flops_per_s` is the peak of FMAs that load their operands, `line_s` the price of a line down the rows of a
    square by its side and the width of the walk. Records of before know neither.
    """

    threads: int
    peak_flops_per_s: float
    bytes_per_s: dict[tuple[Level, Traffic], float]
    prices: Prices
    tiling: Tiling
    tile_flops_per_s: float | None = None
    line_s: Mapping[tuple[int, int], float] = field(default_factory=dict)

    def level(self, size_bytes: float) -> Level:
        """Where a working set of this size lives."""
        cut = self.tiling
        sizes: tuple[tuple[Level, int], ...] = (("l1", cut.l1_bytes), ("l2", cut.l2_bytes), ("l3", cut.l3_bytes))
        return next((level for level, holds in sizes if size_bytes <= KEPT_SHARE * holds), "memory")

    def moves(self, asked_bytes: float, traffic: Traffic, set_bytes: float) -> Phase:
        """The time to move so many bytes of a working set."""
        level = self.level(set_bytes)
        return {level: asked_bytes / self.bytes_per_s[level, traffic]}

    def walks(self, lines: float, n: int, width: int, set_bytes: float) -> Phase:
        """The time to ask for so many lines down the rows of a square, `width` numbers of each."""
        line_s = self.line_s.get((n, width))
        if line_s is None:
            return self.moves(lines * _LINE_BYTES, "load", set_bytes)
        return {self.level(set_bytes): lines * line_s}

    def multiplies(self, flops: float) -> Phase:
        """The time of the tile's own instructions: its FMAs, and their loads beside them."""
        phase: Phase = {"arithmetic": flops / self.peak_flops_per_s}
        if self.tile_flops_per_s is not None:
            phase["issue"] = flops / self.tile_flops_per_s
        return phase


def model_of(data: Matmul, threads: int) -> Model | None:
    """The machine with so many threads; None where the record does not hold all of it."""
    peak = next((each for each in data.peaks if (each.device, each.threads) == ("cpu", threads)), None)
    known = {
        (each.level, each.traffic): each.typical_bytes_per_s for each in data.bandwidths if each.threads == threads
    }
    cut = data.tiling
    if peak is None or data.prices is None or cut is None or not cut.l1_bytes:
        return None
    # Loads, stores and updates of each level that there is; a record of before has loads alone.
    if len(known) < 3 * (4 if cut.l3_bytes else 3):
        return None
    return Model(
        threads,
        peak.typical_flops_per_s,
        known,
        data.prices,
        cut,
        peak.tile_flops_per_s,
        {(each.n, each.width): each.line_s for each in data.walks},
    )


def step_predictions(data: Matmul) -> list[StepPrediction]:
    """Every step that the model knows, each at its largest square."""
    found = []
    for contender in data.contenders:
        phases_of = _PHASES.get(contender.name)
        model = model_of(data, contender.threads)
        if phases_of is not None and model is not None and contender.squares:
            point = contender.squares[-1]
            found.append(
                StepPrediction(
                    name=contender.name,
                    title=f"{_TITLES[contender.name]}, n{NBSP}={NBSP}{point.n}",
                    measured=median(point.times_s),
                    phases=phases_of(point.n, model),
                    slower=_SLOWER[contender.name],
                    faster=_FASTER,
                    point=point,
                )
            )
    return found


def sent_predictions(data: Matmul) -> Iterator[Prediction]:
    """What all processes of a sharded product send: counted, and by the system's counters."""
    for each in data.distributed:
        if each.killed is None and each.sent_bytes:
            yield Prediction(
                name=f"distributed_{each.device}.sent",
                title=f"SUMMA, процессов: {each.grid_rows * each.grid_columns}, отправили все",
                measured=each.sent_bytes,
                phases=[{"memory": each.predicted_bytes}],
                slower="счётчик видит и служебное: заголовки, подтверждения, рукопожатия",
                faster="часть сообщений прошла мимо счётчика",
                device=each.device,
                dimension="bytes",
            )


def unmade(data: Matmul, predicted: Container[str]) -> Iterator[Unmade]:
    """Steps that were measured, and that nothing measured here could promise."""
    for each in data.contenders:
        is_known = each.name in _LACKING or each.name in _PHASES or (each.device == "cuda" and not each.library)
        if each.squares and is_known and each.name not in predicted:
            otherwise = "потолки и цены этой машины" if each.device == "cpu" else "машинный код шага"
            title = f"{_TITLES[each.name]}, n{NBSP}={NBSP}{each.squares[-1].n}"
            yield Unmade(name=each.name, title=title, missing=_LACKING.get(each.name, otherwise), device=each.device)


def _compiled(n: int, model: Model) -> list[Phase]:
    """A sum that waits for itself, and of B a whole line for each number.

    A column's lines serve its neighbours too, but from L2: a power of two apart, they have no room in L1. The whole of
    B passes once for each row of A.
    """
    lines = model.walks(n**3, n, 1, max(n * _LINE_BYTES, model.tiling.l1_bytes))
    whole_b = model.moves(BYTES * n**3, "load", BYTES * n * n)
    return [{"arithmetic": n**3 * model.prices.addition_s, **_together(lines, whole_b)}]


def _order(n: int, model: Model) -> list[Phase]:
    """For each number of A a row of C is updated in L1, and a row of B comes from where the whole of B lives."""
    rows_of_b = model.moves(BYTES * n**3, "load", BYTES * n * n)
    return [{**_updates(n, model), **rows_of_b}]


def _blocking(n: int, model: Model) -> list[Phase]:
    """As before, but the block of B lives in L2, and C comes anew for each block."""
    rows = max(1, model.tiling.block_depth * model.tiling.block_columns // n)
    blocks = -(-n // rows)
    rows_of_b = model.moves(BYTES * n**3, "load", BYTES * min(rows, n) * n)
    rows_of_c = model.moves(2 * BYTES * n * n * blocks, "update", 2 * BYTES * n * n)
    return [{**_updates(n, model), **_together(rows_of_b, rows_of_c)}]


def _updates(n: int, model: Model) -> Phase:
    """The innermost loop as the compiler writes it, its rows in L1."""
    return {"arithmetic": n**3 * model.prices.row_update_s}


def _registers(n: int, model: Model) -> list[Phase]:
    """The tile over B as it lies: a block's rows are a whole row of B apart, and so far apart the cache keeps them.

    Rows a power of two apart share few sets of the cache, so it is their span that has to fit, not their bytes.

    A line is multiplied as soon as it comes. Multiply-adds that wait for it fill the core's queue, so that it does not
    get to the lines after the next few, and their way is not hidden: waits and multiplications add up.
    """
    cut = model.tiling
    lines = BYTES * n**3 / cut.rows / _LINE_BYTES
    walked = model.walks(lines, n, cut.columns, BYTES * min(cut.block_depth, n) * n)
    return [_trips(n, model), walked, _tiles(n, model, {})]


def _trips(n: int, model: Model) -> Phase:
    """C comes and goes once for each block along the sum, and A comes for each block of columns."""
    of_c = model.moves(2 * BYTES * n * n * -(-n // model.tiling.block_depth), "update", BYTES * n * n)
    of_a = model.moves(BYTES * n * n * -(-n // model.tiling.block_columns), "load", BYTES * n * n)
    return _together(of_c, of_a)


def _tiles(n: int, model: Model, blocks_of_b: Phase) -> Phase:
    """A row and a column of the tile for every step along the sum, and the block of B for each row of tiles."""
    cut = model.tiling
    asked = BYTES * n**3 * (cut.rows + cut.columns) / (cut.rows * cut.columns)
    tiles = model.moves(asked, "load", 2 * BYTES * cut.rows * min(cut.block_depth, n))
    return {**model.multiplies(2 * n**3), **_together(tiles, blocks_of_b)}


def _packing(n: int, model: Model) -> list[Phase]:
    """B is copied once, block by block; a block lies in one piece then. C and A are fetched when they are needed."""
    return [_packed(n, model), _trips(n, model), _tiles_over_packed(n, model)]


def _overlap(n: int, model: Model) -> list[Phase]:
    """The first row of tiles packs B while it multiplies; C and A are prefetched all the while."""
    tiles, first = _tiles_over_packed(n, model), min(1.0, model.tiling.rows / n)
    under_packing = {resource: time_s * first for resource, time_s in tiles.items()}
    rest = {resource: time_s * (1 - first) for resource, time_s in tiles.items()}
    return [_together(under_packing, _packed(n, model)), _together(rest, _trips(n, model))]


def _packed(n: int, model: Model) -> Phase:
    return model.moves(2 * BYTES * n * n, "update", BYTES * n * n)


def _tiles_over_packed(n: int, model: Model) -> Phase:
    cut = model.tiling
    block_bytes = BYTES * min(cut.block_depth, n) * min(cut.block_columns, n)
    return _tiles(n, model, model.moves(BYTES * n**3 / cut.rows, "load", block_bytes))


def _threads(n: int, model: Model) -> list[Phase]:
    """Every thread packs and multiplies a strip of its own; bandwidths are those of all threads at once."""
    return [{"overhead": model.prices.threads_start_s}, *_overlap(n, model)]


def _strassen(n: int, model: Model) -> list[Phase]:
    """Seven halves a level down to blocks of circle 2, eighteen sums a level, and NumPy's call for each of them."""
    phases, side, products = _result(n, model), n, 1
    while side > _CUTOFF:
        side //= 2
        phases += _sums(side, products, model, leaves=side <= _CUTOFF)
        products *= 7
    phases.append({"arithmetic": products * side**3 * (model.prices.short_sum_s or model.prices.addition_s)})
    return phases


def _strassen_over_tiles(n: int, model: Model) -> list[Phase]:
    half = n // 2
    products = [phase for _ in range(7) for phase in _overlap(half, model)]
    return [*_result(n, model), *_sums(half, 1, model, leaves=True), *products]


def _sums(side: int, products: int, model: Model, *, leaves: bool) -> list[Phase]:
    """The sums of one level, their four quarters put together, and operands copied where the next level multiplies."""
    quarter = BYTES * side * side
    copies = 4 + (_COPIED_OPERANDS if leaves else 0)
    passes = _SUMS * _MOVED_BY_SUMS + copies * _MOVED_BY_COPY
    moved = model.moves(products * passes * quarter, "update", 3 * quarter)
    return [moved, {"overhead": products * _TEMPORARIES * model.prices.operator_call_s}]


def _result(n: int, model: Model) -> list[Phase]:
    """The result is looked through and copied out; and what the whole product holds at once is partly new memory.

    glibc keeps twice the largest piece that was freed, which is the result; what is beyond goes back to the system
    after each product, and comes again page by page.
    """
    quarter = BYTES * (n // 2) ** 2
    moved = model.moves((_SEARCHED + 4 * _MOVED_BY_COPY) * quarter, "update", 2 * 4 * quarter)
    fresh_bytes = max(0, _HELD * quarter - 2 * min(4 * quarter, MOST_KEPT_BYTES))
    return [moved, {"overhead": fresh_bytes / model.prices.page_bytes * model.prices.fresh_page_s}]


def _together(*moves: Phase) -> Phase:
    """Several streams at once: each resource needs the time of all that it gives."""
    needed: Phase = {}
    for move in moves:
        for level, time_s in move.items():
            needed[level] = needed.get(level, 0.0) + time_s
    return needed


_PHASES: dict[str, Callable[[int, Model], list[Phase]]] = {
    "compiled": _compiled,
    "strassen": _strassen,
    "order": _order,
    "blocking": _blocking,
    "registers": _registers,
    "packing": _packing,
    "overlap": _overlap,
    "strassen_over_tiles": _strassen_over_tiles,
    "threads": _threads,
}
