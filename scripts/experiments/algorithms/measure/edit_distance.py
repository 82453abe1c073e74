"""Story 3. How wrong are we: the edit distance behind the word error rate, by less work or with less memory.

The plain way, a row of the table at a time, is in `shared.levenshtein`: other experiments count mistakes too.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from shared.levenshtein import Codes, encode, last_row
from talk.errors import TalkError
from talk.measure.clock import race, times_of
from talk.measure.memory import HIGH_WATER
from talk.measure.progress import Advance

from ..record import Curve, EditDistance, EditWay, Point, WayToEdit

Step = Literal["=", "~", "-", "+"]  # kept, substituted, deleted from the first, inserted from the second

_WORD_BITS = 64
_SEED = 2024
_LETTERS = 33
_SMALL_TABLE = 4096  # cells: 16 KiB, no worse than the rows themselves


@njit(cache=True)
def _table(a: Codes, b: Codes) -> NDArray[np.int32]:
    table = np.empty((len(a) + 1, len(b) + 1), np.int32)
    table[:, 0], table[0] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            replaced = table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            table[i, j] = min(replaced, table[i - 1, j] + 1, table[i, j - 1] + 1)
    return table


# --8<-- [start:myers]
@njit(cache=True)
def _myers(where: NDArray[np.uint64], letters: int, text: Codes) -> int:
    """Distance of a pattern to `text`, 64 cells of the table's column by a dozen instructions (Myers, 1999).

    where[c, w]: bits set where symbol c stands in the w-th 64 symbols of the pattern. Of a column only the steps
    between neighbours are kept, +1 in `up` and −1 in `down`: they are never anything else.
    """
    one, top = np.uint64(1), np.uint64(63)
    words = where.shape[1]
    up, down = np.full(words, ~np.uint64(0)), np.zeros(words, np.uint64)
    last = np.uint64((letters - 1) % 64)
    distance = letters
    for symbol in text:
        carry_up, carry_down = one, np.uint64(0)  # the row above: every next cell is one more
        for w in range(words):
            equal = where[symbol, w]
            vertical = equal | down[w]
            equal |= carry_down
            horizontal = (((equal & up[w]) + up[w]) ^ up[w]) | equal
            grows, falls = down[w] | ~(horizontal | up[w]), up[w] & horizontal
            if w == words - 1:
                distance += int((grows >> last) & one) - int((falls >> last) & one)
            next_up, next_down = grows >> top, falls >> top
            grows, falls = (grows << one) | carry_up, (falls << one) | carry_down
            up[w], down[w] = falls | ~(vertical | grows), grows & vertical
            carry_up, carry_down = next_up, next_down
    return distance


# --8<-- [end:myers]


def distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Edit distance by Myers' bit vectors: O(|a|·|b| / 64)."""
    codes_a, codes_b = encode(a, b)
    return _bit_parallel(codes_a, codes_b)


def alignment_by_table(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Step]:
    """The shortest way from `a` to `b`, step by step, traced back through the whole table."""
    codes_a, codes_b = encode(a, b)
    return _trace(_table(codes_a, codes_b), codes_a, codes_b)


def alignment(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Step]:
    """The shortest way from `a` to `b` in O(|a| + |b|) memory (Hirschberg, 1975), for twice the time."""
    codes_a, codes_b = encode(a, b)
    return _halve(codes_a, codes_b)


# --8<-- [start:hirschberg]
def _halve(a: Codes, b: Codes) -> list[Step]:
    if len(a) < 2 or len(a) * len(b) <= _SMALL_TABLE:
        return _trace(_table(a, b), a, b)
    middle = len(a) // 2
    to_middle = last_row(a[:middle], b)
    from_middle = last_row(a[middle:][::-1], b[::-1])[::-1]
    cut = int(np.argmin(to_middle + from_middle))
    return _halve(a[:middle], b[:cut]) + _halve(a[middle:], b[cut:])


# --8<-- [end:hirschberg]


def word_error_rate(references: Sequence[str], hypotheses: Sequence[str]) -> float:
    """Edits per reference word, over all pairs; it may exceed 1 where hypotheses are longer than references.

    Raises TalkError where there is no reference word: the rate of nothing is not a number.
    """
    if len(references) != len(hypotheses):
        raise TalkError("word_error_rate", f"{len(references)} references, {len(hypotheses)} hypotheses", "pair them")
    words = sum(len(reference.split()) for reference in references)
    if not words:
        raise TalkError("word_error_rate", "the references have no words", "give what was said")
    pairs = zip(references, hypotheses, strict=True)
    return sum(distance(said.split(), heard.split()) for said, heard in pairs) / words


