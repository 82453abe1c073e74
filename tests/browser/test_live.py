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
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import visit
from tests.site.conftest import project

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
