"""Insertion sort against the built-in `sorted`, on the same random numbers."""

import random
from collections.abc import Callable
from functools import partial

from talk.errors import TalkError
from talk.experiment import Task
from talk.measure.clock import race

from .record import Data, Run

Numbers = list[float]
Sort = Callable[[Numbers], Numbers]

SIZES = (16, 64, 256, 1024, 4096)
AT_ONCE = 4096  # numbers, in as many lists as they make: a single short list is learnt by heart, by the processor
ROUNDS = 7


# --8<-- [start:sort]
def insertion_sort(numbers: Numbers) -> Numbers:
    """A sorted copy."""
    hand = list(numbers)
    for end in range(1, len(hand)):
        card, place = hand[end], end
        while place > 0 and hand[place - 1] > card:
            hand[place] = hand[place - 1]
            place -= 1
        hand[place] = card
    return hand
    # --8<-- [end:sort]


def run(task: Task) -> Data:
    """Check the answers, then time both sorts on lists of every size, by turns."""
    source = random.Random(0)  # the same numbers on every machine
    lists = {n: [[source.random() for _ in range(n)] for _ in range(AT_ONCE // n)] for n in SIZES}
    if any(insertion_sort(numbers) != sorted(numbers) for of_size in lists.values() for numbers in of_size):
        raise TalkError("insertion sort", "its answer is not that of sorted()", "mend it before timing it")
    sorts: dict[str, Sort] = {"insertion": insertion_sort, "builtin": sorted}
    contenders = {(name, n): partial(_sort_all, sort, lists[n]) for name, sort in sorts.items() for n in SIZES}
    task.progress.say(f"{len(contenders)} contenders, {ROUNDS} rounds")
    found = race(contenders, rounds=1 if task.quick else ROUNDS)
    times_s = {(name, n): [time_s / len(lists[n]) for time_s in found[name, n]] for name, n in contenders}
    return Data(
        runs=[
            Run(size=n, insertion_times_s=times_s["insertion", n], builtin_times_s=times_s["builtin", n]) for n in SIZES
        ]
    )


def _sort_all(sort: Sort, lists: list[Numbers]) -> None:
    for numbers in lists:
        sort(numbers)
