"""Predictions: what a step should take on the machine at hand, computed before it is asked what it took.

An experiment's `render` may have `predictions(record, numbers)`: `numbers` are the named values of everything that the
same machine has measured. A step is a row of phases, one after another; a phase asks several resources at once, and the
one that it needs most holds it up. What needs a number that the machine lacks is not promised, and says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Literal

from markupsafe import Markup

from talk.records.schema import Device
from talk.render.captions import Provenance
from talk.render.tables import Cell, table
from talk.render.value import Value
from talk.words import Dimension, number, quantity, say

# What may hold a step up; each is called by its word `resource.NAME`.
Resource = Literal[
    "arithmetic", "issue", "blocks", "kernels", "l1", "l2", "l3", "memory", "lines", "latency", "overhead"
]
Regime = Literal["arithmetic", "memory", "overhead"]
Phase = dict[Resource, float]  # what each resource needs for it, in the base unit of the prediction's dimension

REGIMES: dict[Regime, tuple[Resource, ...]] = {
    "arithmetic": ("arithmetic", "issue", "blocks", "kernels"),
    "memory": ("l1", "l2", "l3", "memory", "lines", "latency"),
    "overhead": ("overhead",),
}
NEAR = 0.25  # what a prediction may be off


class NotMeasuredError(LookupError):
    """A prediction asks for what the machine has not measured; the message calls it in words."""


@dataclass(frozen=True, kw_only=True)
class Unmade:
    """A step that was measured and not predicted: `missing` is what the machine has not measured, in words."""

    name: str
    title: str
    missing: str
    device: Device = "cpu"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A step: what was promised, by which resources, and what was measured.

    `name` is its value's name after the experiment's, `title` plain text. `slower` and `faster` are what is suspected
    where it takes longer than promised, and where it takes less.
    """

    name: str
    title: str
    measured: float
    phases: Sequence[Phase]
    slower: str
    faster: str
    device: Device = "cpu"
    dimension: Dimension = "time"

    @property
    def promised(self) -> float:
        """Each phase takes as long as the resource that it needs most."""
        return sum(max(phase.values()) for phase in self.phases)

    @property
    def binds(self) -> Resource:
        """The resource that holds up the most of it."""
        held: dict[Resource, float] = {}
        for phase in self.phases:
            resource = _most(phase)
            held[resource] = held.get(resource, 0.0) + phase[resource]
        return _most(held)

    @property
    def ratio(self) -> float:
        """Measured to promised."""
        return self.measured / self.promised

    @property
    def deviation(self) -> float:
        """How far what was measured is from what was promised, as a share of that."""
        return abs(self.ratio - 1)

    @property
    def holds(self) -> bool:
        """Whether the prediction came true, up to a quarter."""
        return self.deviation <= NEAR

    @property
    def suspected(self) -> str | None:
        """Why the prediction failed, in words; None where it did not."""
        if self.holds:
            return None
        return self.slower if self.ratio > 1 else self.faster

    @property
    def held_by(self) -> str:
        """What holds it up, in words; of what is no time nothing does."""
        return say(f"resource.{self.binds}") if self.dimension == "time" else "—"

    @property
    def regime(self) -> Regime:
        """The regime of what holds it up."""
        return next(regime for regime, resources in REGIMES.items() if self.binds in resources)

    def share_of(self, regime: Regime) -> float:
        """The share of what is promised in which resources of this regime hold the step up."""
        held = (max(phase.values()) for phase in self.phases if _most(phase) in REGIMES[regime])
        return sum(held) / self.promised


Promise = Prediction | Unmade


def attempt(name: str, title: str, predict: Callable[[], Prediction], device: Device = "cpu") -> Promise:
    """What `predict` promises of a step; where it asks for what the machine lacks, a note that it does."""
    try:
        return predict()
    except NotMeasuredError as error:
        return Unmade(name=name, title=title, missing=str(error), device=device)


def made(promises: Iterable[Promise], device: Device | None = None) -> list[Prediction]:
    """Those that were made, on `device` alone where one is given."""
    return [each for each in promises if isinstance(each, Prediction) and device in (None, each.device)]


def middle_deviation(found: Sequence[Prediction]) -> float:
    """The median of their deviations; there must be some."""
    return median(each.deviation for each in found)


def prediction_values(promises: Iterable[Promise]) -> Iterator[tuple[str, Value]]:
    """Named values of an experiment's predictions: of each step, then of all on a device."""
    found = made(promises)
    for each in found:
        name = f"{each.name}.predicted"
        yield f"{name}.{each.dimension}", Value(each.promised, each.dimension, say("prediction.how.promised"))
        yield f"{name}.ratio", Value(each.ratio, "ratio", say("prediction.how.ratio"))
        yield f"{name}.deviation", Value(each.deviation, "share", say("prediction.how.deviation"))
        for regime in REGIMES if each.dimension == "time" else ():
            yield f"{name}.share.{regime}", Value(each.share_of(regime), "share", say("prediction.how.share"))
    for device, name in (("cpu", "predicted"), ("cuda", "predicted.cuda")):
        mine = [each for each in found if each.device == device]
        if mine:
            yield f"{name}.deviation", Value(middle_deviation(mine), "share", say("prediction.how.middle"))
            yield f"{name}.steps", Value(len(mine), "count", say("prediction.how.steps"))
            yield f"{name}.held", Value(sum(each.holds for each in mine), "count", say("prediction.how.held"))


def predicted(source: Provenance, promises: Sequence[Promise], caption: str) -> str:
    """A figure of each step: what was promised and measured, what holds it up, and who is suspected where the two part.

    `promises` must hold at least one. What could not be promised says what it lacks.
    """
    rows: list[list[str | Cell]] = []
    for each in promises:
        if isinstance(each, Unmade):
            rows.append([escape(each.title), Cell(say("prediction.lacks", what=each.missing), span=4)])
            continue
        rows.append(
            [
                escape(each.title),
                quantity(each.promised, each.dimension),
                quantity(each.measured, each.dimension),
                marked_ratio(each),
                each.held_by,
            ]
        )
    head = [say(f"prediction.{key}") for key in ("step", "promised", "measured", "ratio", "binds")]
    told: dict[str, list[str]] = {}
    for prediction in made(promises):
        if prediction.suspected is not None:
            told.setdefault(prediction.suspected, []).append(prediction.title)
    if told:
        # A line a guess: a chapter's table may have a dozen.
        guesses = Markup().join(
            Markup('<span class="guess">{} — {}</span>').format(", ".join(titles), guess)
            for guess, titles in told.items()
        )
        caption = Markup("{}. {} {}").format(caption, say("prediction.suspected", near=near()), guesses)
    devices = {each.device for each in promises}
    device = devices.pop() if len(devices) == 1 else None
    return source.figure(table(say("prediction.title"), head, rows), caption, "table predicted", device)


def near() -> str:
    """What a prediction may be off, in words."""
    return quantity(NEAR, "share", decimals=0)


def marked_ratio(prediction: Prediction) -> str:
    """Measured to promised, with a mark where they part."""
    return number(prediction.ratio, 2) if prediction.holds else f"{number(prediction.ratio, 2)} ≠"


def _most(needs: Mapping[Resource, float]) -> Resource:
    return max(needs, key=lambda each: needs[each])
