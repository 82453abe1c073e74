"""How the stories are measured: repeated, contenders by turns, with the peak of memory where the system tells it."""

import ctypes
import gc
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

Name = TypeVar("Name")

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


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


def peak_bytes(work: Callable[[], Any]) -> int | None:
    """How far the resident memory of this process rose above where it stood while `work` ran; None where not told.

    The kernel keeps the peak (Linux: VmHWM, which a write to clear_refs puts back), so no moment is missed.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # give back what the allocator kept, else it serves `work` unseen
        ctypes.CDLL(None).malloc_trim(0)
    try:
        _CLEAR.write_text(_RESET_PEAK)
        before = _status_bytes("VmRSS")
        work()
        return max(0, _status_bytes("VmHWM") - before)
    except OSError:
        return None


def peak_of_process_bytes() -> int | None:
    """The most resident memory that this process and each of its ended children had at once; None where not told."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    scale = 1 if _is_mac() else 1024
    return scale * sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _is_mac() -> bool:
    import sys

    return sys.platform == "darwin"


def _status_bytes(field: str) -> int:
    match = re.search(rf"{field}:\s+(\d+) kB", _STATUS.read_text())
    if match is None:
        raise OSError(f"{_STATUS} has no {field}")
    return int(match[1]) * 1024
