"""How long a site of many machines takes to build; the machines are copies of one under other names."""

import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.project import copy_project, last_line, run_talk
from talk.errors import TalkError
from talk.records.order import by_trust
from talk.records.schema import AnyRecord
from talk.records.store import read_records, write_record
from talk.records.summary import keep_summary

_REPEATS = 3


@dataclass(frozen=True)
class Builds:
    """Seconds of the first build, which draws every figure of every machine, and the median of those after it."""

    first_s: float
    next_s: float


def build_with(count: int) -> Builds:
    """Build a copy of the project in which `count` machines ran every experiment. Raises TalkError when that fails."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        copy_project(project)
        results = project / "docs" / "results"
        trusted = _one_machine(read_records(results))
        for machine in {record.machine.slug for record in read_records(results) if record.origin == "measured"}:
            shutil.rmtree(results / machine)
        for number in range(count):
            for record in trusted:
                own = replace(record.machine, slug=f"copy-{number}", cpu=f"{record.machine.cpu}, copy {number}")
                copied = replace(record, machine=own)
                write_record(copied, results)
                keep_summary(copied, results)
        first, *others = [_build(project) for _ in range(1 + _REPEATS)]
        return Builds(first, median(others))


def _one_machine(records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """The most trusted measured record of each experiment."""
    trusted: dict[str, AnyRecord] = {}
    for record in by_trust(records):
        if record.origin == "measured":
            trusted.setdefault(record.experiment, record)
    return list(trusted.values())


def _build(project: Path) -> float:
    start = time.perf_counter()
    done = run_talk(project, "build", "--no-measure")
    if done.returncode != 0:
        raise TalkError("bench.machines", last_line(done), "mend that first")
    return time.perf_counter() - start
