"""Numbers, units, dates and plurals as the talk's language writes them: a true minus, hard spaces before units."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from talk.words.languages import Language, language

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

# Every language has time, bytes, flops, flop_rate, byte_rate, intensity, share, ratio, count and money, each with its
# units; a talk adds dimensions of its own under `extra.talk.units`.
Dimension = str

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, decimals: int) -> str:
    """`value` with `decimals` digits after the decimal mark: 2335, 20 480 and 7,90 in Russian, 2,335 in English."""
    return _number(language(), value, decimals)


def decimals_for(value: float, significant: int = 3) -> int:
    """How many digits after the decimal mark show `significant` digits of `value`; none for large ones."""
    if value == 0:
        return 0
    shown = float(f"{abs(value):.{significant - 1}e}")  # 0.9996 is 1.00, not 0.9996
    return max(0, significant - 1 - math.floor(math.log10(shown)))


def units(dimension: Dimension) -> Mapping[str, float]:
    """Units of the dimension, largest first, with their sizes in its base unit. Raises ValueError for an unknown one.

    What the talk sets under `extra.talk.units` comes before the language's own.
    """
    return _units(language(), dimension)


def is_unit(word: str) -> bool:
    """Whether some dimension has a unit that is written so."""
    spoken = language()
    return any(word in _units(spoken, dimension) for dimension in spoken.units)


def natural_unit(value: float, dimension: Dimension) -> str:
    """The unit in which `value`, given in the base unit, reads best: 0.2349 s is «мс», or ms."""
    return _natural_unit(language(), value, dimension)


def natural_units(dimension: Dimension) -> dict[str, float]:
    """The units among which `natural_unit` picks, largest first, with their sizes in the base unit."""
    return _natural_units(language(), dimension)


def quantity(value: float, dimension: Dimension, unit: str | None = None, decimals: int | None = None) -> str:
    """`value`, given in the base unit of `dimension`, with its unit: «148,8 мс», «7,9 раза», 148.8 ms, 7.9×, 45.6%.

    Without `unit` the natural one is picked (none for counts and ratios); without `decimals` three
    significant digits are shown, and a whole count is shown whole.
    """
    spoken = language()
    known = _units(spoken, dimension)
    if unit is None:
        unit = "" if "" in known else _natural_unit(spoken, value, dimension)
    scaled = value / known[unit]
    if decimals is None:
        decimals = 0 if dimension == "count" and scaled == int(scaled) else decimals_for(scaled)
    text = _number(spoken, scaled, decimals)
    if not unit:
        return text
    if unit in spoken.leading:
        return text.replace(MINUS, MINUS + unit) if text.startswith(MINUS) else unit + text
    if unit in spoken.inflected:
        unit = _plural(spoken, round(scaled, decimals), spoken.inflected[unit])
    return text + unit if unit in spoken.close else f"{text}{NBSP}{unit}"


def scientific(value: float) -> str:
    """A positive number as powers of ten are written: «4,6·10⁻⁷», 4.6×10⁻⁷; 0 for 0."""
    if value == 0:
        return "0"
    spoken = language()
    mantissa, exponent = f"{value:.1e}".split("e")
    power = str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"{_number(spoken, float(mantissa), 1)}{spoken.power}10{power}"


def plural(count: float, *forms: str) -> str:
    """The noun's form after `count`.

    Russian has three, of which a fraction takes the second: 1 файл, 2 файла, 5 файлов, 1,5 файла. English has two.
    Raises ValueError where `forms` are not as many as the language has.
    """
    return _plural(language(), count, forms)


def counted(count: float, noun: str) -> str:
    """`count` with one of the interface's own nouns, by its key: «2 ядра», 2 cores."""
    spoken = language()
    decimals = 0 if count == int(count) else decimals_for(count)
    return f"{_number(spoken, count, decimals)}{NBSP}{_plural(spoken, count, spoken.nouns[noun])}"


def day(moment: str) -> str:
    """An ISO date, or a month where only that is known, in words: «3 ноября 2026», 3 November 2026, October 2024."""
    return _day(language().code, moment)


def _number(spoken: Language, value: float, decimals: int) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number to print")
    text = f"{abs(value):.{decimals}f}"
    decimal, group, _ = _locale(spoken.locale)
    whole, _, fraction = text.partition(".")
    if len(whole) >= spoken.grouped_from:
        whole = f"{int(whole):,}".replace(",", group)
    sign = MINUS if value < 0 and float(text) != 0 else ""
    return sign + whole + (decimal + fraction if fraction else "")


def _units(spoken: Language, dimension: Dimension) -> Mapping[str, float]:
    from talk import settings

    own = settings.settings().units
    found = own.get(dimension) or spoken.units.get(dimension)
    if found is None:
        known = ", ".join({**spoken.units, **own})
        raise ValueError(f"no dimension {dimension}; use one of {known}, or add it under extra.talk.units")
    return found


def _natural_units(spoken: Language, dimension: Dimension) -> dict[str, float]:
    known = _units(spoken, dimension)
    return {unit: size for unit, size in known.items() if unit not in spoken.by_name_only} or dict(known)


def _natural_unit(spoken: Language, value: float, dimension: Dimension) -> str:
    known = _natural_units(spoken, dimension)
    rounded = float(f"{abs(value):.3g}")
    return next((unit for unit, size in known.items() if rounded >= size), [*known][-1])


def _plural(spoken: Language, count: float, forms: tuple[str, ...]) -> str:
    wanted = max(spoken.plurals.values()) + 1
    if len(forms) != wanted:
        raise ValueError(f"{len(forms)} forms of a noun, {', '.join(forms)}; give the {wanted} that {spoken.code} has")
    _, _, category = _locale(spoken.locale)
    return forms[spoken.plurals[category(int(count) if count == int(count) else count)]]


@lru_cache
def _locale(name: str) -> tuple[str, str, Callable[[float], str]]:
    """What Babel knows: the decimal mark, what parts groups of digits, and the rule of plurals.

    Asked once: Babel's own formatting of a number takes ten times as long.
    """
    from babel import Locale

    found: Any = Locale.parse(name)
    symbols = found.number_symbols["latn"]
    return symbols["decimal"], symbols["group"], found.plural_form


@lru_cache(maxsize=1024)
def _day(code: str, moment: str) -> str:
    from babel.dates import format_date

    spoken = language(code)
    if len(moment) == len("2024-10"):
        return format_date(date.fromisoformat(f"{moment}-01"), spoken.month, spoken.locale)
    return format_date(date.fromisoformat(moment[:10]), spoken.day, spoken.locale)
