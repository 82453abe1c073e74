"""Notebooks as their authors keep them: cells of prose and of code. Outputs are kept in records, not here."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talk.errors import TalkError


@dataclass(frozen=True)
class Cell:
    """A cell: `kind` is `markdown` or `code`, `id` its name in the notebook."""

    id: str
    kind: str
    source: str


def find_notebooks(docs: Path) -> list[Path]:
    """The labs under `docs`, by name."""
    return sorted(docs.glob("labs/*.ipynb"))


def page_path(notebook: Path) -> Path:
    """The page that the generator makes of a lab before each build."""
    return notebook.with_suffix(".md")


def read_notebook(path: Path) -> dict[str, Any]:
    """The notebook's JSON. Raises TalkError for a file that is none, or whose cells have no names of their own."""
    mend = "save it anew in Jupyter, as nbformat 4.5 or newer"
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise TalkError(path, f"is not whole JSON ({error.msg})", mend, line=error.lineno) from None
    except UnicodeDecodeError:
        raise TalkError(path, "is not UTF-8 text", mend) from None
    except RecursionError:
        raise TalkError(path, "is nested too deep for a notebook", mend) from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) and "cell_type" in cell for cell in cells):
        raise TalkError(path, "is not a notebook", mend)
    names = [cell.get("id") for cell in cells]
    if None in names or len(set(names)) != len(names):
        raise TalkError(path, "has cells without an id of their own", mend)
    return dict(content)


def cells_of(notebook: dict[str, Any]) -> list[Cell]:
    """The cells of prose and of code, in order."""
    return [
        Cell(cell["id"], cell["cell_type"], "".join(cell.get("source", [])))
        for cell in notebook["cells"]
        if cell["cell_type"] in ("markdown", "code")
    ]


def code_of(path: Path) -> str:
    """All code of a notebook, as one Python source: what decides whether its outputs are stale."""
    return "\n\n".join(cell.source for cell in cells_of(read_notebook(path)) if cell.kind == "code")


def prose_lines(path: Path) -> list[str]:
    """The lines of the notebook's file: those that hold prose as that prose, the others empty.

    A line of prose is a line of the file, as Jupyter writes notebooks; so a finding in the one is a place in the other.
    Raises TalkError where it is not: what is written otherwise would be judged by nobody.
    """
    cells = [cell for cell in cells_of(read_notebook(path)) if cell.kind == "markdown"]
    prose = iter([(line, cell) for cell in cells for line in cell.source.splitlines(keepends=True)])
    waiting = next(prose, None)
    lines = []
    for written in path.read_text(encoding="utf-8").splitlines():
        if waiting is not None and _is_line(written, waiting[0]):
            lines.append(waiting[0].rstrip("\n"))
            waiting = next(prose, None)
        else:
            lines.append("")
    if waiting is not None:
        what = f"cell {waiting[1].id} is not written a line of prose a line of the file"
        raise TalkError(path, what, "save it anew in Jupyter")
    return lines


def _is_line(written: str, prose: str) -> bool:
    try:
        return bool(json.loads(written.strip().rstrip(",")) == prose)
    except json.JSONDecodeError:
        return False
