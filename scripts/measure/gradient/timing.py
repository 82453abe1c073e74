"""How long a thing takes."""

import gc
import time
from collections.abc import Callable
from statistics import median


def time_of(run: Callable[[], object], repeats: int = 5, at_least_s: float = 0.0) -> float:
    """Seconds that `run` takes: the median of `repeats`, after one warm-up.

    What is over in less than `at_least_s` is run that often in a row, so that the clock has something to see. As in
    `timeit`, the cycle collector waits meanwhile: it would walk again and again over a graph of a million objects.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _median_of(run, repeats, at_least_s)
    finally:
        if collecting:
            gc.enable()


def _median_of(run: Callable[[], object], repeats: int, at_least_s: float) -> float:
    times_s = [_once(run, 1)]
    in_a_row = max(1, round(at_least_s / max(times_s[0], 1e-9)))
    times_s = [_once(run, in_a_row) for _ in range(repeats)]
    return median(times_s)


def _once(run: Callable[[], object], in_a_row: int) -> float:
    start = time.perf_counter()
    for _ in range(in_a_row):
        run()
    return (time.perf_counter() - start) / in_a_row
