"""Numbers as Russian typography wants them."""

import pytest

from talk.render import russian


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
    ],
)
def test_quantity(value: float, dimension: russian.Dimension, unit: str, decimals: int, text: str) -> None:
    shown = russian.quantity(value, dimension, unit, decimals)
    assert shown.replace(russian.NBSP, " ") == text
    assert " " not in shown  # a number never parts from its unit


@pytest.mark.parametrize(
    ("count", "form"),
    [(1, "файл"), (2, "файла"), (5, "файлов"), (11, "файлов"), (21, "файл"), (112, "файлов"), (1.5, "файла")],
)
def test_plural(count: float, form: str) -> None:
    assert russian.plural(count, "файл", "файла", "файлов") == form


def test_days_and_months() -> None:
    assert russian.day("2026-11-03T05:06:07Z").replace(russian.NBSP, " ") == "3 ноября 2026"
    assert russian.day("2024-10") == "октябрь 2024"


def test_nan_is_never_printed() -> None:
    with pytest.raises(ValueError, match="nan"):
        russian.number(float("nan"), 2)
