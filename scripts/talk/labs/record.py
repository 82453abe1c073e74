"""What executing the labs, the notebooks of docs/labs/, leaves: the outputs of every cell."""

from dataclasses import dataclass
from typing import Any

from talk.records.schema import Device, Name, NonEmpty, Seconds, check_unique


@dataclass(frozen=True, kw_only=True)
class Executed:
    """A cell of code as it ran, and its outputs as the notebook format has them."""

    id: Name
    code: str
    outputs: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Lab:
    """One notebook, from its first cell to its last in a kernel of its own. `name` is its file's, without suffix."""

    name: Name
    run_time_s: Seconds
    cells: list[Executed]

    def __post_init__(self) -> None:
        check_unique(f"cells of {self.name}", (cell.id for cell in self.cells))

    def outputs_of(self, cell: str, code: str) -> list[dict[str, Any]] | None:
        """Outputs of the cell with this id, None where it did not run or ran with other code."""
        return next((each.outputs for each in self.cells if (each.id, each.code) == (cell, code)), None)


@dataclass(frozen=True, kw_only=True)
class Labs:
    """Every lab on one machine. `devices` are those that its cells could use."""

    devices: NonEmpty[Device]
    labs: list[Lab]

    def __post_init__(self) -> None:
        check_unique("labs", (lab.name for lab in self.labs))

    def find(self, name: str) -> Lab | None:
        """The lab of that name; None where it was not executed."""
        return next((lab for lab in self.labs if lab.name == name), None)

    def run_on(self, device: Device) -> "Labs | None":
        """The labs themselves where they could use `device`."""
        return self if device in self.devices else None


Data = Labs
