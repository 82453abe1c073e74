"""Fair timing: who is compared is timed in one run, in rounds of shuffled order, with a pause before each."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

# Threads of one library go on spinning for a while after its call: whoever came next would share the cores with them.
GAP_S = 0.1
# A visit is long enough for the clock and for the caches to settle, short enough for many rounds.
VISIT_S = 0.06
MOST_CALLS = 20


@dataclass
class Timed:
    """What is timed, how many visits it gets, the time it may take in all, and the times found."""

    call: Callable[[], object]
    rounds: int
    budget_s: float
    times_s: list[float] = field(default_factory=list)


def time_together(contenders: list[Timed], tick: Callable[[], object] = lambda: None) -> None:
    """Fill `times_s` of each contender: in every round each is visited once, in a new order, while it has visits left.

    A visit is a call that does not count and then calls that do, for VISIT_S. A contender whose budget is spent
    comes no more, but it has been visited once at least. `tick` is called after each visit.
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
