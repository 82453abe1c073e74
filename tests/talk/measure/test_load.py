"""Waiting for a quiet machine is bounded and said; what others do is told apart from what we do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from talk.measure import load
from talk.measure.load import Watch
from talk.measure.progress import Advance


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(load.NO_WAIT)


class _Said:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    @contextmanager
    def bar(self, title: str, _total: float) -> Iterator[Advance]:
        self.lines.append(title)
        yield lambda _: None


class _Machine:
    """A machine whose clock goes on as this process sleeps; `busy` gives cores that others keep busy at a moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stat: Path, busy: float, till_s: float = 1e9) -> None:
        self.now_s, self.busy, self.till_s, self.busy_s, self._stat = 1000.0, busy, 1000 + till_s, 0.0, stat
        monkeypatch.setattr(load, "_STAT", stat)
        monkeypatch.setattr(load.time, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(load.time, "sleep", self.sleep)
        self.sleep(0)

    def sleep(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.busy_s += 0.1 * (self.busy if self.now_s <= self.till_s else 0)
        # Cores' times are in hundredths of a second; others have been running for long before.
        self._stat.write_text(f"cpu  {round(100 * (1e6 + self.busy_s))} 0 0 0 0 0 0 0 0 0\n")


def test_a_quiet_machine_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _Machine(monkeypatch, tmp_path / "stat", busy=0.0)
    said, watch = _Said(), Watch(quick=False)
    watch.wait_until_quiet(said)
    assert said.lines == []
    assert watch.seen().waited_s < 1


def test_waiting_ends_when_others_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _Machine(monkeypatch, tmp_path / "stat", busy=1.0, till_s=10)
    said, watch = _Said(), Watch(quick=False)
    watch.wait_until_quiet(said)
    assert said.lines == ["other programs are busy: waiting up to 60 s"]
    assert 9 < watch.seen().waited_s < 13


@pytest.mark.parametrize(("quick", "most_s"), [(False, 60), (True, 5)])
def test_patience_is_bounded_over_all_experiments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quick: bool, most_s: float
) -> None:
    machine = _Machine(monkeypatch, tmp_path / "stat", busy=2.0)
    said, watch = _Said(), Watch(quick=quick)
    start_s = machine.now_s
    for _ in range(4):
        watch.wait_until_quiet(said)
    assert machine.now_s - start_s == pytest.approx(most_s, abs=2)
    assert [line for line in said.lines if "all the same" in line] == [
        "they still are, 2.0 cores of them: measuring all the same"
    ]


def test_the_record_tells_what_others_did(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = _Machine(monkeypatch, tmp_path / "stat", busy=0.0)
    watch = Watch(quick=True)
    watch.wait_until_quiet(_Said())
    machine.busy = 1.5
    machine.sleep(20)
    assert watch.seen().others_cores == pytest.approx(1.5, abs=0.1)


def test_a_system_that_tells_nothing_is_measured_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(load, "_STAT", tmp_path / "none")
    monkeypatch.setattr(load.time, "sleep", lambda _: pytest.fail("nothing to look at"))
    said, watch = _Said(), Watch(quick=False)
    watch.wait_until_quiet(said)
    assert said.lines == []
    assert watch.seen().others_cores is None
