"""`mkdocs serve` on a small talk: what it shows is what the files say now, code included."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from talk.records.schema import moment
from tests.talk.conftest import Run
from tests.talk.site.test_build import edit_record

_PATIENCE_S = 120

Ask = Callable[..., None]


def replace(path: Path, former: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert former in text
    path.write_text(text.replace(former, new), encoding="utf-8")


@pytest.fixture
def served(small_talk: Path) -> Iterator[tuple[Ask, Path]]:
    """`wait(page, text, never)`: ask until the page has the one and not the other; and the server's log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = small_talk / "serve.log"
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    with log.open("w") as written:
        server = subprocess.Popen(
            command, cwd=small_talk, stdout=written, stderr=written, env=os.environ | {"TMPDIR": str(small_talk.parent)}
        )

    def wait(page: str, text: str, never: str = "\0") -> None:
        deadline = time.monotonic() + _PATIENCE_S
        shown = ""
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5) as answer:
                    shown = answer.read().decode()
            except OSError:
                shown = ""
            if text in shown and never not in shown:
                return
            assert server.poll() is None, log.read_text()
            time.sleep(0.03)
        raise AssertionError(f"/{page} never said {text}\n{log.read_text()}\n{shown[-3000:]}")

    try:
        wait("", "Small talk")
        yield wait, log
    finally:
        server.terminate()
        server.wait(10)


def test_an_edited_slide_is_shown_and_the_rest_is_as_it_was(small_talk: Path, served: tuple[Ask, Path]) -> None:
    wait, log = served
    chapter = small_talk / "docs" / "part" / "sleep.md"
    replace(chapter, "slide | How long", "slide | How very long\n    id: how-long")
    wait("part/sleep/", "How very long")
    wait("slides/", "How very long")  # the deck is made of its chapters
    replace(chapter, "How very long", "How long now")
    wait("part/sleep/", "How long now")
    wait("part/sleep/", 'href="../../slides/#how-long"')
    wait("search/search_index.json", "Small talk")
    assert "restarts" not in log.read_text()
    # Without its deck a slide has no link to it.
    replace(small_talk / "docs" / "slides.md", "/// chapter | part/sleep.md\n///\n", "")
    wait("part/sleep/", "How long now", "slide-link")


def test_edited_code_restarts_the_server_each_time_and_builds_agree(
    small_talk: Path, run: Run, served: tuple[Ask, Path]
) -> None:
    wait, log = served
    render = small_talk / "scripts" / "experiments" / "sleep" / "render.py"
    replace(render, "How long it slept", "First edit")
    wait("part/sleep/", "First edit")
    replace(render, "First edit", "Second edit")
    wait("part/sleep/", "Second edit")
    assert log.read_text().count("scripts changed: the server restarts") == 2

    # A value that is written now is shown now, not said to be unmeasured.
    twice = '"twice": Value(2 * record.data.took_s, "time", "twice"),'
    replace(render, "    return {\n", f"    return {{\n        {twice}\n")
    replace(small_talk / "docs" / "part" / "sleep.md", "## More", "Twice: {{ sleep.twice | ms .3 }}.\n\n## More")
    wait("part/sleep/", 'title="twice;')
    wait("part/sleep/", "Second edit")
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    page = (small_talk / "site" / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    assert "Second edit" in page
    assert "nothing-measured" not in page
    # Its sites of the past lie nowhere.
    assert len(list(small_talk.parent.glob("mkdocs_*"))) == 1


def test_code_that_is_no_python_leaves_the_server_as_it_was(small_talk: Path, served: tuple[Ask, Path]) -> None:
    wait, log = served
    render = small_talk / "scripts" / "experiments" / "sleep" / "render.py"
    replace(render, "def fragments(drawing):", "def fragments(drawing:")
    deadline = time.monotonic() + _PATIENCE_S
    while "is no Python" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert re.search(r"scripts/experiments/sleep/render\.py:\d+: is no Python \(.*\); mend that line", log.read_text())
    assert "Traceback" not in log.read_text()
    replace(render, "def fragments(drawing:", "def fragments(drawing):")
    replace(render, "How long it slept", "Mended")
    wait("part/sleep/", "Mended")


def test_checks_speak_once(small_talk: Path, run: Run) -> None:
    (small_talk / "docs" / "claims.toml").write_text('[longer]\nrelation = "sleep.took < sleep.asked"\n')
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    [told] = [line for line in done.stderr.splitlines() if "longer" in line]
    assert told.startswith("warning: docs/part/sleep.md:17: claim longer does not hold on ")


def test_every_mistake_is_one_line(small_talk: Path, run: Run) -> None:
    with (small_talk / "docs" / "part" / "sleep.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\n{{ sleep.tok }}\n\n[No](claim:no)\n")
    done = run("build", "--no-measure")
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("docs/part/sleep.md:25: no record has the value sleep.tok; ")
    assert second.startswith("docs/part/sleep.md:27: no claim no; ")


def test_bad_tex_is_one_line(small_talk: Path, run: Run) -> None:
    with (small_talk / "docs" / "part" / "sleep.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\n$\\nothing$\n")
    done = run("build", "--no-measure")
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert line.startswith("docs/part/sleep.md:25: bad TeX: ")
    assert line.count(";") == 1


def test_the_site_map_is_dated_by_the_newest_record(small_talk: Path, run: Run) -> None:
    for measured_at in ("2025-02-03T23:59:59Z", "2026-01-02T03:04:05Z"):
        edit_record(small_talk, lambda record, now=measured_at: record.update(measured_at=now))
        done = run("build", "--no-measure", site_url="https://example.org/")
        assert done.returncode == 0, done.stderr
        assert f"<lastmod>{measured_at[:10]}</lastmod>" in (small_talk / "site" / "sitemap.xml").read_text()


@pytest.mark.parametrize("written", ["2024-10-01T00:00:00Z", "2024-10-01T00:00:00+00:00", "2024-10-01", "2024-10"])
def test_a_record_of_any_precision_has_a_moment(written: str) -> None:
    assert moment(written) == datetime(2024, 10, 1, tzinfo=UTC)


def test_a_port_that_is_taken_is_one_line_before_anything_is_built(small_talk: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address]
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
        done = subprocess.run(command, cwd=small_talk, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 1
    told = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and "INFO" not in line]
    assert len(told) == 1, told
    assert re.search(rf"{address}: cannot be served at: address already in use; .* serve -a 127\.0\.0\.1:\d+`", told[0])