def _bit_parallel(a: Codes, b: Codes) -> int:
    if not len(a) or not len(b):
        return max(len(a), len(b))
    pattern, text = (a, b) if len(a) <= len(b) else (b, a)
    return int(_myers(_where(pattern, int(max(a.max(), b.max())) + 1), len(pattern), text))


@njit(cache=True)
def _where(pattern: Codes, symbols: int) -> NDArray[np.uint64]:
    bits = np.zeros((symbols, (len(pattern) + _WORD_BITS - 1) // _WORD_BITS), np.uint64)
    for i in range(len(pattern)):
        bits[pattern[i], i // _WORD_BITS] |= np.uint64(1) << np.uint64(i % _WORD_BITS)
    return bits


def _trace(table: NDArray[np.int32], a: Codes, b: Codes) -> list[Step]:
    steps: list[Step] = []
    i, j = len(a), len(b)
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (a[i - 1] != b[j - 1]):
            steps.append("=" if a[i - 1] == b[j - 1] else "~")
            i, j = i - 1, j - 1
        elif i and table[i, j] == table[i - 1, j] + 1:
            steps.append("-")
            i -= 1
        else:
            steps.append("+")
            j -= 1
    return steps[::-1]


def measure(quick: bool, advance: Advance) -> EditDistance:
    """Growth of each way on texts with one letter in ten misheard, and a race with rapidfuzz on the longest."""
    from rapidfuzz.distance import Levenshtein

    sizes = (500, 1000, 2000, 4000) if quick else (1000, 2000, 4000, 8000, 16000)
    table_size = 2000 if quick else 8000
    random = np.random.default_rng(_SEED)
    pairs = {size: _misheard(random, size) for size in {*sizes, table_size}}
    ways: dict[WayToEdit, Callable[[Codes, Codes], Any]] = {
        "rows": lambda a, b: last_row(a, b)[-1],
        "hirschberg": _halve,
        "myers": _bit_parallel,
        "library": lambda a, b: Levenshtein.distance(a.tolist(), b.tolist()),
    }
    found_ways = []
    for name, way in ways.items():
        points = []
        for size in sizes:
            a, b = pairs[size]
            points.append(Point(size=size, times_s=times_of(partial(way, a, b), 3)))
            advance(1 / (len(ways) * len(sizes)))
        found_ways.append(EditWay(name=name, curve=Curve(points=points)))
    a, b = pairs[sizes[-1]]
    texts = ["".join(chr(ord("а") + code) for code in codes) for codes in (a, b)]
    found = race(
        {"ours": lambda: distance_of_texts(*texts), "library": lambda: Levenshtein.distance(*texts)}, 5 if quick else 15
    )
    agree = all(
        last_row(x, y)[-1] == _bit_parallel(x, y) == Levenshtein.distance(x.tolist(), y.tolist())
        for x, y in pairs.values()
    )
    a, b = pairs[table_size]
    return EditDistance(
        ways=found_ways,
        letters=sizes[-1],
        ours_times_s=found["ours"],
        library_times_s=found["library"],
        agree=bool(agree),
        memory_letters=table_size,
        table_peak_bytes=HIGH_WATER.risen_bytes(lambda: _trace(_table(a, b), a, b)),
        linear_peak_bytes=HIGH_WATER.risen_bytes(lambda: _halve(a, b)),
    )


def distance_of_texts(a: str, b: str) -> int:
    """Edit distance of two texts, letter by letter; letters are numbered by their Unicode code points."""
    points = np.frombuffer((a + b).encode("utf-32-le", "surrogatepass"), np.uint32)
    seen = np.zeros(int(points.max(initial=0)) + 1, np.bool_)
    seen[points] = True
    codes = (np.cumsum(seen) - 1)[points]
    return _bit_parallel(codes[: len(a)], codes[len(a) :])


def _misheard(random: np.random.Generator, size: int) -> tuple[Codes, Codes]:
    """A text of random letters, and the same with a tenth of its letters substituted, dropped or doubled."""
    said = random.integers(0, _LETTERS - 1, size)
    fate = random.choice(4, size, p=[0.9, 0.04, 0.03, 0.03])
    heard: list[int] = []
    for letter, what in zip(said.tolist(), fate.tolist(), strict=True):
        heard += [[letter], [(letter + 7) % _LETTERS], [], [letter, letter]][what]
    return said, np.array(heard, np.int64)
