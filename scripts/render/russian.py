"""Numbers, units, dates and plurals as Russian typography wants them: decimal comma, true minus, hard spaces."""

import math
from datetime import date
from typing import Literal

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

Dimension = Literal["time", "bytes", "flops", "flop_rate", "byte_rate", "intensity", "share", "ratio", "count", "money"]

# Units of each dimension with their size in the base unit, largest first.
UNITS: dict[Dimension, dict[str, float]] = {
    "time": {"сут": 86400.0, "ч": 3600.0, "мин": 60.0, "с": 1.0, "мс": 1e-3, "мкс": 1e-6, "нс": 1e-9},
    "bytes": {"ТБ": 1e12, "ГБ": 1e9, "МБ": 1e6, "КБ": 1e3, "Б": 1.0},
    "flops": {"ПФЛОП": 1e15, "ТФЛОП": 1e12, "ГФЛОП": 1e9, "МФЛОП": 1e6, "КФЛОП": 1e3, "ФЛОП": 1.0},
    "flop_rate": {"ТФЛОП/с": 1e12, "ГФЛОП/с": 1e9, "МФЛОП/с": 1e6, "ФЛОП/с": 1.0},
    "byte_rate": {"ТБ/с": 1e12, "ГБ/с": 1e9, "МБ/с": 1e6, "Б/с": 1.0},
    "intensity": {"ФЛОП/Б": 1.0},
    "share": {"%": 1e-2},
    "ratio": {"": 1.0, "×": 1.0, "раз": 1.0},
    "count": {"млрд": 1e9, "млн": 1e6, "тыс.": 1e3, "": 1.0},
    "money": {"₽": 1.0},
}
# Picked only by name: nobody writes «0,3 сут» or «1,5 тыс.» unasked.
_BY_NAME_ONLY = {"сут", "ч", "мин", "тыс.", "нс"}

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
_MONTHS_ALONE = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()


def number(value: float, decimals: int) -> str:
    """`value` with `decimals` digits after the comma; groups of three from five digits on: 2335, 20 480."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number to print")
    text = f"{abs(value):.{decimals}f}"
    whole, _, fraction = text.partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", NBSP)
    sign = MINUS if value < 0 and float(text) != 0 else ""
    return sign + whole + ("," + fraction if fraction else "")


def decimals_for(value: float, significant: int = 3) -> int:
    """How many digits after the comma show `significant` digits of `value`; none for large ones."""
    if value == 0:
        return 0
    shown = float(f"{abs(value):.{significant - 1}e}")  # 0.9996 is 1.00, not 0.9996
    return max(0, significant - 1 - math.floor(math.log10(shown)))


def natural_unit(value: float, dimension: Dimension) -> str:
    """The unit in which `value`, given in the base unit, reads best: 0.2349 s is «мс»."""
    candidates = [unit for unit in UNITS[dimension] if unit not in _BY_NAME_ONLY]
    for unit in candidates:
        if float(f"{abs(value):.3g}") >= UNITS[dimension][unit]:
            return unit
    return candidates[-1]


def quantity(value: float, dimension: Dimension, unit: str | None = None, decimals: int | None = None) -> str:
    """`value`, given in the base unit of `dimension`, with its unit: «148,8 мс», «7,9×», «7,9 раза», «45,6 %», «9280».

    Without `unit` the natural one is picked (none for counts and ratios); without `decimals` three
    significant digits are shown, and a whole count is shown whole.
    """
    if unit is None and "" in UNITS[dimension]:
        unit = ""
    if unit is None:
        unit = natural_unit(value, dimension)
    scaled = value / UNITS[dimension][unit]
    if decimals is None:
        decimals = 0 if dimension == "count" and scaled == int(scaled) else decimals_for(scaled)
    text = number(scaled, decimals)
    if unit == "×":
        return text + unit
    if unit == "раз":
        unit = plural(round(scaled, decimals), "раз", "раза", "раз")
    return f"{text}{NBSP}{unit}" if unit else text


def scientific(value: float) -> str:
    """A positive number as powers of ten are written: «4,6·10⁻⁷»; «0» for 0."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{number(float(mantissa), 1)}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def plural(count: float, one: str, few: str, many: str) -> str:
    """The noun's form after `count`: 1 файл, 2 файла, 5 файлов; a fraction takes `few` (1,5 файла)."""
    if count != int(count):
        return few
    last, tens = int(abs(count)) % 10, int(abs(count)) % 100
    if last == 1 and tens != 11:
        return one
    return few if last in {2, 3, 4} and tens not in {12, 13, 14} else many


def day(moment: str) -> str:
    """An ISO date, or a month where only that is known, in words: «23 ноября 2026», «октябрь 2024»."""
    if len(moment) == len("2024-10"):
        return f"{_MONTHS_ALONE[int(moment[5:7]) - 1]} {moment[:4]}"
    parsed = date.fromisoformat(moment[:10])
    return f"{parsed.day}{NBSP}{_MONTHS[parsed.month - 1]} {parsed.year}"
