"""Four algorithms that the framework hides: a small picture each, and the number that each leaves of the network."""

from collections import Counter

from talk.render.captions import Provenance
from talk.render.scene import Figure, Scene, arrow, slab, stroke, words
from talk.render.svg import Point
from talk.words import number, plural, quantity

from ..record import Framework
from .tables import measured_steps

_WIDTH, _HEIGHT = 420, 260
_NAME = (0.0, 32.0)
_SIDE = 56.0  # of a node's square

# A backward pass through two layers with a way around each: where its nodes stand, in the order in which they run, and
# where each hands its gradient.
_STEPS: tuple[Point, ...] = ((30, 200), (120, 100), (210, 200), (300, 100), (390, 200))
_HANDED = ((0, 1), (0, 2), (1, 2), (2, 3), (2, 4), (3, 4))

# The first and the last moment of five tensors, and the buffer of each.
_LIVES = ((0, 1), (1, 3), (2, 4), (4, 6), (5, 7))
_BUFFERS = (0, 1, 0, 1, 0)
_LETTERS = "АБ"

# Pointwise operators: each one's sign and place, the root of its tree first.
_TREES: tuple[tuple[tuple[str, Point], ...], ...] = (
    (("+", (100, 100)), ("×", (30, 210)), ("÷", (170, 210))),
    (("×", (320, 100)), ("−", (250, 210)), ("+", (390, 210))),
)


def pictures(source: Provenance, measured: Framework) -> str:
    """All four, two by two on a slide and one under another on a phone."""
    digits = f"{measured.paths_digits} {plural(measured.paths_digits, 'цифры', 'цифр', 'цифр')}"
    shared, alone = (quantity(size, "bytes") for size in (measured.buffers_bytes, measured.tensors_bytes))
    operators = f"вместо {number(measured.operators, 0)}"
    distinct = plural(measured.distinct, "оператор", "оператора", "операторов")
    loops = plural(measured.loops, "проход", "прохода", "проходов")
    steps = plural(measured.steps, "шаг", "шага", "шагов")
    scenes = (
        _scene("Топологическая сортировка", _sorting(), measured.steps, f"{steps} вместо числа из {digits}", 1),
        _scene("Раскраска отрезков", _colouring(), shared, f"памяти вместо {alone}", 4),
        _scene("Словарь узлов", _consing(), measured.distinct, f"{distinct} {operators}", 1),
        _scene("Система множеств", _joining(), measured.loops, f"{loops} по памяти {operators}", 4),
    )
    body = f'<div class="four">{"".join(scene.html for scene in scenes)}</div>'
    return source.figure(body, measured_steps(measured), "drawn", "cpu")


def _scene(name: str, drawn: str, left: int | str, said: str, tone: int) -> Scene:
    """One picture under its name, and what the algorithm leaves, a count or a size."""
    shown = left if isinstance(left, str) else number(left, 0)
    told = f"{name}: {shown} {said}"
    base = words(_NAME, name) + drawn
    return Scene(name, told, base, _HEIGHT, figures=[Figure(shown, said, tone)], width=_WIDTH)


def _node(middle: Point, sign: str, tone: int, lit: bool = False) -> str:
    x, y = middle
    square = slab((x - _SIDE / 2, y - _SIDE / 2), (_SIDE, _SIDE), tone, "lit" if lit else "")
    return square + words((x, y + 11), sign, "middle", "on" if lit else "")


def _sorting() -> str:
    """Nodes by the number of their turn; lit are those that wait for more than one gradient."""
    awaited = Counter(to for _, to in _HANDED)
    edges = "".join(stroke([_STEPS[start], _STEPS[to]]) for start, to in _HANDED)
    return edges + "".join(
        _node(middle, str(turn), 1 if awaited[turn - 1] > 1 else 2, awaited[turn - 1] > 1)
        for turn, middle in enumerate(_STEPS, start=1)
    )


def _colouring() -> str:
    """Time runs to the right: each bar is a tensor's life, its letter and colour are the buffer that it lies in."""
    moment, row, top = _WIDTH / (1 + max(end for _, end in _LIVES)), 41.0, 52.0
    drawn = ""
    for at, ((start, end), buffer) in enumerate(zip(_LIVES, _BUFFERS, strict=True)):
        x, y, long = start * moment, top + at * row, (end + 1 - start) * moment
        drawn += slab((x, y), (long, row - 4), (4, 2)[buffer], "lit")
        drawn += words((x + long / 2, y + 29), _LETTERS[buffer], "middle", "on")
    return drawn


def _consing() -> str:
    """Two nodes of one function and one input become one."""
    middle, twins, wide = 150.0, (100.0, 200.0), 106.0
    drawn = "".join(
        stroke([(30, middle), (160, y)]) + arrow((160 + wide / 2, y), (310, middle + (y - middle) / 4), 1)
        for y in twins
    )
    drawn += _node((30, middle), "x", 2)
    for x, y, tone, kind in (*((160.0, y, 2, "") for y in twins), (_WIDTH - wide / 2 - 2, middle, 1, "lit")):
        drawn += slab((x - wide / 2, y - _SIDE / 2), (wide, _SIDE), tone, kind)
        drawn += words((x, y + 11), "sin x", "middle", "on" if kind else "")
    return drawn


def _joining() -> str:
    """Two trees of operators become one by a single edge between their roots."""
    (_, one), (_, other) = (tree[0] for tree in _TREES)
    edges = "".join(stroke([root[1], place]) for root, *leaves in _TREES for _, place in leaves)
    joined = arrow((other[0] - _SIDE / 2, other[1]), (one[0] + _SIDE / 2 + 4, one[1]), 4, "thick")
    nodes = "".join(
        _node(place, sign, 4 if root else 2, root and tree is _TREES[0])
        for tree in _TREES
        for root, (sign, place) in zip((True, False, False), tree, strict=True)
    )
    return edges + joined + nodes
