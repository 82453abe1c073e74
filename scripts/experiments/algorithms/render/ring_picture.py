"""How a ring sums: what each of four workers holds after each step. Drawn, not measured."""

from html import escape
from itertools import pairwise

from talk.render.svg import path, text

WORKERS = 4
_CELL, _GAP = 62, 34
_LEFT, _TOP = 8, 92


def holdings(workers: int = WORKERS) -> list[list[list[int]]]:
    """How many workers' numbers each worker's copy of each part sums after each step: `[step][worker][part]`.

    The steps are those of `ring_all_reduce` in `measure/ring.py`.
    """
    state = [[1] * workers for _ in range(workers)]
    found = [[row[:] for row in state]]
    for step in range(2 * (workers - 1)):
        gathering = step < workers - 1
        turn = step if gathering else step - workers
        moved = [
            ((rank + 1) % workers, (rank - turn) % workers, state[rank][(rank - turn) % workers])
            for rank in range(workers)
        ]
        for to, part, amount in moved:
            state[to][part] = state[to][part] + amount if gathering else amount
        found.append([row[:] for row in state])
    return found


def ring_picture(steps: bool) -> str:
    """The ring: in steps on a slide; for the article three moments side by side."""
    found = holdings()
    if steps:
        told = f"{WORKERS} участника по кругу: за {len(found) - 1} шагов каждая часть собирает сумму и обходит всех"
        frames = [
            _moment(found[0], 0),
            *(_moment(after, 0, before) for before, after in pairwise(found)),
        ]
        content = "".join(
            frame if not at else f'<g class="fragment" data-fragment-index="{_SLIDE_STEPS[at - 1]}">{frame}</g>'
            for at, frame in enumerate(frames)
        )
        return f'<figure class="drawn">{_svg(1, told, _circle(0) + content)}</figure>\n'
    moments = ("у каждого своё", "каждая часть сложена у кого-то одного", "у каждого всё")
    states = (found[0], found[WORKERS - 1], found[-1])
    content = "".join(_circle(place) + _moment(state, place) for place, state in enumerate(states))
    told = "Кольцо из четырёх участников: " + "; ".join(moments)
    caption = (
        "Столбец — участник, клетка — часть вектора, число — скольких участников она уже сумма. "
        f"Слева начало, посередине после {WORKERS - 1} шагов, справа после {2 * (WORKERS - 1)}"
    )
    return f'<figure class="drawn">{_svg(len(states), told, content)}<figcaption>{caption}</figcaption></figure>\n'


_SLIDE_STEPS = (0, 1, 1, 2, 2, 2)
_PANEL = WORKERS * _CELL + (WORKERS - 1) * _GAP


def _x(place: int, worker: int) -> float:
    return _LEFT + place * (_PANEL + 80) + worker * (_CELL + _GAP)


def _circle(place: int) -> str:
    """Who sends to whom: to the right, and from the last back to the first."""
    between = "".join(
        path([(_x(place, worker) + _CELL, _TOP - 24), (_x(place, worker + 1), _TOP - 24)], "wire")
        + _arrow_head(_x(place, worker + 1), _TOP - 24, 1, 0)
        for worker in range(WORKERS - 1)
    )
    first, last = _x(place, 0) + _CELL / 2, _x(place, WORKERS - 1) + _CELL / 2
    back = path([(last, _TOP - 44), (last, 12), (first, 12), (first, _TOP - 44)], "wire")
    back += _arrow_head(first, _TOP - 44, 0, 1)
    heads = "".join(
        text((_x(place, worker) + _CELL / 2, _TOP - 16), str(worker + 1), "middle", "op") for worker in range(WORKERS)
    )
    return between + back + heads


def _arrow_head(x: float, y: float, across: int, down: int) -> str:
    """A triangle whose tip is at (x, y) and points to the right or down."""
    base = [(x - 12 * across + side * 8 * down, y - 12 * down + side * 8 * across) for side in (-1, 1)]
    return path([(x, y), *base], "arrow-head", closed=True)


def _moment(state: list[list[int]], place: int, before: list[list[int]] | None = None) -> str:
    """What everybody holds; with `before`, only what has changed since."""
    return "".join(
        f'<rect class="cell" x="{_x(place, worker):g}" y="{_TOP + part * _CELL}" width="{_CELL}" '
        f'height="{_CELL - 8}" style="--share: {8 + 60 * (amount - 1) / (WORKERS - 1):.0f}"/>'
        + text((_x(place, worker) + _CELL / 2, _TOP + part * _CELL + 36), str(amount), "middle", "loud")
        for worker, parts in enumerate(state)
        for part, amount in enumerate(parts)
        if before is None or before[worker][part] != amount
    )


def _svg(panels: int, told: str, content: str) -> str:
    width, height = _x(panels - 1, WORKERS - 1) + _CELL + _LEFT, _TOP + WORKERS * _CELL
    return (
        f'<svg class="drawing ring" viewBox="0 0 {width:g} {height}" role="img" aria-label="{escape(told)}" '
        f'translate="no"><title>Сумма по кольцу</title>{content}</svg>'
    )
