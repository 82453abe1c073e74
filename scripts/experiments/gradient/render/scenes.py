"""The backward pass drawn: how a nudge passes a chain, why backward takes two products, and what memory it needs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from talk.render.captions import Provenance
from talk.render.scene import WIDTH, Figure, Play, Scene, arrow, slab, stroke, words
from talk.render.svg import Point, shown
from talk.words import NBSP, decimals_for, number, quantity

from ..record import ConformerBackward, Remembering

_NUDGE, _FACTORS = 1.0, (3.0, 2.0)


def chain() -> str:
    """Three number lines: a nudge of x moves u three times as far, and L twice as far again."""
    left, right, top, step = 90.0, 780.0, 70.0, 130.0
    unit = (right - left) / 8
    nudges = [_NUDGE]
    for factor in _FACTORS:
        nudges.append(nudges[-1] * factor)
    base, frames = "", []
    for row, (name, nudge) in enumerate(zip(("x", "u = 3x", "L = 2u"), nudges, strict=True)):
        y = top + row * step
        base += arrow((left, y), (right, y), 2) + words((left, y - 22), name)
        base += "".join(stroke([(left + at * unit, y - 7), (left + at * unit, y + 7)], 2, "thin") for at in range(1, 8))
        start = left + unit
        moved = slab((start, y - 8), (nudge * unit, 16), 1 if row == 0 else 3 if row == 1 else 4, "lit", f"moved-{row}")
        moved += words((start + nudge * unit + 10, y + 42), f"+{shown(nudge)}", "end", part=f"said-{row}")
        frames.append(moved)
    factors = [*_FACTORS, _FACTORS[0] * _FACTORS[1]]
    figures = [
        Figure(f"×{shown(factor)}", said, tone, step)
        for factor, said, tone, step in zip(
            factors, ("от x к u", "от u к L", "от x к L"), (3, 4, 1), (1, 2, 2), strict=True
        )
    ]
    x, u, loss = map(shown, nudges)
    told = f"Толчок x на {x} двигает u на {u}, а L на {loss}: множители звеньев перемножаются"
    scene = Scene(
        "Цепное правило на трёх прямых", told, base, round(top + 2 * step + 66), frames, figures, play=Play("chain")
    )
    return scene.unmeasured("Толкнули x — сдвинулось всё, что из него сделано. Множители звеньев перемножаются")


def two_products(source: Provenance, conformer: ConformerBackward) -> str:
    """Forward is one product; backward is two of the same size: areas by FLOPs, bars by time.

    In each area is its product in small, of matrices three numbers high or so.
    """
    forward, backward = conformer.passes
    unit = (WIDTH - 16) / max(forward.flops, backward.flops)
    second = (WIDTH - 16) / max(forward.time_s, backward.time_s)
    high, bar = 118.0, 26.0
    base = words((4, 36), "вперёд: X · W", tone=1)
    areas = [((4.0, 56.0), (forward.flops * unit, high))]
    base += slab((4, 56 + high + 14), (forward.time_s * second, bar), 2)
    top = 56 + high + 118
    half = backward.flops * unit / 2
    back = words((4, top - 20), "назад: G · Wᵀ и Xᵀ · G", tone=3)
    areas += [((4.0, top), (half - 4, high)), ((4 + half, top), (half, high))]
    products = [_product(which, *area) for which, area in enumerate(areas)]
    base += _area(*areas[0], products[0], 1)
    back += "".join(_area(*area, product, 3) for area, product in zip(areas[1:], products[1:], strict=True))
    back += slab((4, top + high + 14), (backward.time_s * second, bar), 2)
    base += words((4, top + high + 86), "площадь — операции, полоска под ней — время", kind="quiet")
    ratio = backward.time_s / forward.time_s
    figures = [
        _measured(forward.flops, "flops", "вперёд", 1),
        _measured(backward.flops, "flops", "назад", 3, 0),
        Figure(f"×{number(ratio, decimals_for(ratio, 2))}", "по времени", 2, 0),
    ]
    told = f"Вперёд одно умножение, {quantity(forward.flops, 'flops')}; назад два, {quantity(backward.flops, 'flops')}"
    scene = Scene(
        "Назад — два умножения",
        told,
        base,
        round(top + high + 104),
        [back],
        figures,
        play=Play("products", {"products": [[asdict(matrix) for matrix in each] for each in products], "gap": _GAP}),
    )
    caption = "Градиент по входу и градиент по весам: два умножения размером с прямое"
    return source.figure(scene.html, caption, "drawn", conformer.device)


# Rows, terms of the sum and columns of Y = X · W, dX = G · Wᵀ and dW = Xᵀ · G, as they are drawn.
_PRODUCTS = ((3, 4, 2), (3, 2, 4), (4, 3, 2))
_GAP = 4.0  # between numbers
_SIGN = 44.0  # room for a sign between two matrices


@dataclass(frozen=True)
class _Matrix:
    """A matrix as it is drawn: where it begins, how large a number is, how many rows and columns of them there are."""

    place: Point
    cell: float
    shape: tuple[int, int]

    def drawn(self, tone: int) -> str:
        (left, top), side = self.place, self.cell - _GAP
        numbers = "".join(
            f"M{left + column * self.cell:.1f} {top + row * self.cell:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z"
            for row in range(self.shape[0])
            for column in range(self.shape[1])
        )
        return f'<path class="slab tone-{tone} lit numbers" d="{numbers}"/>'


def _product(which: int, place: Point, size: Point) -> tuple[_Matrix, _Matrix, _Matrix]:
    """Two matrices and what they make, in the middle of an area."""
    rows, terms, columns = _PRODUCTS[which]
    (left, top), (wide, high) = place, size
    across = terms + columns + columns
    cell = max(_GAP, min((high - 14) / 4, (wide - 2 * _SIGN) / across))
    x = left + (wide - across * cell - 2 * _SIGN + _GAP) / 2
    made = []
    for down, count in ((rows, terms), (terms, columns), (rows, columns)):
        made.append(_Matrix((x, top + (high - down * cell + _GAP) / 2), cell, (down, count)))
        x += count * cell + _SIGN
    return made[0], made[1], made[2]


def _area(place: Point, size: Point, product: Sequence[_Matrix], tone: int) -> str:
    """An area with a product in it."""
    middle = place[1] + size[1] / 2 + 9
    signs = "".join(
        words((after.place[0] - (_SIGN + _GAP) / 2, middle), sign, "middle")
        for sign, after in zip("·=", product[1:], strict=True)
    )
    return slab(place, size, tone) + "".join(matrix.drawn(tone) for matrix in product) + signs


def _measured(value: float, dimension: str, said: str, tone: int, step: int | None = None, part: str = "") -> Figure:
    amount, _, unit = quantity(value, dimension).partition(NBSP)
    return Figure(amount, f"{unit} {said}", tone, step, part)


def memory(source: Provenance, conformer: ConformerBackward) -> str:
    """Memory over a step's time: all that is remembered climbs and descends; recomputed layers are a saw below it."""
    plain = next(each for each in conformer.remembering if not each.checkpointing)
    thrifty = next(each for each in conformer.remembering if each.checkpointing)
    left, right, top, bottom = 8.0, 792.0, 60.0, 380.0
    longest = max(each.forward_time_s + each.backward_time_s for each in (plain, thrifty))
    layer = plain.saved_bytes / conformer.layers
    most = max(plain.saved_bytes, thrifty.saved_bytes + layer)

    def at(seconds: float, size: float) -> Point:
        return left + seconds / longest * (right - left), bottom - size / most * (bottom - top)

    def whole(each: Remembering) -> float:
        return each.forward_time_s + each.backward_time_s

    base = stroke([(left, top - 20), (left, bottom), (right, bottom)], 2)
    base += words((left, bottom + 42), "вперёд, потом назад; время шага", kind="quiet")
    climb = stroke([at(0, 0), at(plain.forward_time_s, plain.saved_bytes), at(whole(plain), 0)], 1, "thick")
    saw = [at(0, 0), at(thrifty.forward_time_s, thrifty.saved_bytes)]
    for one in range(conformer.layers):
        tooth = thrifty.backward_time_s / conformer.layers
        start = thrifty.forward_time_s + one * tooth
        kept = thrifty.saved_bytes * (1 - one / conformer.layers)
        left_after = thrifty.saved_bytes * (1 - (one + 1) / conformer.layers)
        saw += [at(start + tooth / 3, kept + layer), at(start + tooth, left_after)]
    slowdown = whole(thrifty) / whole(plain)
    figures = [
        _measured(plain.saved_bytes, "bytes", "помнит всё", 1),
        _measured(thrifty.saved_bytes, "bytes", "считает заново", 4, 0, "peak"),
        Figure(f"×{number(slowdown, decimals_for(slowdown, 2))}", "по времени", 2, 0),
    ]
    told = (
        f"Память за шаг: помнить всё — {quantity(plain.saved_bytes, 'bytes')}, пересчитывать слои — "
        f"{quantity(thrifty.saved_bytes, 'bytes')}, время в {number(slowdown, 2)} раза"
    )
    moved = {
        "layers": conformer.layers,
        "kept": thrifty.saved_bytes / conformer.layers,
        "layer": layer,
        "scale": (bottom - top) / most,
        "corner": [left, bottom],
        "back": [at(thrifty.forward_time_s, 0)[0], at(whole(thrifty), 0)[0]],
    }
    scene = Scene(
        "Память во времени",
        told,
        base + climb,
        round(bottom + 64),
        [stroke(saw, 4)],
        figures,
        play=Play("memory", moved, ("bytes",)),
    )
    caption = "Вершины и длительности измерены, ход между ними нарисован: зубья пилы — слои, посчитанные заново"
    return source.figure(scene.html, caption, "drawn", conformer.device)


def recomputed(conformer: ConformerBackward | None) -> ConformerBackward | None:
    """The run, where it was measured both with everything remembered and with layers recomputed."""
    kinds = {each.checkpointing for each in conformer.remembering} if conformer else set()
    return conformer if len(kinds) == 2 else None
