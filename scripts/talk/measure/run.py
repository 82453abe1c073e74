"""Runs experiments on the machine at hand and writes their records, nothing else.

Importing this needs the standard library alone: torch is imported by the experiment that runs.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from talk.errors import MissingError, NoDeviceError, TalkError, unforeseen
from talk.experiment import Found, Task, find_experiment, missing_packages
from talk.measure.compiled import keep_compiled
from talk.measure.environment import set_aside
from talk.measure.libraries import find_libraries
from talk.measure.load import Watch
from talk.measure.machine import current_machine, is_virtual, versions
from talk.records.conditions import Load
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Record
from talk.records.sources import current_code
from talk.records.store import record_path, write_record
from talk.records.summary import keep_former_summary, keep_summary

# How long one run may measure anew what contradicts itself, in all.
_AGAIN_S, _AGAIN_QUICK_S = 150.0, 30.0


@dataclass
class _Again:
    """The time that is left in this run for measuring anew what contradicts itself."""

    left_s: float


def measure(names: list[str], task: Task, out: Path, *, what_can_be: bool = False) -> list[Path]:
    """Run the experiments `names` and write their records under `out`; returns the records' paths.

    A record is written when its experiment has ended: until then the former one stays. Raises TalkError when an
    experiment cannot run, when its record cannot be written, and, after it is, when a part of it broke off. With
    `what_can_be` the other experiments are measured all the same, and each failure is one line on standard error;
    TalkError then tells at the end that something failed, or that nothing could be measured.
    """
    keep_compiled()
    experiments = [find_experiment(name) for name in names]
    watch, budget = Watch(quick=task.quick), _Again(_AGAIN_QUICK_S if task.quick else _AGAIN_S)
    if not what_can_be:
        return [_measure(experiment, task, out, watch, budget) for experiment in experiments]
    written: list[Path] = []
    failed: list[str] = []
    for experiment in experiments:
        try:
            written.append(_measure(experiment, task, out, watch, budget))
        except NoDeviceError:
            raise
        except MissingError as error:
            print(f"{error}; {experiment.name} is skipped", file=sys.stderr, flush=True)
        except Exception as error:  # of a torch, a driver or a compiler that nobody has tried this with
            failed.append(experiment.name)
            told = error if isinstance(error, TalkError) else unforeseen(error, f"talk measure {experiment.name}")
            print(told, file=sys.stderr, flush=True)
    if failed:
        raise TalkError("talk measure", f"{', '.join(failed)} failed", "mend what is said above, then measure again")
    if not written:
        raise TalkError("talk measure", "nothing was measured", "install what is named above")
    return written


def _measure(experiment: Found, task: Task, out: Path, watch: Watch, again: _Again) -> Path:
    about, task = experiment.about, replace(task, broken=[])
    require(experiment.name, about.packages)
    code = current_code(experiment)  # before it runs: an edit meanwhile must not pass for what ran
    measured_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data, load, doubtful = _without_doubts(experiment, task, watch, again)
    record: AnyRecord = Record(
        schema_version=SCHEMA_VERSION,
        experiment=experiment.name,
        machine=current_machine(),
        versions=versions([*about.packages.values(), *about.for_parts.values()]) | experiment.versions(),
        code=code,
        measured_at=measured_at,
        origin="measured",
        quick=task.quick,
        uncontrolled=_uncontrolled(task.quick),
        data=data,
        libraries=find_libraries(),
        set_aside=set_aside(),
        load=load,
        doubtful=doubtful,
        broken=task.broken,
    )
    place = record_path(out, record.machine.slug, experiment.name)
    experiment.keep(place.parent)
    keep_former_summary(place)
    path = write_record(record, out)
    keep_summary(record, out)
    task.progress.say(f"{path} is written")
    if task.broken:
        what = f"is written without what broke off: {'; '.join(task.broken)}"
        raise TalkError(path, what, "mend it, then measure again")
    return path


def _without_doubts(experiment: Found, task: Task, watch: Watch, again: _Again) -> tuple[Any, Load, list[str]]:
    """What the experiment finds, what ran beside it, and what contradicts itself in it.

    What does is measured again while there is time for it; of all times the one with the fewest doubts is kept.
    """
    found: tuple[Any, Load, list[str]] | None = None
    while True:
        watch.wait_until_quiet(task.progress)
        start = time.monotonic()
        data = experiment.run(task)
        load, doubtful = watch.seen(), experiment.doubts(data)
        taken_s = time.monotonic() - start
        if found is None or len(doubtful) < len(found[2]):
            found = data, load, doubtful
        for doubt in doubtful:
            task.progress.say(f"{experiment.name} contradicts itself: {doubt}")
        if not doubtful or task.broken or taken_s > again.left_s:
            return found
        again.left_s -= taken_s
        task.progress.say(f"{experiment.name} is measured again")


def require(name: str, packages: Mapping[str, str]) -> None:
    """Raises MissingError naming those of `packages` (as imported: as pip is asked for them) that are not installed."""
    missing = missing_packages(packages)
    if missing:
        mend = f"run `make setup ALL=1`, or `pip install {' '.join(missing)}` on a bare machine"
        raise MissingError(f"talk measure {name}", f"{', '.join(missing)} must be installed first", mend)


def _uncontrolled(quick: bool) -> list[str]:
    """What the measurement did not control, by the names under which `talk.words` has it."""
    found = ["clock_not_pinned", "other_programs_running"]
    if is_virtual():
        found.append("virtual_machine")
    if quick:
        found.append("single_pass")
    return found
