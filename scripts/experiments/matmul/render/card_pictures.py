"""A graphics card drawn beside the measured CPU: the roofs of both, and what a card is made of."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from talk.render.captions import Provenance
from talk.render.drawing import Drawing
from talk.render.scene import Figure, Play, Scene, slab, stroke, words
from talk.render.svg import Point
from talk.words import NBSP, Dimension, decimals_for, number, plural, quantity

from ..record import Matmul
from .gpu_prediction import TALKS_CARD, chip_of

_COLUMNS = 12  # of multiprocessors, as they are drawn
_WARP = 32
_QUARTERS = 4  # of a multiprocessor


def two_roofs(source: Provenance, data: Matmul, cards: Sequence[Provenance] = ()) -> str:
    """The roofs of this CPU and of a GPU on one pair of axes, and where a product of the Conformer lies.

    The GPU is this machine's own, else one that another machine has measured, the first of `cards`, else the talk's by
    its data sheet. How many times one roof is above another is said of one machine alone.
    """
    own = chip_of(source.record)
    others = [] if own is not None else [each for each in cards if chip_of(each.record) is not None][:1]
    card = own or (chip_of(others[0].record) if others else None) or TALKS_CARD
    threads = max(peak.threads for peak in data.peaks if peak.device == "cpu")
    peak = max(each.flops_per_s for each in data.peaks if (each.device, each.threads) == ("cpu", threads))
    memory = max(each.bytes_per_s for each in data.bandwidths if (each.level, each.threads) == ("memory", threads))
    left, right, top, bottom = 20.0, 796.0, 60.0, 410.0
    least, most = 0.25, 1000.0
    lowest = min(peak, card.fma_flops_per_s, least * memory, least * card.bytes_per_s) / 20
    highest = max(peak, card.fma_flops_per_s) * 1.2

    def at(intensity: float, rate: float) -> Point:
        across = math.log(intensity / least) / math.log(most / least)
        up = math.log(rate / lowest) / math.log(highest / lowest)
        return left + across * (right - left), bottom - up * (bottom - top)

    def roof(flops_per_s: float, bytes_per_s: float, tone: int, kind: str) -> str:
        ridge = min(max(flops_per_s / bytes_per_s, least), most)
        ends = [(least, least * bytes_per_s), (ridge, min(flops_per_s, ridge * bytes_per_s)), (most, flops_per_s)]
        return stroke([at(x, min(y, highest)) for x, y in ends], tone, kind)

    theirs = f"{quantity(card.fma_flops_per_s, 'flop_rate')}, {quantity(card.bytes_per_s, 'byte_rate')}"
    ours = f"{quantity(peak, 'flop_rate')}, {quantity(memory, 'byte_rate', 'ГБ/с')}"
    base = stroke([(left, top), (left, bottom), (right, bottom)], 2)
    base += roof(peak, memory, 1, "thick")
    base += words((left + 16, bottom - 18), f"CPU: {ours}", tone=1)
    for tick in (1, 10, 100):
        x, _ = at(tick, highest)
        base += stroke([(x, bottom), (x, bottom + 8)], 2) + words((x, bottom + 38), str(tick), "middle", "quiet")
    base += words((left, bottom + 80), "ФЛОП на байт", kind="quiet")
    frames = [
        roof(card.fma_flops_per_s, card.bytes_per_s, 3, "thick" if card.measured else "thick dashed")
        + words((right, 36), f"GPU: {theirs}", "end", tone=3)
    ]
    figures = [
        _amount(card.fma_flops_per_s, "flop_rate", "потолок GPU", "cpu"),
        _amount(card.bytes_per_s, "byte_rate", "её дорога", "gpu"),
    ]
    if own is not None:
        figures = [
            Figure(_times(card.fma_flops_per_s / peak), "выше потолок", 3, 0, "cpu"),
            Figure(_times(card.bytes_per_s / memory), "шире дорога", 3, 0, "gpu"),
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
        f"Крыша CPU: {ours}. Крыша GPU, {card.title}: {theirs}. По горизонтали ФЛОП на байт, шкалы логарифмические",
        base,
        round(bottom + 100),
        frames,
        figures,
        play=Play(
            "roofs",
            {
                "cpu": {"peak": peak, "memory": memory},
                "gpu": {"peak": card.fma_flops_per_s, "memory": card.bytes_per_s},
                "together": own is not None,
                "across": {"from": left, "to": right, "least": least, "most": most},
                "up": {"from": bottom, "to": top, "least": lowest, "most": highest},
            },
            ("flop_rate",),
        ),
    )
    caption = "Выше — быстрее, правее — больше работы на привезённый байт. "
    if own is not None:
        caption += "Обе крыши измерены на одной машине"
    elif others:
        caption += f"CPU и GPU измерены, но на разных машинах: карта — {card.title}"
    else:
        caption += f"CPU измерен, GPU — паспорт {card.title}"
    return source.figure(scene.html, caption, "drawn", "cpu" if own is None and not others else None, others)


def _amount(number_: float, dimension: Dimension, said: str, part: str) -> Figure:
    amount, unit = quantity(number_, dimension).split(NBSP)
    return Figure(amount, f"{unit}, {said}", 3, 0, part)


def _times(ratio: float) -> str:
    return f"×{number(ratio, decimals_for(ratio, 2))}"


def _longest_phrase(data: Matmul) -> tuple[int, int, int] | None:
    """The largest product of the Conformer's own that the record has; None where it has none."""
    shapes = [(each.n, each.m, each.p) for contender in data.contenders for each in contender.points if not each.square]
    return max(shapes, key=lambda sides: (sides[0], sides[2], sides[1]), default=None)


