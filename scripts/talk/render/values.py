"""Named values: every number a page may show, computed from the records and never typed.

A reference is `[machine/]experiment.dotted.name`. Without a machine the most trusted record that has
the name answers (`talk.records.order`), and the talk's published tables only where no measured record has it.
"""

import difflib
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from talk import words
from talk.errors import TalkError, unforeseen
from talk.experiment import find_experiment, find_experiments
from talk.paths import CONFIG, RESULTS, ROOT
from talk.records.order import by_trust
from talk.records.results import record_files
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Code, Machine, Record
from talk.records.store import MEND, read_record, record_path
from talk.render.prediction import Promise, prediction_values
from talk.render.value import Value

REFERENCE = re.compile(r"(?:(?P<machine>[a-z0-9][a-z0-9.-]*)/)?(?P<name>[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+)")

_IN_NO_NAME = re.compile(r"[/|{}\x00-\x1f]")  # parts a machine, or a format, from the name


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
        experiment = _experiment(_split(self.reference)[1])
        if experiment not in find_experiments():
            return f"there is no experiment {experiment}: use one of {', '.join(find_experiments())}"
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
        self._values = {record.name: _values_in(record) for record in self.records}
        self._promises = _promises_in(self.records, self._values)
        for name, promises in self._promises.items():
            self._values[name] |= dict(_predicted(name, promises))
        self._shapes: dict[str, set[str]] = {}  # by experiment: asked for once a name

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

    def is_known(self, reference: str) -> bool:
        """Whether a record has the value, or could have it: the experiment's made record has a name of this shape.

        Where there is neither a record of the experiment nor a made one, nobody can tell, and every name is known.
        """
        _, name = _split(reference)
        experiment = _experiment(name)
        if experiment not in find_experiments():
            return False
        if experiment not in self._shapes:
            names = {each for each in self.names if _experiment(each) == experiment} | sample_names(experiment)
            self._shapes[experiment] = set(map(_shape, names))
        shapes = self._shapes[experiment]
        return _shape(name) in shapes or not shapes

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name that some record has, without machines, sorted."""
        return tuple(sorted({name for values in self._values.values() for name in values}))

    def all_of(self, name: str) -> list[Found]:
        """The value of every record that has this name, the most trusted first."""
        return [Found(values[name], record) for record in self.records if name in (values := self._values[record.name])]

    def promises(self, record: AnyRecord) -> list[Promise]:
        """What the record's experiment promises of its steps, by the numbers of its machine's records."""
        return self._promises.get(record.name, [])

    def nearest(self, name: str) -> list[str]:
        """The names that some record has most like this one."""
        return _most_like(name, self.names)

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
        experiment = _experiment(name)
        made = sample_names(experiment) if experiment in find_experiments() else frozenset()
        nearest = _most_like(name, {*self.names, *made})
        if name in nearest:  # the name exists, but not on that machine, or not on one machine with its companions
            return [f"{record.machine.slug}/{name}" for record in self.records if name in self._values[record.name]]
        return nearest


def _values_in(record: AnyRecord) -> dict[str, Value]:
    """The record's values by their whole names. Raises TalkError for a dimension that has no units."""
    experiment = find_experiment(record.experiment)
    path = record_path(RESULTS, record.machine.slug, record.experiment)
    try:
        values = {f"{record.experiment}.{name}": value for name, value in experiment.named_values(record).items()}
    except TalkError:
        raise
    except Exception as error:
        raise unforeseen(error, path) from error
    for name, value in values.items():
        if not math.isfinite(value.number):
            raise TalkError(path, f"value {name} is {value.number}", MEND)
        if found := _IN_NO_NAME.search(name):  # a part of it is what the record calls something
            raise TalkError(path, f"value {name!r:.80} has {found[0]!r} in its name", MEND)
    for dimension, name in {value.dimension: name for name, value in values.items()}.items():
        try:
            words.units(dimension)
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            raise TalkError(experiment.folder, f"value {name}: {what}", mend) from None
    return values


def _promises_in(records: Iterable[AnyRecord], values: Mapping[str, Mapping[str, Value]]) -> dict[str, list[Promise]]:
    """Record → what its experiment promises, by the values of all records of the same machine.

    Raises TalkError naming the record that cannot be predicted.
    """
    records = list(records)
    numbers: dict[str, dict[str, float]] = {}
    for record in records:
        of_machine = numbers.setdefault(record.machine.slug, {})
        of_machine |= {name: value.number for name, value in values[record.name].items()}
    promises = {}
    for record in records:
        try:
            found = find_experiment(record.experiment).predictions(record, numbers[record.machine.slug])
        except TalkError:
            raise
        except Exception as error:
            raise unforeseen(error, record_path(RESULTS, record.machine.slug, record.experiment)) from error
        promises[record.name] = found
    return promises


