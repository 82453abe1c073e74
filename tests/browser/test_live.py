"""A slide edited while `mkdocs serve` runs: the deck shows it, and stays where the speaker was."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bench.project import copy_project, environment, set_up
from tests.browser.visit import LONGEST_MS, visit

# A slide of gpu.md whose code is shown in three steps: its name, and all of it but its end.
STEPPED = re.compile(r"^    id: (\S+)\n    steps: [\d-]+\|[\d-]+\|all\n.*?(?=\n///$)", re.MULTILINE | re.DOTALL)
EDITED = "Правка на ходу."


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this talk to edit."""
    folder = tmp_path_factory.mktemp("live") / "talk"
    copy_project(folder)
    set_up(folder)
    return folder


@pytest.fixture(scope="module")
def served(project: Path) -> Iterator[str]:
    """The address at which `mkdocs serve` shows it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    log = project / "serve.log"
    with log.open("wb") as written:
        server = subprocess.Popen(
            command, cwd=project, env=environment(project), stdout=written, stderr=written, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            return False
        return True

    try:
        wait_until(answers)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_an_edited_slide_appears_and_the_deck_stays_at_its_step(browser: Browser, served: str, project: Path) -> None:
    chapter = project / "docs" / "gpu.md"
    text = chapter.read_text(encoding="utf-8")
    found = STEPPED.search(text)
    assert found
    slide = found[1]
    with visit(browser, f"{served}/slides/") as deck:
        page = deck.page
        page.wait_for_selector(".reveal.ready")
        page.evaluate("slide => { location.hash = `#/${slide}` }", slide)
        page.wait_for_selector(f"#{slide}.present")
        for step in range(2):
            page.keyboard.press("ArrowRight")
            page.wait_for_url(re.compile(rf"#/{slide}/{step}$"))
        page.evaluate("window.before = true")
        chapter.write_text(f"{text[: found.end()]}\n\n{EDITED}{text[found.end() :]}", encoding="utf-8")
        page.wait_for_function(
            """([slide, edited]) => !window.before && document.querySelector(`#${slide}.present`) &&
              document.querySelector(`#${slide} .slide-body`).textContent.includes(edited)""",
            arg=[slide, EDITED],
        )
        assert page.url.endswith(f"#/{slide}/1")
        steps = page.locator("section.present .code-step.visible")
        expect(steps).to_have_count(2, timeout=LONGEST_MS)  # taken once the deck is ready
        expect(page.locator("section.present .code-step.current-fragment.step-2")).to_have_count(1)


def test_an_edited_style_sheet_is_built_once(served: str, project: Path) -> None:
    """What a build writes of it, MkDocs must not take for another edit."""
    assert served
    log = project / "serve.log"
    before = builds(log)
    sheet = project / "docs" / "assets" / "stylesheets" / "matmul.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "\n.edited { color: red }\n", encoding="utf-8")
    wait_until(lambda: builds(log) > before)
    time.sleep(3)  # as long as a build takes, and MkDocs looks seven times a second
    assert builds(log) == before + 1
    made = project / "docs" / "assets" / "generated"
    assert any(".edited" in bundle.read_text(encoding="utf-8") for bundle in made.glob("*.css"))


def builds(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("Documentation built in")


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_MS / 1000
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
