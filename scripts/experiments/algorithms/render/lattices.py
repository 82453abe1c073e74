"""The two tables of /algorithms/ that fill step by step: CTC's lattice, and the edit distance of two words.

Nothing in them is measured. docs/assets/scripts/lattice.js draws the same for the reader's own words, and the tests
hold both against the code that the page explains.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from talk.render.svg import Point, line, text

BLANK = "·"
# The network's alphabet: the blank, letters, and the space; what it did not hear is shared between all of them.
TOKENS = BLANK + " абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LEAK = 0.02
_SPREAD = 0.55

_COLUMN, _ROW = 70, 46
_LEFT, _TOP = 44, 42
_BOX = (54, 32)

Cell = tuple[int, int]  # row, column


@dataclass(frozen=True)
class Lattice:
    """CTC's forward table: `sums[t][s]` and the number of alignments that reach state s at frame t, `ways[t][s]`."""

    states: str
    sums: list[list[float]]
    ways: list[list[int]]
    alive: set[Cell]  # states × frames that some whole alignment goes through
    best: list[int]  # state at each frame of the likeliest alignment; empty where there is none

    @property
    def probability(self) -> float:
        """Of the text: the sum over all its alignments."""
        return sum(self.sums[-1][-2:])

    @property
    def alignments(self) -> int:
        """How many there are."""
        return sum(self.ways[-1][-2:])


def states_of(word: str) -> str:
    """Letters with blanks around each."""
    return BLANK + "".join(letter + BLANK for letter in word)


def heard(word: str, frames: int) -> list[dict[str, float]]:
    """What a network might say of `word`: for each frame the probability of each token.

    A token is likeliest where it would stand, were the word and its blanks spoken evenly.
    """
    states, found = states_of(word), []
    for t in range(frames):
        place = (t + 0.5) / frames * len(states) - 0.5
        weights = [math.exp(-_SPREAD * (s - place) ** 2) for s in range(len(states))]
        said = dict.fromkeys(TOKENS, _LEAK / len(TOKENS))
        for token, weight in zip(states, weights, strict=True):
            said[token] = said.get(token, 0.0) + (1 - _LEAK) * weight / sum(weights)
        found.append(said)
    return found


def before(states: str, s: int) -> list[int]:
    """States from which state s is entered: itself, the one before, and the one before that past a blank."""
    skips = s >= 2 and states[s] not in (BLANK, states[s - 2])
    return [s, *([s - 1] if s else []), *([s - 2] if skips else [])]


def ctc(word: str, said: Sequence[dict[str, float]]) -> Lattice:
    """The lattice of `word` over a network's outputs, at least one frame. A letter that is no token never occurs."""
    states = states_of(word)
    p = [[frame.get(token, 0.0) for token in states] for frame in said]

    sources = [before(states, s) for s in range(len(states))]
    sums, best = [[p[0][s] * (s < 2) for s in range(len(states))]], [[p[0][s] * (s < 2) for s in range(len(states))]]
    ways, came_from = [[int(s < 2) for s in range(len(states))]], []
    for here in p[1:]:
        came_from.append([max(each, key=best[-1].__getitem__) for each in sources])
        best.append([best[-1][source] * p_s for source, p_s in zip(came_from[-1], here, strict=True)])
        sums.append([sum(sums[-1][source] for source in each) * p_s for each, p_s in zip(sources, here, strict=True)])
        ways.append([sum(ways[-1][source] for source in each) for each in sources])
    alive = {(s, len(p) - 1) for s in range(len(states))[-2:] if ways[-1][s]}
    for t in range(len(p) - 1, 0, -1):
        alive |= {(source, t - 1) for s, at in alive if at == t for source in sources[s] if ways[t - 1][source]}
    last = max(range(len(states))[-2:], key=best[-1].__getitem__)
    route = [last]
    for each in reversed(came_from):
        route.append(each[route[-1]])
    return Lattice(states, sums, ways, alive, route[::-1] if best[-1][last] else [])


def distances(said: str, heard_as: str) -> list[list[int]]:
    """The edit distance of every beginning of one word to every beginning of the other."""
    table = [list(range(len(heard_as) + 1))]
    for i, letter in enumerate(said):
        row = [i + 1]
        for j, other in enumerate(heard_as):
            row.append(min(table[i][j] + (letter != other), table[i][j + 1] + 1, row[j] + 1))
        table.append(row)
    return table


def edits(said: str, heard_as: str) -> list[Cell]:
    """The cells that the shortest way from one word to the other goes through, from the first to the last."""
    table, (i, j) = distances(said, heard_as), (len(said), len(heard_as))
    cells = [(i, j)]
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (said[i - 1] != heard_as[j - 1]):
            i, j = i - 1, j - 1
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
        cells.append((i, j))
    return cells[::-1]


def _at(cell: Cell) -> Point:
    return _LEFT + (cell[1] + 0.5) * _COLUMN, _TOP + (cell[0] + 0.5) * _ROW


def _box(cell: Cell, words: object, share: float, kind: str = "") -> str:
    (x, y), (width, height) = _at(cell), _BOX
    return (
        f'<rect class="{f"cell {kind}".strip()}" x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" '
        f'height="{height}" style="--share: {8 + 50 * share:.0f}"/>' + text((x, y + 7), str(words), "middle")
    )


