"""`talk build` and `talk check` on a small talk: what is built, what is refused, and that nothing is ever lost."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.talk.conftest import Run, run_talk

CHAPTER = "docs/part/sleep.md"
LAB = "docs/labs/try.ipynb: no machine has executed it; run `talk measure labs`"


def append(path: Path, text: str) -> int:
    """Add `text` as lines of their own; returns the line (from 1) where it starts."""
    content = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n"
    path.write_text(content + text + "\n", encoding="utf-8")
    return content.count("\n") + 1


def record_of(talk: Path) -> Path:
    """The record's path inside the talk."""
    [path] = talk.glob("docs/results/*/sleep.json")
    return path.relative_to(talk)


def edit_record(talk: Path, edit: Callable[[dict[str, Any]], object], machine: str | None = None) -> Path:
    """Edit the record, or write it edited as that of another machine; returns its path inside the talk."""
    path = talk / record_of(talk)
    content = json.loads(path.read_text(encoding="utf-8"))
    content.pop("digest", None)
    edit(content)
    if machine:
        content["machine"] |= {"slug": machine, "cpu": "Other CPU"}
        path = path.parent.parent / machine / path.name
        path.parent.mkdir()
    path.write_text(json.dumps(content), encoding="utf-8")
    return path.relative_to(talk)


def test_build_makes_every_page_and_leaves_nothing_else(small_talk: Path, run: Run) -> None:
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"site/ is built: \d+ files\n", done.stderr)
    for page in ("", "part/sleep", "labs/try", "slides"):
        assert (small_talk / "site" / page / "index.html").is_file()
    assert (small_talk / "site" / record_of(small_talk).relative_to("docs")).is_file()
    assert not list(small_talk.glob(".site*"))


def break_record(talk: Path) -> str:
    path = talk / record_of(talk)
    path.write_text(path.read_text()[:500])
    return rf"{record_of(talk)}:\d+: is not whole JSON"


def make_time_negative(talk: Path) -> str:
    edit_record(talk, lambda record: record["data"].update(took_s=-1))
    return rf"{record_of(talk)}: field data\.took_s"


def refer_to_nothing(talk: Path) -> str:
    line = append(talk / CHAPTER, "Again {{ sleep.tokk }}.")
    return rf"{CHAPTER}:{line}: no record has the value .*sleep\.took"


def include_nothing(talk: Path) -> str:
    line = append(talk / CHAPTER, '--8<-- "generated/sleep/gone.html"')
    return rf"{CHAPTER}:{line}: no fragment generated/sleep/gone\.html"


def include_no_region(talk: Path) -> str:
    line = append(talk / CHAPTER, '--8<-- "scripts/experiments/sleep/measure.py:gone"')
    return rf"{CHAPTER}:{line}: .*has no region gone"


def leave_a_slide_open(talk: Path) -> str:
    line = append(talk / CHAPTER, "/// slide | Forgotten\n\ntext")
    return rf"{CHAPTER}:{line}: slide .*never closed"


def claim_nothing(talk: Path) -> str:
    line = append(talk / CHAPTER, "[All is well](claim:all-is-well).")
    return rf"{CHAPTER}:{line}: no claim all-is-well"


def gather_nothing(talk: Path) -> str:
    line = append(talk / "docs/slides.md", "/// chapter | sleep.md\n///")
    return rf"docs/slides\.md:{line}: there is no chapter sleep\.md; mend its name: it is a path under docs/"


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
        gather_nothing,
    ],
)
def test_bad_input_is_one_line_and_leaves_the_site_as_it_was(
    small_talk: Path, run: Run, spoil: Callable[[Path], str]
) -> None:
    (small_talk / "site").mkdir()
    (small_talk / "site" / "index.html").write_text("published")
    message = spoil(small_talk)
    done = run("build", "--no-measure")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.search(message, done.stderr)
    assert (small_talk / "site" / "index.html").read_text() == "published"
    assert run("check").returncode == 1


