"""Notebooks: read as their authors keep them, refused in one line where they are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.paths import DOCS
from talk.records.notebooks import Cell, cells_of, code_of, find_notebooks, prose_lines, read_notebook
from talk.records.sources import hash_sources


def cell(kind: str, name: str, source: str) -> dict[str, Any]:
    made = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def write(path: Path, *cells: dict[str, Any]) -> Path:
    content = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    return write(
        tmp_path / "docs" / "labs" / "small.ipynb",
        cell("markdown", "intro", "# Мало\n\nЧисло «{{ a.b }}»."),
        cell("code", "sum", "from talk.measure import clock\n1 + 1"),
        cell("markdown", "end", "Конец."),
    )


def test_cells_in_order(lab: Path) -> None:
    assert cells_of(read_notebook(lab))[1:] == [
        Cell("sum", "code", "from talk.measure import clock\n1 + 1"),
        Cell("end", "markdown", "Конец."),
    ]
    assert code_of(lab) == "from talk.measure import clock\n1 + 1"


def test_prose_stands_at_its_own_lines_of_the_file(lab: Path) -> None:
    written = lab.read_text(encoding="utf-8").splitlines()
    prose = prose_lines(lab)
    assert len(prose) == len(written)
    assert [line for line in prose if line] == ["# Мало", "Число «{{ a.b }}».", "Конец."]
    assert all(line in json.loads(written[at].strip().rstrip(",")) for at, line in enumerate(prose) if line)


def test_the_labs_are_found_and_keep_no_outputs() -> None:
    assert find_notebooks(DOCS) == [DOCS / "labs" / "sorting.ipynb"]
    assert not [cell["id"] for cell in read_notebook(DOCS / "labs" / "sorting.ipynb")["cells"] if cell.get("outputs")]


def test_a_lab_is_stale_when_its_code_or_what_that_imports_changes(lab: Path, tmp_path: Path) -> None:
    clock = tmp_path / "scripts" / "shared" / "clock.py"
    clock.parent.mkdir(parents=True)
    clock.write_text("now = 1\n")
    labs = find_experiment("labs")
    code = "from shared import clock\n1 + 1"
    write(lab, cell("code", "sum", code))
    before = hash_sources(labs, tmp_path)
    assert before.keys() >= {"docs/labs/small.ipynb", "scripts/shared/clock.py"}

    write(lab, cell("markdown", "intro", "# Иначе"), cell("code", "sum", code))
    assert hash_sources(labs, tmp_path) == before
    write(lab, cell("code", "sum", code.replace("1 + 1", "1 + 2")))
    assert hash_sources(labs, tmp_path) != before


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"cells": [', r"small\.ipynb:1: is not whole JSON"),
        ("[]", "is not a notebook"),
        ("[" * 9999, "is nested too deep for a notebook"),
        ('{"cells": [{"cell_type": "code", "source": []}]}', "cells without an id"),
        ('{"cells": [{"cell_type": "code", "id": "a"}, {"cell_type": "code", "id": "a"}]}', "cells without an id"),
    ],
)
def test_what_is_no_notebook_is_refused(lab: Path, content: str, what: str) -> None:
    lab.write_text(content)
    with pytest.raises(TalkError, match=what):
        read_notebook(lab)


@pytest.mark.parametrize("source", ["Раз\nдва\n", ["Раз\nдва"], ["Раз", "\nдва"]])
def test_prose_that_stands_otherwise_is_refused_because_nobody_would_judge_it(tmp_path: Path, source: object) -> None:
    path = write(tmp_path / "docs" / "labs" / "odd.ipynb", cell("markdown", "odd", "x") | {"source": source})
    with pytest.raises(TalkError, match=r"odd\.ipynb: cell odd is not written a line of prose a line of the file"):
        prose_lines(path)


def test_a_notebook_on_one_line_is_refused(lab: Path) -> None:
    lab.write_text(json.dumps(json.loads(lab.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(TalkError, match=r"small\.ipynb: cell intro"):
        prose_lines(lab)
