"""What a record holds. Plain dataclasses, so that a bare GPU machine needs nothing to write one.

A record is one experiment on one machine, kept at `docs/results/<machine>/<experiment>.json`. Every field that is a
quantity carries its unit in its name (`_us`, `_s`, `_bytes`, `_hz`). No number is infinite or NaN, and none is negative
unless its field is `Signed`. A field's type has its range; checks across fields stand in `__post_init__`. Words in a
record are English identifiers: pages have their own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar

from talk.records.conditions import Library, Load
from talk.records.doubts import check_doubts
from talk.records.ranges import FINITE, LARGEST, AtLeast, Range

# Of `Record` and of every experiment's data. An older record is brought up to date as it is read: `migrate`.
SCHEMA_VERSION = 2

Device = Literal["cpu", "cuda"]  # what an experiment may measure on

T = TypeVar("T")
Signed = Annotated[float, FINITE]  # a number that may be below zero: a slope, a correlation, a coordinate
Positive = Annotated[float, Range(1e-12, 1e18)]  # what something is divided by: zero is as impossible as less
PositiveInt = Annotated[int, Range(1, 10**15)]
Threads = Annotated[int, Range(1, 100_000)]  # or processes: as many as a machine may have cores
Decibels = Annotated[float, Range(-300, 300)]
Seconds = Annotated[float, Range(1e-12, 1e9)]  # a time that something took
Share = Annotated[float, Range(0, 1)]
# Edits for each letter or word that was said. Insertions are edits too, so that it may be more than one; what ends so
# is to be doubted (`talk.records.doubts`).
ErrorRate = Annotated[float, Range(0, 100)]
Unlimited = Annotated[float, Range(0, LARGEST)]  # what may grow beyond all bounds, as the loss of a bad descent does
NonEmpty = Annotated[list[T], AtLeast(1)]
Name = Annotated[str, AtLeast(1)]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00))?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)
_LATEST_AHEAD = timedelta(days=1)  # a clock may be a little fast


def moment(written: str) -> datetime:
    """`2026-11-23T10:00:00Z`, `2026-11-23` or `2024-10`; the beginning of what has no more. Raises ValueError."""
    whole = f"{written}-01" if len(written) == len("2024-10") else written
    if _MOMENT.fullmatch(whole) is None:
        raise ValueError(f"measured_at: {written!r} is not an ISO 8601 moment in UTC")
    try:
        found = datetime.fromisoformat(whole)
    except ValueError as error:
        raise ValueError(f"measured_at: {written!r} is no moment: {error}") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not _EARLIEST <= found <= datetime.now(UTC) + _LATEST_AHEAD:
        raise ValueError(f"measured_at: {written!r} is not between 2024 and tomorrow")
    return found


def check_unique(field: str, keys: Iterable[object]) -> None:
    """Raises ValueError where two items of the list `field` have the same key."""
    seen = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{field}: {key!r} comes twice")
        seen.add(key)


Data = TypeVar("Data")  # what the experiment itself found: a dataclass of `talk.records.<experiment>`


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The hardware that measured. `slug` names its folder under `docs/results/`."""

    slug: Name
    cpu: Name
    cpu_cores: Annotated[int, Range(1, 100_000)]
    memory_bytes: PositiveInt | None
    gpu: Name | None
    gpu_memory_bytes: PositiveInt | None
    system: str

    def __post_init__(self) -> None:
        if re.fullmatch(r"[a-z0-9][a-z0-9.-]*", self.slug) is None:
            raise ValueError(f"slug: {self.slug!r} is not made of a-z, 0-9, dots and hyphens")


@dataclass(frozen=True, kw_only=True)
class Code:
    """The code that measured: its commit, whether the tree differed from it, and the hash of each source.

    `sources` maps a path inside the project to the SHA-256 of its bytes; it is what staleness is judged by.
    """

    commit: str | None
    dirty: bool
    sources: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Record(Generic[Data]):
    """One experiment on one machine. `quick` marks a shortened run, `published` a table quoted from the talk."""

    schema_version: int
    experiment: str
    machine: Machine
    versions: dict[str, str]
    code: Code
    measured_at: str  # ISO 8601, UTC; only the date or month where the talk gave no more
    origin: Literal["measured", "published"]
    quick: bool
    uncontrolled: list[str]  # what was not controlled: names that talk.words has words for
    data: Data
    libraries: list[Library] = field(default_factory=list)  # what computed
    set_aside: list[str] = field(default_factory=list)  # environment variables that would have chosen for them
    load: Load | None = None  # what else ran meanwhile
    doubtful: list[str] = field(default_factory=list)  # what in `data` contradicts itself: `talk.records.doubts`
    broken: list[str] = field(default_factory=list)  # parts that ended with an error, which `data` lacks

    @property
    def name(self) -> str:
        """`machine/experiment`, as pages and messages name the record."""
        return f"{self.machine.slug}/{self.experiment}"


AnyRecord = Record[Any]


def check_circumstances(record: AnyRecord, original: str | None) -> None:
    """Raises ValueError where the record says of its making what cannot be. `original` is the older talk's machine."""
    moment(record.measured_at)
    check_doubts(record.doubtful)
    if record.origin == "measured" and "T" not in record.measured_at:
        raise ValueError(f"measured_at: {record.measured_at!r} has no time of day, which a measured record has")
    if record.origin == "published" and record.machine.slug != original:
        raise ValueError("origin: published are the tables of the machine `extra.talk.original` of mkdocs.yml alone")
    if record.code.commit is not None and _COMMIT.fullmatch(record.code.commit) is None:
        raise ValueError(f"code.commit: {record.code.commit[:80]!r} is no commit's name")