def test_a_refuted_claim_is_marked_and_warned_of_but_does_not_stop_the_build(small_talk: Path, run: Run) -> None:
    append(small_talk / "docs" / "claims.toml", '[shorter]\nrelation = "sleep.took < sleep.asked"')
    line = append(small_talk / CHAPTER, "[It is shorter](claim:shorter).")
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    [warning] = [text for text in done.stderr.splitlines() if "shorter" in text]
    assert warning.startswith(f"warning: {CHAPTER}:{line}: claim shorter does not hold on ")
    page = (small_talk / "site" / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<span class="claim" data-claim="shorter" data-holds="false"[^>]*>It is shorter', page)

    done = run("check")
    assert done.returncode == 1
    assert f"{CHAPTER}:{line}: claim shorter does not hold on " in done.stderr


def test_a_record_older_than_its_code_is_marked_and_listed(small_talk: Path, run: Run) -> None:
    assert run("check").stderr.splitlines() == [LAB]
    record = record_of(small_talk)
    before = (small_talk / record).read_bytes()
    append(small_talk / "scripts" / "experiments" / "sleep" / "measure.py", "# changed")

    assert run("build", "--no-measure").returncode == 0
    page = (small_talk / "site" / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    assert page.count('<mark class="stale"') == 1
    assert '<data class="measured stale"' in page
    assert (small_talk / record).read_bytes() == before

    done = run("check")
    assert done.returncode == 1
    assert f"{record}: stale: scripts/experiments/sleep/measure.py changed" in done.stderr


def test_a_stale_record_of_a_machine_that_does_not_speak_first_is_a_note(small_talk: Path, run: Run) -> None:
    """Nobody reaches a lent GPU for every change of the code; what pages say first has to be fresh all the same."""

    def make_stale(record: dict[str, Any]) -> None:
        record["code"]["sources"]["scripts/gone.py"] = "0"
        record["measured_at"] = "2025-01-01T00:00:00Z"

    path = edit_record(small_talk, make_stale, machine="gpu-box")
    told = f"{path}: stale: scripts/gone.py changed since it was measured; measure again with `talk measure sleep`"
    done = run("check")
    assert done.stderr.splitlines() == [LAB]
    assert f"note: {told}, on gpu-box" in done.stdout
    assert f"note: {told}, on gpu-box" in run("build", "--no-measure").stderr

    newest = f"{datetime.now(UTC) + timedelta(hours=12):%Y-%m-%dT%H:%M:%SZ}"  # it speaks first
    written = (small_talk / path).read_text().replace("2025-01-01T00:00:00Z", newest)
    (small_talk / path).write_text(written)
    done = run("check")
    assert done.returncode == 1
    assert told in done.stderr.splitlines()
    assert "note: docs/results" not in done.stdout


def test_a_number_typed_by_hand_fails_the_check(small_talk: Path, run: Run) -> None:
    line = append(small_talk / CHAPTER, "In fact it took 2.3 s.")
    assert f"{CHAPTER}:{line}:17: the number «2.3 s» is typed by hand" in run("check").stderr


def test_strings_of_records_are_escaped_on_every_page(small_talk: Path, run: Run) -> None:
    edit_record(small_talk, lambda record: record["machine"].update(cpu="<script>alert(1)</script><img src=x>"))
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    for page in (small_talk / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img src=x>" not in text


def files_built(talk: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, bytes]:
    """Path in the site → bytes, of a build for a known address: its site map has dates then."""
    with monkeypatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        done = run_talk(talk, "build", "--no-measure", site_url="https://example.org/talk/")
    assert done.returncode == 0, done.stderr
    site = talk / "site"
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_the_same_sources_give_the_same_site_whenever_and_wherever(
    small_talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_record(small_talk, lambda record: record.update(measured_at="2026-11-23T10:00:00Z"))
    first = files_built(small_talk, monkeypatch)
    other = tmp_path / "other folder"
    made = shutil.ignore_patterns(".cache", "site", "generated", "machines", "__pycache__")
    shutil.copytree(small_talk, other, symlinks=True, ignore=made)
    # No UTF-8 either: a file that is opened without naming its encoding would not be read.
    strange = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for again in (files_built(small_talk, monkeypatch), files_built(other, monkeypatch, **strange, PYTHONHASHSEED="7")):
        assert first.keys() == again.keys()
        assert [name for name in first if first[name] != again[name]] == []
    assert b"<lastmod>2026-11-23</lastmod>" in first["sitemap.xml"], "the day of the records, not of the build"


def test_wrong_usage_is_exit_2(run: Run) -> None:
    assert run("publish").returncode == 2
