"""What the stories' clock counts, and what it does not."""

import gc
from collections.abc import Callable, Iterator

import pytest

from scripts.measure.algorithms.clock import race, times_of


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
        lambda: times_of(work, 2, at_least_s=0.05),
        lambda: race({"one": work, "other": work}, 2, warm=True),
    ):
        collected.clear()
        timed()
        assert gc.isenabled()
        assert collected == []
