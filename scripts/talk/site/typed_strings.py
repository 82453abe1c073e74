"""Finds numbers that a hand typed into strings of code which readers see: captions, labels, remarks.

Of a source only its strings are read, each as the HTML that it becomes; what is computed in them, `{…}` of Python and
`${…}` of JavaScript, is a hole. A formula of symbols, `2(p − 1)/p`, is none of anybody's measurements, and a number
that is given has its reason: in Python `given("16 kHz", reason="…")` of `talk.render.given`, in scripts
`/* given: why */ "16 kHz"`, in HTML the element of class `given`.
"""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

import regex

from talk.site.typed_numbers import TypedNumber, find_in_html
from talk.words import language

_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
# What of a source is no code: comments, strings, regular expressions where a value is expected.
_PYTHON = re.compile(r"#[^\n]*|(?P<quote>\'\'\'|\"\"\"|'|\")")
_SCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/|(?<=[(,=:\[!&|?{;])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\])+/|(?P<quote>['\"`])",
    re.DOTALL,
)
_CODE = re.compile(r"[^'\"`#/()\[\]{}\n,=:!&|?;]+")
_TEXT = re.compile(r"[^'\"`\\{}$\n]+")
_PREFIX = re.compile(r"(?<!\w)[rbfu]{1,2}\Z", re.IGNORECASE)
_GIVEN = re.compile(r"/\*\s*given:\s*\w[^*]*\*/\s*\Z")
_ESCAPE = re.compile(r"\\(?:N\{[^}]*\}|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_BETWEEN = re.compile(r"(?:\s|#[^\n]*\n|\\\n)*")  # strings that stand so are one
_TAG = re.compile(r"(?<!\(\?P)<[a-z]+[\s>]|</[a-z]|\b(?:alt|title|aria-label)=")
_FORMAT = re.compile(r"[^\s|]* ?\.\d")  # of a value: `ms .1`
_OWN_LETTER = regex.compile(r"[^\P{L}\p{Latin}\p{Greek}]")
_TWO_WORDS = re.compile(r"[A-Za-z]{2,},? [A-Za-z]{2,}")

# A run of numbers, names of quantities and what joins them.
_QUANTITY = r"(?:[\p{Latin}\p{Greek}]{1,3}(?![\p{L}])[′ⁿ₀-₉]?)"
_RUN = regex.compile(rf"(?:{_QUANTITY}|\d+(?![.,]\d)|[()|+−/·×→²³⁻ⁿ{_HOLE}]|(?<=\S)[ ](?=\S))+")
_JOINS = re.compile(r"[+−/·×→²³(|]")
# What is left of the whole, and how much more something is.
_WHOLE = re.compile(r"(?<![\d.,])1 − |(?<=\S) − 1(?!\d|[.,]\d| ?\w)")


@dataclass
class _String:
    """A text of the source that begins at `begin`, and of each of its signs where it stands there."""

    begin: int
    text: str = ""
    places: list[int] = field(default_factory=list)

    def add(self, text: str, place: int, *, is_written: bool = False) -> None:
        """More text: all of it at one place, or written there as it is."""
        self.text += text
        self.places += range(place, place + len(text)) if is_written else [place] * len(text)


def find_in_python(source: str) -> list[TypedNumber]:
    """Numbers in strings of a Python source, with their places in it; nothing of half-written code."""
    found = _judge(source, _Scanner(source, _PYTHON).strings())
    if not found:
        return []
    try:
        unseen = _unseen(source)
    except SyntaxError:
        return []
    return [number for begin, number in found if not any(start <= begin < end for start, end in unseen)]


def find_in_script(source: str) -> list[TypedNumber]:
    """The same of JavaScript and of style sheets, whose `content` readers see."""
    return [
        number
        for begin, number in _judge(source, _Scanner(source, _SCRIPT).strings())
        if not _GIVEN.search(source, 0, begin)
    ]


def _judge(source: str, strings: Iterator[_String]) -> list[tuple[int, TypedNumber]]:
    """Each number with where its string begins."""
    starts = [0, *(found.end() for found in re.finditer("\n", source))]
    found = []
    for string in strings:
        if not _is_for_readers(string.text):
            continue
        text = _without_formulas(string.text)
        lines = [0, *(newline.end() for newline in re.finditer("\n", text))]
        for number in find_in_html(text):
            place = string.places[lines[number.line - 1] + number.column - 1]
            line = bisect_right(starts, place)
            found.append((string.begin, TypedNumber(line, place - starts[line - 1] + 1, number.text)))
    return sorted(found)


def _is_for_readers(text: str) -> bool:
    """Whether it is a text in the talk's language, HTML, or a number as prose writes it."""
    spoken = language()
    words = _OWN_LETTER if spoken.latin else _TWO_WORDS
    if _FORMAT.fullmatch(text):
        return False
    return bool(words.search(text) or _TAG.search(text) or spoken.numerals.is_prose(text))


def _without_formulas(text: str) -> str:
    def blank(found: "re.Match[str] | regex.Match[str]") -> str:
        has_name = any(sign.isalpha() for sign in found[0])
        return re.sub(r"\d|[²³⁻]", "_", found[0]) if has_name and _JOINS.search(found[0]) else found[0]

    text = _WHOLE.sub(lambda found: found[0].replace("1", "_"), text)
    return str(_RUN.sub(blank, text))


def _unseen(source: str) -> list[tuple[int, int]]:
    """Beginning and end of each docstring, and of what is given. Raises SyntaxError."""
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    starts = [0]
    for written in lines:
        starts.append(starts[-1] + len(written))

    def place(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    found = []
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_given = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "given"
        if isinstance(node, ast.expr | ast.stmt) and (is_docstring or is_given):
            end = place(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
            found.append((place(node.lineno, node.col_offset), end))
    return found


class _Scanner:
    """Reads the strings of a source, those inside of others too."""

    def __init__(self, source: str, opening: re.Pattern[str]) -> None:
        self._source = source
        self._opening = opening
        self._is_python = opening is _PYTHON
        self._strings: list[_String] = []

    def strings(self) -> Iterator[_String]:
        """Each string with a text, in the order of their ends."""
        self._code(0, until=None)
        return (string for string in self._strings if string.text)

    def _code(self, at: int, until: str | None) -> int:
        """Read code from `at` to its end, or to the bracket that closes it; returns where it ends."""
        depth, last, last_end = 0, None, -1
        while at < len(self._source):
            opening = self._opening.match(self._source, at)
            if opening is None:
                sign = self._source[at]
                if until is not None and depth == 0 and sign in (until, "\n"):
                    return at
                depth += (sign in "([{") - (sign in ")]}")
                plain = _CODE.match(self._source, at)
                at = plain.end() if plain else at + 1
            elif opening["quote"] is None:
                at = opening.end()
            else:
                prefix = _PREFIX.search(self._source, max(0, at - 2), at) if self._is_python else None
                begin = prefix.start() if prefix else at
                goes_on = self._is_python and last is not None and _BETWEEN.fullmatch(self._source, last_end, begin)
                if last is None or not goes_on:
                    last = _String(begin)
                    self._strings.append(last)
                at = last_end = self._string(opening, prefix[0].lower() if prefix else "", last)
        return at

    def _string(self, opening: re.Match[str], prefix: str, string: _String) -> int:
        quote = opening["quote"]
        is_formatted, is_raw = "f" in prefix, "r" in prefix
        hole = "{" if is_formatted else "${" if quote == "`" else None
        at = opening.end()
        while at < len(self._source) and not self._source.startswith(quote, at):
            if plain := _TEXT.match(self._source, at):
                string.add(plain[0], at, is_written=True)
                at = plain.end()
            elif not is_raw and (escape := _ESCAPE.match(self._source, at)):
                string.add(_decoded(escape[0]), at)
                at = escape.end()
            elif is_formatted and self._source[at : at + 2] in ("{{", "}}"):
                string.add(self._source[at], at)
                at += 2
            elif hole is not None and self._source.startswith(hole, at):
                string.add(_HOLE, at)
                at = self._code(at + len(hole), until="}") + 1
            elif self._source[at] == "\n" and len(quote) == 1 and quote != "`":
                return at  # no string of a language goes on so: rather the scanner has lost its way
            else:
                string.add(self._source[at], at)
                at += 1
        return at + len(quote)


def _decoded(escape: str) -> str:
    """What an escape stands for; nothing for a line that goes on."""
    if escape == "\\\n":
        return ""
    if escape[1:2] in "Nuxrnt" and not escape.startswith("\\u{"):
        try:
            return escape.encode().decode("unicode_escape")
        except UnicodeDecodeError:
            return " "
    return " " if escape.startswith("\\u{") else escape[1:]
