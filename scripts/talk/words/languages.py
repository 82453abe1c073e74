"""What a language of the interface is. One file of this package holds one language: ru.py, en.py."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from talk.words.numerals import Numerals

# What no line may break inside though it has no space: «GPU-сервер», «ТФЛОП/с».
WHOLE = re.compile(r"(?<![\w/-])([A-ZА-ЯЁ]{2,5}\d*-\w{1,14}|\w{1,6}/\w{1,2})(?![\w/-])")

# Letters of the Latin script beside A to Z, which names in any talk may have: José, Łukasz.
LATIN = frozenset(range(0xC0, 0x180))


@dataclass(frozen=True, kw_only=True)
class Language:
    """Everything of a talk's interface that depends on its language."""

    code: str  # ISO 639-1, the name of its file: `lang` of pages, what scripts format numbers by
    locale: str  # with its country: for Babel and Open Graph
    strings: Mapping[str, str]  # the interface, plain text by key, with holes to fill: `{count}`
    nouns: Mapping[str, tuple[str, ...]]  # the interface's nouns that are counted, in the forms that `plural` takes
    plurals: Mapping[str, int]  # Babel's name of a plural category → which of those forms it takes

    grouped_from: int  # digits of the shortest whole number that is written in groups of three
    power: str  # between a mantissa and a power of ten
    day: str  # Babel's pattern of a date
    month: str  # Babel's pattern of a month where no day is known

    units: Mapping[str, Mapping[str, float]]  # dimension → its units, largest first, with their sizes in the base unit
    by_name_only: frozenset[str]  # units that are shown only where they are asked for
    close: frozenset[str]  # units written without a space after the number
    leading: frozenset[str]  # units written before the number
    inflected: Mapping[str, tuple[str, ...]]  # units that agree with the number, in the forms that `plural` takes

    bound: tuple[re.Pattern[str], ...]  # spaces at which a line must not break
    quotes: tuple[str, str]
    latin: Mapping[str, str]  # letters of another script, small → how an address spells them
    letters: frozenset[int]  # code points that typefaces keep beside ASCII and signs
    why: str  # how the title of a slide begins that asks why

    numerals: Numerals  # numbers in prose
    superlatives: re.Pattern[str]  # «дороже всех»: what is said of more than one rival
    emphases: re.Pattern[str]  # «заметно быстрее»: what is said of no small difference

    def say(self, key: str, /, **holes: object) -> str:
        """The string `key` with its holes filled as they are. Raises TalkError where there is none."""
        if key not in self.strings:
            from talk.errors import TalkError

            where = Path(__file__).with_name(f"{self.code}.py")
            raise TalkError(where, f"has no words for {key}", "add them, or mend the key where it is used")
        return self.strings[key].format(**holes)


def language(code: str | None = None) -> Language:
    """The language `code`, by default that of the talk."""
    if code is None:
        from talk import settings  # reads YAML, which a machine that only measures need not have

        code = settings.settings().language
    return _language(code)


@lru_cache
def _language(code: str) -> Language:
    found: Language = import_module(f"{__package__}.{code}").LANGUAGE
    return found
