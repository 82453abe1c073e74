"""What hardware does in the descent, drawn for the measured machine: its cache lines, register tile and memories."""

import math
from collections.abc import Iterator

from talk.render.captions import Provenance
from talk.render.scene import Figure, Scene, arrow, slab, stroke, words
from talk.render.svg import Point
from talk.words import NBSP, decimals_for, number, plural, quantity

from ..record import Matmul
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
                slab((left + column * cell, top + row * (cell + 22)), (cell - gap, cell + 16), kind="ghost")
                for column in range(_LINE)
            )
        frames.append(_walk(left, top, cell, gap, kind))
    base += words((0, 468), f"строка клеток — кэш-линия: {_LINE} чисел", kind="quiet")
    figures, told = [], ""
    for at, (name, tone, said) in enumerate(
        (("compiled", 1, f"взято 1 из {_LINE}"), ("order", 4, f"взято {_LINE} из {_LINE}"))
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
    )
    return figure(source, scene, "Обход B во внутреннем цикле: слева круг второй, справа четвёртый; кэш-линия 64 байта")


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
        return slab((left + vector * wide, top + row * high), (wide - 8, high - space), tone, kind)

    def lane(vector: int, at: int, row: int | None, tone: int, kind: str) -> str:
        step = (wide - 20) / lanes
        place = left + vector * wide + 6 + at * step
        if row is None:
            return slab((place, 72), (max(2.0, step - 3), 36), tone, kind)
        return slab((place, top + row * high), (max(2.0, step - 3), high - space), tone, kind)

    base = words((left, 40), f"строка B: {_counted(vectors, lanes)}", tone=3)
    base += words((0, 126), "столбец A", tone=1)
    base += "".join(slab((left + vector * wide, 64), (wide - 8, 52), 3) for vector in range(vectors))
    base += "".join(lane(vector, at, None, 3, "lit") for vector in range(vectors) for at in range(lanes))
    base += "".join(slab((66, top + row * high), (70, high - space), 1) for row in range(rows))
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
    all_lit = "".join(slab((66, top + row * high), (70, high - space), 1, "lit") for row in range(rows))
    all_lit += "".join(register(row, vector, 2, "lit") for row in range(rows) for vector in range(vectors))
    frames = [broadcast(0), *([broadcast(1)] if rows > 1 else []), one_lane, all_lit]
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
    )
    return figure(
        source, scene, "Один шаг по k: сколько прочитано и сколько посчитано; размеры плитки — для этой машины"
    )


def _counted(vectors: int, lanes: int) -> str:
    return f"{vectors} {plural(vectors, 'вектор', 'вектора', 'векторов')} по {lanes}"


# The card of the talk, RTX 3090 Ti, by its data sheet: no record holds the roof of a GPU.
_CARD_FLOPS_PER_S, _CARD_BYTES_PER_S = 40e12, 1008e9


