"""Kill `talk build` at seeded moments, and look whether anything was lost.

Every round makes all records stale, changes a page and kills a build in one of its steps. What the build leaves is
looked at; then the next build runs to its end without cleaning.
"""

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.project import copy_project, environment
from talk.errors import TalkError
from talk.experiment import find_experiments
from talk.paths import RESULTS, ROOT
from talk.records.schema import AnyRecord
from talk.records.sources import hash_sources
from talk.records.store import read_record, read_records, record_path

__all__ = ["STEPS", "Kill", "copy_project", "kill_again", "killed_builds"]

STEPS = ("measuring", "rendering", "building", "swapping")
_SIGNALS = (signal.SIGKILL, signal.SIGINT)
_INTERRUPTED = 130
_LONGEST_S = 300
_TRIES = 5
_SWAP_S = 0.02  # a swap takes less; the moment of its kill is drawn from so long

_Moment = tuple[str, float, signal.Signals]  # the step, so many seconds after it began, and what is sent


@dataclass(frozen=True)
class Kill:
    """One kill: in which step, by which signal, and what was lost."""

    step: str
    signal: signal.Signals
    losses: tuple[str, ...]


@dataclass(frozen=True)
class _Build:
    status: int
    measured: list[str]
    starts_s: dict[str, float]  # step → when it began
    errors: str

    def lasts_s(self, step: str) -> float:
        """How long the step took, up to the next one's beginning."""
        later = [start for start in self.starts_s.values() if start > self.starts_s[step]]
        return max(min(later, default=0) - self.starts_s[step], _SWAP_S)


def killed_builds(count: int, seed: int = 2024) -> Iterator[Kill]:
    """Kill `count` builds of a copy of the whole project, whose experiments give the committed records' data."""
    with tempfile.TemporaryDirectory() as temporary:
        project, takes = Path(temporary, "project"), Path(temporary, "takes")
        copy_project(project)
        measured = [record for record in read_records() if record.origin == "measured"]
        in_all = {name for name, experiment in find_experiments().items() if experiment.about.in_all}
        for record in {each.experiment: each for each in measured if each.experiment in in_all}.values():
            take = record_path(takes, record.machine.slug, record.experiment)
            take.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(record_path(RESULTS, record.machine.slug, record.experiment), take)
        yield from kill_again(project, takes, count, seed)


def kill_again(project: Path, takes: Path, count: int, seed: int = 2024) -> Iterator[Kill]:
    """Kill `count` builds of `project`, in its steps and by the two signals in turn, at moments that `seed` draws.

    `takes/MACHINE/EXPERIMENT.json` is what the experiments give. Raises TalkError when a build that nobody kills fails.
    """
    draw = random.Random(seed)
    _change(project, "first")
    whole = _build(project, takes)
    if whole.status != 0:
        raise TalkError("kills", f"a build that nobody kills fails: {whole.errors}", "mend that first")
    for number in range(count):
        step, sign = STEPS[number % len(STEPS)], _SIGNALS[number // len(STEPS) % len(_SIGNALS)]
        for attempt in range(_TRIES):
            moment = (step, draw.random() * whole.lasts_s(step), sign)
            killed, losses = _kill(project, takes, f"{number}.{attempt}", moment)
            if killed.status != 0 or losses:
                yield Kill(step, sign, tuple(losses))
                break
            whole = killed  # it ended before the kill, and shows how long its steps take
        else:
            raise TalkError(
                "kills", f"{_TRIES} builds ended before they were killed in {step}", "try a quieter machine"
            )


def _kill(project: Path, takes: Path, mark: str, kill: _Moment) -> tuple[_Build, list[str]]:
    """Run a build and kill it, unless it ends before; returns it and what was lost."""
    former = _digest(project / "site")
    _change(project, mark)
    killed = _build(project, takes, kill)
    left, finished = _digest(project / "site"), _finished(project)
    losses = list(_broken_records(project))
    again = _build(project, takes)
    if again.status != 0:
        losses.append(f"the next build fails: {again.errors}")
    if left not in (former, _digest(project / "site")):
        losses.append("site/ is neither the former one nor the new one")
    if repeated := finished & set(again.measured):
        losses.append(f"measured again: {', '.join(sorted(repeated))}")
    if stray := [path.name for path in project.glob(".site*")]:
        losses.append(f"left behind: {', '.join(stray)}")
    if (
        kill[2] == signal.SIGINT
        and killed.status != 0
        and (killed.status != _INTERRUPTED or "Traceback" in killed.errors)
    ):
        losses.append(f"an interrupt is not one line: exit {killed.status}, {killed.errors[-300:]}")
    return killed, losses


def _build(project: Path, takes: Path, kill: _Moment | None = None) -> _Build:
    """Build `project`; with `kill`, send that signal so many seconds after that step began."""
    words = [sys.executable, "-m", "bench.kills.driver", str(takes)]
    starts_s: dict[str, float] = {}
    measured = []
    ended: int | None = None
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            words, cwd=project, env=environment(project), stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            step, _, experiment = line.strip().partition(" ")
            if step == "ended":
                ended = int(experiment)
                continue
            if experiment:
                measured.append(experiment)
            if step not in starts_s:
                starts_s[step] = time.monotonic()
                if kill is not None and step == kill[0]:
                    time.sleep(kill[1])
                    process.send_signal(kill[2])
        status = process.wait(_LONGEST_S)
        if status < 0 and ended is not None:
            status = ended  # the build had ended: the signal met Python's shutdown, which handles none
        errors.seek(0)
        return _Build(status, measured, starts_s, errors.read())


def _change(project: Path, mark: str) -> None:
    """Change a page, and the measuring code of every experiment."""
    for folder in (project / "scripts" / "experiments").iterdir():
        for part in ("measure.py", "measure/__init__.py"):
            if (folder / part).is_file():
                with (folder / part).open("a", encoding="utf-8") as source:
                    source.write(f"# {mark}\n")
    with (project / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write(f"\nПравка {mark}.\n")


def _digest(site: Path) -> str:
    """A hash of every file's path and bytes."""
    digest = hashlib.sha256()
    for path in sorted(site.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(site)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _finished(project: Path) -> set[str]:
    """Experiments that have a record of the present code: the build itself must have measured it."""
    records = read_records(project / "docs" / "results")
    return {record.experiment for record in records if record.origin == "measured" and _is_fresh(record, project)}


def _is_fresh(record: AnyRecord, project: Path) -> bool:
    """Whether the code in `project` measured the record."""
    experiment = find_experiments()[record.experiment]
    if experiment.folder.is_relative_to(ROOT / "scripts" / "experiments"):
        experiment = replace(experiment, folder=project / experiment.folder.relative_to(ROOT))
    return hash_sources(experiment, project) == record.code.sources


def _broken_records(project: Path) -> Iterator[str]:
    for path in sorted((project / "docs" / "results").glob("*/*.json")):
        try:
            read_record(path)
        except TalkError as error:
            yield str(error)
