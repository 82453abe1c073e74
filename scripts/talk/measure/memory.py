"""How much memory something takes: as PyTorch allocates it, and as the kernel gives it to the process."""

import ctypes
import gc
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from talk.records.schema import Device

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


def peak_allocated_bytes(run: Callable[[], object], device: Device) -> int:
    """How far allocations rose above where they were, while `run` ran."""
    if device == "cuda":
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        run()
    finished: Any = profiler.profiler
    changes = [event for event in finished.kineto_results.events() if event.name() == "[memory]"]
    held = peak = 0
    for event in sorted(changes, key=lambda each: each.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    return peak


def fresh_pages(work: Callable[[], object]) -> int | None:
    """Pages that the system gave this process at their first touch while `work` ran; None where it counts none."""
    try:
        import resource  # Unix's alone
    except ImportError:
        return None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def give_back() -> None:
    """Let the system have the memory that is free, but that the allocator keeps for later."""
    gc.collect()
    with suppress(OSError, AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)


class HighWater:
    """The most resident memory that this process has had, by the kernel's own mark, which misses no moment.

    Linux keeps it (VmHWM), and a write to clear_refs puts it back; elsewhere nothing is told.
    """

    def __init__(self) -> None:
        self._before_bytes = 0

    def begin(self) -> None:
        """From here on; what was before is forgotten."""
        with suppress(OSError):
            _CLEAR.write_text(_RESET_PEAK)
        self._before_bytes = 0

    def peak_bytes(self) -> int | None:
        """The most since `begin`; None where it is not told."""
        try:
            return max(self._before_bytes, _status_bytes("VmHWM"))
        except OSError:
            return None

    def risen_bytes(self, work: Callable[[], object]) -> int | None:
        """How far the memory rose above where it stood while `work` ran; None where it is not told."""
        give_back()  # else what the allocator kept serves `work` unseen
        try:
            self._before_bytes = max(self._before_bytes, _status_bytes("VmHWM"))
            _CLEAR.write_text(_RESET_PEAK)
            before = _status_bytes("VmRSS")
            work()
            return max(0, _status_bytes("VmHWM") - before)
        except OSError:
            return None


HIGH_WATER = HighWater()


def _status_bytes(field: str) -> int:
    match = re.search(rf"{field}:\s+(\d+) kB", _STATUS.read_text())
    if match is None:
        raise OSError(f"{_STATUS} has no {field}")
    return int(match[1]) * 1024
