"""The roofs of one thread, and which steps may stand under them."""

from ..record import Contender, Level, Matmul
from .steps import step_of

LEVELS: tuple[Level, ...] = ("l1", "l2", "l3", "memory")


def roofs(data: Matmul) -> dict[Level, float]:
    """Of each level the bytes a second that a core moves at most.

    Loads alone, stores alone and both together reach different numbers: a roof is the most that any of them does.
    """
    alone = [each for each in data.bandwidths if each.threads == 1]
    found = {level: [each.bytes_per_s for each in alone if each.level == level] for level in LEVELS}
    return {level: max(rates) for level, rates in found.items() if rates}


def under_roofs(contenders: list[Contender], data: Matmul) -> tuple[list[Contender], list[Contender]]:
    """Steps whose requests are counted and whose kind of traffic was measured, and those where it was not.

    A record of before measured loads alone: no roof of it holds for a step that stores too.
    """
    known = {each.traffic for each in data.bandwidths}
    counted = [each for each in contenders if each.bytes_asked_per_flop and each.squares]
    stand = [each for each in counted if step_of(each).traffic in known]
    return stand, [each for each in counted if each not in stand]
