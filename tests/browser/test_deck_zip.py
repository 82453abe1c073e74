"""dist/deck.zip, unpacked and opened from disk with the network off."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from talk.site.deck import make_deck
from tests.browser.test_deck import show, slides_of
from tests.browser.visit import Visit, visit


@pytest.fixture(scope="module")
def page(site: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the unpacked deck."""
    folder = tmp_path_factory.mktemp("unpacked")
    make_deck(site, folder / "dist")
    with zipfile.ZipFile(folder / "dist" / "deck.zip") as archive:
        archive.extractall(folder)
    return (folder / "deck" / "index.html").as_uri()


def asked_elsewhere(deck: Visit, page: str) -> list[str]:
    folder = page.removesuffix("index.html")
    return [url for url in deck.asked if not url.startswith((folder, "data:", "blob:", "about:"))]


def test_every_slide_is_shown_in_its_typefaces(browser: Browser, page: str) -> None:
    with visit(browser, page, offline=True) as deck:
        for slide in slides_of(deck.page):
            show(deck.page, slide)
            assert deck.page.locator("section.present .slide-title").is_visible()
        deck.page.evaluate("document.fonts.ready")
        faces = "() => [...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)"
        broken = "() => [...document.fonts].filter(face => face.status === 'error').map(face => face.family)"
        pictures = (
            "() => [...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src)"
        )
        assert len(set(deck.page.evaluate(faces))) >= 3, "text, headings, code"
        assert deck.page.evaluate(broken) == []
        assert deck.page.evaluate(pictures) == []
        assert deck.errors == []
        assert asked_elsewhere(deck, page) == []


def test_no_link_leads_out_of_the_folder_into_nothing(browser: Browser, page: str) -> None:
    with visit(browser, page, offline=True) as deck:
        links = deck.page.locator("main a[href]").evaluate_all(
            "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)"
        )
        assert [link for link in links if link.startswith("file:") and not link.startswith(page)] == []


def test_the_speaker_view_opens(browser: Browser, page: str) -> None:
    with visit(browser, page, offline=True) as deck:
        with deck.page.expect_popup() as opened:
            deck.page.keyboard.press("s")
        speaker = opened.value
        speaker.wait_for_selector(".current .slide")
        note = deck.page.locator("section.present aside.notes").text_content() or ""
        beginning = " ".join(note.split())[:30]
        speaker.wait_for_function("text => document.body.innerText.replace(/\\s+/g, ' ').includes(text)", arg=beginning)
        assert asked_elsewhere(deck, page) == []
