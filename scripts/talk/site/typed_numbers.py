"""Finds measured numbers that a hand typed into prose: a number with a unit of time, rate, size, %, «раз» or ×."""

import re
from collections.abc import Iterator

from talk.markdown.prose import blank, numbered, without_code, without_math
from talk.markdown.values import REFERENCE

_SPACE = "(?:[ \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}]|&nbsp;)"
# Not inside a word, a date, a version or another number.
_NUMBER = rf"(?<![\w.,/:#-])[≈~±−-]?\d+(?:{_SPACE}\d{{3}})*(?:[.,]\d+)?"
_TIME = "|".join(
    [
        r"сут(?:ок|ки)?|ч(?:ас(?:а|ов)?)?|мин(?:ут[аы]?)?|с(?:ек(?:унд[аы]?)?)?",
        r"(?:милли|микро|нано)секунд[аы]?|мс|мкс|нс|[mnµ]?s",
    ]
)
_SIZE = r"[КМГТkKMGT]?[бБB]|[KMGT]iB|(?:кило|мега|гига|тера)?байта?"
_RATE = r"[КМГТПkKMGTP]?(?:ФЛОП|FLOP|flop)(?:[sS]|ов|а)?|[кКМГkMG]?Гц|[kMG]?Hz"
_SCALE = rf"(?:(?:тыс\.?|млн|млрд){_SPACE})?"
_UNIT = rf"(?:{_SCALE}(?:{_TIME}|{_SIZE}|{_RATE})(?:/(?:с|ч|сут|s))?(?!\w)|%|процент\w*|раза?(?!\w)|×(?!{_SPACE}?\d))"
_TYPED_NUMBER = re.compile(rf"{_NUMBER}{_SPACE}?{_UNIT}")

_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
# A quotation of the talk, or the text of a link to the page that states the number.
_ATTRIBUTED = re.compile(r"\[[^\[\]]*\]\((?:talk:|https?://)[^)]*\)")
_BLOCK_HEADER = re.compile(r"^/{3,}.*\n(?:[ ]{4}[\w-]+:.*\n)*", re.MULTILINE)
# «слайд 8 с таблицей» numbers a thing; its «с» is a preposition, not seconds.
_NUMBERED_THING = re.compile(r"\b(?:слайд|глав|раздел|круг|шаг|пункт|рис|табл)[а-яё]*\.?\s+\d+")
_HTML_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")


def find_typed_numbers(markdown: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) and text of each typed number.

    Not looked at: code, formulas, references to values, `>` quotations, `[…](talk:8)` and links to outside sources.
    """
    prose = without_math(without_code(markdown))
    for pattern in (_BLOCK_HEADER, re.compile(REFERENCE), _QUOTED_LINE, _ATTRIBUTED, _NUMBERED_THING, _HTML_TAG):
        prose = blank(pattern, prose)
    for line, match in numbered(_TYPED_NUMBER, prose):
        yield line, match[0].strip()
