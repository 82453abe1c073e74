"""Who is compared is visited by turns, each as often as it has visits and time."""

import pytest

from experiments.matmul.measure import timing
from experiments.matmul.measure.timing import Timed, time_together


def test_everybody_is_visited_as_often_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 0.0
    order: list[str] = []

    def work(name: str, takes_s: float) -> None:
        nonlocal now_s
        now_s += takes_s
        order.append(name)

    monkeypatch.setattr(timing.time, "perf_counter", lambda: now_s)
    monkeypatch.setattr(timing.time, "sleep", lambda _: order.append("pause"))
    contenders = {
        "often": Timed(lambda: work("often", 0.1), rounds=6, budget_s=9),
        "seldom": Timed(lambda: work("seldom", 0.1), rounds=2, budget_s=9),
        "slow": Timed(lambda: work("slow", 1.0), rounds=6, budget_s=2.5),
    }
    ticks: list[None] = []
    time_together(list(contenders.values()), lambda: ticks.append(None))
    assert [len(each.times_s) for each in contenders.values()] == [6, 2, 3]
    assert order[::2] == ["pause"] * 11
    assert len(ticks) == 6 + 2 + 6  # so that a bar knows beforehand how many will come
    assert {"often", "slow"} <= set(order[1:6:2])


def test_where_nobody_could_start_nobody_is_timed() -> None:
    time_together([])


def test_what_is_short_is_called_more_than_once_and_its_first_call_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s, calls = 0.0, 0

    def work() -> None:
        nonlocal now_s, calls
        calls += 1
        now_s += 0.05 if calls == 1 else 0.01

    monkeypatch.setattr(timing.time, "perf_counter", lambda: now_s)
    monkeypatch.setattr(timing.time, "sleep", lambda _: None)
    short = Timed(work, rounds=1, budget_s=9)
    time_together([short])
    assert max(short.times_s) == pytest.approx(0.01)
    assert sum(short.times_s) > timing.VISIT_S
