"""`make pptx`: what is in the file, asked of python-pptx and of the deck itself."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser
from pptx import Presentation
from pptx.presentation import Presentation as Show

from talk.errors import TalkError
from talk.site import browser as browsers
from talk.site.deck import make_deck
from talk.site.pptx import make_pptx
from tests.browser.visit import visit


@pytest.fixture(scope="module")
def deck(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_deck(site, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def show(browser: Browser, deck: Path) -> Show:
    """Asks for `browser`, so that without one this is skipped like any browser test."""
    assert browser.is_connected()
    return Presentation(str(make_pptx(deck, deck.parent)))


def letters(text: str) -> str:
    return "".join(text.split())


def test_every_slide_is_a_picture_with_its_title_and_its_notes(browser: Browser, deck: Path, show: Show) -> None:
    with visit(browser, (deck / "index.html").as_uri(), java_script_enabled=False) as opened:
        titles = opened.page.locator(".slides > section .slide-title").all_text_contents()
        notes = [
            " ".join(each.locator("p:not(:has(.katex))").all_inner_texts()[:1])
            for each in opened.page.locator("aside.notes").all()
        ]
    slides = list(show.slides)
    assert [slide.shapes.title.text for slide in slides] == titles
    for slide, note in zip(slides, notes, strict=True):
        assert letters(note) in letters(slide.notes_slide.notes_text_frame.text)
        [picture] = [shape for shape in slide.shapes if hasattr(shape, "image")]
        assert (picture.left, picture.top) == (0, 0)
        assert (picture.width, picture.height) == (show.slide_width, show.slide_height)
        image = Image.open(BytesIO(picture.image.blob))
        assert image.size == (1920, 1080)
        assert len(image.convert("L").getcolors() or []) > 10, "something is drawn"
    assert sum(len(slide.notes_slide.notes_text_frame.text) for slide in slides) > 1000


def test_no_browser_is_one_line(deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browsers, "_MACOS", ())
    with pytest.raises(TalkError, match=r"^make pptx: no Chromium or Chrome is found"):
        make_pptx(deck, tmp_path)
    assert list(tmp_path.iterdir()) == []
