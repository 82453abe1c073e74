"""How things are timed: repeated, contenders by turns, without the cycle collector."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from talk.measure.collector import paused_collector

Name = TypeVar("Name")


# Shorter than this, a thing is over before the core has its clock up, or is all of it one neighbour's interruption.
_AT_LEAST_S = 0.02


def times_of(work: Callable[[], Any], repeats: int) -> list[float]:
    """Seconds of each of `repeats` calls, after one call of warm-up.

    What is over in less than a fiftieth of a second is called several times in a row, and their mean is one time.
    """
    calls = _calls_that_last(_seconds(work))
    times_s: list[float] = []
    while len(times_s) < repeats:
        taken_s = _seconds(work, calls)
        if taken_s < _AT_LEAST_S / 2:  # the call before was slow to start: it was being compiled, say
            calls = max(calls + 1, _calls_that_last(taken_s / calls))
            times_s.clear()
        else:
            times_s.append(taken_s / calls)
    return times_s


def _calls_that_last(once_s: float) -> int:
    return max(1, round(_AT_LEAST_S / max(once_s, 1e-9)))


def race(contenders: Mapping[Name, Callable[[], Any]], rounds: int, *, warm: bool = False) -> dict[Name, list[float]]:
    """Seconds of each contender in each round, by turns, so that a disturbance meets them all.

    Each is called once before, unless it is `warm` already.
    """
    for work in () if warm else contenders.values():
        work()
    found: dict[Name, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            found[name].append(_seconds(work))
    return found


def _seconds(work: Callable[[], Any], calls: int = 1) -> float:
    with paused_collector():
        start = time.perf_counter()
        for _ in range(calls):
            work()
        return time.perf_counter() - start
