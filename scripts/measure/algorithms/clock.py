"""How the stories are timed: repeated, contenders by turns."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Name = TypeVar("Name")


def times_of(work: Callable[[], Any], repeats: int, *, at_least_s: float = 0.0) -> list[float]:
    """Seconds of each of `repeats` calls, after one call of warm-up.

    Where a call is shorter than `at_least_s`, several are timed together, and their mean is one time.
    """
    start = time.perf_counter()
    work()
    once = time.perf_counter() - start
    calls = max(1, round(at_least_s / max(once, 1e-9)))
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        found.append((time.perf_counter() - start) / calls)
    return found


def race(contenders: Mapping[Name, Callable[[], Any]], rounds: int, *, warm: bool = False) -> dict[Name, list[float]]:
    """Seconds of each contender in each round, by turns, so that a disturbance meets them all.

    Each is called once before, unless it is `warm` already.
    """
    for work in () if warm else contenders.values():
        work()
    found: dict[Name, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            start = time.perf_counter()
            work()
            found[name].append(time.perf_counter() - start)
    return found
