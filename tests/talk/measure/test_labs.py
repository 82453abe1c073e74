"""Labs are executed in a kernel of this Python, and what goes wrong in one is one line."""

from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.labs.measure import execute
from talk.paths import ROOT
from tests.talk.records.test_notebooks import cell, write

MODULE = "from experiments.sorting import measure"


def test_outputs_are_kept_cell_by_cell(tmp_path: Path) -> None:
    path = write(
        tmp_path / "lab.ipynb",
        cell("markdown", "intro", "# Trying"),
        cell("code", "where", f"import sys, os\n{MODULE}\nprint(sys.executable, os.getcwd())\nprint(measure.__file__)"),
        cell("code", "quiet", "x = 6"),
        cell("code", "value", "x * 7"),
    )
    lab = execute(path)
    assert lab.name == "lab"
    assert [each.id for each in lab.cells] == ["where", "quiet", "value"]
    [printed] = lab.cells[0].outputs
    # This very Python and this very tree, but not the place where it happens to lie.
    assert printed["text"].splitlines()[1] == "scripts/experiments/sorting/measure.py"
    assert f"{ROOT}/" not in printed["text"]
    assert lab.cells[1].outputs == []
    assert lab.outputs_of("value", "x * 7") == lab.cells[2].outputs
    assert lab.cells[2].outputs[0]["data"] == {"text/plain": "42"}
    assert lab.outputs_of("value", "x * 8") is None


def test_a_cell_that_raises_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "lab.ipynb", cell("code", "fine", "x = 0"), cell("code", "broken", "1 / x"))
    with pytest.raises(TalkError, match=r"lab\.ipynb: cell broken raised ZeroDivisionError: division by zero; mend it"):
        execute(path)
