"""Runs experiments on the machine at hand and writes their records, nothing else.

Importing this needs the standard library alone: torch is imported by the experiment that runs.
"""

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from talk.errors import MissingError, NoDeviceError, TalkError, unforeseen
from talk.experiment import Found, Task, find_experiment, missing_packages
from talk.measure.apart import in_process_of_its_own
from talk.measure.compiled import keep_compiled
from talk.measure.environment import set_aside
from talk.measure.libraries import find_libraries
from talk.measure.load import Watch
from talk.measure.machine import current_machine, is_virtual, versions
from talk.paths import shown
from talk.records.conditions import Load
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Record
from talk.records.setbacks import find_setbacks
from talk.records.sources import current_code
from talk.records.store import record_path, write_record
from talk.records.summary import keep_former_summary, keep_summary, read_summaries

# How long one run may measure anew what contradicts itself, in all.
_AGAIN_S, _AGAIN_QUICK_S = 150.0, 30.0


# What is left of a run that was killed says so.
_UNFINISHED = "the rest was not measured: the run did not come to its end"
_QUICK_SHARE = 0.25  # of the time that a whole run takes


@dataclass
class _Again:
    """The time that is left in this run for measuring anew what contradicts itself."""

    left_s: float


def measure(names: list[str], task: Task, out: Path, *, what_can_be: bool = False) -> list[Path]:
    """Run the experiments `names` and write their records under `out`; returns the records' paths.

    A record is written when its experiment has ended: until then the former one stays. Raises TalkError when an
    experiment cannot run, when its record cannot be written, and, after it is, when a part of it broke off. With
    `what_can_be` each is measured in a process of its own, what needs a GPU first, and the others are measured all the
    same: each failure is one line on standard error, and so is what no time is left for. TalkError then tells at the
    end that something failed, or that nothing could be measured.
    """
    keep_compiled()
    experiments = [find_experiment(name) for name in names]
    watch, budget = Watch(quick=task.quick), _Again(_AGAIN_QUICK_S if task.quick else _AGAIN_S)
    if not what_can_be:
        return [_measure(experiment, task, out, watch, budget) for experiment in experiments]
    written: list[Path] = []
    failed: list[str] = []
    for experiment in sorted(experiments, key=lambda each: -each.about.gpu_takes_s):
        takes_s = _takes_s(experiment, task)
        if task.until is not None and takes_s > (left_s := task.until - time.monotonic()):
            told = f"{experiment.name} is left out: it takes about {takes_s:.0f} s, {max(0, left_s):.0f} s are left"
            print(told, file=sys.stderr, flush=True)
            continue
        found = in_process_of_its_own(partial(_attempt, experiment, task, out, watch, budget), task.until)
        if isinstance(found, str):
            found = _Attempt(watch, budget, TalkError(f"talk measure {experiment.name}", found, "measure it again"))
        watch, budget = found.watch, found.again
        if isinstance(found.outcome, Path):
            written.append(found.outcome)
        elif isinstance(found.outcome, NoDeviceError):
            raise found.outcome
        elif isinstance(found.outcome, MissingError):
            print(f"{found.outcome}; {experiment.name} is skipped", file=sys.stderr, flush=True)
        else:
            failed.append(experiment.name)
            print(found.outcome, file=sys.stderr, flush=True)
    if failed:
        raise TalkError("talk measure", f"{', '.join(failed)} failed", "mend what is said above, then measure again")
    if not written:
        raise TalkError("talk measure", "nothing was measured", "install what is named above")
    return written


def _takes_s(experiment: Found, task: Task) -> float:
    about = experiment.about
    whole_s = about.gpu_takes_s if task.device == "cuda" else about.takes_s
    return whole_s * (_QUICK_SHARE if task.quick else 1)


@dataclass(frozen=True)
class _Attempt:
    """What came of measuring one experiment: its record's path, or why there is none; and what is left of patience."""

    watch: Watch
    again: _Again
    outcome: Path | TalkError


def _attempt(experiment: Found, task: Task, out: Path, watch: Watch, again: _Again) -> _Attempt:
    outcome: Path | TalkError
    try:
        outcome = _measure(experiment, task, out, watch, again)
    except TalkError as error:
        outcome = error
    except Exception as error:  # of a torch, a driver or a compiler that nobody has tried this with
        outcome = unforeseen(error, f"talk measure {experiment.name}")
    return _Attempt(watch, again, outcome)


def _measure(experiment: Found, task: Task, out: Path, watch: Watch, again: _Again) -> Path:
    about = experiment.about
    require(experiment.name, about.packages)
    code = current_code(experiment)  # before it runs: an edit meanwhile must not pass for what ran
    measured_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = record_path(out, current_machine().slug, experiment.name)
    is_first = not place.is_file()

    def record_of(data: Any, load: Load, doubtful: list[str], broken: list[str]) -> AnyRecord:
        return Record(
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
            broken=broken,
        )

    def keep(data: Any) -> None:
        if is_first:
            try:
                write_record(record_of(data, watch.seen(), experiment.doubts(data), [*task.broken, _UNFINISHED]), out)
            except TalkError as error:  # of a full disk, say: what is measured may have room by the time it ends
                task.progress.say(str(error))

    task = replace(task, broken=[], keep=keep)
    data, load, doubtful = _without_doubts(experiment, task, watch, again)
    experiment.keep(place.parent)
    if not is_first:
        keep_former_summary(place)
    record = record_of(data, load, doubtful, task.broken)
    path = write_record(record, out)
    keep_summary(record, out)
    task.progress.say(f"{shown(path)} is written")
    with suppress(ImportError, TalkError):  # a bare machine, without pydantic, reads no summaries
        for setback in find_setbacks(read_summaries(out)):
            if (setback.machine, setback.name.split(".")[0]) == (record.machine.slug, record.experiment):
                task.progress.say(str(setback))
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
        left_s = again.left_s if task.until is None else min(again.left_s, task.until - time.monotonic())
        if not doubtful or task.broken or taken_s > left_s:
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
