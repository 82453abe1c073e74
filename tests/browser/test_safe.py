"""Nobody else hears of a reader: every page, opened in a browser all of whose other requests end at a listener."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from talk.site.links import find_broken

BROWSERS_OWN = "content-autofill.googleapis.com"  # Chromium asks it about the fields of any page
ELSEWHERE = "http://example.org/picture.png"


@pytest.fixture(scope="module")
def heard() -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy, and the first line of whatever it is asked; it answers nothing."""
    lines: list[str] = []

    class Listener(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline().decode(errors="replace").strip()
            if BROWSERS_OWN not in line:
                lines.append(line)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Listener) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", lines
        server.shutdown()


@pytest.fixture
def listened(browser: Browser, heard: tuple[str, list[str]]) -> Iterator[BrowserContext]:
    """A window whose every request to a host that is not this machine goes to the listener."""
    context = browser.new_context(proxy={"server": heard[0], "bypass": "127.0.0.1"})
    heard[1].clear()
    yield context
    context.close()


def test_the_listener_hears_a_page_that_asks_elsewhere(
    listened: BrowserContext, heard: tuple[str, list[str]], address: str
) -> None:
    page = listened.new_page()
    page.goto(f"{address}/assets/brand/favicon.svg")  # an address without a policy
    page.evaluate("url => fetch(url, { mode: 'no-cors' }).catch(() => {})", ELSEWHERE)
    assert heard[1] == [f"GET {ELSEWHERE} HTTP/1.1"]


def test_a_page_that_is_told_to_ask_elsewhere_does_not(
    listened: BrowserContext, heard: tuple[str, list[str]], address: str
) -> None:
    page = listened.new_page()
    page.goto(f"{address}/gpu/")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.evaluate(
        """url => {
          document.body.insertAdjacentHTML("beforeend", `<img src="${url}"><svg onload="document.title='run'"></svg>`);
          return fetch(url).catch(() => {});
        }""",
        ELSEWHERE,
    )
    page.wait_for_timeout(300)
    assert heard[1] == []
    assert page.title() != "run"
    assert sum("Content Security Policy" in text for text in told) >= 3


def test_no_page_asks_another_host(
    listened: BrowserContext, heard: tuple[str, list[str]], site: Path, address: str
) -> None:
    pages = sorted(path.relative_to(site).as_posix().removesuffix("index.html") for path in site.rglob("*.html"))
    assert {"", "gpu/", "slides/", "reproduce/", "404.html", "assets/generated/deck/speaker.html"} <= set(pages)
    page = listened.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in pages:
        page.goto(f"{address}/{name}", wait_until="load")
        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")  # what loads when it is seen
        page.wait_for_timeout(100)
    page.goto(f"{address}/")
    page.keyboard.press("/")
    page.keyboard.type("addmm")
    page.wait_for_selector(".md-search-result__item")
    assert heard[1] == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []


def test_every_page_has_the_policy(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert pages
    assert [str(path) for path, html in pages.items() if '<meta http-equiv="Content-Security-Policy"' not in html] == []


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    assert find_broken(site) == []
