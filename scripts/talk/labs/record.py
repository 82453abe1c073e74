"""What executing the labs, the notebooks of docs/labs/, leaves: the outputs of every cell."""

from dataclasses import dataclass
from typing import Any

from talk.records.schema import Device


@dataclass(frozen=True, kw_only=True)
class Executed:
    """A cell of code as it ran, and its outputs as the notebook format has them."""

    id: str
    code: str
    outputs: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Lab:
    """One notebook, from its first cell to its last in a kernel of its own. `name` is its file's, without suffix."""

    name: str
    run_time_s: float
    cells: list[Executed]

    def outputs_of(self, cell: str, code: str) -> list[dict[str, Any]] | None:
        """Outputs of the cell with this id, None where it did not run or ran with other code."""
        return next((each.outputs for each in self.cells if (each.id, each.code) == (cell, code)), None)


@dataclass(frozen=True, kw_only=True)
class Labs:
    """Every lab on one machine. `devices` are those that its cells could use."""

    devices: list[Device]
    labs: list[Lab]

    def find(self, name: str) -> Lab | None:
        """The lab of that name; None where it was not executed."""
        return next((lab for lab in self.labs if lab.name == name), None)

    def run_on(self, device: Device) -> "Labs | None":
        """The labs themselves where they could use `device`."""
        return self if device in self.devices else None


Data = Labs
