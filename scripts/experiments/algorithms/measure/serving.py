"""Story 4, continued. Latency against throughput: how many utterances a second are answered in time.

A larger batch takes less time an utterance, and everybody in it waits for all of it. The network is not run here: a
queue is simulated with the measured times of its batches.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from talk.errors import TalkError

_SEED = 2024
_ARRIVALS = 3000
_IN_TIME = 0.99  # share of the utterances
_HALVINGS = 20


def answers(arrivals_s: Sequence[float], most: int, batch_s: Callable[[int], float]) -> list[float]:
    """How long each utterance waits for its answer. `arrivals_s`: when each comes, in order; `batch_s`: time of a size.

    Whenever the network is free it takes those that wait, at most `most` of them, in the order in which they came.
    """
    if most < 1:
        raise TalkError("serving", f"batches of at most {most}", "give at least 1")
    waited: list[float] = []
    now = 0.0
    # --8<-- [start:heart]
    while len(waited) < len(arrivals_s):
        first = len(waited)
        now = max(now, arrivals_s[first])
        waiting = bisect_right(arrivals_s, now) - first
        size = min(waiting, most)
        now += batch_s(size)
        waited += [now - came for came in arrivals_s[first : first + size]]
    # --8<-- [end:heart]
    return waited


def rate_in_time(most: int, deadline_s: float, batch_s: Callable[[int], float], count: int = _ARRIVALS) -> float:
    """The highest rate of arrivals, a second, at which 99 of 100 are answered by the deadline; 0 where none is.

    Utterances come independently, as calls do. Bisection finds the rate between 0 and that of full batches.
    """
    chance = random.Random(_SEED)
    gaps = [chance.expovariate(1.0) for _ in range(count)]
    low, high = 0.0, max(size / batch_s(size) for size in range(1, most + 1))
    for _ in range(_HALVINGS):
        rate, came, arrivals = (low + high) / 2, 0.0, []
        for gap in gaps:
            came += gap / rate
            arrivals.append(came)
        in_time = sum(wait <= deadline_s for wait in answers(arrivals, most, batch_s))
        low, high = (rate, high) if in_time >= _IN_TIME * count else (low, rate)
    return low if low > high / 2**_HALVINGS else 0.0


def between(times_s: Mapping[int, float]) -> Callable[[int], float]:
    """The time of a batch of any size up to the largest in `times_s`, on straight lines between those measured."""
    sizes = sorted(times_s)

    def of(size: int) -> float:
        above = next(each for each in sizes if each >= size)
        below = max((each for each in sizes if each <= size), default=above)
        share = (size - below) / (above - below) if above > below else 0.0
        return times_s[below] + share * (times_s[above] - times_s[below])

    return of
