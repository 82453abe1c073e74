"""How a ring sums: what each of four workers holds after each step. Drawn, not measured."""

from html import escape
from itertools import pairwise

from talk.render.svg import Point, line, path, text

WORKERS = 4
_CELL = 44, 64  # width and height
_STRIP = WORKERS * _CELL[0]
_GAPS = 84, 124  # between strips, across and down
_LEFT, _TOP = 4, 34
_PANEL = 2 * _STRIP + _GAPS[0]
_HEIGHT = 2 * (_CELL[1] + _TOP) + _GAPS[1]
_AIR = 10  # between a strip and an arrow


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
    """The ring: in steps on a slide; for the article three moments, side by side where there is room."""
    found = holdings()
    if steps:
        told = f"{WORKERS} участника по кругу: за {len(found) - 1} шагов каждая часть собирает сумму и обходит всех"
        frames = [
            _moment(found[0]),
            *(_moment(after, before) for before, after in pairwise(found)),
        ]
        content = "".join(
            frame if not at else f'<g class="fragment" data-fragment-index="{_SLIDE_STEPS[at - 1]}">{frame}</g>'
            for at, frame in enumerate(frames)
        )
        return f'<figure class="drawn">{_svg(told, _circle() + content)}</figure>\n'
    moments = ("у каждого своё", "каждая часть сложена у кого-то одного", "у каждого всё")
    states = (found[0], found[WORKERS - 1], found[-1])
    content = "".join(
        _svg(f"{WORKERS} участника по кругу: {moment}", _circle() + _moment(state))
        for moment, state in zip(moments, states, strict=True)
    )
    caption = (
        "Строка клеток — участник, клетка — часть вектора, число — скольких участников она уже сумма. "
        f"Сначала, после {WORKERS - 1} шагов и после {2 * (WORKERS - 1)}"
    )
    return f'<figure class="drawn"><div class="moments">{content}</div><figcaption>{caption}</figcaption></figure>\n'


_SLIDE_STEPS = (0, 1, 1, 2, 2, 2)


def _corner(worker: int) -> Point:
    """The left upper corner of a worker's strip: clockwise from the left upper one."""
    right, below = worker in (1, 2), worker >= 2
    x = _LEFT + right * (_STRIP + _GAPS[0])
    return x, _TOP + below * (_CELL[1] + _GAPS[1])


def _circle() -> str:
    """Who sends to whom, clockwise."""
    half = _CELL[1] / 2
    parts = []
    for worker in range(WORKERS):
        x, y = _corner(worker)
        to_x, to_y = _corner((worker + 1) % WORKERS)
        if y == to_y:
            way = 1 if to_x > x else -1
            start = (x + (_STRIP + _AIR if way > 0 else -_AIR), y + half)
            end = (start[0] + way * (_GAPS[0] - 2 * _AIR), y + half)
            parts.append(_arrow(start, end, way, 0))
        else:
            way = 1 if to_y > y else -1
            start = (x + _STRIP / 2, y + (_CELL[1] + _AIR if way > 0 else -_AIR))
            end = (start[0], start[1] + way * (_GAPS[1] - 2 * _AIR))
            parts.append(_arrow(start, end, 0, way))
        name = (x + _STRIP / 2, y - 12) if worker < 2 else (x + _STRIP / 2, y + _CELL[1] + 28)
        parts.append(text(name, str(worker + 1), "middle", "op"))
    return "".join(parts)


def _arrow(start: Point, end: Point, across: int, down: int) -> str:
    """A line and a triangle at its end, to a side or up and down."""
    x, y = end
    base = [(x - 14 * across + side * 9 * down, y - 14 * down + side * 9 * across) for side in (-1, 1)]
    return line(start, (x - 12 * across, y - 12 * down), "wire") + path([end, *base], "arrow-head", closed=True)


def _moment(state: list[list[int]], before: list[list[int]] | None = None) -> str:
    """What everybody holds; with `before`, only what has changed since."""
    width, height = _CELL
    cells = []
    for worker, parts in enumerate(state):
        x, y = _corner(worker)
        cells += [
            f'<rect class="cell" x="{x + part * width:g}" y="{y}" width="{width}" height="{height}" '
            f'style="--share: {8 + 60 * (amount - 1) / (WORKERS - 1):.0f}"/>'
            + text((x + (part + 0.5) * width, y + height / 2 + 10), str(amount), "middle", "amount")
            for part, amount in enumerate(parts)
            if before is None or before[worker][part] != amount
        ]
    return "".join(cells)


def _svg(told: str, content: str) -> str:
    return (
        f'<svg class="drawing ring" viewBox="0 0 {2 * _LEFT + _PANEL} {_HEIGHT}" role="img" '
        f'aria-label="{escape(told)}" translate="no"><title>Сумма по кольцу</title>{content}</svg>'
    )
