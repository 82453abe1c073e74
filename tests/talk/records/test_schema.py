"""The schema: which numbers a field may hold, wherever it stands, and how older records are read."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.records.schema import SCHEMA_VERSION
from talk.records.store import read_record, write_record
from tests.talk import samples

Change = Callable[[Any], object]


def content(change: Change | None = None) -> dict[str, Any]:
    """A record of relay as JSON, changed."""
    made: dict[str, Any] = json.loads(json.dumps(asdict(samples.record(samples.cpu_run(), samples.cuda_run()))))
    run = made["data"]["runs"][0]
    run["corners"] = [[-1.5, 0.0], [2.0]]
    run["winds"] = {"north": -3.0}
    made["data"]["rules"] = {"start": {"delay": -1, "lanes": [-1, 0.5]}}
    if change is not None:
        change(made["data"])
    return made


def written(folder: Path, made: dict[str, Any]) -> Path:
    path = folder / "test-box" / "relay.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(TalkError) as caught:
        read_record(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


def leg(data: Any) -> Any:
    return data["runs"][0]["legs"][0]


def run(data: Any) -> Any:
    return data["runs"][1]


POSSIBLE: dict[str, Change] = {
    "as it is": lambda _: None,
    "a signed number below zero": lambda data: leg(data).update(slope=-2.5),
    "a signed number of zero": lambda data: leg(data).update(slope=0.0),
    "a signed number in lists of lists": lambda data: run(data).update(corners=[[], [-7.0, 0.0]]),
    "a signed number in a table": lambda data: run(data).update(winds={"east": -2.0, "west": 0.0}),
    "an optional field that is nothing": lambda data: leg(data).update(slope=None),
    "an optional field that is not there": lambda data: leg(data).pop("slope"),
    "optional lists that are not there": lambda data: (run(data).pop("corners"), run(data).pop("winds")),
    "a quantity of zero": lambda data: leg(data).update(time_s=0.0),
    "below zero in what is kept as it came": lambda data: data.update(rules={"depth": [-1, {"slope": -2.5}]}),
}


@pytest.mark.parametrize("change", POSSIBLE.values(), ids=POSSIBLE)
def test_what_is_possible_is_read(tmp_path: Path, change: Change) -> None:
    assert read_record(written(tmp_path, content(change))).experiment == "relay"


IMPOSSIBLE: dict[str, tuple[Change, str]] = {
    "a quantity below zero": (lambda data: leg(data).update(time_s=-1.0), "data.runs.0.legs.0.time_s"),
    "a number in a list below zero": (lambda data: run(data).update(times_s=[0.2, -0.1]), "data.runs.1.times_s.1"),
    "a whole number below zero": (lambda data: data.update(lanes=[1, -1]), "data.lanes.1"),
    "zero where something is divided by it": (lambda data: run(data).update(times_s=[0.0]), "data.runs.1.times_s.0"),
    "zero of what is counted from one": (lambda data: leg(data).update(calls=0), "data.runs.0.legs.0.calls"),
    "below zero of what is counted from one": (lambda data: leg(data).update(calls=-1), "data.runs.0.legs.0.calls"),
    "NaN in a signed field": (lambda data: leg(data).update(slope=float("nan")), "data.runs.0.legs.0.slope"),
    "infinity in a signed field": (lambda data: leg(data).update(slope=float("-inf")), "data.runs.0.legs.0.slope"),
    "infinity in a list": (lambda data: run(data).update(times_s=[float("inf")]), "data.runs.1.times_s.0"),
    "NaN in lists of lists": (lambda data: run(data).update(corners=[[float("nan")]]), "data.runs.1.corners.0.0"),
    "infinity in a table": (lambda data: run(data).update(winds={"east": float("inf")}), "data.runs.1.winds.east"),
    "NaN in what is kept as it came": (lambda data: data.update(rules={"a": [float("nan")]}), "data.rules.a.0"),
    "infinity in what is kept as it came": (lambda data: data.update(rules={"a": float("inf")}), "data.rules.a"),
    "an integer beyond all numbers": (lambda data: leg(data).update(calls=10**400), "data.runs.0.legs.0.calls"),
}


@pytest.mark.parametrize(("change", "field"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_is_not_is_refused_by_its_field(tmp_path: Path, change: Change, field: str) -> None:
    said = refusal(written(tmp_path, content(change)))
    assert f": field {field}: " in said
    assert " is not a possible quantity" in said


def test_below_zero_says_how_a_schema_allows_it(tmp_path: Path) -> None:
    said = refusal(written(tmp_path, content(lambda data: leg(data).update(time_s=-1.0))))
    assert said.endswith("; where it may be negative its schema says `Signed`")


@pytest.mark.parametrize(
    "field", ["times_s", "slope"], ids=["what a reader refuses, a writer does", "of an optional field too"]
)
def test_who_writes_refuses_the_same(tmp_path: Path, field: str) -> None:
    record = samples.record()
    if field == "times_s":
        record.data.runs[0].times_s[0] = -1.0
    else:
        object.__setattr__(record.data.runs[0].legs[0], "slope", float("nan"))
    with pytest.raises(TalkError, match=rf"relay\.json: field data\.runs\.0\..*{field}"):
        write_record(record, tmp_path)
    assert list(tmp_path.iterdir()) == []


def of_version_1(data: Any) -> Any:
    """As code that knew of milliseconds alone, and of no slopes, wrote it."""
    for each in data["runs"]:
        each["times_ms"] = [1000 * time_s for time_s in each.pop("times_s")]
        for of_run in each["legs"]:
            of_run.pop("slope", None)
    return data


def test_an_older_record_is_brought_up_to_date(tmp_path: Path) -> None:
    older = content(of_version_1) | {"schema_version": 1}
    record = read_record(written(tmp_path, older))
    assert record.schema_version == SCHEMA_VERSION
    assert [each.times_s for each in record.data.runs] == [pytest.approx([2.0, 2.2, 2.1]), pytest.approx([0.2])]
    assert {each.slope for each in record.data.runs[0].legs} == {None}  # what it did not know is not made up
    assert json.loads((tmp_path / "test-box" / "relay.json").read_text()) == older  # the file stays as it is


def test_a_record_of_today_is_not_migrated(tmp_path: Path) -> None:
    """Else it would be refused here: it has no milliseconds."""
    assert read_record(written(tmp_path, content())).data.runs[1].times_s == [0.2]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (None, "KeyError('times_ms')"),  # of version 1 by its word alone
        (lambda data: data.update(runs=5), "TypeError("),
        (lambda data: of_version_1(data)["runs"][0].update(times_ms=["a"]), "TypeError("),
        (lambda data: data.update(runs=["a"]), "AttributeError("),
    ],
)
def test_a_migration_that_fails_is_one_line(tmp_path: Path, change: Change | None, why: str) -> None:
    said = refusal(written(tmp_path, content(change) | {"schema_version": 1}))
    assert f": cannot be brought up to date from schema_version 1 ({why}" in said
    assert "; restore it from git, or measure again" in said


def test_a_migrated_record_is_judged_as_any(tmp_path: Path) -> None:
    older = content(lambda data: of_version_1(data)["runs"][0].update(times_ms=[-1.0])) | {"schema_version": 1}
    assert ": field data.runs.0.times_s.0: -0.001 is not a possible quantity" in refusal(written(tmp_path, older))


def test_a_newer_record_is_one_line(tmp_path: Path) -> None:
    said = refusal(written(tmp_path, content() | {"schema_version": SCHEMA_VERSION + 1}))
    assert f": schema_version is {SCHEMA_VERSION + 1}, this code reads 1 to {SCHEMA_VERSION}; measure again" in said
