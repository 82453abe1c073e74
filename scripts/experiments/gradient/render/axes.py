"""Axes that the charts of the gradient experiment share."""

import math

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from talk.render.charts import GRID
from talk.words import number

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def logarithmic(axes: Axes, ticks: int = 7) -> None:
    """Both axes logarithmic, with powers of ten, at most `ticks` of them."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(True, color=GRID)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=ticks))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))


def logarithmic_height(axes: Axes) -> None:
    """A logarithmic vertical axis with everyday numbers: 0,5, 1, 2, 5."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=9))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))


def power(value: float) -> str:
    """The power of ten next to `value`, written as 10⁻⁴."""
    return f"10{str(round(math.log10(value))).translate(_SUPERSCRIPT)}" if value > 0 else ""


def plain(value: float) -> str:
    """An everyday number with as many digits after the comma as it needs."""
    return number(value, 0 if value >= 1 else 1 if value >= 0.1 else 2)
