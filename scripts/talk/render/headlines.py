"""The numbers that machines and moments are compared by: what pages call them, and which way is better."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from talk.experiment import Headline as Declared
from talk.experiment import find_experiments
from talk.records.headline import ratio
from talk.records.summary import Headline as Measured
from talk.records.summary import Summary, full_runs
from talk.words import NBSP, quantity


@dataclass(frozen=True)
class Headline:
    """A headline number as pages show it: `name` as they refer to it, its experiment first."""

    name: str
    about: Declared

    @property
    def title(self) -> str:
        """What pages call it."""
        return self.about.title

    def text(self, number: float) -> str:
        """The number as pages show it."""
        return quantity(number, self.about.dimension, self.about.unit)


def headlines() -> dict[str, Headline]:
    """Every headline of every experiment by its name, in their order."""
    return {
        name: Headline(name, about)
        for experiment in find_experiments().values()
        for about in experiment.about.headlines
        for name in [f"{experiment.name}.{about.name}"]
    }


@dataclass(frozen=True)
class Move:
    """A headline that two full measurements of one machine, one after the other, disagree on by more than they vary."""

    before: Summary
    after: Summary
    headline: Headline
    was: Measured
    now: Measured

    @property
    def change(self) -> float:
        """By what share of what it was."""
        return self.now.number / self.was.number - 1

    @property
    def spread(self) -> float | None:
        """How far both measurements' repeats lie apart; None where neither repeated it."""
        return ratio((self.now.number, self.now.spread), (self.was.number, self.was.spread))[1]

    def __str__(self) -> str:
        """What `talk check` says of it: a measurement of another day may differ, so it is no problem."""
        changed = [
            f"{name} {self.before.versions.get(name, '—')} → {version}"
            for name, version in sorted(self.after.versions.items())
            if self.before.versions.get(name) != version
        ]
        why = f" ({', '.join(changed)})" if changed else ""
        return (
            f"{self.after.machine}/{self.headline.name} went from {self.headline.text(self.was.number)} to "
            f"{self.headline.text(self.now.number)}, {self.change:+.0%}, since {self.before.measured_at[:10]}{why}: "
            f"more than both spreads, {self.spread or 0:.0%}"
        ).replace(NBSP, " ")


def latest_moves(summaries: Iterable[Summary]) -> list[Move]:
    """What moved between the last two full measurements of each machine's experiment, by more than both spreads.

    A number that neither of the two repeated has no known spread, and is not judged.
    """
    return [move for runs in full_runs(summaries) for pair in list(pairwise(runs))[-1:] for move in _moves(*pair)]


def _moves(before: Summary, after: Summary) -> list[Move]:
    found, known = [], headlines()
    former = {each.name: each for each in before.headlines}
    for now in after.headlines:
        was, headline = former.get(now.name), known.get(now.name)
        if was is None or headline is None or was.number == 0:
            continue
        move = Move(before, after, headline, was, now)
        if move.spread is not None and abs(move.change) > move.spread:
            found.append(move)
    return found
