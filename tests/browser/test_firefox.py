"""Firefox: dist/deck.zip from disk with the network off, where it is stricter than Chromium about files; policies."""

import os
import shutil
import time
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from talk.site.deck import make_deck

_LONGEST_S = 60
_NAMES = ("firefox-esr", "firefox")


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Firefox: $FIREFOX, or the first that is installed. Without one the tests are skipped, but not in CI."""
    from marionette_driver.marionette import Marionette

    found = os.environ.get("FIREFOX") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = "no Firefox: install it, or name it in FIREFOX"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    log = tmp_path_factory.mktemp("firefox") / "log"
    driver = Marionette(bin=str(Path(found).resolve()), headless=True, gecko_log=str(log), startup_timeout=_LONGEST_S)
    driver.start_session()
    with driver.using_context("chrome"):
        driver.execute_script("Services.io.offline = true; Services.console.reset()")
    yield driver
    driver.quit()
    driver.cleanup()


@pytest.fixture(scope="module")
def deck(firefox: Any, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The unpacked deck, opened."""
    folder = tmp_path_factory.mktemp("unpacked")
    make_deck(site, folder / "dist")
    with zipfile.ZipFile(folder / "dist" / "deck.zip") as archive:
        archive.extractall(folder)
    firefox.set_window_rect(width=1366, height=900)
    firefox.navigate((folder / "deck" / "index.html").as_uri())
    until(lambda: ask(firefox, "document.querySelector('.reveal.ready') !== null"))
    return firefox


def ask(driver: Any, expression: str, *arguments: Any) -> Any:
    return driver.execute_script(f"return {expression}", arguments)


def until(holds: Callable[[], Any]) -> None:
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < _LONGEST_S
        time.sleep(0.05)


def press(driver: Any, key: str) -> None:
    driver.actions.sequence("key", "keyboard").key_down(key).key_up(key).perform()


def show(driver: Any, slide: str) -> None:
    ask(driver, "location.hash = `#/${arguments[0]}`", slide)
    until(lambda: present(driver) == slide)


def present(driver: Any) -> str:
    return str(ask(driver, "document.querySelector('section.present').id"))


def complaints(driver: Any) -> list[str]:
    """What the console says against the deck's own files."""
    with driver.using_context("chrome"):
        said = driver.execute_script("return Services.console.getMessageArray().map(String)")
    return [line for line in said if "Error" in line and "/deck/" in line]


def test_every_slide_shows_in_its_typefaces(deck: Any) -> None:
    slides = ask(deck, "[...document.querySelectorAll('.slides > section')].map(slide => slide.id)")
    assert len(slides) > 10
    for slide in slides:
        show(deck, slide)
        title = "document.querySelector('section.present .slide-title')"
        assert ask(deck, f"{title}.checkVisibility() && {title}.getBoundingClientRect().height > 0"), slide
    deck.timeout.script = _LONGEST_S
    faces = deck.execute_async_script(
        """const [done] = arguments;
        document.fonts.ready.then(() => done([...document.fonts].map(face => [face.family, face.status])))"""
    )
    assert [face for face, status in faces if status == "error"] == []
    loaded = {face.strip('"') for face, status in faces if status == "loaded"}
    assert {"JetBrains Mono", "KaTeX_Main"} <= loaded, "code, math"
    assert len(loaded) >= 4, "text and headings, whichever typefaces they are in"
    assert complaints(deck) == []


def test_the_speaker_view_follows(deck: Any) -> None:
    from marionette_driver.keys import Keys

    first, second = ask(deck, "[...document.querySelectorAll('.slides > section')].slice(0, 2).map(slide => slide.id)")
    show(deck, first)
    here = deck.current_window_handle
    press(deck, "s")
    until(lambda: len(deck.window_handles) == 2)
    (there,) = set(deck.window_handles) - {here}
    title = ask(deck, "document.getElementById(arguments[0]).querySelector('.slide-title').textContent", second)
    note = ask(deck, "document.getElementById(arguments[0]).querySelector('.notes').textContent", first)
    deck.switch_to_window(there)
    until(lambda: ask(deck, "document.querySelector('.current .slide') !== null"))
    assert note.split()[:5] == ask(deck, "document.querySelector('.said').textContent").split()[:5]
    assert ask(deck, "document.querySelector('.following .slide-title').textContent") == title
    press(deck, Keys.ARROW_RIGHT)
    until(lambda: ask(deck, "document.querySelector('.current .slide-title')?.textContent") == title)
    deck.close()
    deck.switch_to_window(here)
    assert present(deck) == second
    assert complaints(deck) == []


