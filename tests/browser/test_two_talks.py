"""Two talks of one origin, each with its deck and its speaker's window, run at once."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site is served twice, as one/ and as other/."""
    folder = tmp_path_factory.mktemp("talks")
    for name in ("one", "other"):
        (folder / name).symlink_to(site, target_is_directory=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def on_stage(context: BrowserContext, url: str) -> tuple[Page, Page]:
    """The deck at `url` and its speaker's window."""
    deck = context.new_page()
    deck.goto(url)
    deck.wait_for_selector(".reveal.ready")
    with deck.expect_popup() as opened:
        deck.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_selector(".current .slide")
    return deck, speaker


def shown(deck: Page) -> str:
    return str(deck.locator("section.present").get_attribute("id"))


def test_each_speaker_leads_their_own_deck_and_run(context: BrowserContext, origin: str) -> None:
    one, ones = on_stage(context, f"{origin}/one/slides/")
    other, others = on_stage(context, f"{origin}/other/slides/")
    assert one.url.startswith(f"{origin}/one/")
    assert ones != others
    first = shown(one)

    ones.keyboard.press("t")
    ones.wait_for_function("() => document.querySelector('.elapsed').textContent !== '0:00'")
    assert others.locator(".elapsed").inner_text() == "0:00"
    others.keyboard.press("PageDown")
    other.wait_for_function("first => document.querySelector('section.present').id !== first", arg=first)
    assert shown(one) == first

    # A letter typed where a number is asked for is text in the one, and in the other a command.
    one.bring_to_front()
    one.keyboard.press("g")
    one.keyboard.type("n")
    other.bring_to_front()
    second = shown(other)
    other.keyboard.press("n")
    other.wait_for_function("second => document.querySelector('section.present').id !== second", arg=second)
    assert shown(one) == first
    assert one.locator(".jump-to-slide-input").input_value() == "n"

    one.close()
    ones.wait_for_function("() => document.body.innerText.includes('Презентация закрыта')")
    others.keyboard.press("Home")
    other.wait_for_function("first => document.querySelector('section.present').id === first", arg=first)
    assert "Презентация закрыта" not in others.locator("body").inner_text()
