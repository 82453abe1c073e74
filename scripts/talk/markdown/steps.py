"""What comes step by step on a slide: rows of a table, items of a list, lines of code.

A step is reveal.js's `fragment`. Without reveal.js (in an article, on paper) everything is there at once.
"""

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

MOST_STEPS = 8  # slides.css knows so many

_SPAN = r"[1-9]\d*(?:-[1-9]\d*)?"
_LINES = re.compile(rf"(?:all|{_SPAN}(?:,{_SPAN})*)")
_TABLE_BODY = re.compile(r"<tbody.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr(?P<attributes>[^>]*)>(?P<first>\s*<t[hd][^>]*>.*?</t[hd]>)", re.DOTALL)
_CLASS = re.compile(r' class="([^"]*)"')
_CODE = re.compile(r"(?P<open><code[^>]*>)(?P<lines>.*?)(?P<close></code>)", re.DOTALL)
_TAG = re.compile("<[^>]*>")
# A docstring is for whoever reads the file; Pygments closes its spans at the end of every line.
_DOCSTRING = re.compile(r'^(?:<span class="w">\s*</span>|\s)*<span class="sd">[^\n]*</span>\n', re.MULTILINE)


def is_steps(steps: Any) -> bool:
    """Whether the option `steps` is `rows`, `items`, or lines of code as `1-3|4,6|all`."""
    if steps in ("rows", "items"):
        return True
    parts = str(steps).split("|")
    return not isinstance(steps, bool) and len(parts) <= MOST_STEPS and all(map(_LINES.fullmatch, parts))


def line_steps(steps: str, count: int) -> list[set[int]]:
    """`1-3|all` as sets of line numbers from 1. Raises ValueError for lines that the code of `count` lines has not."""
    found = [_lines(part, count) for part in steps.split("|")]
    if any(not lines or max(lines) > count for lines in found):
        raise ValueError(steps)
    return found


def _lines(part: str, count: int) -> set[int]:
    if part == "all":
        return set(range(1, count + 1))
    spans = ([int(end) for end in span.split("-")] for span in part.split(","))
    # One line beyond the last tells that there is no such line, and no number is too long to count to.
    return {line for ends in spans for line in range(min(ends[0], count + 1), min(ends[-1], count + 1) + 1)}


def without_docstrings(code: str) -> str:
    """Pygments' HTML without docstrings, and one blank line where there are more."""
    return re.sub("\n{3,}", "\n\n", _DOCSTRING.sub("", code))


def with_line_steps(code: str, steps: str) -> str:
    """Pygments' HTML with a mark for each step before the code, and on each line the steps that it is lit in.

    Raises ValueError for lines that are not there.
    """

    def marked(match: re.Match[str]) -> str:
        lines = match["lines"].rstrip("\n").split("\n")  # Pygments closes its spans at the end of every line
        lit = line_steps(steps, len(lines))
        marks = "".join(f'<span class="fragment code-step step-{n}"></span>' for n in range(1, len(lit) + 1))
        spans = (
            f'<span class="{" ".join(["code-line", *(f"step-{n}" for n, those in enumerate(lit, 1) if at in those)])}">'
            f"{line}\n</span>"
            for at, line in enumerate(lines, start=1)
        )
        return f"{match['open']}{marks}{''.join(spans)}{match['close']}"

    return _CODE.sub(marked, code, count=1)


def with_row_steps(tables: str) -> str:
    """Tables' HTML, their rows below the heads made steps."""
    return _each_row(tables, lambda attributes, _: _with_class(attributes, "fragment"))


def with_row_names(tables: str) -> str:
    """Tables' HTML, each row below the heads named by its first cell: auto-animate finds it on the next slide."""
    return _each_row(
        tables, lambda attributes, first: f'{attributes} data-id="{html.escape(_TAG.sub("", first).strip())}"'
    )


def _each_row(tables: str, change: Callable[[str, str], str]) -> str:
    def row(match: re.Match[str]) -> str:
        return f"<tr{change(match['attributes'], match['first'])}>{match['first']}"

    return _TABLE_BODY.sub(lambda body: _ROW.sub(row, body[0]), tables)


def _with_class(attributes: str, name: str) -> str:
    if _CLASS.search(attributes):
        return _CLASS.sub(rf' class="\1 {name}"', attributes)
    return f'{attributes} class="{name}"'


def make_step(element: Element) -> None:
    """Make an element of the page a step."""
    element.set("class", f"{element.get('class', '')} fragment".strip())


def rows_of(body: Element) -> list[Element]:
    """Rows of the tables that Markdown made, below their heads."""
    return [row for part in body.iter() if part.tag in ("tbody", "tfoot") for row in part.iter("tr")]
