"""Everything of the interface that depends on the talk's language: strings, numbers, dates, typography, letters.

A language is one file here, found by looking. What is called without a language speaks that of the talk, which
mkdocs.yml sets: `extra.talk.language`.
"""

import json
import re
import unicodedata
from html import escape

from talk.paths import LANGUAGES
from talk.words.languages import Language, language
from talk.words.numbers import (
    MINUS,
    NBSP,
    Dimension,
    counted,
    day,
    decimals_for,
    is_unit,
    natural_unit,
    natural_units,
    number,
    plural,
    quantity,
    scientific,
    units,
)

__all__ = [
    "LANGUAGES",
    "MINUS",
    "NBSP",
    "Dimension",
    "Language",
    "bind",
    "counted",
    "day",
    "decimals_for",
    "fill",
    "is_unit",
    "language",
    "latin",
    "natural_unit",
    "natural_units",
    "number",
    "plural",
    "quantity",
    "say",
    "scientific",
    "uncontrolled",
    "units",
]

# `[[deck.close]]`, `[[deck.shortcuts.overview key=<kbd>Esc</kbd>]]`, `[[js:deck]]`.
_PLACEHOLDER = re.compile(r"\[\[(?P<key>[a-z][\w.:]*)(?: (?P<hole>\w+)=(?P<html>[^\[\]]*))?\]\]")
# Latin letters that are no plain letter with a mark above or below.
_LIGATURES = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
)
# How records made before the notes had names say them.
_FORMER_NOTES = {
    "частота процессора не закреплена": "clock_not_pinned",
    "другие программы на машине не остановлены": "other_programs_running",
    "машина виртуальная, соседи по железу не видны": "virtual_machine",
    "один проход, разброс неизвестен": "single_pass",
}


def say(key: str, /, **holes: object) -> str:
    """A string of the interface by its key, its holes filled. It is plain text: escape it, not the HTML in holes.

    Raises TalkError for an unknown key.
    """
    return language().say(key, **holes)


def uncontrolled(note: str) -> str:
    """What a measurement did not control, in words; `note` is as the record has it.

    A note that the interface has no words for, which an experiment wrote itself, is returned as it is.
    """
    spoken = language()
    return spoken.strings.get(f"uncontrolled.{_FORMER_NOTES.get(note, note)}", note)


def bind(text: str) -> str:
    """`text` with hard spaces where a line must not break."""
    for space in language().bound:
        text = space.sub(NBSP, text)
    return text


def latin(text: str) -> str:
    """`text` in small letters without diacritics, those of the language's own script transliterated: for addresses."""
    own = str.maketrans(dict(language().latin))
    plain = text.lower().translate(own).translate(_LIGATURES)
    return "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))


def _starting(start: str, spoken: Language) -> dict[str, str]:
    return {name.removeprefix(start): text for name, text in spoken.strings.items() if name.startswith(start)}


def fill(text: str, spoken: Language) -> str:
    """A template or page with its placeholders filled, escaped for HTML. Raises TalkError for an unknown one.

    `[[key]]` is a string of the interface, and `[[key hole=HTML]]` one with a hole; `[[lang]]` and `[[locale]]` name
    the language; `[[js:deck]]` is JSON of all strings whose keys start with `js.deck.`, or with `js.page.`, for scripts
    to read.
    """

    def filled(found: re.Match[str]) -> str:
        key = found["key"]
        if key in {"lang", "locale"}:
            return spoken.code if key == "lang" else spoken.locale
        if key.startswith("js:"):
            kind = key.removeprefix("js:")
            own, shared = (_starting(f"js.{name}.", spoken) for name in (kind, "page"))
            words = own and shared | own
            return escape(json.dumps(words, ensure_ascii=False)) if words else spoken.say(key)
        holes = {found["hole"]: "\0"} if found["hole"] else {}
        return escape(spoken.say(key, **holes)).replace("\0", found["html"] or "")

    while _PLACEHOLDER.search(text):  # a hole may hold a placeholder
        text = _PLACEHOLDER.sub(filled, text)
    return text