def _roofed(data: Matmul) -> Matmul | None:
    """The data, where both roofs of the CPU were measured on as many threads as there are."""
    threads = max((peak.threads for peak in data.peaks if peak.device == "cpu"), default=None)
    measured = any((each.level, each.threads) == ("memory", threads) for each in data.bandwidths)
    return data if measured else None


def gpu_parts(source: Provenance, data: Matmul) -> str:
    """A GPU taken apart: its multiprocessors, the lanes of one, and a warp that reads one line of memory.

    It is the machine's own where that tells of it, else the talk's by its data sheet.
    """
    own = chip_of(source.record)
    chip = own or TALKS_CARD
    count, lanes = chip.multiprocessors, chip.lanes // _QUARTERS
    cell = min(26.0, 200.0 / -(-count // _COLUMNS))  # the warp's name stands below them
    base = words((0, 40), f"карта: {count} SM")
    base += "".join(
        slab((at % _COLUMNS * cell, 64 + at // _COLUMNS * cell), (cell * 0.8, cell * 0.8), 2) for at in range(count)
    )
    left, lane = 400.0, 12.2
    right = left + _WARP * lane
    chosen, row = (min(_COLUMNS, count) - 1) * cell, min(2, (count - 1) // _COLUMNS)
    opened = slab((chosen, 64 + row * cell), (cell * 0.8, cell * 0.8), 1, "lit")
    opened += stroke([(chosen + cell * 0.8, 64 + row * cell), (left - 12, 56)], 1, "thin")
    opened += stroke([(chosen + cell * 0.8, 64 + (row + 0.8) * cell), (left - 12, 232)], 1, "thin")
    said = f"{_QUARTERS} × {lanes} {plural(lanes, 'дорожка', 'дорожки', 'дорожек')}"
    opened += words((left, 40), f"один SM: {said}", tone=1)
    opened += "".join(
        slab((left + at * lane, 64 + row * 42), (lane - 3, 32), 1) for row in range(_QUARTERS) for at in range(lanes)
    )
    line = 360.0
    # Where lanes and what they read will be.
    base += "".join(
        slab((left + at * lane, 64 + row * 42), (lane - 3, 32), 2, "ghost")
        for row in range(_QUARTERS)
        for at in range(lanes)
    )
    base += slab((left - 6, line - 4), (right - left + 9, 50), 2, "ghost")
    warp = "".join(slab((left + at * lane, 64 + 3 * 42), (lane - 3, 32), 4, "lit", f"lane-{at}") for at in range(_WARP))
    warp += "".join(
        stroke([(left + (at + 0.4) * lane, 64 + 3 * 42 + 32), (left + (at + 0.4) * lane, line)], 4, "thin", f"ray-{at}")
        for at in range(_WARP)
    )
    warp += slab((left - 6, line - 4), (right - left + 9, 50), 3, "open")
    warp += "".join(slab((left + at * lane, line), (lane - 3, 42), 3, "lit", f"number-{at}") for at in range(_WARP))
    warp += words((0, line + 32), f"линия памяти, {_WARP} {plural(_WARP, 'число', 'числа', 'чисел')}", tone=3)
    warp += words((0, line - 60), "варп", tone=4)
    best = data.find("gpu_triton")
    rate = quantity(best.squares[-1].flops_per_s, "flop_rate") if best is not None and best.squares else None
    figures = [
        Figure(str(_WARP), "дорожки варпа шагают вместе", 4, 1),
        Figure("1", "линия на весь варп", 3, 1, "lines"),
        *([Figure(rate.partition(NBSP)[0], f"{rate.partition(NBSP)[2]}, Triton", 1, 1)] if rate else []),
    ]
    scene = Scene(
        "GPU по частям",
        f"Карта, {chip.title}: мультипроцессоров {count}; в одном {said}; варп из {_WARP} дорожек "
        f"читает одну линию памяти, {_WARP} чисел",
        base,
        430,
        [opened, warp],
        figures,
        play=Play("warp"),
    )
    whose = f"{chip.title}, на которой мерили" if own is not None else f"GPU доклада, {chip.title}, по паспорту"
    return source.figure(scene.html, f"{whose}: карта, мультипроцессор, варп", "drawn", None if own else "cpu")


def scenes(drawing: Drawing) -> dict[str, str]:
    """Each picture of this module by its name, of a machine that has a card of its own before one without."""
    with_card = replace(drawing, sources=sorted(drawing.sources, key=lambda source: chip_of(source.record) is None))
    return {
        "gpu-parts": with_card.draw(gpu_parts, lambda data: data),
        "two-roofs": with_card.draw(partial(two_roofs, cards=with_card.sources), _roofed),
    }
