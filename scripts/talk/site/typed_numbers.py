"""Finds measured numbers that a hand typed into prose: what its language takes for a number with a unit."""

import re
from collections.abc import Iterator

from talk.markdown.prose import blank, numbered, without_code, without_math
from talk.markdown.values import REFERENCE
from talk.words import language

_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
# A quotation of the talk, or the text of a link to the page that states the number.
_ATTRIBUTED = re.compile(r"\[[^\[\]]*\]\((?:talk:|https?://)[^)]*\)")
_BLOCK_HEADER = re.compile(r"^/{3,}.*\n(?:[ ]{4}[\w-]+:.*\n)*", re.MULTILINE)
_HTML_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")


def find_typed_numbers(markdown: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) and text of each typed number.

    Not looked at: code, formulas, references to values, `>` quotations, `[…](talk:8)` and links to outside sources.
    """
    spoken = language()
    prose = without_math(without_code(markdown))
    not_typed = (_BLOCK_HEADER, re.compile(REFERENCE), _QUOTED_LINE, _ATTRIBUTED, spoken.numbered_thing, _HTML_TAG)
    for pattern in not_typed:
        prose = blank(pattern, prose)
    for line, match in numbered(spoken.typed_number, prose):
        yield line, match[0].strip()
