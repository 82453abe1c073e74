"""Curves of times, the same in every story; and checks that a record has all that rendering needs."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Point:
    """The times of a problem of one size, one per repetition; the curve's story says in what units `size` is."""

    size: float
    times_s: list[float]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How the time of one method grows. Where it stands in the record tells which method that is."""

    points: list[Point]

    def __post_init__(self) -> None:
        if not self.points or not all(point.times_s for point in self.points):
            raise ValueError("points: there are none, or one has no time")
        if min(min(point.size, *point.times_s) for point in self.points) <= 0:
            raise ValueError("points: a size or a time is 0")


def check_names(field: str, found: Sequence[str], needed: Sequence[str], others: Sequence[str] = ()) -> None:
    """Raises ValueError unless `found` has each of `needed` once, perhaps some of `others` once, and nothing else."""
    for name in found:
        if name not in (*needed, *others):
            raise ValueError(f"{field}: {name!r} is none of {', '.join((*needed, *others))}")
        if found.count(name) > 1:
            raise ValueError(f"{field}: {name!r} comes twice")
    for name in needed:
        if name not in found:
            raise ValueError(f"{field}: {name!r} is missing")


def check_lengths(field: str, found: int, expected: int) -> None:
    """Raises ValueError where a list has not as many items as what it describes."""
    if found != expected:
        raise ValueError(f"{field}: {found} of them, where {expected} are told of")
