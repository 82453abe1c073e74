"""How large a slide sets what it holds: as large as it fits, so that small text is legible from the last row.

Sizes are in em, a slide's own unit: 1/27 of its height, 40 px of 1080, the least that its text is set at. Letters are
counted at the typefaces' average width, so a size is an estimate, which tests hold against a browser. `slides.css`
takes the size as `--size`, of the code's letters as `--code-columns` and `--code-lines`.
"""

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from talk.words import say

WIDTH, HEIGHT = 41.7, 22.6  # a slide less its padding
LETTER, CODE_LETTER = 0.54, 0.6
LINE = 1.35
BETWEEN = 0.7
BETWEEN_COLUMNS = 1.6
NUMBER_LETTER = 4.4 * 0.37  # of a number that heads a column
TITLE, TITLE_LETTER = 2.8 * 0.98, 2.8 * 0.37  # a line of it, a letter of it
AFTER_TITLE = 0.9
HEAD, HEAD_SCALE = 1.2, 0.7
ROW, HIGHEST_ROW = 1.69, 3.1
CODE_LINE, HIGHEST_CODE_LINE = 1.5, 2.3  # of its letters
_CODE_WIDTH, _CODE_HEIGHT = 65, 11  # columns and lines of letters as large as the text
_LARGEST_CODE = 1.3
_ROWS_ROOM, _CODE_ROOM = 14.0, 13.0  # what is left to a table's rows and to code, between title and caption
CAPTION = 2.4  # two lines of it, smaller
WIDE_TABLE = 6  # columns from which cells stand closer
TEXT_SIZE = 1.15  # the least that text alone, and a table among text, is set at

_LARGEST_TEXT, _LARGEST_TABLE = 1.75, 1.45
_FORMULA_SIZES = (0.9, 2.7)
FORMULA_TYPE = 1.1  # KaTeX is a tenth larger than the text around it
AROUND_FORMULA = 0.4
BETWEEN_FORMULAS = 1.1
_MARKER, _BETWEEN_ITEMS = 1.7, 0.55
WHY_WIDTH = 9  # of the question mark beside the text of a slide that asks why
_ROOM_LEFT = 0.9  # part of the room that an estimate may fill
_FORMULA_ROOM = 0.97  # and that a formula may, whose width is known

_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_ROWS = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELLS = re.compile(r"<t(?P<kind>[hd])[^>]*>(?P<inside>.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile("<[^>]*>")
_MARKUP = re.compile(r"\]\([^)]*\)|\{[:.#][^}]*\}|[*_`\[$]")
_REFERENCE = re.compile(r"\{\{.*?\}\}")


@dataclass
class Cell:
    """A table's cell: its text, and how it is set."""

    head: bool
    text: str = ""
    code: bool = False


def read_tables(written: str) -> list[list[list[Cell]]]:
    """The tables of a piece of HTML, each as rows of cells; the first row is the head."""
    return [
        [
            [
                Cell(at == 0, html.unescape(_TAG.sub("", cell["inside"])).strip(), "<code" in cell["inside"])
                for cell in _CELLS.finditer(row)
            ]
            for at, row in enumerate(_ROWS.findall(table))
        ]
        for table in _TABLE.findall(written)
    ]


def table_width(rows: Sequence[Sequence[Cell]], broken: bool = True) -> float:
    """The width that a table takes, its first column `broken` between words where that helps; others never are."""
    wide = len(rows[0]) >= WIDE_TABLE
    padding = 0.32 if wide else 0.8

    def width(cell: Cell, text: str) -> float:
        if cell.head:
            return len(text) * LETTER * HEAD_SCALE
        return len(text) * (CODE_LETTER * (0.75 if wide else 0.88) if cell.code else LETTER)

    total = 0.0
    for at, column in enumerate(zip(*rows, strict=False)):
        parts = ((cell, part) for cell in column for part in (cell.text.split() if broken and at == 0 else [cell.text]))
        total += max((width(cell, part) for cell, part in parts), default=0.0) + padding
    return total


def table_height(rows: Sequence[Sequence[Cell]], row: float = ROW) -> float:
    """A head, and a line a row."""
    return HEAD + row * (len(rows) - 1)


def row_height(rows: int, size: float) -> float:
    """How high each of so many rows below the heads is on a slide of tables of that size: few have more room."""
    return _clamped(ROW, _ROWS_ROOM / size / max(rows, 1), HIGHEST_ROW)


def code_size(columns: int, lines: int) -> float:
    """The size of a code slide's letters, so many of them in so many lines."""
    return min(_LARGEST_CODE, _CODE_WIDTH / columns, _CODE_HEIGHT / lines)


def code_line(columns: int, lines: int) -> float:
    """How high a line of a code slide is, of its letters: few lines stand further apart."""
    return _clamped(CODE_LINE, _CODE_ROOM / lines / code_size(columns, lines), HIGHEST_CODE_LINE)


def lines(text: str, letter: float = LETTER, width: float = WIDTH) -> int:
    """Lines that a text takes."""
    return max(1, math.ceil(len(text) * letter / width))


def room(title: str) -> float:
    """What the title leaves of the slide's height."""
    return HEIGHT - lines(title, TITLE_LETTER) * TITLE - AFTER_TITLE


def table_size(title: str, tables: Sequence[Sequence[Sequence[Cell]]]) -> float:
    """The size of a slide of tables, at which their rows stay a line each."""
    widest = max(table_width(rows, broken=False) for rows in tables)
    height = sum(map(table_height, tables)) + CAPTION
    return _clamped(1.0, min(WIDTH / widest, room(title) / height) * _ROOM_LEFT, _LARGEST_TABLE)


def text_size(title: str, texts: Sequence[str], room_width: float = WIDTH) -> float:
    """The size of a slide of text alone: paragraphs and items of lists, as Markdown writes them."""
    plain = [_MARKUP.sub("", _REFERENCE.sub(say("value.sample"), text)) for text in texts]
    size = _LARGEST_TEXT
    while size > TEXT_SIZE:
        width = room_width / size - _MARKER
        height = sum(lines(text, width=width * _ROOM_LEFT) * LINE + _BETWEEN_ITEMS for text in plain) * size
        if height <= room(title) * _ROOM_LEFT:
            break
        size -= 0.05
    return round(max(size, TEXT_SIZE), 2)


def formula_size(title: str, formulas: Sequence[tuple[float, float]], texts: Sequence[str]) -> float:
    """The size of a slide's displayed formulas, each given by its width and height, with paragraphs among them."""
    widest = max(width for width, _ in formulas) * FORMULA_TYPE
    highest = sum(height * FORMULA_TYPE + AROUND_FORMULA for _, height in formulas)
    others = sum(lines(text) * LINE for text in texts) + BETWEEN_FORMULAS * (len(formulas) + len(texts) - 1)
    least, most = _FORMULA_SIZES
    by_height = (room(title) - others * TEXT_SIZE) / highest
    return _clamped(least, min(WIDTH / widest * _FORMULA_ROOM, by_height), most)


def _clamped(least: float, size: float, most: float) -> float:
    return round(min(max(least, size), most), 2)
