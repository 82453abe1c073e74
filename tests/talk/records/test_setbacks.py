"""A host that its neighbours slow contradicts nothing in its record: what the machine showed before tells."""

from dataclasses import replace
from pathlib import Path

import pytest

from talk.experiment import Task
from talk.measure import run
from talk.measure.machine import current_machine
from talk.measure.progress import make_progress
from talk.records.schema import AnyRecord
from talk.records.setbacks import find_setbacks
from talk.records.summary import Summary, keep_summary, summarise
from talk.render.comparison import fragments
from tests.talk import samples

PACE = "relay.cpu.pace"


def measured(slower: float, day: int, *, quick: bool = False) -> AnyRecord:
    """A record of which everything took `slower` times as long."""
    record = samples.record(slug="cpu-box", measured_at=f"2026-10-{day:02}T00:00:00Z", quick=quick)
    [first] = record.data.runs
    slow = replace(first, times_s=[slower * time_s for time_s in first.times_s])
    return replace(record, data=replace(record.data, runs=[slow]))


def told(*records: AnyRecord) -> list[tuple[str, int]]:
    return [(each.name, round(100 * each.lost)) for each in find_setbacks(map(summarise, records))]


def history(*slower: float) -> list[AnyRecord]:
    return [measured(each, day) for day, each in enumerate(slower, start=1)]


@pytest.mark.parametrize(
    ("slower", "lost"),
    [
        ((1.0, 1.0, 1.0, 1.5), 33),
        ((1.0, 1.0, 1.0, 1.3), None),  # less than a quarter
        ((1.0, 1.0, 1.5), None),  # two former ones make nothing usual
        ((1.0, 1.0, 1.0, 1.5, 1.5), 33),  # the one before it was slow too, and its move says nothing
        ((1.0, 1.0, 1.0, 3.0, 1.0), None),
        ((1.0, 1.5, 1.5, 1.5, 1.5), None),  # by now that is usual
        ((1.0, 1.0, 1.0, 0.4), None),  # faster is no setback
    ],
)
def test_much_worse_than_usual_is_told(slower: tuple[float, ...], lost: int | None) -> None:
    assert told(*history(*slower)) == ([(PACE, lost)] if lost else [])


def test_short_runs_tell_nothing() -> None:
    assert told(*history(1.0, 1.0, 1.0), measured(3.0, 9, quick=True)) == []
    assert told(*(measured(1.0, day, quick=True) for day in (1, 2, 3)), measured(3.0, 9)) == []


def test_other_machines_are_no_measure() -> None:
    def of(machine: str, summary: Summary) -> Summary:
        return replace(summary, machine=machine)

    fast = [of("gpu-box", summarise(each)) for each in history(1.0, 1.0, 1.0, 1.0)]
    slow = [of("slow-box", summarise(each)) for each in history(5.0, 5.0, 5.0, 5.0)]
    assert find_setbacks([*fast, *slow]) == []


def test_the_history_shows_it() -> None:
    records = history(1.0, 1.0, 1.0, 1.5, 1.5)
    html = fragments([records[-1]], [*map(summarise, records)])["machines/history.html"]
    assert '<mark class="moved" title="33% worse than usual for this machine: 1.43× is the median of 4' in html


def test_who_measures_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TALK_NO_WAIT", "1")
    monkeypatch.setattr("experiments.relay.measure.run", lambda _: measured(2.0, 9).data)
    for former in history(1.0, 1.0, 1.0):
        keep_summary(replace(former, machine=current_machine()), tmp_path)
    run.measure(["relay"], Task(progress=make_progress()), tmp_path)
    said = capsys.readouterr()
    assert f"{PACE} is 50% worse than usual there" in said.out + said.err
