"""Measured in front of the hall: by name alone, in time, beside the record; and what is said where that fails."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talk.measure.machine import current_machine
from talk.render.values import Values
from talk.site import mistakes
from talk.site import on_stage as module
from talk.site.on_stage import NotMeasuredError, measurable, measure_now, on_stage
from talk.words import NBSP
from tests.talk.samples import record

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No run of another test is awaited, and a busy machine has time for one."""
    monkeypatch.setattr(module, "_last", None)
    monkeypatch.setattr(module, "PATIENCE_S", 60.0)
    yield
    if module._last is not None:
        module._last.give_way()


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One record of relay: 2.1 s on a CPU."""
    values = Values([record()])
    monkeypatch.setattr(module, "current_values", lambda: values)


def why_not(name: str) -> str:
    with pytest.raises(NotMeasuredError) as error:
        measure_now(name)
    return str(error.value)


@pytest.mark.parametrize("name", ["relay.fine", "relay.chatters"])
def test_numbers_of_now_stand_beside_the_record_in_its_units(name: str) -> None:
    assert measure_now(name) == {
        "title": "one race",
        "recorded": f"Test CPU, 2{NBSP}cores, 23{NBSP}November 2026",
        "now": "this machine",
        "rows": [
            {"title": "race", "recorded": f"2.10{NBSP}s", "now": f"4.20{NBSP}s"},
            {"title": "pace", "recorded": "1.43×", "now": "0.714×"},
        ],
    }


def test_a_number_of_another_size_keeps_the_records_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_read", lambda *_: {"cpu.time": 0.0042, "cpu.pace": 700.0})
    assert [row["now"] for row in measure_now("relay.fine")["rows"]] == [f"0.00420{NBSP}s", "700×"]


def test_the_new_talks_own_measurement_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = record(experiment="sorting")
    sizes = made.data.runs
    whole = replace(made, data=replace(made.data, runs=[*sizes[:-1], replace(sizes[-1], size=4096)]))
    monkeypatch.setattr(module, "current_values", lambda: Values([whole]))
    shown = measure_now("sorting.largest")
    assert shown["title"] == "numbers: 4096"
    assert [row["title"] for row in shown["rows"]] == ["insertion sort", "sorted()"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("relay.fails", "RuntimeError: the track is wet"),
        ("relay.dies", "the measurement told nothing"),
        ("relay.other", "the measurement told nothing"),
        ("relay.infinite", "the measurement told nothing"),
        ("relay.unrecorded", "no record has relay.cuda.time"),
        ("relay.lacking", "not installed here: no-such-package, nor-such"),
        ("relay.on_gpu", "there is no GPU with CUDA here"),
        ("relay.nothing", "this cannot be measured here"),
        ("relay", "this cannot be measured here"),
        ("", "this cannot be measured here"),
        ("relay.fine; touch /tmp/x", "this cannot be measured here"),
        ("../relay.fine", "this cannot be measured here"),
    ],
)
def test_what_fails_says_why_in_one_line(name: str, why: str) -> None:
    said = why_not(name)
    assert said == why
    assert "\n" not in said


LATE = "no answer in ten seconds; press R once more"


def late_run(monkeypatch: pytest.MonkeyPatch) -> module._Run:
    """The run of a slow measurement that was asked for in vain."""
    with monkeypatch.context() as impatient:
        impatient.setattr(module, "PATIENCE_S", 0.2)
        assert why_not("relay.slow") == LATE
    assert module._last is not None
    return module._last


def test_what_is_late_is_told_in_time_and_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    monkeypatch.setattr(module, "_LONGEST_S", 1.0)
    assert why_not("relay.sleeps") == LATE
    late = module._last
    assert late is not None
    late.join(30)
    assert not late.is_alive()


def test_who_asks_once_more_gets_the_answer_that_was_late(monkeypatch: pytest.MonkeyPatch) -> None:
    late = late_run(monkeypatch)
    assert late_run(monkeypatch) is late
    assert measure_now("relay.slow")["title"] == "one race"
    assert module._last is late, "while it goes on it is waited for"

    late = late_run(monkeypatch)
    late.join(30)
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    assert measure_now("relay.slow")["title"] == "one race", "it has ended by now"
    assert module._last is late
    assert late_run(monkeypatch) is not late, "what was heard is measured anew"


def test_an_answer_that_was_late_is_not_kept_for_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    late = late_run(monkeypatch)
    late.join(30)
    monkeypatch.setattr(module, "_LONGEST_S", 0.0)
    assert not late.is_awaited()


def test_a_measurement_gives_way_to_another_slides() -> None:
    """Its slide was left: nobody waits for it any more. Two are never measured at once."""
    with ThreadPoolExecutor() as pool:
        left = pool.submit(why_not, "relay.sleeps")
        while module._last is None or module._last.asked != "relay.sleeps":
            time.sleep(0.01)
        former = module._last
        assert measure_now("relay.fine")["title"] == "one race"
        assert not former.is_alive()
        assert left.result() == "the measurement told nothing"


def test_a_gpu_that_pytorch_does_not_see_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = replace(current_machine(), gpu="Test GPU")
    monkeypatch.setattr(module, "current_machine", lambda: machine)
    assert why_not("relay.on_gpu") == "there is no GPU with CUDA here"


def test_numbers_of_a_gpu_stand_beside_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    made = record()
    values = Values([replace(made, machine=replace(made.machine, gpu="Test GPU"))])
    monkeypatch.setattr(module, "current_values", lambda: values)
    offer = on_stage()["relay.on_gpu"][2]
    shown = module._side_by_side(offer, module._recorded("relay", offer), {"cpu.time": 4.2, "cpu.pace": 0.7})
    assert shown["recorded"] == "Test GPU, 23\xa0November 2026"


def test_variables_that_choose_for_libraries_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    given: dict[str, Any] = {}

    def start(command: list[str], **options: object) -> None:
        given.update(command=command, **options)
        raise BlockingIOError

    monkeypatch.setattr(module.subprocess, "Popen", start)
    with pytest.raises(BlockingIOError):
        measure_now("relay.fine")
    assert "OMP_NUM_THREADS" not in given["env"]
    assert given["command"][-2:] == ["relay", "fine"]


def test_what_lacks_a_package_or_a_gpu_is_not_offered() -> None:
    assert "relay.lacking" in on_stage()
    assert not {"relay.lacking", "relay.on_gpu"} & set(measurable())
    assert {"relay.fine", "sorting.largest"} <= set(measurable())


def test_a_slide_that_names_no_measurement_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    text = "# A\n\n/// slide | One\n    measure: relay.fine\n///\n\n/// slide | Two\n    measure: relay.fien\n///\n"
    [mistake] = mistakes._measurement_mistakes(tmp_path / "a.md", text)
    assert str(mistake).startswith(
        f"{tmp_path}/a.md:7: slide “Two”: nothing is measured on stage by the name relay.fien; use"
    )
    assert "relay.fine" in str(mistake)
