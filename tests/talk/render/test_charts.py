"""The house style of charts: axes whose ticks are written as the page writes numbers."""

import re

import pytest

from talk.errors import TalkError
from talk.render import charts
from talk.words import NBSP, number, quantity


@charts.in_house_style
def logarithmic(values: list[float], dimension: str | None) -> str:
    figure, axes = charts.canvas()
    axes.plot(values, values)
    charts.log_axis(axes.xaxis)
    charts.log_axis(axes.yaxis, dimension)
    return charts.svg(figure, "growth", "Growth", "It grows")


def ticks(drawing: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


def test_a_short_logarithmic_axis_has_everyday_numbers() -> None:
    drawn = ticks(logarithmic([0.5, 1, 10, 20], None))
    assert {number(0.5, 1), "1", "2", "5", "10", "20"} <= set(drawn)


def test_a_long_one_has_powers_of_ten_and_units() -> None:
    drawn = ticks(logarithmic([1e-9, 1e-3, 1], "time"))
    assert {"10⁻⁶", "10⁻⁴"} <= set(drawn)
    assert quantity(1e-2, "time", decimals=0).replace(NBSP, " ") in drawn
    assert not [tick for tick in drawn if "$" in tick]
    assert len(drawn) <= 16


def test_tiny_numbers_that_are_no_power_of_ten_are_mantissa_and_power() -> None:
    drawn = ticks(logarithmic([1.5e-8, 3e-8, 6e-8], None))
    assert {tick for tick in drawn if tick.endswith("10⁻⁸") and tick.startswith("2")}


@charts.in_house_style
def unreadable() -> str:
    figure, axes = charts.canvas()
    axes.plot([1, 10, 100], [1, 10, 100])
    axes.set_xscale("log")
    return charts.svg(figure, "raw", "Raw", "It grows")


def test_ticks_in_tex_are_refused() -> None:
    with pytest.raises(TalkError, match=r"^chart raw: an axis has ticks in TeX.*; .*charts\.log_axis\(axes\.xaxis\)"):
        unreadable()
