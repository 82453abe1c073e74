"""What the slides of an older talk say: docs/talk.toml, a list of strings by the slide's number.

    [slides]
    8 = ["2235/(148.755+146.863) ≈ 7.56"]

A page quotes it as `[7.56](talk:8)`. How signs are spaced does not count; a number is quoted whole.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from talk.errors import TalkError
from talk.paths import QUOTATIONS

QUOTATION = r"\[(?P<quoted>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(talk:(?P<slide>[^)\n]*)\)"


def said_on_slides(path: Path = QUOTATIONS) -> dict[str, list[str]]:
    """The strings of each slide; nothing where there is no such file. Raises TalkError for a file that is none."""
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


def is_said(quoted: str, strings: list[str]) -> bool:
    """Whether one of the strings has the quoted words."""
    words = _spaced(quoted)
    whole = re.compile(rf"(?<![\w.,]){re.escape(words)}(?![\w%]|[.,]\w)")
    return bool(words) and any(whole.search(_spaced(each)) for each in strings)


def _spaced(text: str) -> str:
    """`text` with spaces between words alone, one each."""
    return re.sub(r"\s*([^\w\s])\s*|\s+", lambda found: found[1] or " ", text.strip())


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> dict[str, list[str]]:
    mend = 'write [slides], and a line `8 = ["what it says"]` for each'
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TalkError(path, f"is not TOML ({error})", "mend that line") from None
    slides = content.get("slides")
    if set(content) != {"slides"} or not isinstance(slides, dict):
        raise TalkError(path, "is no list of slides", mend)
    for slide, strings in slides.items():
        if not slide.isdecimal() or not isinstance(strings, list) or not all(isinstance(each, str) for each in strings):
            raise TalkError(path, f"slide {slide} is no list of what it says", mend)
    return slides
