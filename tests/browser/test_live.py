"""A slide edited while `mkdocs serve` runs: the deck shows it, and stays where the speaker was."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import visit
from tests.talk.site.conftest import project

__all__ = ["project"]  # a fixture

LONGEST_S = 120


@pytest.fixture
def served(project: Path) -> Iterator[str]:
    """The address at which `mkdocs serve` shows a copy of the project."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    log = (project / "serve.log").open("wb")
    server = subprocess.Popen(command, cwd=project, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(LONGEST_S * 4):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (project / "serve.log").read_text(encoding="utf-8")
                time.sleep(0.25)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        log.close()


def test_an_edited_slide_appears_and_the_deck_stays_at_its_step(browser: Browser, served: str, project: Path) -> None:
    chapter = project / "docs" / "gpu.md"
    with visit(browser, f"{served}/slides/") as deck:
        page = deck.page
        slide = page.locator(".slides > section:has(.code-step)").first.get_attribute("id")
        page.evaluate("slide => { location.hash = `#/${slide}` }", slide)
        page.wait_for_selector(f"#{slide}.present")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile(rf"#/{slide}/1$"))
        page.evaluate("window.before = true")
        text = chapter.read_text(encoding="utf-8")
        edited = text.replace("**Self CPU** — сам оператор.", "**Self CPU** — он сам, без прочих.")
        assert edited != text
        chapter.write_text(edited, encoding="utf-8")
        page.wait_for_function(
            """slide => !window.before && document.querySelector(`#${slide}.present`) &&
              document.querySelector(`#${slide} .slide-body`).textContent.includes("он сам, без прочих")""",
            arg=slide,
            timeout=LONGEST_S * 1000,
        )
        assert page.url.endswith(f"#/{slide}/1")
        assert page.locator("section.present .code-step.visible").count() == 2
        assert page.locator("section.present .code-step.current-fragment.step-2").count() == 1


def test_an_edited_style_sheet_is_built_once(served: str, project: Path) -> None:
    """What a build writes of it, MkDocs must not take for another edit."""
    assert served
    log = project / "serve.log"
    before = _builds(log)
    sheet = project / "docs" / "assets" / "stylesheets" / "slides.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "\n.edited { color: red }\n", encoding="utf-8")
    _wait_until(lambda: _builds(log) > before)
    time.sleep(3)  # as long as a build takes, and MkDocs looks seven times a second
    assert _builds(log) == before + 1
    made = project / "docs" / "assets" / "generated"
    assert any(".edited" in bundle.read_text(encoding="utf-8") for bundle in made.glob("*.css"))


def _builds(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("Documentation built in")


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)
