"""Measurements that came out much worse than is usual for their machine.

On a host that its neighbours slow down everything falls together, ceilings and times, and nothing in the record
contradicts itself: only what the same machine showed before can tell. So may a slower code, or a slower version of a
library, and this is told without judging which.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from talk.experiment import find_experiments
from talk.records.summary import Summary, full_runs

_MUCH = 0.25  # of the usual
_FEWEST = 3  # former measurements from which something is usual


@dataclass(frozen=True)
class Setback:
    """A headline number of a machine's latest full measurement: worse than the median of `former` ones by `lost`."""

    machine: str
    name: str
    lost: float
    usual: float
    former: int

    def __str__(self) -> str:
        return (
            f"{self.machine}/{self.name} is {self.lost:.0%} worse than usual there, the median of {self.former} former "
            f"measurements: neighbours, or a slower code; measure again with `talk measure {self.name.split('.')[0]}`"
        )


def find_setbacks(summaries: Iterable[Summary]) -> list[Setback]:
    """What is worse than usual by more than a quarter, and by more than its own repeats lie apart."""
    return [setback for runs in full_runs(summaries) for setback in _setbacks(runs)]


def _setbacks(runs: list[Summary]) -> Iterator[Setback]:
    *former, latest = runs
    experiment = find_experiments().get(latest.experiment)
    better = (
        {f"{latest.experiment}.{each.name}": each.better for each in experiment.about.headlines} if experiment else {}
    )
    for now in latest.headlines:
        known = [each.number for run in former for each in run.headlines if each.name == now.name]
        if len(known) < _FEWEST or not better.get(now.name):
            continue
        usual = median(known)
        worse, best = (now.number, usual) if better[now.name] == "more" else (usual, now.number)
        if best > 0 and (lost := 1 - worse / best) > max(_MUCH, now.spread or 0.0):
            yield Setback(latest.machine, now.name, lost, usual, len(known))
