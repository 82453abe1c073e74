"""Values of a curve of times: the power that it grows as and its last point; values of a race."""

import math
from collections.abc import Iterator
from statistics import linear_regression, median

from shared.gain import gain_values
from talk.render.value import Value

from ..record import Convolution, Curve

Named = Iterator[tuple[str, Value]]

DAY_S = 86_400.0


def exponent(curve: Curve) -> float:
    """The power of the size that the time grows as: the slope of the line fitted to the medians on log–log axes."""
    x = [math.log(point.size) for point in curve.points]
    return linear_regression(x, [math.log(median(point.times_s)) for point in curve.points]).slope


def factor(curve: Curve) -> float:
    """By how much the time is multiplied when the size grows by one: the slope with only the time on a log axis."""
    y = [math.log(median(point.times_s)) for point in curve.points]
    return math.exp(linear_regression([point.size for point in curve.points], y).slope)


def fft_wins_from(convolution: Convolution) -> int | None:
    """The smallest kernel from which on FFT always outruns the direct loop: a win below a loss is noise."""
    curves = {way.name: way.curve.points for way in convolution.depthwise}
    pairs = zip(curves["direct"], curves["fft"], strict=True)
    lost = [int(direct.size) for direct, fft in pairs if median(direct.times_s) <= median(fft.times_s)]
    return min((int(each.size) for each in curves["direct"] if each.size > max(lost, default=0)), default=None)


def exponential_values(name: str, curve: Curve, unit: str) -> Named:
    """Where the curve ends, and by how much the time is multiplied with every `unit` (in Russian) more."""
    last = curve.points[-1]
    yield f"{name}.largest_size", Value(last.size, "count", "наибольший размер, до которого мерили")
    how = f"время на наибольшем размере, медиана, повторов: {len(last.times_s)}"
    yield f"{name}.largest_time", Value(median(last.times_s), "time", how)
    how = f"во столько раз растёт время, {unit}: наклон прямой, логарифм времени от размера"
    yield f"{name}.factor", Value(factor(curve), "ratio", how)


def curve_values(name: str, curve: Curve) -> Named:
    """Where the curve ends, and the power it grows as."""
    last = curve.points[-1]
    how = f"медиана, повторов: {len(last.times_s)}"
    yield f"{name}.largest_size", Value(last.size, "count", "наибольший размер, до которого мерили")
    yield f"{name}.largest_time", Value(median(last.times_s), "time", f"время на наибольшем размере, {how}")
    if len(curve.points) > 1:
        how = "наклон прямой через медианы на логарифмических осях, метод наименьших квадратов"
        yield f"{name}.exponent", Value(exponent(curve), "ratio", how)


def race_values(ours: list[float], theirs: list[float], whose: str) -> Named:
    """Both times, and how many times longer theirs is."""
    how = f"медиана, повторов: {len(ours)}"
    yield "ours_time", Value(median(ours), "time", how)
    yield f"{whose}_time", Value(median(theirs), "time", how)
    yield from gain_values("speedup", theirs, ours, f"{whose} / нашего")


def digits(name: str, difference: float, how: str) -> Named:
    """How many digits after the comma agree; 16 where no float64 could tell the two apart."""
    agreeing = min(16, math.floor(-math.log10(difference))) if difference > 0 else 16
    yield name, Value(max(0, agreeing), "count", f"верных знаков после запятой: {how}")