def test_what_only_a_server_measures_is_said(deck: Any) -> None:
    show(deck, ask(deck, "document.querySelector('.slides > section[data-measure^=\"gradient.\"]').id"))
    press(deck, "r")
    told = ask(deck, "document.querySelector('section.present .slide-now').textContent")
    assert told == "Измерить не вышло: слайды открыты без сервера (make serve)"
    assert complaints(deck) == []


@pytest.mark.parametrize(("words", "first"), [("свертка", "gpu/"), ("умнажение", "matmul/"), ("njit", "algorithms/")])
def test_search_answers_on_a_page_from_disk(firefox: Any, site: Path, words: str, first: str) -> None:
    firefox.navigate((site / "index.html").as_uri())
    firefox.set_window_rect(width=1366, height=900)
    field = firefox.find_element("css selector", ".md-search__input")
    field.click()
    field.send_keys(words)
    link = "document.querySelector('.md-search-result__item > a:first-child')?.href"
    until(lambda: (ask(firefox, link) or "").startswith((site / first / "index.html").as_uri()))


# What the policy forbids: a script and a handler written into the page, another host's picture and answer, eval.
_FORBIDDEN = """
const [elsewhere, done] = arguments, broken = [];
document.addEventListener("securitypolicyviolation",
                          event => broken.push(`${event.blockedURI} ${event.effectiveDirective}`));
const script = document.createElement("script");
script.textContent = "document.title = 'run'";
document.body.append(script);
document.body.insertAdjacentHTML(
  "beforeend", `<img src="${elsewhere}"><button onclick="document.title = 'run'"></button>`);
document.body.lastElementChild.click();
fetch(elsewhere).catch(() => {});
try { window.eval("document.title = 'run'"); } catch {}
const wait = () => broken.length < 5 ? setTimeout(wait, 20) : done(broken);
wait();
"""


@pytest.mark.parametrize("page", ["", "gpu/", "slides/", "labs/matmul/"])
def test_a_page_keeps_to_its_policy_and_is_held_by_it(firefox: Any, address: str, page: str) -> None:
    with firefox.using_context("chrome"):
        firefox.execute_script("Services.console.reset()")
    firefox.navigate(f"{address}/{page}")
    until(lambda: ask(firefox, "document.readyState === 'complete'"))
    time.sleep(0.2)  # what is loaded beforehand, for the next page, is asked for later
    with firefox.using_context("chrome"):
        said = firefox.execute_script("return Services.console.getMessageArray().map(String)")
    assert [line for line in said if "Content-Security-Policy" in line] == []

    title, elsewhere = ask(firefox, "document.title"), "http://localhost:9/picture.png"
    firefox.timeout.script = _LONGEST_S
    broken = firefox.execute_async_script(_FORBIDDEN, [elsewhere])
    inline = {f"inline {directive}" for directive in ("script-src-elem", "script-src-attr")}
    assert set(broken) == {*inline, f"{elsewhere} img-src", f"{elsewhere} connect-src", "eval script-src"}
    assert ask(firefox, "document.title") == title


def test_no_printed_page_ends_with_a_heading(firefox: Any, site: Path) -> None:
    firefox.navigate((site / "gpu" / "index.html").as_uri())
    headings = ask(
        firefox, "[...document.querySelectorAll('.md-typeset :is(h2, h3)')].map(h => h.firstChild.textContent)"
    )
    assert len(headings) > 5
    margins = dict.fromkeys(("top", "bottom", "left", "right"), 1.5)
    paper = {"background": True, "page": {"width": 21, "height": 29.7}, "margin": margins}  # A4, in cm
    printed = firefox._send_message("WebDriver:Print", paper, key="value")  # the driver has no name for it
    ended = []
    for page in PdfReader(BytesIO(b64decode(printed))).pages:
        said = "".join(page.extract_text().split()).lower()
        ended += [heading for heading in headings if said.endswith("".join(heading.split()).lower())]
    assert ended == []
