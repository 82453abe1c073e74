"""What the experiment finds: fields of every kind that a schema may have."""

from dataclasses import dataclass, field
from typing import Any

from talk.records.headline import Headlines, quantity_of
from talk.records.schema import Device, Positive, PositiveInt, Signed

ASKED_S = 3.0  # how long the race may take


@dataclass(frozen=True, kw_only=True)
class Leg:
    """A part of the way. `slope` was added later: an older record does not know it."""

    name: str
    calls: PositiveInt
    time_s: float
    slope: Signed | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """The race on one device."""

    device: Device
    times_s: list[Positive]
    legs: list[Leg]
    corners: list[list[Signed]] = field(default_factory=list)
    winds: dict[str, Signed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.times_s or not self.legs:
            raise ValueError("times_s and legs: one is empty")


@dataclass(frozen=True, kw_only=True)
class Data:
    """A run a device. `lanes` and `runners` go together; `rules` are kept as they came."""

    runs: list[Run]
    lanes: list[int]
    runners: list[str]
    rules: dict[str, Any]

    def __post_init__(self) -> None:
        if not self.runs:
            raise ValueError("runs: there is none")
        if len(self.lanes) != len(self.runners):
            raise ValueError("lanes are not as many as runners")

    def run_on(self, device: Device) -> Run | None:
        """The run on `device`; None where there is none."""
        return next((run for run in self.runs if run.device == device), None)


def headlines(data: Data) -> Headlines:
    """What machines are compared by."""
    for run in data.runs:
        time_s, spread = quantity_of(run.times_s)
        yield f"{run.device}.pace", (ASKED_S / time_s, spread)
        if run.device == "cuda":
            yield "cuda.idle_share", (1 - sum(leg.time_s for leg in run.legs) / time_s, None)


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """Records of schema_version 1 had milliseconds."""
    runs = [
        {name: value for name, value in run.items() if name != "times_ms"}
        | {"times_s": [time_ms / 1000 for time_ms in run["times_ms"]]}
        for run in data["runs"]
    ]
    return data | {"runs": runs}
