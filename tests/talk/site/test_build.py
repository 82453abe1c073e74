"""`talk build` and `talk check` on whole projects: what is built, what is refused, and that nothing is ever lost."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from talk.records.store import write_record
from tests import samples
from tests.talk.site.conftest import Talk

RECORD = Path("docs/results/test-box/profiling.json")


def append(path: Path, text: str) -> int:
    """Add `text` as lines of their own; returns the line (from 1) where it starts."""
    content = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n"
    path.write_text(content + text + "\n", encoding="utf-8")
    return content.count("\n") + 1


def test_build_makes_every_page_the_contract_names(project: Path, talk: Talk) -> None:
    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    for page in ("", "gpu", "slides", "reproduce"):
        assert (project / "site" / page / "index.html").is_file()
    assert (project / "site" / RECORD.relative_to("docs")).is_file()
    assert not list(project.glob(".site*"))


def break_record(project: Path) -> str:
    path = project / RECORD
    path.write_text(path.read_text()[:500])
    return r"docs/results/test-box/profiling\.json:\d+: is not whole JSON"


def make_time_negative(project: Path) -> str:
    path = project / RECORD
    content = json.loads(path.read_text())
    content["data"]["runs"][0]["operators"][0]["self_cpu_time_us"] = -1
    path.write_text(json.dumps(content))
    return r"docs/results/test-box/profiling\.json: field data\.runs\.0\.operators\.0\.self_cpu_time_us"


def refer_to_nothing(project: Path) -> str:
    line = append(project / "docs" / "gpu.md", "Ещё {{ profiling.cpu.adddmm.share }}.")
    return rf"docs/gpu\.md:{line}: no record has the value .*profiling\.cpu\.addmm\.share"


def include_nothing(project: Path) -> str:
    line = append(project / "docs" / "gpu.md", '--8<-- "generated/profiling/gone.html"')
    return rf"docs/gpu\.md:{line}: no fragment generated/profiling/gone\.html"


def include_no_region(project: Path) -> str:
    line = append(project / "docs" / "gpu.md", '--8<-- "scripts/shared/profiler.py:gone"')
    return rf"docs/gpu\.md:{line}: .*has no region gone"


def leave_a_slide_open(project: Path) -> str:
    line = append(project / "docs" / "gpu.md", "/// slide | Забытый\n\nтекст")
    return rf"docs/gpu\.md:{line}: slide .*never closed"


def claim_nothing(project: Path) -> str:
    line = append(project / "docs" / "gpu.md", "[Всё хорошо](claim:all-is-well).")
    return rf"docs/gpu\.md:{line}: no claim all-is-well"


@pytest.mark.parametrize(
    "spoil",
    [
        break_record,
        make_time_negative,
        refer_to_nothing,
        include_nothing,
        include_no_region,
        leave_a_slide_open,
        claim_nothing,
    ],
)
def test_bad_input_is_one_line_and_leaves_the_site_as_it_was(project: Path, talk: Talk, spoil: object) -> None:
    (project / "site").mkdir()
    (project / "site" / "index.html").write_text("published")
    message = spoil(project)  # type: ignore[operator]
    done = talk("build", "--no-measure")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.search(message, done.stderr)
    assert (project / "site" / "index.html").read_text() == "published"
    assert talk("check").returncode == 1


def test_a_refuted_claim_is_marked_and_warned_of_but_does_not_stop_the_build(project: Path, talk: Talk) -> None:
    with (project / "docs" / "claims.toml").open("a", encoding="utf-8") as claims:
        claims.write(
            '\n[mm-is-the-costliest]\nrelation = "profiling.cpu.mm.self_time > profiling.cpu.addmm.self_time"\n'
        )
    line = append(project / "docs" / "gpu.md", "[Дороже всех mm](claim:mm-is-the-costliest).")

    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    warning = next(text for text in done.stderr.splitlines() if "mm-is-the-costliest" in text)
    assert f"docs/gpu.md:{line}" in warning
    assert "200" in warning
    assert "1,20" in warning
    page = (project / "site" / "gpu" / "index.html").read_text(encoding="utf-8")
    assert re.search(
        r'<span class="claim" data-claim="mm-is-the-costliest" data-holds="false"[^>]*>Дороже всех mm', page
    )

    done = talk("check")
    assert done.returncode == 1
    assert f"docs/gpu.md:{line}: claim mm-is-the-costliest does not hold on test-box" in done.stderr


def test_a_record_older_than_its_code_is_marked_and_listed(project: Path, talk: Talk) -> None:
    assert "stale" not in talk("check").stderr
    append(project / "scripts" / "measure" / "profiling" / "profiler.py", "# changed")
    before = (project / RECORD).read_bytes()

    assert talk("build", "--no-measure").returncode == 0
    assert "устарело" in (project / "site" / "gpu" / "index.html").read_text(encoding="utf-8")
    assert (project / RECORD).read_bytes() == before

    done = talk("check")
    assert done.returncode == 1
    assert f"{RECORD}: stale: scripts/shared/profiler.py changed" in done.stderr


def test_a_stale_record_of_a_machine_that_does_not_speak_first_is_a_note(small: Path, talk: Talk) -> None:
    """Nobody reaches a lent GPU for every change of the code; what pages say first has to be fresh all the same."""
    stale = samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-20T00:00:00Z")
    stale = replace(stale, code=replace(stale.code, sources={**stale.code.sources, "scripts/talk/measure/gone.py": "0"}))
    write_record(stale, small / "docs" / "results")
    told = (
        "docs/results/gpu-box/profiling.json: stale: scripts/talk/measure/gone.py changed since it was measured; "
        "measure again with `talk measure profiling`"
    )
    done = talk("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"note: {told}, on gpu-box" in done.stdout
    done = talk("build", "--no-measure")
    assert f"note: {told}, on gpu-box" in done.stderr

    write_record(replace(stale, measured_at="2026-11-24T00:00:00Z"), small / "docs" / "results")  # the newest speaks
    done = talk("check")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [told]
    assert "note: docs/results" not in done.stdout


def test_a_number_typed_by_hand_fails_the_check(project: Path, talk: Talk) -> None:
    line = append(project / "docs" / "gpu.md", "На самом деле addmm занимает 2,3 с.")
    done = talk("check")
    assert done.returncode == 1
    assert f"docs/gpu.md:{line}: the number «2,3 с» is typed by hand" in done.stderr


def test_strings_of_records_are_escaped_on_every_page(project: Path, talk: Talk) -> None:
    path = project / RECORD
    path.write_text(
        path.read_text().replace("Test CPU", "<script>alert(1)</script>").replace("aten::mm", "<img src=x>")
    )
    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    for page in (project / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img src=x>" not in text


def files_built(project: Path, **environment: str) -> dict[str, bytes]:
    """Path in the site → bytes, of a build for a known address: its site map has dates then."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts", "build", "--no-measure"],
        cwd=project,
        env=os.environ | {"SITE_URL": "https://example.org/talk/", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    site = project / "site"
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_the_same_sources_give_the_same_site_whenever_and_wherever(project: Path, tmp_path: Path) -> None:
    first = files_built(project)
    other = tmp_path / "other folder"
    for path in sorted(project.rglob("*"), reverse=True):  # folders list their files in another order
        inside = path.relative_to(project)
        if (
            path.is_file()
            and inside.parts[0] not in (".cache", "node_modules", "site")
            and "generated" not in inside.parts
        ):
            (other / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, other / inside)
    (other / "node_modules").symlink_to(project / "node_modules")
    # No UTF-8 either: a file that is opened without naming its encoding would not be read.
    strange = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for again in (files_built(project), files_built(other, **strange, PYTHONHASHSEED="7")):
        assert first.keys() == again.keys()
        assert [name for name in first if first[name] != again[name]] == []
    assert b"<lastmod>2026-11-23</lastmod>" in first["sitemap.xml"], "the day of the records, not of the build"
    assert int.from_bytes(first["sitemap.xml.gz"][4:8], "little") == 1_795_392_000, "the same day, at midnight"


def test_wrong_usage_is_exit_2(talk: Talk) -> None:
    assert talk("measure", "astrology").returncode == 2
    assert talk("publish").returncode == 2
