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


def alignments(frames: int, labels: int) -> int:
    """How many a text has that repeats no letter: C(T + U, 2U) paths through its lattice."""
    return math.comb(frames + labels, 2 * labels)


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


@dataclass(frozen=True)
class _Grid:
    """Where cells lie, in the picture's own units: how far apart they are, how large, and how large their numbers."""

    column: int
    row: int
    box: tuple[int, int]
    letter: int
    left: int
    top: int

    def at(self, cell: Cell) -> Point:
        return self.left + (cell[1] + 0.5) * self.column, self.top + (cell[0] + 0.5) * self.row

    def frame(self, cell: Cell, kind: str, share: float | None = None) -> str:
        (x, y), (width, height) = self.at(cell), self.box
        filled = "" if share is None else f' style="--share: {8 + 50 * share:.0f}"'
        return (
            f'<rect class="{f"cell {kind}".strip()}" x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" '
            f'height="{height}"{filled}/>'
        )

    def box_of(self, cell: Cell, words: object, share: float) -> str:
        x, y = self.at(cell)
        return self.frame(cell, "", share) + text((x, y + 0.36 * self.letter), str(words), "middle")

    def edge(self, start: Cell, end: Cell, kind: str) -> str:
        """A line between two cells, from box to box."""
        (x, y), (to_x, to_y) = self.at(start), self.at(end)
        across, down = (self.box[0] / 2 * (end[1] > start[1]), self.box[1] / 2 * (end[0] > start[0]))
        return line((x + across, y + down), (to_x - across, to_y - down), kind)

    def route(self, cells: Sequence[Cell]) -> str:
        """The way through the table: a frame around each of its cells, and lines between them."""
        return "".join(self.edge(*each, "best") for each in pairwise(cells)) + "".join(
            self.frame(each, "best") for each in cells
        )

    def asked(self, cell: Cell, sources: Iterable[Cell]) -> str:
        """A cell and those that its number is made of."""
        found = list(sources)
        return "".join(self.edge(each, cell, "near") + self.frame(each, "near") for each in found) + self.frame(
            cell, "now"
        )

    def heads(self, rows: Iterable[str], columns: Iterable[str]) -> str:
        left = "".join(
            text((self.left - 14, self.at((row, 0))[1] + 8), words, "end", "head") for row, words in enumerate(rows)
        )
        top = "".join(
            text((self.at((0, column))[0], 26), words, "middle", "head") for column, words in enumerate(columns)
        )
        return left + top

    def svg(self, rows: int, columns: int, title: str, told: str, content: str) -> str:
        width, height = self.left + columns * self.column, self.top + rows * self.row
        return (
            f'<svg class="drawing lattice" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(told)}" '
            f'translate="no"><title>{escape(title)}</title>{content}</svg>'
        )


# lattice.js draws the article's anew.
_ARTICLE = _Grid(70, 46, (54, 32), 20, 44, 42)
_SLIDE = _Grid(90, 50, (68, 40), 27, 36, 42)


def _steps(parts: Sequence[tuple[str, bool]]) -> str:
    """Frames in turn; one that passes gives way to the next."""
    kinds = {True: "fragment fade-in-then-out passing", False: "fragment"}
    return "".join(
        f'<g class="{kinds[passes]}" data-fragment-index="{at}">{part}</g>' for at, (part, passes) in enumerate(parts)
    )


def _live(name: str, data: dict[str, object], svg: str, caption: str) -> str:
    attributes = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items())
    return (
        f'<figure class="drawn live" data-live="{name}"{attributes}><div class="lattice-scroll">{svg}</div>'
        f"<figcaption>{caption}</figcaption></figure>\n"
    )


_WORD, _FRAMES = "мост", 6
_SAID, _HEARD = "чугунный", "чудной"


