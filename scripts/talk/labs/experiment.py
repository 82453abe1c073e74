"""What executing a talk's notebooks is called and needs."""

from pathlib import Path

from talk.experiment import Experiment
from talk.records.notebooks import find_notebooks

EXPERIMENT = Experiment(
    title="labs.title",
    order=200,
    packages={"nbclient": "nbclient", "ipykernel": "ipykernel"},
)


def inputs(root: Path) -> list[Path]:
    """The notebooks."""
    return find_notebooks(root / "docs")