def two_roofs(source: Provenance, data: Matmul) -> str:
    """The roofs of this CPU and of the talk's GPU on one pair of axes, and where a product of the Conformer lies."""
    threads = max(peak.threads for peak in data.peaks if peak.device == "cpu")
    peak = max(each.flops_per_s for each in data.peaks if (each.device, each.threads) == ("cpu", threads))
    memory = max(each.bytes_per_s for each in data.bandwidths if (each.level, each.threads) == ("memory", threads))
    left, right, top, bottom = 20.0, 796.0, 60.0, 410.0
    least, most = 0.25, 1000.0
    lowest = min(peak, _CARD_FLOPS_PER_S, least * memory, least * _CARD_BYTES_PER_S) / 20
    highest = max(peak, _CARD_FLOPS_PER_S) * 1.2

    def at(intensity: float, rate: float) -> Point:
        across = math.log(intensity / least) / math.log(most / least)
        up = math.log(rate / lowest) / math.log(highest / lowest)
        return left + across * (right - left), bottom - up * (bottom - top)

    def roof(flops_per_s: float, bytes_per_s: float, tone: int, kind: str) -> str:
        ridge = min(max(flops_per_s / bytes_per_s, least), most)
        ends = [(least, least * bytes_per_s), (ridge, min(flops_per_s, ridge * bytes_per_s)), (most, flops_per_s)]
        return stroke([at(x, min(y, highest)) for x, y in ends], tone, kind)

    card = f"{quantity(_CARD_FLOPS_PER_S, 'flop_rate', decimals=0)}, {quantity(_CARD_BYTES_PER_S, 'byte_rate', 'ГБ/с')}"
    ours = f"{quantity(peak, 'flop_rate')}, {quantity(memory, 'byte_rate', 'ГБ/с')}"
    base = stroke([(left, top), (left, bottom), (right, bottom)], 2)
    base += roof(peak, memory, 1, "thick")
    base += words((left + 16, bottom - 18), f"CPU: {ours}", tone=1)
    for tick in (1, 10, 100):
        x, _ = at(tick, highest)
        base += stroke([(x, bottom), (x, bottom + 8)], 2) + words((x, bottom + 38), str(tick), "middle", "quiet")
    base += words((left, bottom + 80), "ФЛОП на байт", kind="quiet")
    frames = [
        roof(_CARD_FLOPS_PER_S, _CARD_BYTES_PER_S, 3, "thick dashed")
        + words((right, 36), f"GPU: {card}", "end", tone=3)
    ]
    figures = [
        Figure(_times(_CARD_FLOPS_PER_S / peak), "выше потолок", 3, 0),
        Figure(_times(_CARD_BYTES_PER_S / memory), "шире дорога", 3, 0),
    ]
    shape = _longest_phrase(data)
    if shape is not None:
        n, m, p = shape
        intensity = min(2 * n * m * p / (4 * (n * m + m * p + n * p)), most)
        frames.append(
            stroke([at(intensity, lowest), at(intensity, highest)], 4, "dashed")
            + words((right, bottom + 80), f"addmm, {n} × {m} × {p}", "end", tone=4)
        )
    scene = Scene(
        "Две крыши: CPU и GPU",
        f"Крыша CPU: {ours}. Крыша GPU: {card}. По горизонтали ФЛОП на байт, шкалы логарифмические",
        base,
        round(bottom + 100),
        frames,
        figures,
    )
    caption = "Выше — быстрее, правее — больше работы на привезённый байт. CPU измерен, GPU — паспорт RTX 3090 Ti"
    return figure(source, scene, caption)


def _times(ratio: float) -> str:
    return f"×{number(ratio, decimals_for(ratio, 2))}"


def _longest_phrase(data: Matmul) -> tuple[int, int, int] | None:
    """The largest product of the Conformer's own that the record has; None where it has none."""
    shapes = [(each.n, each.m, each.p) for contender in data.contenders for each in contender.points if not each.square]
    return max(shapes, key=lambda sides: (sides[0], sides[2], sides[1]), default=None)


def roofed(data: Matmul) -> Matmul | None:
    """The data, where both roofs of the CPU were measured on as many threads as there are."""
    threads = max((peak.threads for peak in data.peaks if peak.device == "cpu"), default=None)
    measured = any((each.level, each.threads) == ("memory", threads) for each in data.bandwidths)
    return data if measured else None


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
    ways = {each.level: max(one.bytes_per_s for one in alone if one.level == each.level) for each in alone}
    left, high, step = 232.0, 62.0, 100.0
    base, frames, told = "", [], []
    for at, (level, title, size, tenant) in enumerate(levels):
        y = 8 + at * step
        wide = min(60 + 500 * math.log(max(size, 1024) / 1024) / math.log((1 << 36) / 1024), 300 if tenant else 560)
        said = title if level in ("", "memory") else f"{title}, {quantity(size, 'bytes')}"
        if level in ways:
            narrow = max(4.0, 150 * ways[level] / max(ways.values()))
            base += slab((left + 4, y - (step - high)), (narrow, step - high), 3, "lit")
        base += slab((left, y), (wide, high), 2) + words((0, y + 42), said)
        told.append(said)
        if tenant is not None:
            name, bytes_there = tenant
            share = min(1.0, bytes_there / size)
            where = f"{name}, {quantity(bytes_there, 'bytes')}"
            frames.append(slab((left, y), (wide * share, high), 1, "lit") + words((796, y + 42), where, "end", tone=1))
            told[-1] += f": {where}"
    figures = [
        Figure(number(ways[level] / 1e9, decimals_for(ways[level] / 1e9)), f"ГБ/с {said}", 3)
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
    )
    caption = (
        "Кто где живёт: ширина коробки — логарифм её размера, закрашена занятая часть; синее — ширина дороги вниз, "
        "сколько байт в секунду берёт один поток"
    )
    return figure(source, scene, caption)
