"""Named values: every number a page may show, computed from the records and never typed.

A reference is `[machine/]experiment.dotted.name`. Without a machine it is answered by the record measured last
that has the name, and by the talk's published tables only when no measured record has it: the freshest machine
speaks, and the page never falls silent.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from scripts.paths import RESULTS
from scripts.records.order import by_trust
from scripts.records.schema import AnyRecord
from scripts.records.store import read_record
from scripts.render import russian
from scripts.render.algorithms.values import algorithms_values
from scripts.render.decks.values import decks_values
from scripts.render.gradient.values import gradient_values
from scripts.render.labs import labs_values
from scripts.render.matmul.values import matmul_values
from scripts.render.profiling.values import profiling_values
from scripts.render.value import Value
from scripts.render.vocabulary import is_known

REFERENCE = re.compile(r"(?:(?P<machine>[a-z0-9][a-z0-9.-]*)/)?(?P<name>[a-z]+(?:\.[A-Za-z0-9_]+)+)")

_VALUES_OF: dict[str, Callable[[AnyRecord], dict[str, Value]]] = {
    "profiling": profiling_values,
    "matmul": matmul_values,
    "gradient": gradient_values,
    "algorithms": algorithms_values,
    "labs": labs_values,
    "decks": decks_values,
}


class UnknownValueError(LookupError):
    """No record has the value; `nearest` are the names most like it, looked for when they are asked for."""

    def __init__(self, reference: str, find_nearest: Callable[[str], list[str]]) -> None:
        self.reference = reference
        self._find_nearest = find_nearest
        super().__init__(reference)

    @cached_property
    def nearest(self) -> list[str]:
        """Names that are there, or the machines that have this one."""
        return self._find_nearest(self.reference)

    @property
    def mend(self) -> str:
        """What the author can write instead."""
        return "the nearest names are " + ", ".join(self.nearest) if self.nearest else "no name is like it"


class UnmeasuredValueError(UnknownValueError):
    """No record has the value, but its name is one that a record could have: nobody has measured it yet."""


class FormatError(ValueError):
    """A reference's format is not understood; the message says what is."""


@dataclass(frozen=True)
class Found:
    """A value and the record it came from."""

    value: Value
    record: AnyRecord


class Values:
    """All named values of a set of records."""

    def __init__(self, records: Iterable[AnyRecord]) -> None:
        self.records = by_trust(records)
        self._values = {
            record.name: {
                f"{record.experiment}.{name}": value for name, value in _VALUES_OF[record.experiment](record).items()
            }
            for record in self.records
        }

    def find(self, reference: str) -> Found:
        """The value `reference` names. Raises UnknownValueError."""
        return self.find_together([reference])[0]

    def find_together(self, references: list[str]) -> list[Found]:
        """The values of several references, those without a machine all answered by one record an experiment.

        Numbers that are compared must come from one run on one machine. Raises UnknownValueError for the first
        reference that no such record has, UnmeasuredValueError where one could.
        """
        found = [self._answer(reference, references) for reference in references]
        for reference, answer in zip(references, found, strict=True):
            if answer is None:
                known = self.is_known(reference)
                raise (UnmeasuredValueError if known else UnknownValueError)(reference, self._nearest)
        return [answer for answer in found if answer is not None]

    def get(self, reference: str) -> Found | None:
        """The value `reference` names; None where no record has it."""
        return self._answer(reference, [reference])

    def is_measured(self, reference: str) -> bool:
        """Whether a machine other than the talk's own has the value."""
        found = self.get(reference)
        return found is not None and found.record.origin == "measured"

    def is_known(self, reference: str) -> bool:
        """Whether a record has the value, or could have it."""
        _, name = _split(reference)
        return is_known(name, self.names)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name that some record has, without machines, sorted."""
        return tuple(sorted({name for values in self._values.values() for name in values}))

    def _answer(self, reference: str, together: list[str]) -> Found | None:
        machine, name = _split(reference)
        companions = [
            other
            for place, other in map(_split, together)
            if place == machine and _experiment(other) == _experiment(name)
        ]
        for record in self.records:
            values = self._values[record.name]
            if machine in (None, record.machine.slug) and all(other in values for other in companions):
                return Found(values[name], record)
        return None

    def _nearest(self, reference: str) -> list[str]:
        _, name = _split(reference)
        nearest = difflib.get_close_matches(name, self.names, n=3, cutoff=0.4)
        if name in nearest:  # the name exists, but not on that machine, or not on one machine with its companions
            return [f"{record.machine.slug}/{name}" for record in self.records if name in self._values[record.name]]
        return nearest


def format_value(value: Value, format_spec: str = "") -> str:
    """The value as a page shows it. `format_spec` is a unit, `.N` digits after the comma, or both: «мс .1», «раз», «%».

    Raises FormatError when a word of the format is neither.
    """
    unit: str | None = None
    decimals: int | None = None
    units = russian.UNITS[value.dimension]
    for word in format_spec.split():
        if re.fullmatch(r"\.\d", word):
            decimals = int(word[1:])
        elif word in units:
            unit = word
        else:
            known = ", ".join(unit for unit in units if unit)
            raise FormatError(f"format «{word}» is unknown; write digits as .N, or a unit: {known}")
    return russian.quantity(value.number, value.dimension, unit, decimals)


def current_values(results: Path = RESULTS) -> Values:
    """The values of the records under `results` as they are now; records are read again only when they changed."""
    files = sorted(results.glob("*/*.json"))
    return _values_of(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files))


@lru_cache(maxsize=8)
def _values_of(files: tuple[tuple[Path, int, int], ...]) -> Values:
    return Values([read_record(path) for path, _, _ in files])


def _split(reference: str) -> tuple[str | None, str]:
    machine, slash, name = reference.rpartition("/")
    return (machine if slash else None), name


def _experiment(name: str) -> str:
    return name.partition(".")[0]
