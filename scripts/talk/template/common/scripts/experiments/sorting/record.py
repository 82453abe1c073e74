"""What the experiment finds. Units are in the names of fields; every repeat is kept, not only their median."""

from dataclasses import dataclass

from talk.records.headline import Headlines, quantity_of, ratio
from talk.records.schema import NonEmpty, PositiveInt, Seconds, check_unique


@dataclass(frozen=True, kw_only=True)
class Run:
    """Both sorts on one list of `size` random numbers."""

    size: PositiveInt
    insertion_times_s: NonEmpty[Seconds]
    builtin_times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class Data:
    """A run a size, the smallest first."""

    runs: NonEmpty[Run]

    def __post_init__(self) -> None:
        check_unique("runs", (run.size for run in self.runs))


def headlines(data: Data) -> Headlines:
    """What machines are compared by: name → number and spread."""
    largest = data.runs[-1]
    yield "largest.ratio", ratio(quantity_of(largest.insertion_times_s), quantity_of(largest.builtin_times_s))
