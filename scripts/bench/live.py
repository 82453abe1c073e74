"""How soon an edited slide is on the screen while `mkdocs serve` runs."""

import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.project import copy_project, environment, set_up
from talk.errors import TalkError

_EDITS = 5
_LONGEST_S = 120
_CHAPTER, _SLIDE, _FORMER = "gpu.md", "skanery-i-mikroskopy", "вместе с теми, кого он позвал"


def edit_to_slide_s(browser_path: str) -> float:
    """The median time from writing a chapter's file to its edited slide on the screen, in the whole site.

    Raises TalkError when the slide that is edited is not there any more.
    """
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, ExitStack() as held:
        project = Path(folder, "project")
        copy_project(project)
        set_up(project)
        address = held.enter_context(_serve(project))
        playwright = held.enter_context(sync_playwright())
        chapter = project / "docs" / _CHAPTER
        text = chapter.read_text(encoding="utf-8")
        if _FORMER not in text:
            raise TalkError(chapter, f"has no words «{_FORMER}»", "edit another slide in scripts/bench/live.py")
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(_LONGEST_S * 1000)
        page.goto(f"{address}/slides/#/{_SLIDE}")
        times = []
        for number in range(_EDITS):
            page.wait_for_selector(f"#{_SLIDE}.present")
            page.wait_for_timeout(1000)  # the page listens for reloads by then
            start = time.perf_counter()
            chapter.write_text(text.replace(_FORMER, f"правка {number}"), encoding="utf-8")
            page.locator(f"#{_SLIDE}.present").get_by_text(f"правка {number}").wait_for()
            times.append(time.perf_counter() - start)
        browser.close()
    return median(times)


@contextmanager
def _serve(project: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (project / "log").open("wb") as log:
        words = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address]
        server = subprocess.Popen(words, cwd=project, env=environment(project), stdout=log, stderr=log)
    try:
        start = time.monotonic()
        while not _answers(f"http://{address}"):
            if server.poll() is not None or time.monotonic() - start > _LONGEST_S:
                said = (project / "log").read_text(encoding="utf-8").strip().splitlines()
                raise TalkError("mkdocs serve", f"does not serve ({said[-1] if said else 'it said nothing'})", "run it")
            time.sleep(0.2)
        yield f"http://{address}"
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True
