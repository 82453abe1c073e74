"""What the stories' clock counts, and what it does not."""

import gc
from collections.abc import Callable, Iterator

import pytest

from talk.measure import clock
from talk.measure.clock import race, times_of


@pytest.fixture
def inside() -> Iterator[tuple[Callable[[], object], list[str]]]:
    """Work that makes more objects than the collector lets pass, and a list of what it collected meanwhile."""
    working = False
    collected: list[str] = []

    def work() -> None:
        nonlocal working
        working = True
        made = [[number] for number in range(100_000)]
        made.clear()
        working = False

    def watch(phase: str, _: object) -> None:
        if working and phase == "start":
            collected.append(phase)

    gc.callbacks.append(watch)
    yield work, collected
    gc.callbacks.remove(watch)


def test_cycles_are_not_looked_for_while_the_clock_runs(inside: tuple[Callable[[], object], list[str]]) -> None:
    work, collected = inside
    work()
    assert collected, "or this work proves nothing"
    for timed in (
        lambda: times_of(work, 3),
        lambda: race({"one": work, "other": work}, 2, warm=True),
    ):
        collected.clear()
        timed()
        assert gc.isenabled()
        assert collected == []


def test_what_is_over_at_once_is_called_many_times_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that is taken away for two milliseconds makes twenty microseconds a tenth longer."""
    now_s, calls = 0.0, 0

    def work() -> None:
        nonlocal now_s, calls
        calls += 1
        now_s += 20e-6 + (2e-3 if calls == 700 else 0)

    monkeypatch.setattr(clock.time, "perf_counter", lambda: now_s)
    times_s = times_of(work, 3)
    assert calls == 3001
    assert sorted(times_s) == pytest.approx([20e-6, 20e-6, 22e-6])


def test_what_is_long_is_called_once_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    long_s = iter([0.0, 1.0, 1.0, 4.0, 4.0, 6.0])
    monkeypatch.setattr(clock.time, "perf_counter", lambda: next(long_s))
    assert times_of(lambda: None, 2) == [3.0, 2.0]


def test_the_first_call_may_take_long_and_the_others_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function is compiled when it is first called: how long that takes says nothing of how often to call it."""
    now_s, calls = 0.0, 0

    def work() -> None:
        nonlocal now_s, calls
        calls += 1
        now_s += 3.0 if calls == 1 else 150e-6 if calls < 30 else 50e-6

    monkeypatch.setattr(clock.time, "perf_counter", lambda: now_s)
    assert times_of(work, 3) == pytest.approx([50e-6] * 3, rel=0.2)
    assert 3 * 200 < calls < 3 * 2000
