"""What a record holds. Plain dataclasses, so that a bare GPU machine needs nothing to write one.

A record is one experiment on one machine, kept at `docs/results/<machine>/<experiment>.json`. Every field that is a
quantity carries its unit in its name (`_us`, `_s`, `_bytes`, `_hz`). No number is infinite or NaN, and none is negative
unless its field is `Signed`. Words in a record are English identifiers: pages have their own.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from talk.records.conditions import Library, Load

# Of `Record` and of every experiment's data. An older record is brought up to date as it is read: `migrate`.
SCHEMA_VERSION = 2

Device = Literal["cpu", "cuda"]  # what an experiment may measure on

SIGNED, POSITIVE = "signed", "positive"
Signed = Annotated[float, SIGNED]  # a number that may be below zero: a slope, a correlation, a coordinate
Positive = Annotated[float, POSITIVE]  # a quantity that something is divided by: zero is as impossible as less
PositiveInt = Annotated[int, POSITIVE]

Data = TypeVar("Data")  # what the experiment itself found: a dataclass of `talk.records.<experiment>`


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The hardware that measured. `slug` names its folder under `docs/results/`."""

    slug: str
    cpu: str
    cpu_cores: PositiveInt
    memory_bytes: int | None
    gpu: str | None
    gpu_memory_bytes: int | None
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

    def __post_init__(self) -> None:
        if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d(T[\d:.]+(Z|\+00:00))?)?", self.measured_at) is None:
            raise ValueError(f"measured_at: {self.measured_at!r} is not an ISO 8601 moment in UTC")

    @property
    def name(self) -> str:
        """`machine/experiment`, as pages and messages name the record."""
        return f"{self.machine.slug}/{self.experiment}"


AnyRecord = Record[Any]
