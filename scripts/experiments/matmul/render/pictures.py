"""What hardware does in the descent, drawn for the measured machine: its cache lines, register tile and memories."""

import math
from collections.abc import Iterator
from itertools import pairwise

from talk.render.captions import Provenance
from talk.render.drawing import Drawing
from talk.render.scene import WIDTH, Figure, Play, Scene, arrow, slab, stroke, words
from talk.words import NBSP, decimals_for, number, plural, quantity

from ..record import Matmul
from . import card_pictures
from .values import common_size

_LINE = 16  # numbers in a cache line of 64 bytes
_LINES = 8  # of them are drawn


def figure(source: Provenance, scene: Scene, caption: str) -> str:
    """The scene with the caption of its record."""
    return source.figure(scene.html, caption, "drawn", "cpu")


def cache_lines(source: Provenance, data: Matmul) -> str:
    """A walk down a column takes one number of each cache line; a walk along a row takes them all."""
    cell, gap, top = 22, 2, 62
    frames, base = [], ""
    for left, title, kind in ((0, "по столбцу", "down"), (420, "по строке", "along")):
        base += words((left, 36), title)
        for row in range(_LINES):
            base += "".join(
                slab(
                    (left + column * cell, top + row * (cell + 22)),
                    (cell - gap, cell + 16),
                    kind="ghost",
                    part=f"{kind}-{row}-{column}",
                )
                for column in range(_LINE)
            )
        frames.append(_walk(left, top, cell, gap, kind))
    base += words((0, 468), f"строка клеток — кэш-линия: {_LINE} чисел", kind="quiet")
    figures, told = [], ""
    for at, (name, tone, said) in enumerate(
        (("compiled", 1, f"взято одно из {_LINE}"), ("order", 4, f"взято {_LINE} из {_LINE}"))
    ):
        point = _at_common_size(data, name, "compiled", "order")
        if point is not None:
            rate, unit = quantity(point, "flop_rate").split(NBSP)
            figures.append(Figure(rate, f"{unit}, {said}", tone, at))
            told += f"; {said} — {rate} {unit}"
    scene = Scene(
        "Кэш-линии: по столбцу и по строке",
        f"Обход столбца берёт из каждой кэш-линии одно число из {_LINE}, обход строки — все{told}",
        base,
        490,
        frames,
        figures,
        play=Play("lines"),
    )
    return figure(
        source, scene, f"Обход B во внутреннем цикле: слева круг второй, справа четвёртый; в кэш-линии {_LINE} чисел"
    )


def _walk(left: float, top: float, cell: float, gap: float, kind: str) -> str:
    high = cell + 22
    if kind == "down":
        column = 5
        parts = [slab((left, top + row * high), (_LINE * cell - gap, cell + 16), 1) for row in range(_LINES)]
        parts += [
            slab((left + column * cell, top + row * high), (cell - gap, cell + 16), 1, "lit") for row in range(_LINES)
        ]
        x = left + (column + 0.5) * cell - gap / 2
        return "".join(parts) + arrow((x, top - 14), (x, top + _LINES * high + 8))
    row = 3
    parts = [
        slab((left + column * cell, top + row * high), (cell - gap, cell + 16), 4, "lit") for column in range(_LINE)
    ]
    y = top + row * high + (cell + 16) / 2
    return "".join(parts) + arrow((left - 14, y), (left + _LINE * cell + 22, y))


def _at_common_size(data: Matmul, name: str, *names: str) -> float | None:
    """FLOP/s of the contender `name` at the largest square that all of `names` multiplied; None where none is."""
    found = [data.find(each) for each in names]
    there = [each for each in found if each is not None and each.squares]
    mine = data.find(name)
    if mine is None or len(there) < len(names):
        return None
    size = common_size(there[0], *there[1:])
    point = mine.at(size) if size is not None else None
    return point.flops_per_s if point else None


def _speedup(data: Matmul, name: str, above: str) -> Iterator[Figure]:
    """How many times faster than the step above, where both were measured at one size."""
    mine, theirs = (_at_common_size(data, each, name, above) for each in (name, above))
    if mine and theirs:
        at_first, now = quantity(theirs, "flop_rate", "ГФЛОП/с"), quantity(mine, "flop_rate", "ГФЛОП/с")
        yield Figure(f"×{number(mine / theirs, 1)}", f"{at_first.split(NBSP)[0]} → {now}")


