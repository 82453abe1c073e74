"""The queue against sums done by hand, and against what queueing theory says of a queue that never ends."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.algorithms.measure.serving import answers, between, rate_in_time
from talk.errors import TalkError


def seconds(least: int, most: int) -> st.SearchStrategy[float]:
    """So many 1024ths of one: sums and differences of such floats are exact, so who came first can be asked with ==."""
    return st.integers(least, most).map(lambda ticks: ticks / 1024)


ARRIVALS = st.lists(seconds(0, 50 * 1024), min_size=1, max_size=40).map(sorted)


def test_whoever_waits_is_taken_together() -> None:
    # The first is alone for a second; the two that came meanwhile share the next batch, and the last comes later.
    waited = answers([0.0, 0.1, 0.9, 5.0], most=4, batch_s=lambda size: float(size))
    assert waited == pytest.approx([1.0, 2.9, 2.1, 1.0])
    assert answers([0.0, 0.1, 0.9], most=1, batch_s=lambda _: 1.0) == pytest.approx([1.0, 1.9, 2.1])
    assert answers([], most=1, batch_s=lambda _: 1.0) == []


@given(ARRIVALS, st.integers(1, 5), seconds(100, 3 * 1024))
def test_everybody_is_answered_in_order_and_no_sooner_than_a_batch_takes(
    arrivals: list[float], most: int, time_s: float
) -> None:
    waited = answers(arrivals, most, lambda _: time_s)
    ends = [came + wait for came, wait in zip(arrivals, waited, strict=True)]
    assert len(waited) == len(arrivals)
    assert min(waited) >= time_s
    assert ends == sorted(ends)
    assert all(ends.count(end) <= most for end in ends)


def test_a_queue_of_one_waits_as_long_as_theory_says() -> None:
    """Pollaczek and Khinchine: with service of constant time s and load ρ the mean wait is s + ρ·s / 2(1 − ρ)."""
    chance, came, arrivals = random.Random(0), 0.0, []
    for _ in range(60_000):
        came += chance.expovariate(0.6)
        arrivals.append(came)
    waited = answers(arrivals, 1, lambda _: 1.0)
    assert sum(waited) / len(waited) == pytest.approx(1 + 0.6 / (2 * 0.4), rel=0.05)


def test_a_longer_deadline_lets_more_in_and_an_impossible_one_nobody() -> None:
    def batch_s(size: int) -> float:
        return 0.1 + 0.05 * size

    rates = [rate_in_time(8, deadline_s, batch_s, count=500) for deadline_s in (0.1, 0.2, 0.5, 2.0)]
    assert rates[0] == 0
    assert 0 < rates[1] < rates[2] < rates[3] <= 8 / batch_s(8)
    assert rate_in_time(8, 0.5, batch_s, count=500) > rate_in_time(1, 0.5, batch_s, count=500)


def test_times_lie_on_straight_lines_between_those_measured() -> None:
    of = between({1: 1.0, 4: 2.5, 8: 8.5})
    assert [of(size) for size in (1, 2, 4, 6, 8)] == pytest.approx([1.0, 1.5, 2.5, 5.5, 8.5])


def test_batches_of_nobody_are_refused() -> None:
    with pytest.raises(TalkError, match="at most 0"):
        answers([0.0], 0, lambda _: 1.0)
