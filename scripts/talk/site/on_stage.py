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
import time
from contextlib import suppress
from functools import cache
from threading import Lock, Thread

from talk.errors import NoDeviceError
from talk.experiment import OnStage, find_experiment, find_experiments, in_short, missing_packages
from talk.measure.compiled import keep_compiled
from talk.measure.environment import chosen_for_libraries
from talk.measure.machine import current_machine, find_devices
from talk.paths import ROOT, python_path
from talk.render.captions import processor
from talk.render.values import Found, UnknownValueError, current_values
from talk.words import day, natural_unit, quantity, say, units

PATIENCE_S = 10.0
# What is late goes on for so long, unheard: an answer that comes waits as long for who asks once more.
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
    """Of these what can be measured here: the packages are installed, and the GPU is there."""
    return [asked for asked, (_, _, offer) in on_stage().items() if not _why_not(offer)]


def _why_not(offer: OnStage) -> str:
    """What this machine lacks for it, in a line; empty where it lacks nothing. Looks for a GPU without PyTorch."""
    if offer.device == "cuda" and current_machine().gpu is None:
        return say("now.no_gpu")
    missing = missing_packages(offer.packages)
    return say("now.lacks", packages=", ".join(missing)) if missing else ""


def measure_now(asked: str) -> dict[str, object]:
    """What a slide shows of it: a title, the recorded number and that of now in each row. Raises NotMeasuredError."""
    offers = on_stage()
    if asked not in offers:
        raise NotMeasuredError(say("now.unknown"))
    experiment, name, offer = offers[asked]
    if why_not := _why_not(offer):
        raise NotMeasuredError(why_not)
    recorded = _recorded(experiment, offer)  # first: without it nothing is worth measuring
    return _side_by_side(offer, recorded, _run_of(asked, [experiment, name]).answer())


class _Run(Thread):
    """A measurement in a process of its own."""

    def __init__(self, asked: str, words: list[str]) -> None:
        super().__init__(daemon=True)
        self.asked = asked
        self._found: dict[str, float] | NotMeasuredError | None = None  # its numbers, or why there are none
        self._is_heard = False
        self._ended_s = math.inf
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
            self._end()
        try:
            self._found = _read(process.returncode, printed, complaint)
        except NotMeasuredError as error:
            self._found = error
        self._ended_s = time.monotonic()

    def answer(self) -> dict[str, float]:
        """The numbers. Raises NotMeasuredError, also where there are none in time."""
        self.join(PATIENCE_S)
        if self._found is None:
            raise NotMeasuredError(say("js.deck.late"))
        self._is_heard = True
        if isinstance(self._found, NotMeasuredError):
            raise self._found
        return self._found

    def is_awaited(self) -> bool:
        """Whether it goes on, or has ended a moment ago and nobody has heard its answer."""
        return self.is_alive() or (not self._is_heard and time.monotonic() - self._ended_s < _LONGEST_S)

    def give_way(self) -> None:
        """End the process, if it goes on, and wait until it has ended."""
        if self.is_alive():
            self._end()
            self.join()

    def _end(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _run_of(asked: str, words: list[str]) -> _Run:
    """The run of what is asked for: the one before, where it is awaited. That of another slide gives way."""
    global _last
    with _starting:
        if _last is None or _last.asked != asked or not _last.is_awaited():
            if _last is not None:
                _last.give_way()
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


def _recorded(experiment: str, offer: OnStage) -> list[Found]:
    """What the offer's rows were in one record. Raises NotMeasuredError."""
    try:
        return current_values().find_together([f"{experiment}.{name}" for name in offer.rows])
    except UnknownValueError as error:
        raise NotMeasuredError(say("now.unrecorded", name=error.reference)) from None


def _side_by_side(offer: OnStage, recorded: list[Found], now: dict[str, float]) -> dict[str, object]:
    if now.keys() != offer.rows.keys() or not all(map(math.isfinite, now.values())):
        raise NotMeasuredError(say("now.silent"))
    rows = []
    for (name, title), former in zip(offer.rows.items(), recorded, strict=True):
        dimension = former.value.dimension
        unit = next((each for each in ("×", "") if each in units(dimension)), None)
        unit = natural_unit(former.value.number, dimension) if unit is None else unit
        rows.append(
            {
                "title": title,
                "recorded": quantity(former.value.number, dimension, unit),
                "now": quantity(now[name], dimension, unit),
            }
        )
    record = recorded[0].record
    ran_on = record.machine.gpu if offer.device == "cuda" and record.machine.gpu else processor(record.machine)
    machine = f"{ran_on}, {day(record.measured_at)}"
    return {"title": offer.title, "recorded": machine, "now": say("now.here"), "rows": rows}


def main(experiment: str, name: str) -> int:
    """Measure, and print the numbers as JSON; the exit status."""
    signal.alarm(round(_LONGEST_S))  # though the server be gone
    keep_compiled()
    offer = find_experiment(experiment).on_stage()[name]
    try:
        if offer.device == "cuda":
            find_devices("cuda")
        found = offer.measure()
    except NoDeviceError:
        print(say("now.no_gpu"), file=sys.stderr)
        return 1
    except Exception as error:
        print(in_short(error), file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