def ctc_picture(steps: bool) -> str:
    """The lattice of one word: in steps on a slide; for the article all of it, alive."""
    found = ctc(_WORD, heard(_WORD, _FRAMES))
    told = (
        f"Решётка CTC для слова «{_WORD}»: {len(found.states)} состояний на {_FRAMES} кадров, "
        f"выравниваний {found.alignments}"
    )
    route = [(s, t) for t, s in enumerate(found.best)]

    def drawn(grid: _Grid, content: str) -> str:
        heads = grid.heads(found.states, (str(t + 1) for t in range(_FRAMES)))
        return grid.svg(len(found.states), _FRAMES, "Решётка CTC", told, heads + content)

    if steps:
        columns = [_ctc_column(_SLIDE, found, t) for t in range(_FRAMES)]
        asked = next(
            (s, t) for s, t in sorted(found.alive, key=lambda each: each[1]) if len(_sources(found, (s, t))) == 3
        )
        shown = [
            ("".join(columns[1 : asked[1] + 1]), False),
            (_SLIDE.asked(asked, _sources(found, asked)), True),
            ("".join(columns[asked[1] + 1 :]), False),
            (_SLIDE.route(route), False),
        ]
        base = "".join(_SLIDE.frame(each, "ghost") for each in sorted(found.alive)) + columns[0]
        return f'<figure class="drawn">{drawn(_SLIDE, base + _steps(shown))}</figure>\n'
    content = "".join(_ctc_column(_ARTICLE, found, t) for t in range(_FRAMES)) + _ARTICLE.route(route)
    caption = (
        "Строки — буквы и пустые места между ними (точки), столбцы — кадры. Число — сколько начал выравнивания сюда "
        "приходит, цвет — их вероятность, обводка — самое вероятное выравнивание"
    )
    return _live("ctc", {"heard": _WORD, "word": _WORD, "frames": _FRAMES}, drawn(_ARTICLE, content), caption)


def _sources(found: Lattice, cell: Cell) -> list[Cell]:
    """The cells of a whole alignment that one of them is entered from."""
    s, t = cell
    return [(source, t - 1) for source in before(found.states, s) if (source, t - 1) in found.alive]


def _ctc_column(grid: _Grid, found: Lattice, t: int) -> str:
    alive = sorted(s for s, at in found.alive if at == t)
    most = max((found.sums[t][s] for s in alive), default=0.0) or 1.0
    edges = "".join(grid.edge(source, (s, t), "edge") for s in alive for source in _sources(found, (s, t)))
    return edges + "".join(grid.box_of((s, t), found.ways[t][s], math.sqrt(found.sums[t][s] / most)) for s in alive)


def edit_picture(steps: bool) -> str:
    """The distances between two words: in steps on a slide, by rows; for the article all of it, alive."""
    table = distances(_SAID, _HEARD)
    most = max(map(max, table))
    route = edits(_SAID, _HEARD)
    told = f"Таблица расстояний от «{_SAID}» до «{_HEARD}»: {table[-1][-1]}, закрашен кратчайший путь правок"

    def cells(grid: _Grid, some: Iterable[Cell]) -> str:
        return "".join(grid.box_of((i, j), table[i][j], table[i][j] / most) for i, j in some)

    def drawn(grid: _Grid, content: str) -> str:
        heads = grid.heads(" " + _SAID, " " + _HEARD)
        return grid.svg(len(table), len(table[0]), "Расстояние Левенштейна", told, heads + content)

    every = [(i, j) for i, row in enumerate(table) for j, _ in enumerate(row)]
    if steps:
        asked = (2, 2)
        first = [(i, j) for i, j in every if i and j and i <= asked[0]]
        edge = [(i, j) for i, j in every if not i or not j]
        shown = [
            (cells(_SLIDE, first), False),
            (_SLIDE.asked(asked, [(1, 1), (1, 2), (2, 1)]), True),
            (cells(_SLIDE, (each for each in every if each not in first and each not in edge)), False),
            (_SLIDE.route(route), False),
        ]
        base = "".join(_SLIDE.frame(each, "ghost") for each in every) + cells(_SLIDE, edge)
        return f'<figure class="drawn">{drawn(_SLIDE, base + _steps(shown))}</figure>\n'
    caption = (
        "Число — за сколько правок одно начало превращается в другое. Вниз — выбросить букву, вправо — вставить, "
        "по диагонали — оставить или заменить. Обводка — кратчайший путь"
    )
    still = drawn(_ARTICLE, cells(_ARTICLE, every) + _ARTICLE.route(route))
    return _live("edits", {"said": _SAID, "heard": _HEARD}, still, caption)
