"""Numbers, units, dates and plurals as Russian and English typography want them."""

import subprocess
import sys

import pytest

from talk import settings, words
from talk.paths import PACKAGE
from talk.settings import Settings


def _shown(value: float, dimension: words.Dimension, unit: str | None, decimals: int | None) -> str:
    shown = words.quantity(value, dimension, unit, decimals)
    assert " " not in shown  # a number never parts from its unit
    return shown.replace(words.NBSP, " ")


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(
    ("value", "dimension", "unit", "decimals", "text"),
    [
        (2.335, "time", None, None, "2,33 с"),
        (2.335, "time", "мс", 0, "2335 мс"),
        (0.148755, "time", None, 1, "148,8 мс"),
        (264.888e-6, "time", None, None, "265 мкс"),
        (0.9996, "time", None, None, "1,00 с"),
        (7.8989, "ratio", None, None, "7,90"),
        (7.8989, "ratio", "раз", 1, "7,9 раза"),
        (11.0, "ratio", "раз", 0, "11 раз"),
        (2.0, "ratio", "раз", 0, "2 раза"),
        (7.8989, "ratio", "×", 1, "7,9×"),
        (0.4562, "share", None, None, "45,6 %"),
        (9280, "count", None, None, "9280"),
        (20480, "count", None, None, "20 480"),
        (121_435_136, "count", "млн", None, "121 млн"),
        (-3.5, "ratio", None, 1, "−3,5"),
        (-0.01, "ratio", None, 1, "0,0"),
        (1.9e12, "flop_rate", None, None, "1,90 ТФЛОП/с"),
        (0.0, "time", None, None, "0 мкс"),
        (1500, "money", None, 0, "1500 ₽"),
    ],
)
def test_russian_quantity(value: float, dimension: str, unit: str | None, decimals: int | None, text: str) -> None:
    assert _shown(value, dimension, unit, decimals) == text


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("value", "dimension", "unit", "decimals", "text"),
    [
        (2.335, "time", None, None, "2.33 s"),
        (2.335, "time", "ms", 0, "2,335 ms"),
        (0.148755, "time", None, 1, "148.8 ms"),
        (264.888e-6, "time", None, None, "265 µs"),
        (240, "time", "min", 0, "4 min"),
        (7.8989, "ratio", None, None, "7.90"),
        (7.8989, "ratio", "times", 1, "7.9 times"),
        (1.0, "ratio", "times", 1, "1.0 times"),
        (7.8989, "ratio", "×", 1, "7.9×"),
        (0.4562, "share", None, None, "45.6%"),
        (9280, "count", None, None, "9,280"),
        (20480, "count", None, None, "20,480"),
        (121_435_136, "count", "million", None, "121 million"),
        (-3.5, "ratio", None, 1, "−3.5"),
        (-0.01, "ratio", None, 1, "0.0"),
        (1.9e12, "flop_rate", None, None, "1.90 TFLOP/s"),
        (2.5, "intensity", None, None, "2.50 FLOP/B"),
        (24e9, "bytes", None, 0, "24 GB"),
        (5.2, "money", None, 2, "$5.20"),
        (-5.2, "money", None, 2, "−$5.20"),
    ],
)
def test_english_quantity(value: float, dimension: str, unit: str | None, decimals: int | None, text: str) -> None:
    assert _shown(value, dimension, unit, decimals) == text


@pytest.mark.usefixtures("russian")
@pytest.mark.parametrize(
    ("count", "form"),
    [
        (1, "файл"),
        (2, "файла"),
        (5, "файлов"),
        (11, "файлов"),
        (21, "файл"),
        (24, "файла"),
        (111, "файлов"),
        (112, "файлов"),
        (1.5, "файла"),
        (5.0, "файлов"),
        (0, "файлов"),
    ],
)
def test_russian_plural(count: float, form: str) -> None:
    assert words.plural(count, "файл", "файла", "файлов") == form


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("count", "form"),
    [(1, "file"), *((count, "files") for count in (0, 2, 5, 11, 21, 24, 1.5, 111))],
)
def test_english_plural(count: float, form: str) -> None:
    assert words.plural(count, "file", "files") == form


@pytest.mark.usefixtures("english")
def test_a_noun_has_as_many_forms_as_its_language() -> None:
    with pytest.raises(ValueError, match="3 forms of a noun, файл, файла, файлов; give the 2 that en has"):
        words.plural(2, "файл", "файла", "файлов")


@pytest.mark.usefixtures("russian")
def test_counted_in_russian() -> None:
    assert [words.counted(count, "core").replace(words.NBSP, " ") for count in (1, 2, 64)] == [
        "1 ядро",
        "2 ядра",
        "64 ядра",
    ]
    assert words.counted(1.5, "minute") == f"1,50{words.NBSP}минуты"


@pytest.mark.usefixtures("english")
def test_counted_in_english() -> None:
    assert [words.counted(count, "core").replace(words.NBSP, " ") for count in (1, 2)] == ["1 core", "2 cores"]


@pytest.mark.usefixtures("russian")
def test_russian_days_and_powers() -> None:
    assert words.day("2026-11-03T05:06:07Z").replace(words.NBSP, " ") == "3 ноября 2026"
    assert words.day("2024-10") == "октябрь 2024"
    assert words.scientific(4.6e-7) == "4,6·10⁻⁷"
    assert words.scientific(0) == "0"


@pytest.mark.usefixtures("english")
def test_english_days_and_powers() -> None:
    assert words.day("2026-11-29") == f"29{words.NBSP}November 2026"
    assert words.day("2024-10") == "October 2024"
    assert words.scientific(4.6e-7) == "4.6×10⁻⁷"


@pytest.mark.usefixtures("english")
def test_nan_is_never_printed() -> None:
    with pytest.raises(ValueError, match="nan"):
        words.number(float("nan"), 2)


def test_a_talk_adds_dimensions_and_restates_money(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"energy": {"kJ": 1e3, "J": 1.0}, "money": {"€": 1.0}}
    monkeypatch.setattr(settings, "settings", lambda: Settings(language="en", units=own))
    assert words.quantity(2500, "energy") == f"2.50{words.NBSP}kJ"
    assert words.quantity(5, "money", decimals=0) == f"5{words.NBSP}€"
    with pytest.raises(ValueError, match=r"no dimension heat; use one of time, .*energy, or add it under"):
        words.units("heat")


def test_languages_alone_ask_for_nothing_but_the_standard_library() -> None:
    code = "import sys, talk.words; print(talk.words.LANGUAGES, {'babel', 'yaml'} & sys.modules.keys())"
    told = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert told.stdout == "('en', 'ru') set()\n"
