"""What else runs on the machine: waiting until it is quiet, and what a record keeps of it.

Importing this needs the standard library alone.
"""

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from talk.measure.progress import Progress
from talk.records.conditions import Load

_STAT = Path("/proc/stat")
_CPUINFO = Path("/proc/cpuinfo")
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")

# Fewer cores than this, busy with others' work or given to other machines, disturb no median.
_QUIET_CORES = 0.15
_LOOK_S = 1.0
_TICK_S = 0.01  # no less is told
_MOST_S, _MOST_QUICK_S = 60.0, 5.0
NO_WAIT = "TALK_NO_WAIT"  # the environment variable of those who keep the machine busy themselves: of tests


@dataclass(frozen=True)
class _Moment:
    """Seconds since the start, of all cores together: busy, stolen, and busy with this process and its children."""

    at_s: float
    busy_s: float
    stolen_s: float
    own_s: float


class Watch:
    """Watches the machine over one run of `talk measure`: waits before experiments, and tells what ran beside them."""

    def __init__(self, *, quick: bool) -> None:
        patience_s = _MOST_QUICK_S if quick else _MOST_S
        self._left_s = 0.0 if os.environ.get(NO_WAIT) else patience_s
        self._begin()

    def wait_until_quiet(self, progress: Progress) -> None:
        """Return when others leave the cores alone, or when this run's patience is over; says that it waits."""
        start = time.monotonic()
        if self._left_s >= 2 * _LOOK_S and self._others_over(_LOOK_S / 2) > _QUIET_CORES:
            with progress.bar(f"other programs are busy: waiting up to {self._left_s:.0f} s", self._left_s) as advance:
                while time.monotonic() - start <= self._left_s - _LOOK_S:
                    busy = self._others_over(_LOOK_S)
                    advance(_LOOK_S)
                    if busy <= _QUIET_CORES:
                        break
                else:
                    progress.say(f"they still are, {busy:.1f} cores of them: measuring all the same")
        waited_s = time.monotonic() - start
        self._left_s = max(0.0, self._left_s - waited_s)
        self._begin(waited_s)

    def seen(self) -> Load:
        """What ran beside this process since it last waited."""
        now = _now()
        others = stolen = None
        if now is not None and self._since is not None:
            others = _others_cores(self._since, now)
            passed_s = max(now.at_s - self._since.at_s, _TICK_S)
            stolen = (now.stolen_s - self._since.stolen_s) / passed_s / (os.cpu_count() or 1)
        return Load(
            average_before=self._average,
            average_after=_load_average(),
            others_cores=others,
            stolen_share=stolen,
            waited_s=self._waited_s,
            governor=_GOVERNOR.read_text().strip() if _GOVERNOR.is_file() else None,
            clock_hz=_clock_hz(),
        )

    def _begin(self, waited_s: float = 0.0) -> None:
        self._waited_s = waited_s
        self._since = _now()
        self._average = _load_average()

    def _others_over(self, seconds: float) -> float:
        """How many cores others keep busy in the next `seconds`, in which this process sleeps."""
        before = _now()
        if before is None:
            return 0.0
        time.sleep(seconds)
        after = _now()
        return 0.0 if after is None else _others_cores(before, after)


def _others_cores(before: _Moment, after: _Moment) -> float:
    """Cores that were busy with anything else; a hypervisor's other machines count too."""
    others_s = (after.busy_s - before.busy_s) - (after.own_s - before.own_s) + (after.stolen_s - before.stolen_s)
    return max(0.0, others_s) / max(after.at_s - before.at_s, _TICK_S)


def _now() -> _Moment | None:
    """Where the system's and this process's clocks stand; None where the system has no such clocks."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource  # Unix alone has it

        ticks = os.sysconf("SC_CLK_TCK")
        user, nice, system, _idle, _waiting, interrupts, soft, stolen = (
            int(word) / ticks for word in _STAT.read_text().split("\n")[0].split()[1:9]
        )
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        own_s = sum(each.ru_utime + each.ru_stime for each in own)
        return _Moment(time.monotonic(), user + nice + system + interrupts + soft, stolen, own_s)
    return None


def _load_average() -> float | None:
    with suppress(OSError, AttributeError):
        return os.getloadavg()[0]
    return None


def _clock_hz() -> float | None:
    """The first core's clock, as the system tells it; a virtual machine's never moves."""
    with suppress(OSError):
        match = re.search(r"^cpu MHz\s*: ([\d.]+)", _CPUINFO.read_text(errors="replace"), re.MULTILINE)
        return float(match[1]) * 1e6 if match else None
    return None
