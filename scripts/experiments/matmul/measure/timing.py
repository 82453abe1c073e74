"""Fair timing: contenders that are compared are visited in one run, in rounds of shuffled order, after a pause each."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

# A library's threads go on spinning for a while after its call, and would take the cores from the next contender.
GAP_S = 0.1
# A visit is long enough for the clock and for the caches to settle, short enough for many rounds.
VISIT_S = 0.06
MOST_CALLS = 20


@dataclass
class Timed:
    """A call to be timed: how many visits it gets, how much time it may take in all, and the times that were found."""

    call: Callable[[], object]
    rounds: int
    budget_s: float
    times_s: list[float] = field(default_factory=list)


def time_together(contenders: list[Timed], tick: Callable[[], object] = lambda: None) -> None:
    """Fill `times_s` of each contender. Every round visits all that have visits left, once each, in a new order.

    A visit is one call that is not counted, then calls that are, for VISIT_S. A contender whose budget is spent is
    skipped, but only after its first visit. `tick` is called after each visit and each skip.
    """
    shuffle = np.random.default_rng(0)
    for done in range(max((contender.rounds for contender in contenders), default=0)):
        present = [contender for contender in contenders if done < contender.rounds]
        for index in shuffle.permutation(len(present)):
            contender = present[index]
            if sum(contender.times_s) < contender.budget_s:
                time.sleep(GAP_S)
                _visit(contender)
            tick()


def _visit(contender: Timed) -> None:
    first_s = _time(contender.call)
    if first_s > VISIT_S:  # so long that its own beginning does not show
        contender.times_s.append(first_s)
        return
    spent_s = 0.0
    for _ in range(MOST_CALLS):
        contender.times_s.append(_time(contender.call))
        spent_s += contender.times_s[-1]
        if spent_s > VISIT_S:
            return


def _time(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