def tile(source: Provenance, data: Matmul) -> str:
    """The register tile: a column of A and a row of B meet in registers of C, which never go to memory."""
    tiling = data.tiling
    assert tiling is not None  # the fragment asks for records that have it
    rows, vectors, lanes = tiling.rows, max(1, tiling.columns // tiling.lanes), tiling.lanes
    left, top, right = 166.0, 150.0, 796.0
    high = min(56.0, 320.0 / rows)
    wide = (right - left) / vectors
    space = min(8.0, high / 5)

    def register(row: int, vector: int, tone: int = 2, kind: str = "") -> str:
        part = "" if kind else f"c-{row}-{vector}"
        return slab((left + vector * wide, top + row * high), (wide - 8, high - space), tone, kind, part)

    def lane(vector: int, at: int, row: int | None, tone: int, kind: str) -> str:
        step = (wide - 20) / lanes
        place = left + vector * wide + 6 + at * step
        if row is None:
            return slab((place, 72), (max(2.0, step - 3), 36), tone, kind)
        return slab((place, top + row * high), (max(2.0, step - 3), high - space), tone, kind)

    base = words((left, 40), f"строка B: {_counted(vectors, lanes)}", tone=3)
    base += words((0, 126), "столбец A", tone=1)
    base += "".join(
        slab((left + vector * wide, 64), (wide - 8, 52), 3, part=f"b-{vector}") for vector in range(vectors)
    )
    base += "".join(lane(vector, at, None, 3, "lit") for vector in range(vectors) for at in range(lanes))
    base += "".join(slab((66, top + row * high), (70, high - space), 1, part=f"a-{row}") for row in range(rows))
    base += "".join(register(row, vector) for row in range(rows) for vector in range(vectors))
    bottom = top + rows * high
    registers = rows * vectors
    base += words(
        (left, bottom + 40),
        f"плитка C, {rows} × {tiling.columns}: {registers} {plural(registers, 'регистр', 'регистра', 'регистров')}",
        tone=2,
    )

    def broadcast(row: int) -> str:
        y = top + row * high + (high - space) / 2
        lit = slab((66, top + row * high), (70, high - space), 1, "lit")
        return (
            lit + "".join(register(row, vector, 2, "lit") for vector in range(vectors)) + arrow((140, y), (right, y), 1)
        )

    middle = lanes // 2
    one_lane = lane(0, middle, None, 4, "lit") + "".join(lane(0, middle, row, 4, "lit") for row in range(rows))
    # The last frame is what paper keeps.
    frames = [broadcast(row) for row in range(min(2, rows))] + [broadcast(rows // 2) + one_lane]
    reads = rows + vectors
    figures = [
        Figure(str(reads), plural(reads, "чтение", "чтения", "чтений"), 3),
        Figure(str(registers), f"FMA по {lanes} {plural(lanes, 'числу', 'числа', 'чисел')}", 2, len(frames) - 1),
        *_speedup(data, "registers", "blocking"),
    ]
    scene = Scene(
        "Плитка C в регистрах",
        f"Столбец A из {rows}, строка B: {_counted(vectors, lanes)}, плитка C в {registers} регистрах. Одно число A "
        f"умножается на всю строку B; на {reads} чтений {registers} FMA",
        base,
        round(bottom + 62),
        frames,
        figures,
        passing=True,
        play=Play("tile"),
    )
    return figure(
        source, scene, "Один шаг по k: сколько прочитано и сколько посчитано; размеры плитки — для этой машины"
    )


def _counted(vectors: int, lanes: int) -> str:
    return f"{vectors} {plural(vectors, 'вектор', 'вектора', 'векторов')} по {lanes}"


def memory_ladder(source: Provenance, data: Matmul) -> str:
    """Registers, caches and memory one under another: what lives in which, and how wide the way between them is."""
    tiling = data.tiling
    assert tiling is not None  # the fragment asks for records that have it
    registers = tiling.rows * tiling.columns * 4
    rows_of_a, block = 4 * tiling.rows * tiling.block_depth, 4 * tiling.block_depth * tiling.block_columns
    levels: list[tuple[str, str, int, tuple[str, int] | None]] = [
        ("", "регистры", registers, ("плитка C", registers)),
        ("l1", "L1", tiling.l1_bytes, ("строки A", rows_of_a)),
        ("l2", "L2", tiling.l2_bytes, ("блок B", block)),
        ("l3", "L3", tiling.l3_bytes, None),
        ("memory", "память", 1 << 36, None),
    ]
    levels = [each for each in levels if each[2] > 0]
    alone = [each for each in data.bandwidths if each.threads == 1]
    ways: dict[str, float] = {
        each.level: max(one.bytes_per_s for one in alone if one.level == each.level) for each in alone
    }
    left, high, step = 232.0, 62.0, 100.0
    least, most = 1024, 1 << 36
    base, frames, told, boxes = "", [], [], []
    for at, (level, title, size, tenant) in enumerate(levels):
        y = 8 + at * step
        wide = 60 + 500 * math.log(max(size, least) / least) / math.log(most / least)
        wide = min(wide, 300 if tenant else 560)
        said = title if level in ("", "memory") else f"{title}, {quantity(size, 'bytes')}"
        if level in ways:
            narrow = max(4.0, 150 * ways[level] / max(ways.values()))
            base += slab((left + 4, y - (step - high)), (narrow, step - high), 3, "lit")
        base += slab((left, y), (wide, high), 2, part=f"box-{at}") + words((0, y + 42), said)
        boxes.append({"title": title, "bytes": size, "rate": ways.get(level)})
        told.append(said)
        if tenant is not None:
            name, bytes_there = tenant
            share = min(1.0, bytes_there / size)
            where = f"{name}, {quantity(bytes_there, 'bytes')}"
            frames.append(slab((left, y), (wide * share, high), 1, "lit") + words((796, y + 42), where, "end", tone=1))
            told[-1] += f": {where}"
    figures = [
        Figure(number(ways[level] / 1e9, decimals_for(ways[level] / 1e9)), f"ГБ/с {said}", 3, part=level)
        for level, said in (("l1", "из L1"), ("memory", "из памяти"))
        if level in ways
    ]
    scene = Scene(
        "Лестница памяти",
        "; ".join(told) + "".join(f"; {each.number} {each.words}" for each in figures),
        base,
        round(len(levels) * step - 20),
        frames,
        figures,
        play=Play(
            "ladder",
            {"boxes": boxes, "widths": {"from": 60, "more": 500, "least": least, "most": most}},
            ("bytes", "time", "byte_rate"),
        ),
    )
    caption = (
        "Кто где живёт: ширина коробки — логарифм её размера, закрашена занятая часть; синее — ширина дороги вниз, "
        "сколько байт в секунду берёт один поток"
    )
    return figure(source, scene, caption)


def packing(source: Provenance, data: Matmul) -> str:
    """A block of B in memory: rows far apart before packing, one ribbon after it."""
    tiling = data.tiling
    assert tiling is not None  # the fragment asks for records that have it
    rows, pieces, wide, high = 4, 3, 44.0, 62.0
    base = words((0, 36), "до: строка блока, прыжок, следующая")
    base += slab((0, 120), (WIDTH - 4, high), kind="ghost")
    base += words((0, 300), "после: одна лента в порядке чтения")
    base += slab((0, 326), (WIDTH - 4, high), kind="ghost")
    starts = [14 + row * 212.0 for row in range(rows)]
    for start in starts:
        base += "".join(slab((start + piece * wide, 120), (wide - 3, high), 1) for piece in range(pieces))
    jumps = ""
    for one, other in pairwise(starts):
        start, end = one + pieces * wide - 20, other + 16
        jumps += stroke([(start, 116), (start, 74), (end, 74)], 1, "dashed") + arrow((end, 74), (end, 114), 1)
    after = "".join(
        slab((14 + (row * pieces + piece) * wide, 326), (wide - 3, high), 4, "lit")
        for row in range(rows)
        for piece in range(pieces)
    )
    after += arrow((14, 420), (14 + rows * pieces * wide, 420), 4)
    size = quantity(4 * tiling.block_depth * tiling.block_columns, "bytes")
    amount, unit = size.split(NBSP)
    figures = list(_speedup(data, "packing", "registers"))
    scene = Scene(
        "Упаковка блока B",
        f"До упаковки строки блока лежат далеко друг от друга, после — {size} подряд в том порядке, в каком их читает "
        "плитка" + "".join(f"; {each.number}: {each.words}" for each in figures),
        base,
        440,
        [jumps, after],
        [Figure(amount, f"{unit} подряд", 4, 1), *figures],
    )
    return figure(source, scene, "Лента памяти: так лежит блок B в матрице и так — после копирования")


def stripes(source: Provenance, data: Matmul) -> str:
    """C cut into a stripe a thread: each reads its rows of A and all of B, and writes to nobody else's."""
    contender = data.find("threads")
    threads = contender.threads if contender else 1
    shown = min(threads, 64)
    side, top = 220.0, 60.0
    lefts = {"A": 0.0, "B": 290.0, "C": 576.0}
    high = side / shown
    gap = min(6.0, high / 4) if shown > 1 else 0.0
    base = "".join(words((left, 40), name) for name, left in lefts.items())
    base += words((255, top + side / 2 + 12), "·", "middle", "large") + words(
        (543, top + side / 2 + 12), "=", "middle", "large"
    )
    base += slab((lefts["B"], top), (side, side), 3)
    base += "".join(
        slab((lefts[name], top + at * high), (side, high - gap), 1 + at % 2) for name in "AC" for at in range(shown)
    )

    def lit(at: int) -> str:
        return "".join(slab((lefts[name], top + at * high), (side, high - gap), 1 + at % 2, "lit") for name in "AC")

    base += words((0, top + side + 52), f"полос: {threads}, по одной на поток", kind="quiet")
    figures = [
        Figure(str(threads), plural(threads, "поток", "потока", "потоков"), 2),
        *_speedup(data, "threads", "overlap"),
    ]
    scene = Scene(
        "Полоса на поток",
        f"C разрезана на полосы, потоков {threads}; каждый читает свои строки A и всю B"
        + "".join(f"; {each.number}: {each.words}" for each in figures[1:]),
        base,
        round(top + side + 74),
        [lit(0), "".join(map(lit, range(1, shown)))],
        figures,
    )
    return figure(source, scene, "Круг пятый: потоки не пишут друг у друга ничего")


def grid(source: Provenance, data: Matmul) -> str:
    """SUMMA on a grid of processes: owners send a panel of A along rows, and a panel of B along columns."""
    run = next(each for each in data.distributed if each.killed is None)
    down, across = run.grid_rows, run.grid_columns
    area, left, top = 400.0, 200.0, 60.0
    wide, high = area / max(across, down), area / max(across, down)
    base = words((left, 36), f"C на сетке процессов {down} × {across}")
    base += "".join(
        slab((left + column * wide, top + row * high), (wide - 10, high - 10), 2)
        for row in range(down)
        for column in range(across)
    )
    rows, columns = "", ""
    for row in range(down):
        y = top + (row + 0.3) * high
        rows += slab((left + 8, top + row * high + 8), (wide * 0.18, high - 26), 1, "lit")
        rows += arrow((left + 8 + wide * 0.18, y), (left + across * wide + 26, y), 1)
    for column in range(across):
        x = left + (column + 0.7) * wide
        columns += slab((left + column * wide + 8 + wide * 0.24, top + 8), (wide * 0.62 - 12, high * 0.14), 3, "lit")
        columns += arrow((x, top + 8 + high * 0.14), (x, top + down * high + 26), 3, "dashed")
    rows += words((0, top + 60), "панель A", tone=1)
    columns += words((0, top + 110), "панель B", tone=3)
    processes = down * across
    sent = quantity(run.sent_bytes or run.predicted_bytes, "bytes")
    figures = [
        Figure(str(processes), plural(processes, "процесс", "процесса", "процессов"), 2),
        Figure(sent.partition(NBSP)[0], f"{sent.partition(NBSP)[2]} в проводах", 1, 1),
    ]
    scene = Scene(
        "SUMMA на сетке процессов",
        f"Сетка {down} на {across}: панели A едут вдоль строк, панели B вдоль столбцов; всего {sent}",
        base,
        round(top + down * high + 40),
        [rows, columns],
        figures,
    )
    return source.figure(scene.html, "Один шаг SUMMA: кто кому шлёт; байты — за всё умножение", "drawn", "cpu")


def scenes(drawing: Drawing) -> dict[str, str]:
    """Each picture by its name, a card's too."""

    def tiled(data: Matmul) -> Matmul | None:
        return data if data.tiling else None

    return {
        "cache-lines": drawing.draw(cache_lines, lambda data: data if data.run_on("cpu") else None),
        "tile": drawing.draw(tile, tiled),
        "packing": drawing.draw(packing, tiled),
        "memory-ladder": drawing.draw(memory_ladder, tiled),
        "stripes": drawing.draw(stripes, lambda data: data if data.find("threads") else None),
        "grid": drawing.draw(
            grid, lambda data: data if any(each.killed is None for each in data.distributed) else None
        ),
        **card_pictures.scenes(drawing),
    }
