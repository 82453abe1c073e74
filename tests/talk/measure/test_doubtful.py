"""What contradicts itself is measured again while there is time; where it still does, it is recorded and refused."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from talk.errors import TalkError
from talk.experiment import Task
from talk.measure import run
from talk.measure.progress import make_progress
from talk.records.doubts import Doubt, above, check_doubts, unlike, wide
from talk.records.schema import AnyRecord
from talk.records.store import read_record, record_path, write_record
from talk.render.captions import Provenance
from talk.site import check
from tests.talk import samples

_DOUBT = Doubt("wide_spread", "noise")


@pytest.fixture(autouse=True)
def _other_programs_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_MOST_S", "_MOST_QUICK_S"):
        monkeypatch.setattr(f"talk.measure.load.{name}", 0.0)


@pytest.fixture
def doubted(monkeypatch: pytest.MonkeyPatch) -> list[list[Doubt]]:
    """The doubts of relay's next measurements, one after another; the measurements take no time."""
    waiting: list[list[Doubt]] = []
    monkeypatch.setattr("experiments.relay.measure.run", lambda _: samples.data())
    monkeypatch.setattr("experiments.relay.record.doubts", lambda _: waiting.pop(0), raising=False)
    return waiting


def measured(out: Path) -> list[str]:
    """What is doubtful in the record as it was written: reading it would ask for doubts once more."""
    (path,) = run.measure(["relay"], Task(progress=make_progress(), quick=True), out)
    return json.loads(path.read_text(encoding="utf-8"))["doubtful"]


def test_what_contradicts_itself_is_measured_again(tmp_path: Path, doubted: list[list[Doubt]]) -> None:
    doubted += [[_DOUBT, _DOUBT], [_DOUBT], []]
    assert measured(tmp_path) == []
    assert doubted == []


def test_where_no_time_is_left_the_record_says_what_is_doubtful(
    tmp_path: Path, doubted: list[list[Doubt]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_AGAIN_QUICK_S", 0.0)
    doubted += [[_DOUBT], []]
    assert measured(tmp_path) == ["wide_spread: noise"]
    assert len(doubted) == 1


def test_the_measurement_with_the_fewest_doubts_is_kept(
    tmp_path: Path, doubted: list[list[Doubt]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class _Seconds:
        """Every measurement takes ten seconds of the thirty that are left for measuring anew."""

        def __init__(self) -> None:
            self._moments: Iterator[float] = iter(range(0, 1000, 10))

        def monotonic(self) -> float:
            return next(self._moments)

    monkeypatch.setattr(run, "time", _Seconds())
    doubted += [[_DOUBT, _DOUBT], [_DOUBT], [_DOUBT, _DOUBT], [_DOUBT, _DOUBT, _DOUBT], []]
    assert measured(tmp_path) == ["wide_spread: noise"]
    assert len(doubted) == 1


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        ("doubtful", "above_ceiling: <fast> n=512, 2 against 1", "&lt;fast&gt; n=512, 2 against 1"),
        ("broken", "a part: RuntimeError: <bad> address", "RuntimeError: &lt;bad&gt; address"),
    ],
)
def test_captions_mark_a_record_that_is_not_whole_and_say_why(kind: str, said: str, shown: str) -> None:
    plain = samples.record()
    marked = Provenance(replace(plain, **{kind: [said]}))
    assert getattr(Provenance(plain), kind) == ""
    mark = getattr(marked, kind)
    assert shown in mark
    assert mark in marked.sentence()


def test_check_stops_at_the_doubtful_record_that_pages_ask_first(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, doubtful = samples.record(), replace(samples.record(), doubtful=["wide_spread: noise", "wide_spread: more"])

    def problems(*records: AnyRecord) -> list[TalkError]:
        monkeypatch.setattr(check, "current_values", lambda: SimpleNamespace(records=records))
        return check.find_doubtful_records()

    assert problems(plain, doubtful) == []
    (problem,) = problems(doubtful, plain)
    assert problem.what == "contradicts itself: wide_spread: noise …"
    assert f"talk measure {plain.experiment}" in problem.mend


def test_a_doubt_of_no_kind_that_there_is_is_refused() -> None:
    check_doubts(["wide_spread: noise"])
    with pytest.raises(ValueError, match="begins with none of above_ceiling"):
        check_doubts(["hm: noise"])


@pytest.mark.parametrize(("measured", "doubts"), [(0.9, 0), (1.04, 0), (1.06, 1)])
def test_a_ceiling_bears_its_noise(measured: float, doubts: int) -> None:
    assert len(list(above("x", measured, 1.0, 0.05))) == doubts


@pytest.mark.parametrize(("parts", "doubts"), [(0.7, 1), (0.8, 0), (1.2, 0), (1.3, 1)])
def test_parts_may_be_less_and_more_than_the_whole(parts: float, doubts: int) -> None:
    assert len(list(unlike("x", parts, 1.0, 0.25))) == doubts


@pytest.mark.parametrize(
    ("times_s", "doubts"),
    [([1, 1, 1, 1, 50], 0), ([1, 1.1, 1.2, 1.3, 1.4], 0), ([1, 1, 1.5, 2, 2], 1), ([1, 9, 1], 0)],
)
def test_single_interruptions_leave_a_median_standing(times_s: list[float], doubts: int) -> None:
    assert len(list(wide("x", times_s))) == doubts


def test_old_records_are_doubted_in_nothing(tmp_path: Path) -> None:
    record = samples.record()
    assert read_record(write_record(record, tmp_path)).doubtful == []
    assert record_path(tmp_path, record.machine.slug, record.experiment).is_file()
