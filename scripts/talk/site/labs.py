"""Pages of the labs: a notebook of docs/labs/, with the outputs that it had when the build executed it last.

mkdocs-jupyter makes the notebook a page and its outputs HTML. The rest of what it makes is left out, half a megabyte of
styles and scripts that ask other hosts: prose and code of a lab are the site's own Markdown, as everywhere else.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talk.errors import TalkError
from talk.labs.record import Lab
from talk.paths import CACHE, DOCS
from talk.records.files import write_if_changed
from talk.records.notebooks import Cell, cells_of, read_notebook
from talk.records.store import MEND
from talk.render.captions import Provenance
from talk.render.values import current_values

if TYPE_CHECKING:
    from bs4 import Tag

_EXECUTED = CACHE / "labs"
_RESULTS_URL = "../../results/"
_NO_WORDS = "No description has been provided for this image"  # nbconvert's own words for a picture without any


Found = tuple[Provenance, Lab]


def find_lab(name: str) -> Found | None:
    """The lab as the machine trusted most executed it; None where no machine did."""
    for record in current_values().records:
        lab = record.data.find(name) if record.experiment == "labs" else None
        if lab is not None:
            return Provenance(record), lab
    return None


def write_executed(path: Path, found: Found | None, folder: Path = _EXECUTED) -> Path:
    """A copy of the lab `path` with its recorded outputs, for mkdocs-jupyter to show; returns where in `folder` it is.

    Raises TalkError where what is recorded are no outputs.
    """
    from nbformat import ValidationError, validate

    notebook = read_notebook(path)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            recorded = found[1].outputs_of(cell["id"], "".join(cell["source"])) if found else None
            cell["outputs"] = recorded or []
    try:
        validate(notebook)
    except ValidationError as error:
        record = found[0].record.name if found else path.name
        raise TalkError(record, f"lab {path.stem}: {str(error).splitlines()[0][:200]}", MEND) from None
    copy = folder / path.name
    write_if_changed(copy, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
    return copy


def as_markdown(path: Path, found: Found | None) -> str:
    """The lab as Markdown: prose as it stands, code in fences, a place for each cell's outputs."""
    parts = []
    for cell in cells_of(read_notebook(path)):
        parts += [cell.source] if cell.kind == "markdown" else _code(cell, found[1] if found else None)
    parts.insert(1, _colophon(path, found[0] if found else None))
    return "\n\n".join(parts)


def with_outputs(html: str, notebook_html: str, path: Path) -> str:
    """`html`, made of `as_markdown`, with the outputs that `notebook_html`, mkdocs-jupyter's, has in their places."""
    from bs4 import BeautifulSoup

    body = notebook_html[notebook_html.index('<div class="jupyter-wrapper">') :]
    for cell in BeautifulSoup(body, "html.parser").select('[id^="cell-id="]'):
        name = str(cell["id"]).removeprefix("cell-id=")
        outputs = "".join(_output(output, name, path) for output in cell.select(".jp-OutputArea-output"))
        html = html.replace(_place(name), f'<div class="lab-output">{outputs}</div>' if outputs else "")
    return html


def _output(output: "Tag", cell: str, path: Path) -> str:
    kind = re.split("[/.+]", str(output.get("data-mime-type", "image")))[-1]  # plain, html, stderr, xml, image
    if any(image.get("alt") == _NO_WORDS for image in output.select("img")):
        mend = "draw it with talk.render.charts, or give it an `alt` of its own"
        raise TalkError(path, f"cell {cell} shows a picture without words for it", mend)
    # What is wider than the page scrolls, so a keyboard has to reach it.
    return f'<div class="lab-{kind}" tabindex="0">{output.decode_contents().strip()}</div>'


def _place(cell: str) -> str:
    return f'<div data-lab-cell="{cell}"></div>'


def _code(cell: Cell, lab: Lab | None) -> list[str]:
    parts = [f"``` python\n{cell.source}\n```", _place(cell.id)]
    if lab is not None and lab.outputs_of(cell.id, cell.source) is None:
        parts.append('<p><mark class="stale">код изменился, с тех пор не выполнялся</mark></p>')
    return parts


def _colophon(path: Path, source: Provenance | None) -> str:
    """Where and when the lab was executed, and how to try it."""
    ran = (
        f"Выполнена сборкой: {source.sentence(base=_RESULTS_URL)}"
        if source
        else '<mark class="stale">ещё не выполнялась ни на одной машине</mark>'
    )
    take = f'<a href="{path.name}" download>Скачать тетрадь</a> или, в папке проекта, <code>make lab</code>'
    return (
        f'<p class="lab-colophon" data-record="{source.record.name if source else ""}">'
        f'<span class="provenance">{ran}</span> <span class="provenance">{take}</span></p>'
    )


def lab_of(page: Any) -> Path | None:
    """The notebook that the page shows; None for a page of Markdown."""
    path = DOCS / page.file.src_uri
    return path if path.suffix == ".ipynb" else None
