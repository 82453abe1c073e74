"""A lab's page: the site's own prose and code, and under each cell what it printed when it was executed last."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.labs.outputs import UndescribedPictureError, as_html
from talk.labs.record import Executed, Lab, Labs
from talk.markdown.locate import read_source, source_files
from talk.records.schema import SCHEMA_VERSION, Code, Machine, Record
from talk.records.store import write_record
from talk.render.captions import Provenance
from talk.site.labs import write_executed, write_labs
from tests.talk.conftest import Run
from tests.talk.records.test_notebooks import cell, write

SCRIPT = "<script>alert(1)</script>"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
OUTPUTS: dict[str, list[dict[str, Any]]] = {
    "count": [{"output_type": "stream", "name": "stdout", "text": '1 < 2 & so on\n--8<-- "note.md"\n{{ no.value }}\n'}],
    "draw": [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/html": '<svg class="chart"\naria-label="A drawing"></svg>', "text/plain": "drawn"},
        }
    ],
    "changed": [{"output_type": "stream", "name": "stdout", "text": "of other code\n"}],
}
CODE = {"count": "print('1 < 2 & so on')", "draw": "show()", "changed": "print(1)"}


def labs_record(outputs: dict[str, list[dict[str, Any]]]) -> Record[Labs]:
    cells = [Executed(id=name, code=CODE.get(name, ""), outputs=each) for name, each in outputs.items()]
    machine = Machine(
        slug="test-box", cpu="Test CPU", cpu_cores=2, memory_bytes=None, gpu=None, gpu_memory_bytes=None, system=""
    )
    return Record(
        schema_version=SCHEMA_VERSION,
        experiment="labs",
        machine=machine,
        versions={},
        code=Code(commit=None, dirty=False, sources={}),
        measured_at="2026-11-23T10:00:00Z",
        origin="measured",
        quick=False,
        uncontrolled=[],
        data=Labs(devices=["cpu"], labs=[Lab(name="try", run_time_s=1.5, cells=cells)]),
    )


@pytest.mark.parametrize("wrong", [{"nbformat": "x"}, {"nbformat": None}, {"metadata": 5}, {"nbformat": 99}])
def test_what_is_no_notebook_is_told_in_one_line(tmp_path: Path, wrong: dict[str, Any]) -> None:
    notebook = tmp_path / "try.ipynb"
    notebook.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | wrong))
    with pytest.raises(TalkError, match=r"^try\.ipynb: lab try: \w"):
        write_executed(notebook, None, tmp_path / "copies")


def test_a_lab_shows_what_it_printed(small_talk: Path, run: Run) -> None:
    write_record(labs_record(OUTPUTS), small_talk / "docs" / "results")
    notebook = write(
        small_talk / "docs" / "labs" / "try.ipynb",
        cell("markdown", "intro", "# Try it\n\nAs in [the chapter](../part/sleep.md), $n^3$, {{ sleep.asked | ms }}."),
        *(cell("code", name, source) for name, source in (CODE | {"changed": 'print("""\n```\n""")'}).items()),
        cell("markdown", "end", "## The end"),
    )
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    site = small_talk / "site"
    page = (site / "labs" / "try" / "index.html").read_text(encoding="utf-8")

    assert "<title>Try it" in page
    assert '<a href="../../part/sleep/">the chapter</a>' in page
    assert '<span class="katex">' in page
    assert re.search(r'<data class="measured"[^>]* value="0.01"', page)
    assert 'href="#the-end"' in page  # among the contents
    printed = "<pre>1 &lt; 2 &amp; so on&#10;--8&lt;-- &quot;note.md&quot;&#10;{{ no.value }}</pre>"
    assert f'<div class="lab-plain" tabindex="0">{printed}</div>' in page
    assert re.search('<div class="lab-html" tabindex="0"><svg [^>]*aria-label="A drawing"', page)
    assert page.index("show</span>") < page.index('aria-label="A drawing"') < page.index('id="the-end"')
    assert "of other code" not in page
    assert "the code has changed" in page
    assert "Test CPU" in page
    assert 'href="../../results/test-box/labs.json">' in page
    assert not re.findall(r'(?:src|href)="https?:', page)

    [copy] = re.findall(r'href="\.\./\.\./(\S+)" download', page)
    executed = json.loads((site / copy).read_text(encoding="utf-8"))
    assert [each.get("outputs") for each in executed["cells"]] == [None, OUTPUTS["count"], OUTPUTS["draw"], [], None]

    # Nobody edits the page by hand: what is wrong in the lab is told at the notebook's own line.
    docs = small_talk / "docs"
    assert docs / "labs" / "try.md" not in source_files(docs, small_talk / "snippets")
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("sleep.asked", "sleep.askd"), encoding="utf-8")
    line = (
        read_source(notebook).splitlines().index("As in [the chapter](../part/sleep.md), $n^3$, {{ sleep.askd | ms }}.")
    )
    done = run("build", "--no-measure")
    assert done.returncode == 1
    assert done.stderr.startswith(f"docs/labs/try.ipynb:{line + 1}: no record has the value sleep.askd; ")


def test_the_page_goes_with_its_notebook(small_talk: Path, run: Run) -> None:
    labs = small_talk / "docs" / "labs"
    (labs / "try.ipynb").rename(labs / "other.ipynb")
    chapter = small_talk / "docs" / "part" / "sleep.md"
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("labs/try.md", "labs/other.md"), encoding="utf-8")
    (labs / "index.md").write_text("# Labs\n", encoding="utf-8")
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in labs.iterdir()) == ["index.md", "other.ipynb", "other.md"]
    assert [path.name for path in (small_talk / "site").rglob("*.ipynb")] == ["other.ipynb"]


def test_a_page_written_by_hand_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "docs" / "labs" / "lab.ipynb", cell("code", "one", "1"))
    page = tmp_path / "docs" / "labs" / "lab.md"
    page.write_text("# Mine\n")
    with pytest.raises(TalkError, match=r"lab\.md: would be overwritten by the page of lab\.ipynb; call one"):
        write_labs(tmp_path / "docs", tmp_path / "executed")
    assert page.read_text() == "# Mine\n"


@pytest.mark.parametrize(
    "spoilt", [{"output_type": "stream", "name": "stdout"}, {"output_type": None}, {"data": SCRIPT}]
)
def test_what_is_recorded_but_is_no_output_is_refused(tmp_path: Path, spoilt: dict[str, Any]) -> None:
    record = labs_record({"one": [spoilt]})
    write(tmp_path / "try.ipynb", cell("code", "one", ""))
    found = Provenance(record), record.data.labs[0]
    with pytest.raises(TalkError, match=r"test-box/labs: lab try: .*; restore it from git, or measure again") as error:
        write_executed(tmp_path / "try.ipynb", found, tmp_path / "executed")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "executed").exists()


def display(data: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": metadata, "data": data}


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (
            {"output_type": "stream", "name": "stderr", "text": ["\x1b[31mred\x1b[0m\n", "a\tb\n"]},
            '<div class="lab-stderr" tabindex="0"><pre>red&#10;a&#9;b</pre></div>',
        ),
        (
            {"output_type": "stream", "name": "stdout", "text": "1%\r50%\r100%\nend\x00"},
            '<div class="lab-plain" tabindex="0"><pre>100%&#10;end</pre></div>',
        ),
        (
            {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["\x1b[0;31mE\x1b[0m", SCRIPT]},
            '<div class="lab-error" tabindex="0"><pre>E&#10;&lt;script&gt;alert(1)&lt;/script&gt;</pre></div>',
        ),
        (display({"text/plain": "\ud800 <b>"}), '<div class="lab-plain" tabindex="0"><pre>? &lt;b&gt;</pre></div>'),
        (
            display({"text/html": "<b>\nx</b><pre>a\nb</pre>", "text/plain": "x"}),
            '<div class="lab-html" tabindex="0"><b> x</b><pre>a&#10;b</pre></div>',
        ),
        (
            display({"image/png": PNG}, alt='A "b"'),
            f'<div class="lab-image" tabindex="0"><img src="data:image/png;base64,{PNG}" alt="A &quot;b&quot;"></div>',
        ),
        (
            display({"image/png": f'{PNG}"><script>'}, **{"image/png": {"alt": "A dot"}}),
            f'<div class="lab-image" tabindex="0"><img src="data:image/png;base64,{PNG}&quot;&gt;&lt;script&gt;" '
            'alt="A dot"></div>',
        ),
        (
            display({"image/svg+xml": '<?xml version="1.0"?>\n<svg\nwidth="1"/>'}, alt="A line"),
            '<div class="lab-svg" tabindex="0"><svg role="img" aria-label="A line" width="1"></svg></div>',
        ),
        (display({"application/json": {"a": 1}}), ""),
        ({"output_type": "stream", "name": "stdout", "text": ""}, ""),
    ],
)
def test_outputs_as_html(output: dict[str, Any], shown: str) -> None:
    assert as_html([output]) == (f'<div class="lab-output">{shown}</div>' if shown else "")


@pytest.mark.parametrize("data", [{"image/png": PNG, "text/plain": "<Figure>"}, {"image/svg+xml": "<svg/>"}])
def test_a_picture_without_words_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(UndescribedPictureError):
        as_html([display(data)])


def test_the_lab_and_the_cell_of_such_a_picture_are_named(small_talk: Path, run: Run) -> None:
    write_record(labs_record({"draw": [display({"image/png": PNG})]}), small_talk / "docs" / "results")
    write(small_talk / "docs" / "labs" / "try.ipynb", cell("code", "draw", "show()"))
    done = run("build", "--no-measure")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "docs/labs/try.ipynb: cell draw shows a picture without words for it; draw it with talk.render.charts, or give "
        "it an `alt` of its own"
    ]


def test_a_lab_that_nobody_executed_says_so(small_talk: Path, run: Run) -> None:
    done = run("check")
    assert "docs/labs/try.ipynb: no machine has executed it; run `talk measure labs`" in done.stderr
    assert 'class="stale"' in (small_talk / "docs" / "labs" / "try.md").read_text(encoding="utf-8")
