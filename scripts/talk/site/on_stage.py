"""Measured in front of the hall: one of an experiment's quick measurements, in a process of its own, beside the record.

What is asked for is looked up by name among those that experiments offer (`talk.experiment.OnStage`); nothing of the
request reaches the process. `python -m talk.site.on_stage EXPERIMENT NAME` is that process: it prints the numbers.
"""

import json
import math
import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from talk.experiment import OnStage, find_experiment, find_experiments, in_short, missing_packages
from talk.measure.compiled import keep_compiled
from talk.measure.environment import chosen_for_libraries
from talk.paths import ROOT, python_path
from talk.render.captions import processor
from talk.render.values import UnknownValueError, current_values
from talk.words import day, natural_unit, quantity, say, units

PATIENCE_S = 10.0
# What is late goes on, unheard, for so long: it is compiled by then, and quick when it is asked for again.
_LONGEST_S = 60.0

_starting = Lock()
_last: "_Run | None" = None


class NotMeasuredError(Exception):
    """Why there are no numbers, in a line for the slide."""


def on_stage() -> dict[str, tuple[str, str, OnStage]]:
    """What experiments offer, by what a slide's option `measure` says: the experiment, the name there, the offer."""
    return {
        f"{experiment.name}.{name}": (experiment.name, name, offer)
        for experiment in find_experiments().values()
        for name, offer in experiment.on_stage().items()
    }


@cache
def measurable() -> list[str]:
    """Of these what can be measured here: the packages are installed."""
    return [asked for asked, (_, _, offer) in on_stage().items() if not missing_packages(offer.packages)]


def measure_now(asked: str) -> dict[str, object]:
    """What a slide shows of it: a title, the recorded number and that of now in each row. Raises NotMeasuredError."""
    if asked not in measurable():
        raise NotMeasuredError(say("now.unknown"))
    experiment, name, offer = on_stage()[asked]
    run = _started(asked, [experiment, name])
    try:
        found = run.answers.get(timeout=PATIENCE_S)
    except Empty:
        run.is_late = True
        raise NotMeasuredError(say("js.deck.late")) from None
    if isinstance(found, NotMeasuredError):
        raise found
    return _beside_the_record(experiment, offer, found)


class _Run(Thread):
    """A measurement in a process of its own. `answers` gets its numbers, or why there are none."""

    def __init__(self, asked: str, words: list[str]) -> None:
        super().__init__(daemon=True)
        self.asked = asked
        self.is_late = False
        self.answers: SimpleQueue[dict[str, float] | NotMeasuredError] = SimpleQueue()
        chosen = chosen_for_libraries(os.environ)  # as `talk measure` sets it aside
        environment = {name: value for name, value in os.environ.items() if name not in chosen}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "talk.site.on_stage", *words],
            cwd=ROOT,
            env=environment | {"PYTHONPATH": python_path()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self) -> None:
        """Wait for the process, and end it with what it has started."""
        with self._process as process:
            try:
                printed, complaint = process.communicate(timeout=_LONGEST_S)
            except subprocess.TimeoutExpired:
                printed = complaint = ""
            self.end()
        try:
            self.answers.put(_read(process.returncode, printed, complaint))
        except NotMeasuredError as error:
            self.answers.put(error)

    def end(self) -> None:
        """End the process."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _started(asked: str, words: list[str]) -> _Run:
    """The run of what is asked for. One that is late gives way to another slide's. Raises NotMeasuredError."""
    global _last
    with _starting:
        if _last is not None and _last.is_alive():
            if not _last.is_late or _last.asked == asked:
                raise NotMeasuredError(say("now.busy"))
            _last.end()
            _last.join()
        _last = _Run(asked, words)
        _last.start()
        return _last


def _read(status: int, printed: str, complaint: str) -> dict[str, float]:
    """The numbers that the process printed last. Raises NotMeasuredError."""
    if status:
        raise NotMeasuredError((complaint.strip().splitlines() or [say("now.silent")])[-1][:200])
    try:
        return {str(name): float(number) for name, number in json.loads(printed.splitlines()[-1]).items()}
    except (ValueError, IndexError, AttributeError, TypeError):
        raise NotMeasuredError(say("now.silent")) from None


def _beside_the_record(experiment: str, offer: OnStage, found: dict[str, float]) -> dict[str, object]:
    if found.keys() != offer.rows.keys() or not all(map(math.isfinite, found.values())):
        raise NotMeasuredError(say("now.silent"))
    try:
        recorded = current_values().find_together([f"{experiment}.{name}" for name in offer.rows])
    except UnknownValueError as error:
        raise NotMeasuredError(say("now.unrecorded", name=error.reference)) from None
    rows = []
    for (name, title), former in zip(offer.rows.items(), recorded, strict=True):
        dimension = former.value.dimension
        unit = next((each for each in ("×", "") if each in units(dimension)), None)
        unit = natural_unit(former.value.number, dimension) if unit is None else unit
        rows.append(
            {
                "title": title,
                "recorded": quantity(former.value.number, dimension, unit),
                "now": quantity(found[name], dimension, unit),
            }
        )
    record = recorded[0].record
    machine = ", ".join((processor(record.machine), day(record.measured_at)))
    return {"title": offer.title, "recorded": machine, "now": say("now.here"), "rows": rows}


def main(experiment: str, name: str) -> int:
    """Measure, and print the numbers as JSON; the exit status."""
    signal.alarm(round(_LONGEST_S))  # though the server be gone
    keep_compiled()
    try:
        found = find_experiment(experiment).on_stage()[name].measure()
    except Exception as error:
        print(in_short(error), file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