def _predicted(record: str, promises: Iterable[Promise]) -> Iterator[tuple[str, Value]]:
    """The values of a record's predictions, by their whole names."""
    experiment = record.rpartition("/")[2]
    return ((f"{experiment}.{name}", value) for name, value in prediction_values(promises))


def sample_names(experiment: str) -> frozenset[str]:
    """The names that the experiment's made record answers, on a machine that has the others' too."""
    return _sample_names().get(f"sample/{experiment}", frozenset())


@cache
def _sample_names() -> dict[str, frozenset[str]]:
    records = [record for name in find_experiments() if (record := _sample(name)) is not None]
    values = {record.name: _values_in(record) for record in records}
    return {
        name: frozenset(values[name] | dict(_predicted(name, promises)))
        for name, promises in _promises_in(records, values).items()
    }


def _sample(experiment: str) -> AnyRecord | None:
    """The experiment's made record; None where it makes none."""
    found = find_experiment(experiment)
    data = found.sample()
    if data is None:
        return None
    machine = Machine(
        slug="sample", cpu="CPU", cpu_cores=1, memory_bytes=None, gpu="GPU", gpu_memory_bytes=None, system=""
    )
    record: AnyRecord = Record(
        schema_version=SCHEMA_VERSION,
        experiment=experiment,
        machine=machine,
        versions={},
        code=Code(commit=None, dirty=False, sources={}),
        measured_at="2024-01-01T00:00:00Z",
        origin="measured",
        quick=False,
        uncontrolled=[],
        data=data,
    )
    return record


def _most_like(name: str, names: Collection[str]) -> list[str]:
    return difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.4)


def _shape(name: str) -> str:
    """A name without its sizes: who has measured a side of 512 has not misspelt one of 1024."""
    return re.sub(r"\d+", "#", name)


def format_value(value: Value, format_spec: str = "") -> str:
    """The value as a page shows it. `format_spec` is a unit, `.N` digits after the comma, or both: `ms .1`, `×`, `%`.

    A noun that agrees with the number is written in all its forms: core/cores.
    Raises FormatError when a word of the format is none of these.
    """
    noun: tuple[str, ...] = ()
    unit: str | None = None
    decimals: int | None = None
    units = words.units(value.dimension)
    for part in format_spec.split():
        if re.fullmatch(r"\.\d", part):
            decimals = int(part[1:])
        elif part in units:
            unit = part
        elif "/" in part:
            noun = tuple(part.split("/"))
        else:
            known = ", ".join(unit for unit in units if unit)
            raise FormatError(f"format «{part}» is unknown; write digits as .N, or a unit: {known}")
    text = words.quantity(value.number, value.dimension, unit, decimals)
    if not noun:
        return text
    try:
        shown = round(value.number, words.decimals_for(value.number) if decimals is None else decimals)
        return f"{text}{words.NBSP}{words.plural(shown, *noun)}"
    except ValueError as error:
        raise FormatError(f"«{'/'.join(noun)}»: {error}") from None


def current_values(results: Path = RESULTS) -> Values:
    """The values of the records under `results` as they are now; records are read again only when they changed."""
    files = tuple(record_files(results))
    return _values_of(files, tuple(_state(path) for path in (*files, *files_read())))


@lru_cache(maxsize=8)
def _values_of(files: tuple[Path, ...], _states: tuple[object, ...]) -> Values:
    return Values([read_record(path) for path in files])


def files_read() -> list[Path]:
    """Files besides records that values depend on: the settings, and what experiments declare that they read."""
    declared = [ROOT / name for experiment in find_experiments().values() for name in experiment.about.reads]
    return [path for path in (CONFIG, *declared) if path.is_file()]


def _state(path: Path) -> tuple[Path, int, int]:
    status = path.lstat()  # of a link that leads nowhere too: reading refuses it
    return path, status.st_mtime_ns, status.st_size


def _split(reference: str) -> tuple[str | None, str]:
    machine, slash, name = reference.rpartition("/")
    return (machine if slash else None), name


def _experiment(name: str) -> str:
    return name.partition(".")[0]
