"""Pages of the labs: a notebook of docs/labs/ as Markdown, with the outputs that it had when it was executed last.

`docs/labs/NAME.md` is made anew before each build, so that every engine shows it. Prose and code are the site's own
Markdown, as everywhere else. The notebook that readers download has its outputs too; it lies among generated assets.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from talk.addresses import SCHEME
from talk.errors import TalkError
from talk.labs.outputs import UndescribedPictureError, as_html
from talk.labs.record import Lab
from talk.paths import DOCS, GENERATED_ASSETS
from talk.records.files import write_if_changed, write_whole
from talk.records.notebooks import Cell, cells_of, find_notebooks, page_path, read_notebook
from talk.records.store import MEND
from talk.render.captions import Provenance
from talk.render.values import current_values
from talk.words import say

EXECUTED = GENERATED_ASSETS / "labs"
_MARK = "---\nnotebook: "
_FENCE = re.compile("`{3,}")

Found = tuple[Provenance, Lab]


def write_labs(docs: Path = DOCS, executed: Path = EXECUTED) -> None:
    """Make a page and a copy with outputs of every lab, and remove those of notebooks that are gone.

    Raises TalkError where a notebook or its recorded outputs are none, and where a page of that name is somebody's own.
    """
    notebooks = find_notebooks(docs)
    for path in notebooks:
        page = page_path(path)
        if page.is_file() and not _is_made(page):
            what = f"would be overwritten by the page of {path.name}"
            raise TalkError(page, what, "call one of them something else")
        found = find_lab(path.stem)
        write_if_changed(page, as_markdown(path, write_executed(path, found, executed), found))
    for page in {*filter(_is_made, docs.glob("labs/*.md"))} - {page_path(path) for path in notebooks}:
        page.unlink()
    for copy in {*executed.glob("*.ipynb")} - {executed / path.name for path in notebooks}:
        copy.unlink()


def find_lab(name: str) -> Found | None:
    """The lab as the machine trusted most executed it; None where no machine did."""
    for record in current_values().records:
        lab = record.data.find(name) if record.experiment == "labs" else None
        if lab is not None:
            return Provenance(record), lab
    return None


def write_executed(path: Path, found: Found | None, folder: Path = EXECUTED) -> dict[str, Any]:
    """Write a copy of the lab `path` with its recorded outputs into `folder`; returns what it holds.

    Raises TalkError where what is recorded are no outputs.
    """
    notebook = read_notebook(path)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = (found[1].outputs_of(cell["id"], _source(cell)) if found else None) or []
    # Lone surrogates, which no file in UTF-8 can hold, stay escaped.
    text = json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
    copy = folder / path.name
    if not copy.is_file() or copy.read_bytes() != text:  # what lies there was found valid
        _validate(notebook, path, found)
        write_whole(copy, text)
    return notebook


def as_markdown(path: Path, notebook: dict[str, Any], found: Found | None) -> str:
    """The lab as a page's source: prose as it stands, code in fences, under each cell what it left.

    `notebook` has the outputs in its cells. Raises TalkError where one of them is a picture without words for it.
    """
    outputs = {cell["id"]: cell.get("outputs", []) for cell in notebook["cells"]}
    parts: list[str] = []
    for cell in cells_of(notebook):
        parts += [cell.source] if cell.kind == "markdown" else _code(path, cell, outputs[cell.id], found)
    parts.insert(1, _colophon(path, found[0] if found else None))
    title = next((line[2:].strip() for line in parts[0].splitlines() if line.startswith("# ")), path.stem)
    # JSON is YAML. Whoever searches is after the chapter before its exercises.
    matter = (
        f"{_MARK}{json.dumps(path.name)}\ntitle: {json.dumps(title, ensure_ascii=False)}\n"
        "search: {boost: 0.5}\n---\n\n"
    )
    return matter + "\n\n".join(parts) + "\n"


def _code(path: Path, cell: Cell, outputs: list[dict[str, Any]], found: Found | None) -> list[str]:
    fence = "`" * (max(map(len, _FENCE.findall(cell.source)), default=2) + 1)
    parts = [f"{fence} python\n{cell.source}\n{fence}"]
    try:
        parts += filter(None, [as_html(outputs)])
    except UndescribedPictureError:
        mend = "draw it with talk.render.charts, or give it an `alt` of its own"
        raise TalkError(path, f"cell {cell.id} shows a picture without words for it", mend) from None
    if found is not None and found[1].outputs_of(cell.id, cell.source) is None:
        parts.append(f'<p><mark class="stale">{escape(say("labs.stale"))}</mark></p>')
    return parts


def _colophon(path: Path, source: Provenance | None) -> str:
    """Where and when the lab was executed, and how to try it."""
    ran = (
        say("labs.executed", source=source.sentence())
        if source
        else f'<mark class="stale">{escape(say("labs.never"))}</mark>'
    )
    copy = f"{SCHEME}{(EXECUTED / path.name).relative_to(DOCS).as_posix()}"
    download = f'<a href="{escape(copy)}" download>{escape(say("labs.download"))}</a>'
    take = say("labs.take", download=download, command="<code>make lab</code>")
    return (
        f'<p class="lab-colophon" data-record="{escape(source.record.name) if source else ""}">'
        f'<span class="provenance">{ran}</span> <span class="provenance">{take}</span></p>'
    )


def _validate(notebook: dict[str, Any], path: Path, found: Found | None) -> None:
    from nbformat import validate  # takes a quarter of a second to import

    try:
        validate(notebook)
    except Exception as error:  # nbformat raises what it likes of a version that it does not know
        record = found[0].record.name if found else path.name
        told = (str(error) or "it is no notebook").splitlines()[0][:200]
        raise TalkError(record, f"lab {path.stem}: {told}", MEND) from None


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell.get("source", []))


def _is_made(page: Path) -> bool:
    """Whether the page is one that this module made."""
    return page.read_text(encoding="utf-8").startswith(_MARK)
