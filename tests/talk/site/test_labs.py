"""A lab's page: the site's own prose and code, and under each cell what it printed when the build executed it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.malformed import SCRIPT
from talk.errors import TalkError
from talk.labs.record import Executed, Lab, Labs
from talk.records.schema import Code, Record
from talk.records.sources import hash_sources
from talk.records.store import write_record
from talk.render.captions import Provenance
from talk.site.labs import write_executed
from tests import samples
from tests.talk.records.test_notebooks import cell, write
from tests.talk.site.conftest import Talk

OUTPUTS = {
    "count": [{"output_type": "stream", "name": "stdout", "text": "1 < 2 & so on\n"}],
    "draw": [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/html": '<svg class="chart" aria-label="Рисунок"></svg>', "text/plain": "drawn"},
        }
    ],
    "changed": [{"output_type": "stream", "name": "stdout", "text": "of other code\n"}],
}


def labs_record(code: dict[str, str]) -> Record[Labs]:
    cells = [Executed(id=name, code=code[name], outputs=outputs) for name, outputs in OUTPUTS.items()]
    data = Labs(devices=["cpu"], labs=[Lab(name="matmul", run_time_s=1.5, cells=cells)])
    code_of_labs = Code(commit=None, dirty=False, sources=hash_sources("labs"))
    return replace(samples.record(code=code_of_labs), experiment="labs", data=data)  # type: ignore[arg-type,return-value]


def test_a_lab_shows_what_it_printed(project: Path, talk: Talk) -> None:
    code = {"count": "print('1 < 2 & so on')", "draw": "show()", "changed": "print(1)"}
    write_record(labs_record(code), project / "docs" / "results")
    write(
        project / "docs" / "labs" / "matmul.ipynb",
        cell("markdown", "intro", "# Проба\n\nСм. [главу](../matmul.md), $n^3$, {{ matmul.overlap.n }}."),
        *(cell("code", name, source) for name, source in (code | {"changed": "print(2)"}).items()),
        cell("markdown", "end", "## Конец"),
    )
    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    page = (project / "site" / "labs" / "matmul" / "index.html").read_text(encoding="utf-8")

    assert "<title>Круги умножения матриц" in page
    assert '<a href="../../matmul/">главу</a>' in page
    assert '<span class="katex">' in page
    assert re.search(r'<data class="measured"[^>]* value="1024"', page)
    assert 'href="#konets"' in page  # among the contents
    assert '<div class="lab-plain" tabindex="0"><pre>1 &lt; 2 &amp; so on' in page
    assert re.search('<div class="lab-html" tabindex="0"><svg [^>]*aria-label="Рисунок"', page)
    assert page.index("show</span>") < page.index('aria-label="Рисунок"') < page.index('id="konets"')
    assert "of other code" not in page
    assert "код изменился" in page
    assert "Выполнена сборкой: Test CPU" in page
    assert '<a href="../../results/test-box/labs.json">данные</a>' in page
    # Nothing of what mkdocs-jupyter brings along: its styles, its scripts, and the hosts that they ask.
    assert len(page) < 60_000
    assert not re.findall(r'(?:src|href)="https?:|cdnjs|require\.js|mermaid|clipboard-copy', page)

    executed = json.loads((project / "site" / "labs" / "matmul" / "matmul.ipynb").read_text(encoding="utf-8"))
    assert [each.get("outputs") for each in executed["cells"]] == [None, OUTPUTS["count"], OUTPUTS["draw"], [], None]

    done = talk("check")
    assert re.search(r"labs\.json: stale: .*docs/labs/matmul\.ipynb.* changed .*`talk measure labs`", done.stderr)


@pytest.mark.parametrize(
    "spoilt", [{"output_type": "stream", "name": "stdout"}, {"output_type": None}, {"data": SCRIPT}]
)
def test_what_is_recorded_but_is_no_output_is_refused(tmp_path: Path, spoilt: dict[str, Any]) -> None:
    lab = Lab(name="lab", run_time_s=1.0, cells=[Executed(id="one", code="1", outputs=[spoilt])])
    record = replace(labs_record(dict.fromkeys(OUTPUTS, "")), data=Labs(devices=["cpu"], labs=[lab]))
    write(tmp_path / "lab.ipynb", cell("code", "one", "1"))
    with pytest.raises(TalkError, match=r"test-box/labs: lab lab: .*; restore it from git, or measure again") as error:
        write_executed(tmp_path / "lab.ipynb", (Provenance(record), lab), tmp_path / "executed")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "executed").exists()


def test_a_lab_that_nobody_executed_says_so(talk: Talk) -> None:
    done = talk("check")
    assert "docs/labs/matmul.ipynb: no machine has executed it; run `talk measure labs`" in done.stderr
