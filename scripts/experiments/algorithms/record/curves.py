"""Curves of times, the same in every story; and checks that a record has all that rendering needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from talk.records.ranges import Range
from talk.records.schema import NonEmpty, Seconds, check_unique


@dataclass(frozen=True, kw_only=True)
class Point:
    """The times of a problem of one size, one per repetition; the curve's story says in what units `size` is."""

    size: Annotated[float, Range(1e-3, 1e15)]
    times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How the time of one method grows. Where it stands in the record tells which method that is."""

    points: NonEmpty[Point]

    def __post_init__(self) -> None:
        check_unique("points", (point.size for point in self.points))


def check_fitted(**curves: Curve) -> None:
    """Raises ValueError where a curve has one point alone, and no line can be laid through it."""
    for field, curve in curves.items():
        if len(curve.points) < 2:
            raise ValueError(f"{field}: it has one point, at least two are expected")


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
