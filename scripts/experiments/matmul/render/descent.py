"""The talk's picture made of measured numbers: an iceberg that turns into hell; and the anatomy of nine loops."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from talk.render.captions import Provenance
from talk.words import plural, quantity

from ..record import Matmul, Tiling
from .steps import STEPS, on_chart

# Each circle: the page's anchor and its title.
CIRCLES: list[tuple[str, str]] = [
    ("krug-1", "Три цикла на Python"),
    ("krug-2", "Те же циклы, компилятор"),
    ("krug-3", "Штрассен"),
    ("krug-4", "Один поток: кэши и SIMD"),
    ("krug-5", "Все потоки"),
    ("krug-6", "GPU"),
    ("krug-7", "Много машин"),
    ("krug-8", "Тайные искусства"),
    ("krug-9", "Лёд: предел железа"),
]
_HAPPY_TILL = 4  # circles; the talk: single-threaded happy times stop here


@dataclass(frozen=True)
class _Canvas:
    """Sizes of the picture in its own units."""

    width: int
    row: int
    font: int
    narrowing: int  # how much narrower each circle is than the one above, in all

    @property
    def shape(self) -> Literal["tall", "wide"]:
        """A phone leaves no room for a name and a speed on one line: the tall picture puts the speed under the name."""
        return "tall" if self.row > 2 * self.font + 20 else "wide"


def descent(source: Provenance, data: Matmul, cards: Sequence[Provenance] = ()) -> str:
    """The picture for a phone, tall, which takes the wide one's place on the card. Every circle is a link to its slide.

    The first of `cards`, machines that measured a GPU, tells its speed where this machine has none.
    """
    caption = (
        "Спуск с измеренной скоростью каждого круга, fp32; восьмой круг — в числах покороче, девятый — измеренный пик"
    )
    return _figure(source, data, _Canvas(width=760, row=92, font=30, narrowing=34), caption, cards)


def descent_slide(source: Provenance, data: Matmul, cards: Sequence[Provenance] = ()) -> str:
    """The picture for a slide: wide."""
    canvas = _Canvas(width=1240, row=56, font=29, narrowing=44)
    return _figure(source, data, canvas, "Спуск с измеренной скоростью", cards)


def circle_rate(data: Matmul, circle: int) -> str:
    """What the picture says of a circle: its measured speed, or what else was measured, or why nothing was."""
    if circle == 7:
        runs = [each for each in data.distributed if each.killed is None]
        count = runs[0].grid_rows * runs[0].grid_columns if runs else 0
        return f"{count} {plural(count, 'процесс', 'процесса', 'процессов')}" if runs else "не измерено"
    if circle == 9:
        best = ice(data)
        return quantity(best, "flop_rate") if best else "не измерено"
    found = next((each for each in on_chart("descent", data) if each.circle == circle), None)
    if found is None:
        of_circle = [step for step in STEPS if step.circle == circle and "descent" in step.charts]
        return "ждёт GPU" if any(step.device == "cuda" for step in of_circle) else "не измерено"
    rate = quantity(found.squares[-1].flops_per_s, "flop_rate")
    return rate.replace("ФЛОП", "ОП") if found.dtype == "int8" else rate


def ice(data: Matmul) -> float | None:
    """The highest measured rate of FMAs, of the CPU or of the GPU; None where none was measured."""
    on_card = data.gpu.fma_flops_per_s if data.gpu is not None else None
    return max((*(peak.typical_flops_per_s for peak in data.peaks), *([on_card] if on_card else [])), default=None)


def rate_elsewhere(cards: Sequence[Provenance]) -> tuple[str, Provenance] | None:
    """The speed of a product on the first of `cards`, with the card's name; None where there are none."""
    for source in cards:
        found = source.record.data.find("gpu_triton")
        if found is not None and found.squares:
            card = (source.record.machine.gpu or "GPU").replace("NVIDIA ", "").replace("GeForce ", "")
            return f"{quantity(found.squares[-1].flops_per_s, 'flop_rate')}, {card}", source
    return None


