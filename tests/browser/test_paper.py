"""`make pdf`: what is in the two PDFs."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from talk.errors import TalkError
from talk.site import browser as browsers
from talk.site.deck import make_deck
from talk.site.paper import handout_page, make_paper
from tests.browser.visit import visit

SITE_URL = "https://talk.example/"
OURS = ("Golos", "LabGrotesque", "Handjet", "Konfur", "JetBrainsMono", "KaTeX")
MOST_BYTES = 10_000_000


@pytest.fixture(scope="module")
def deck(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_deck(site, tmp_path_factory.mktemp("dist"), SITE_URL)


@pytest.fixture(scope="module")
def paper(browser: Browser, deck: Path) -> list[Path]:
    """Both PDFs. Asks for `browser`, so that without one this is skipped like any browser test."""
    assert browser.is_connected()
    return make_paper(deck, deck.parent)


@pytest.fixture(scope="module")
def titles(browser: Browser, deck: Path) -> list[str]:
    with visit(browser, (deck / "index.html").as_uri()) as opened:
        return opened.page.locator(".slides > section .slide-title").all_text_contents()


def letters(text: str) -> str:
    """The text without spaces and case: a title is set in capitals, and may be broken into lines."""
    return "".join(text.split()).casefold()


def text_of(reader: PdfReader) -> str:
    return letters("".join(page.extract_text() for page in reader.pages))


def test_one_slide_is_one_page(paper: list[Path], titles: list[str]) -> None:
    reader = PdfReader(paper[0])
    assert len(reader.pages) == len(titles)
    for page, title in zip(reader.pages, titles, strict=True):
        assert float(page.mediabox.width) / float(page.mediabox.height) == pytest.approx(16 / 9, rel=0.01)
        assert letters(title) in letters(page.extract_text())


def test_the_handout_has_every_slide_and_what_is_said_about_it(
    browser: Browser, deck: Path, paper: list[Path], titles: list[str]
) -> None:
    reader = PdfReader(paper[1])
    text = text_of(reader)
    assert [title for title in titles if letters(title) not in text] == []
    with visit(browser, (deck / "index.html").as_uri(), java_script_enabled=False) as opened:
        notes = opened.page.locator("aside.notes > p:first-child").all_inner_texts()
    assert notes
    assert [note for note in notes if letters(note)[:20] not in text] == []
    width, height = (float(size) for size in (reader.pages[0].mediabox.width, reader.pages[0].mediabox.height))
    assert (width, height) == pytest.approx((595, 842), abs=1), "A4"


def lowest(reader: PdfReader) -> list[tuple[float, str]]:
    """Of each page but the last: how high its lowest text stands, in shares of the page, and that text."""
    found = []
    for page in reader.pages[:-1]:
        texts: list[tuple[float, str]] = []

        def note(
            text: str, cm: list[float], tm: list[float], *_: object, texts: list[tuple[float, str]] = texts
        ) -> None:
            height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            if text.strip() and height > 50:  # above the page's number
                texts.append((height, text))

        page.extract_text(visitor_text=note)
        least = min(height for height, _ in texts)
        line = "".join(text for height, text in texts if height < least + 1)
        found.append((least / float(page.mediabox.height), line))
    return found


def test_no_page_of_the_handout_is_half_empty(paper: list[Path]) -> None:
    """What is read on each page but the last reaches below its upper three fifths."""
    ends = [height for height, _ in lowest(PdfReader(paper[1]))]
    assert len(ends) > 3
    assert [number for number, end in enumerate(ends, start=1) if end > 0.4] == []


def test_a_chapters_pages_are_full_and_end_with_no_heading(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/", color_scheme="dark") as opened:
        headings = opened.page.locator("main :is(h2, h3)").all_inner_texts()
        ends = lowest(PdfReader(BytesIO(opened.page.pdf(prefer_css_page_size=True))))
    assert len(ends) > 10
    assert {letters(text) for _, text in ends} & {letters(heading) for heading in headings} == set()
    assert sum(height for height, _ in ends) / len(ends) < 0.3, "a slide is whole, and begins a page where it has to"
    assert [number for number, (height, _) in enumerate(ends, start=1) if height > 0.75] == []


def test_code_of_the_handout_can_be_read(browser: Browser, deck: Path) -> None:
    html = re.sub(r"<script\b.*?</script>", "", (deck / "index.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    kinds = ("k", "s1", "sd", "mi", "nb", "nf", "nc", "c1", "n", "o")  # as Pygments calls what it colours
    code = "".join(f'<span class="{kind}">{kind}</span> ' for kind in kinds)
    page_file = deck / "handout-of-a-test.html"
    noted = html.replace("</aside>", f'<div class="highlight"><pre><code>{code}</code></pre></div></aside>', 1)
    page_file.write_text(handout_page(noted), encoding="utf-8")
    with visit(browser, page_file.as_uri()) as opened:
        opened.page.emulate_media(media="print")
        found = opened.page.evaluate(
            """() => {
              const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
              const luminance = (colour) => {
                pixel.fillStyle = colour;
                pixel.fillRect(0, 0, 1, 1);
                const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map((value) => {
                  const share = value / 255;
                  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              return [...document.querySelectorAll(".notes pre code, .notes pre code span")].map((each) => {
                const tones = [getComputedStyle(each).color, getComputedStyle(each.closest("pre")).backgroundColor];
                const [dark, light] = tones.map(luminance).sort((one, other) => one - other);
                return [(light + 0.05) / (dark + 0.05), each.textContent.slice(0, 20)];
              });
            }"""
        )
    page_file.unlink()
    assert len(found) > len(kinds)
    assert [text for ratio, text in found if ratio < 4.5] == []


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """Name of each font, and whether its file is in the PDF."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            described = font.get_object()
            described = described.get("/DescendantFonts", [described])[0].get_object()
            descriptor = described.get("/FontDescriptor", {})
            embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            # Outlined text is drawn letter by letter, as Type 3: such a font is named by its descriptor alone.
            drawn = font.get_object()["/Subtype"] == "/Type3"
            name = descriptor["/FontName"] if drawn else described["/BaseFont"]
            found[name.partition("+")[2]] = embedded or drawn
    return found


def test_typefaces_are_in_the_file(paper: list[Path]) -> None:
    for pdf in paper:
        fonts = fonts_of(PdfReader(pdf))
        assert [name for name, embedded in fonts.items() if not embedded] == []
        assert any("Golos" in name or "Grotesque" in name for name in fonts)
        assert [name for name in fonts if not name.startswith(OURS)] == [], "letters that our typefaces lack"


def test_links_are_live(paper: list[Path]) -> None:
    links = [
        annotation.get_object()["/A"]["/URI"]
        for page in PdfReader(paper[0]).pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    ]
    assert any(link.startswith(SITE_URL) for link in links)
    assert [link for link in links if link.startswith("file:")] == []


def test_the_pdfs_are_small(paper: list[Path]) -> None:
    assert [pdf.name for pdf in paper if pdf.stat().st_size >= MOST_BYTES] == []


def test_steps_are_collapsed(deck: Path, browser: Browser, tmp_path: Path) -> None:
    assert browser.is_connected()
    page = deck / "index.html"
    html = page.read_text(encoding="utf-8")
    stepped = html.replace('<div class="slide-body">', '<div class="slide-body"><p class="fragment">Шаг</p>', 1)
    assert stepped != html
    (tmp_path / "deck").mkdir()
    for entry in deck.iterdir():
        (tmp_path / "deck" / entry.name).symlink_to(entry)
    (tmp_path / "deck" / "index.html").unlink()
    (tmp_path / "deck" / "index.html").write_text(stepped, encoding="utf-8")
    assert "шаг" in letters(PdfReader(make_paper(tmp_path / "deck", tmp_path)[0]).pages[0].extract_text())


def test_no_browser_is_one_line_that_tells_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browsers, "_MACOS", ())
    with pytest.raises(TalkError) as error:
        make_paper(tmp_path, tmp_path)
    assert str(error.value).count("\n") == 0
    assert "apt install chromium" in str(error.value)


@pytest.mark.parametrize(
    ("query", "options"),
    [("", {}), ("?print-pdf", {}), ("?view=scroll", {}), ("", {"java_script_enabled": False})],
    ids=["with scripts", "reveal's paper", "reveal's scroll", "without scripts"],
)
def test_the_deck_itself_prints_a_slide_a_page(
    browser: Browser, deck: Path, titles: list[str], query: str, options: dict[str, Any]
) -> None:
    with visit(browser, (deck / "index.html").as_uri() + query, **options) as opened:
        page = opened.page
        if not options:
            page.wait_for_selector(".reveal.ready")
            page.keyboard.press("End")
        reader = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
        assert opened.errors == []
    assert len(reader.pages) == len(titles)
    for sheet, title in zip(reader.pages, titles, strict=True):
        assert float(sheet.mediabox.width) / float(sheet.mediabox.height) == pytest.approx(16 / 9, rel=0.01)
        assert letters(title) in letters(sheet.extract_text())


def test_printing_on_narrow_paper_reloads_nothing(browser: Browser, deck: Path) -> None:
    with visit(browser, (deck / "index.html").as_uri()) as opened:
        page = opened.page
        page.wait_for_selector(".reveal.ready")
        page.keyboard.press("End")
        page.wait_for_function("() => location.hash.endsWith(`/${document.querySelector('section.present').id}`)")
        last = page.url
        assert not last.endswith(page.locator(".slides > section").first.get_attribute("id") or "")
        loads: list[str] = []
        page.on("load", lambda _: loads.append(page.url))
        for paper in ({"format": "A5"}, {"format": "A4", "scale": 1.3}):  # so narrow that on a screen it were a phone
            page.pdf(**paper)
        page.wait_for_timeout(500)
        assert loads == []
        assert page.url == last
        assert page.locator(".reveal.ready section.present").count() == 1
