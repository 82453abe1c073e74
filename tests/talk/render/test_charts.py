"""The house style of charts: axes whose ticks are written as the page writes numbers."""

import math
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


@charts.in_house_style
def placed(kind: str, values: tuple[float, float], chosen: float) -> str:
    """A chart of one marker at `chosen` on both axes, whose scales are told by `values`."""
    figure, axes = charts.canvas()
    axes.plot([chosen], [chosen], "o")
    axes.set(xlim=values, ylim=values)
    if kind == "log":
        charts.log_axis(axes.xaxis)
        charts.log_axis(axes.yaxis)
    scales = [charts.Scale(axis, kind, values) for axis in (axes.xaxis, axes.yaxis)]  # type: ignore[arg-type]
    return charts.svg(figure, "placed", "Placed", "One point", scales)


@pytest.mark.parametrize(("kind", "values", "chosen"), [("log", (0.1, 1000.0), 3.0), ("linear", (-5.0, 20.0), 3.0)])
def test_a_scale_leads_a_script_to_the_point_that_matplotlib_drew(
    kind: str, values: tuple[float, float], chosen: float
) -> None:
    drawing = placed(kind, values, chosen)
    markers = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', drawing)
    value = math.log if kind == "log" else float
    share = (value(chosen) - value(values[0])) / (value(values[1]) - value(values[0]))
    places = []
    for axis in ("x", "y"):
        told = re.search(rf' data-{axis}="(\w+) (\S+) (\S+) (\S+) (\S+)"', drawing)
        assert told
        assert (told[1], float(told[2]), float(told[3])) == (kind, *values)
        places.append(float(told[4]) + share * (float(told[5]) - float(told[4])))
    assert any(abs(float(x) - places[0]) < 0.2 and abs(float(y) - places[1]) < 0.2 for x, y in markers), markers


def test_without_scales_a_chart_has_no_attributes_of_them() -> None:
    assert "data-x" not in logarithmic([1, 10], None)