def _figure(source: Provenance, data: Matmul, canvas: _Canvas, caption: str, cards: Sequence[Provenance]) -> str:
    sky = canvas.row  # above the water
    height = sky + len(CIRCLES) * canvas.row + canvas.row // 4
    step = max(4, canvas.row // 8)  # of the pixel stairs
    parts = [_tip(canvas, sky), _water(canvas, sky, step)]
    told: list[str] = []
    elsewhere = rate_elsewhere(cards) if data.find("gpu_triton") is None else None
    for index, (anchor, title) in enumerate(CIRCLES):
        rate = elsewhere[0] if index + 1 == 6 and elsewhere is not None else circle_rate(data, index + 1)
        parts.append(_circle(canvas, sky, index, anchor, title, rate, step))
        told.append(f"круг {index + 1}, {title}: {rate}")
    label = escape("Девять кругов умножения матриц. " + "; ".join(told))
    drawing = (
        f'<svg class="chart descent" viewBox="0 0 {canvas.width} {height}" role="group" aria-label="{label}" '
        f'translate="no" xmlns="http://www.w3.org/2000/svg" font-size="{canvas.font}">{"".join(parts)}</svg>'
    )
    others = [elsewhere[1]] if elsewhere is not None else []
    return source.figure(drawing, caption, f"chart descent-figure {canvas.shape}", others=others)


def _left(canvas: _Canvas, index: int) -> int:
    return index * canvas.narrowing // 2


def _tip(canvas: _Canvas, sky: int) -> str:
    """What sticks out of the water: what everybody sees of a product."""
    middle, half = canvas.width // 2, canvas.width // 5
    stairs = 5
    points = []
    for stair in range(stairs):
        x, y = middle - half + stair * half // stairs, sky - stair * sky // stairs
        points += [(x, y), (x, y - sky // stairs)]
    mirrored = [(2 * middle - x, y) for x, y in reversed(points)]
    path = " ".join(f"{x},{y}" for x, y in points + mirrored)
    return (
        f'<polygon class="tip" points="{path}"/>'
        f'<text class="tip-word" x="{middle}" y="{sky - canvas.font // 2}" text-anchor="middle">A @ B</text>'
    )


def _water(canvas: _Canvas, sky: int, step: int) -> str:
    """The surface, in pixels."""
    waves = "".join(
        f'<rect x="{x}" y="{sky - (step // 2 if x // (3 * step) % 2 else 0)}" width="{3 * step}" height="{step // 2}"/>'
        for x in range(0, canvas.width, 3 * step)
    )
    return f'<g class="water">{waves}</g>'


def _circle(canvas: _Canvas, sky: int, index: int, anchor: str, title: str, rate: str, step: int) -> str:
    left, top = _left(canvas, index), sky + step + index * canvas.row
    width, height = canvas.width - 2 * left, canvas.row - step // 2
    baseline = top + height // 2 + canvas.font // 3
    share = 100 * index // (len(CIRCLES) - 1)
    fill = f"color-mix(in oklab, var(--chart-2), var(--chart-1) {share}%)"
    after = " below" if index >= _HAPPY_TILL else ""
    tall = canvas.shape == "tall"
    first = top + canvas.font + 10 if tall else baseline
    second = first + canvas.font + 8 if tall else baseline
    place = (
        f'x="{left + 62}" y="{second}"' if tall else f'x="{canvas.width - left - 18}" y="{second}" text-anchor="end"'
    )
    return (
        f'<a class="circle{after}" href="#{anchor}" data-circle="{index + 1}">'
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" style="fill: {fill}"/>'
        f'<text class="number" x="{left + 18}" y="{first}">{index + 1}</text>'
        f'<text x="{left + 62}" y="{first}">{escape(title)}</text>'
        f'<text class="rate" {place}>{escape(rate)}</text></a>'
    )


def loops(source: Provenance, tiling: Tiling) -> str:
    """Nine nested loops of circles 4 and 5: three levels by three loops, each with its memory and its circle."""
    depth, columns = tiling.block_depth, tiling.block_columns
    vectors = tiling.columns // tiling.lanes
    levels: list[tuple[str, list[tuple[str, str, str]]]] = [
        (
            "ядра и L2",
            [
                ("полоса C", "поток на полосу", "круг 5"),
                (f"k₀, шаг {depth}", "блок B по глубине", "круг 4, блоки"),
                (
                    f"j₀, шаг {columns}",
                    f"блок B, {quantity(4 * depth * columns, 'bytes')}, упакован",
                    "круг 4, упаковка",
                ),
            ],
        ),
        (
            "L1",
            [
                (f"i, шаг {tiling.rows}", f"строки A, {quantity(4 * depth * tiling.rows, 'bytes')}", "круг 4, плитка"),
                (f"j, шаг {tiling.columns}", "плитка C", "круг 4, плитка"),
                ("k, шаг 1", "столбец A на строку B", "круг 1"),
            ],
        ),
        (
            "регистры",
            [
                (
                    f"{tiling.rows} {plural(tiling.rows, 'строка', 'строки', 'строк')} плитки",
                    "число A во все дорожки",
                    "круг 4, плитка",
                ),
                (f"{vectors} {plural(vectors, 'вектор', 'вектора', 'векторов')} строки", "FMA", "круг 4, плитка"),
                (
                    f"{tiling.lanes} {plural(tiling.lanes, 'дорожка', 'дорожки', 'дорожек')}",
                    "одна инструкция",
                    "круг 4, SIMD",
                ),
            ],
        ),
    ]
    nested = ""
    for level, (memory, rows) in reversed(list(enumerate(levels, start=1))):
        for loop, what, circle in reversed(rows):
            nested = (
                f'<div class="level-{level}"><p class="loop"><b>{loop}</b> <span>{what}</span> '
                f"<small>{memory} · {circle}</small></p>{nested}</div>"
            )
    caption = "Девять вложенных циклов: три уровня памяти по три цикла; размеры — для этой машины"
    return source.figure(f'<div class="loops">{nested}</div>', caption, "loops-figure", "cpu")