def _edge(start: Cell, end: Cell, kind: str) -> str:
    """A line between two cells, from box to box."""
    (x, y), (to_x, to_y) = _at(start), _at(end)
    across, down = (_BOX[0] / 2 * (end[1] > start[1]), _BOX[1] / 2 * (end[0] > start[0]))
    return line((x + across, y + down), (to_x - across, to_y - down), kind)


def _route(cells: Sequence[Cell]) -> str:
    """The way through the table: a frame around each of its cells, and lines between them."""
    frames = "".join(
        f'<rect class="cell best" x="{x - _BOX[0] / 2:g}" y="{y - _BOX[1] / 2:g}" width="{_BOX[0]}" '
        f'height="{_BOX[1]}"/>'
        for x, y in map(_at, cells)
    )
    return "".join(_edge(*each, "best") for each in pairwise(cells)) + frames


def _heads(rows: Iterable[str], columns: Iterable[str]) -> str:
    left = "".join(text((_LEFT - 14, _at((row, 0))[1] + 8), words, "end", "head") for row, words in enumerate(rows))
    top = "".join(text((_at((0, column))[0], 26), words, "middle", "head") for column, words in enumerate(columns))
    return left + top


def _svg(rows: int, columns: int, title: str, told: str, content: str) -> str:
    width, height = _LEFT + columns * _COLUMN, _TOP + rows * _ROW
    return (
        f'<svg class="drawing lattice" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(told)}" '
        f'translate="no"><title>{escape(title)}</title>{content}</svg>'
    )


def _steps(parts: Iterable[str]) -> str:
    return "".join(f'<g class="fragment" data-fragment-index="{at}">{part}</g>' for at, part in enumerate(parts))


def _live(name: str, data: dict[str, object], svg: str, caption: str) -> str:
    attributes = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items())
    return (
        f'<figure class="drawn live" data-live="{name}"{attributes}><div class="lattice-scroll">{svg}</div>'
        f"<figcaption>{caption}</figcaption></figure>\n"
    )


_WORD, _FRAMES = "мост", 6
_SAID, _HEARD = "чугунный", "чудной"


def ctc_picture(steps: bool) -> str:
    """The lattice of one word: in steps on a slide, frame by frame; for the article all of it, alive."""
    found = ctc(_WORD, heard(_WORD, _FRAMES))
    columns = [_ctc_column(found, t) for t in range(_FRAMES)]
    shown = [
        columns[0],
        columns[1],
        columns[2],
        "".join(columns[3:]),
        _route([(s, t) for t, s in enumerate(found.best)]),
    ]
    told = (
        f"Решётка CTC для слова «{_WORD}»: {len(found.states)} состояний на {_FRAMES} кадров, "
        f"выравниваний {found.alignments}"
    )
    heads = _heads(found.states, (str(t + 1) for t in range(_FRAMES)))
    content = heads + (_steps(shown) if steps else "".join(shown))
    svg = _svg(len(found.states), _FRAMES, "Решётка CTC", told, content)
    if steps:
        return f'<figure class="drawn">{svg}</figure>\n'
    caption = (
        "Строки — буквы и пустые места между ними (точки), столбцы — кадры. Число — сколько начал выравнивания сюда "
        "приходит, цвет — их вероятность, обводка — самое вероятное выравнивание"
    )
    return _live("ctc", {"heard": _WORD, "word": _WORD, "frames": _FRAMES}, svg, caption)


def _ctc_column(found: Lattice, t: int) -> str:
    alive = sorted(s for s, at in found.alive if at == t)
    most = max((found.sums[t][s] for s in alive), default=0.0) or 1.0
    edges = "".join(
        _edge((source, t - 1), (s, t), "edge")
        for s in alive
        for source in before(found.states, s)
        if (source, t - 1) in found.alive
    )
    return edges + "".join(_box((s, t), found.ways[t][s], math.sqrt(found.sums[t][s] / most)) for s in alive)


def edit_picture(steps: bool) -> str:
    """The distances between two words: in steps on a slide, row by row; for the article all of it, alive."""
    table = distances(_SAID, _HEARD)
    most = max(map(max, table))
    rows = ["".join(_box((i, j), value, value / most) for j, value in enumerate(row)) for i, row in enumerate(table)]
    route = edits(_SAID, _HEARD)
    told = f"Таблица расстояний от «{_SAID}» до «{_HEARD}»: {table[-1][-1]}, закрашен кратчайший путь правок"
    shown = [rows[0], rows[1], rows[2], "".join(rows[3:]), _route(route)]
    content = _heads(" " + _SAID, " " + _HEARD) + (_steps(shown) if steps else "".join(shown))
    svg = _svg(len(table), len(table[0]), "Расстояние Левенштейна", told, content)
    if steps:
        return f'<figure class="drawn">{svg}</figure>\n'
    caption = (
        "Число — за сколько правок одно начало превращается в другое. Вниз — выбросить букву, вправо — вставить, "
        "по диагонали — оставить или заменить. Обводка — кратчайший путь"
    )
    return _live("edits", {"said": _SAID, "heard": _HEARD}, svg, caption)
