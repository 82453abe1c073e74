"""The deck in a real browser: nothing cut off, nobody else asked, from disk too."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.visit import Visit, visit

SIZES = [(1920, 1080), (1366, 768), (1024, 768)]

# Each box of the present slide that sticks out of it, that hides what sticks out of itself, or that lies on the title.
CUT_OFF = """() => {
  const slide = document.querySelector(".slides > section.present");
  const frame = slide.querySelector(".slide-frame").getBoundingClientRect();
  const title = slide.querySelector(".slide-title").getBoundingClientRect();
  const body = slide.querySelector(".slide-body");
  const found = [];
  const name = (element) => `${element.tagName} ${(element.textContent || "").trim().slice(0, 40)}`;
  for (const element of slide.querySelectorAll(".slide-frame *")) {
    if (element.closest(".katex-mathml, svg :is(defs, title, desc), .katex svg *")) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    let box = element.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const drawing = element.ownerSVGElement && !element.closest(".katex") ? element.closest("svg") : null;
    if (drawing && getComputedStyle(drawing).overflow !== "visible") {
      // A line may run out of its drawing, which shows the part of it that is inside; a word may not.
      const clip = drawing.getBoundingClientRect();
      const left = Math.max(box.left, clip.left), top = Math.max(box.top, clip.top);
      const right = Math.min(box.right, clip.right), bottom = Math.min(box.bottom, clip.bottom);
      const lost = Math.max(left - box.left, top - box.top, box.right - right, box.bottom - bottom);
      if (element.localName === "text" && lost > 1.5) found.push(`${name(element)} loses ${lost.toFixed(0)} px`);
      if (right <= left || bottom <= top) continue;
      box = { left, top, right, bottom };
    }
    const sideways = Math.max(frame.left - box.left, box.right - frame.right);
    const beyond = Math.max(sideways, frame.top - box.top, box.bottom - frame.bottom);
    if (beyond > 1) found.push(`${name(element)} is ${beyond.toFixed(0)} px outside the slide`);
    if (element instanceof HTMLElement && !element.closest(".katex")) {
      const hides = getComputedStyle(element).overflow !== "visible";
      const wide = element.scrollWidth - element.clientWidth, high = element.scrollHeight - element.clientHeight;
      if (hides && (wide > 1 || high > 1)) found.push(`${name(element)} hides ${wide} × ${high} px`);
    }
    if (body.contains(element) && element !== body && box.top < title.bottom - 1 && box.bottom > title.top + 1
        && box.left < title.right && box.right > title.left && !element.closest(".katex")) {
      found.push(`${name(element)} lies on the title`);
    }
  }
  // A word or a formula that no line holds sticks out of its own box, and of its column.
  const texts = document.createTreeWalker(slide.querySelector(".slide-frame"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement;
    if (around.closest(".katex-mathml, svg")) continue;
    if (!around.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const home = (around.closest(".slide-column") ?? slide.querySelector(".slide-frame")).getBoundingClientRect();
    for (const box of range.getClientRects()) {
      const beyond = Math.max(home.left - box.left, box.right - home.right);
      if (box.width && beyond > 1) found.push(`“${range}” is ${beyond.toFixed(0)} px outside its place`);
    }
  }
  const spills = body.scrollHeight - body.clientHeight;
  if (spills > 1) found.push(`the body is ${spills} px longer than its room`);
  return found;
}"""


def slides_of(page: Page) -> list[str]:
    return page.locator(".slides > section").evaluate_all("slides => slides.map(slide => slide.id)")


def main_line(page: Page) -> list[str]:
    """The slides that are shown in turn."""
    return page.locator(".slides > section:not([data-backup])").evaluate_all("slides => slides.map(slide => slide.id)")


def show(page: Page, slide: str) -> None:
    """Go to the slide with all its steps taken."""
    # Set again where it does not last: reveal.js writes the former slide's address a moment after it came.
    page.wait_for_function(
        """id => {
          if (document.querySelector(".slides > section.present")?.id === id) return true;
          if (location.hash !== `#/${id}`) location.hash = `#/${id}`;
          return false;
        }""",
        arg=slide,
    )
    page.evaluate(
        "document.querySelectorAll('section.present .fragment').forEach(step => step.classList.add('visible'))"
    )


@dataclass(frozen=True)
class Walked:
    """The deck after every slide was shown, and what was cut off on which."""

    deck: Visit
    slides: list[str]
    cut_off: dict[str, list[str]]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: "{}-{}".format(*size))
def walked(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Walked]:
    width, height = request.param
    with visit(
        browser, f"{address}/slides/", viewport={"width": width, "height": height}, reduced_motion="reduce"
    ) as deck:
        deck.page.evaluate("document.fonts.ready")
        slides = slides_of(deck.page)
        cut_off = {}
        for slide in slides:
            show(deck.page, slide)
            if found := deck.page.evaluate(CUT_OFF):
                cut_off[slide] = found
        yield Walked(deck, slides, cut_off)


def test_nothing_is_cut_off(walked: Walked) -> None:
    assert len(walked.slides) > 10
    assert walked.cut_off == {}
    assert walked.deck.errors == []


def test_text_can_be_read_from_the_last_row(walked: Walked) -> None:
    small = """() => {
      const least = 0.9875 * document.querySelector("section.present").getBoundingClientRect().height / 27;
      return [...document.querySelectorAll(".slide-body :is(p, li, td)")]
        .filter(element => element.textContent.trim() && !element.closest("figcaption, .measured-on, .notes"))
        .map(element => [parseFloat(getComputedStyle(element).fontSize), element.textContent.trim().slice(0, 40)])
        .filter(([size]) => size < least);
    }"""
    assert walked.deck.page.evaluate(small) == []


def test_the_deck_asks_nobody_else(walked: Walked, address: str) -> None:
    deck = walked.deck
    assert [url for url in deck.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert all(answer.ok or answer.status == 304 for answer in deck.answers)


def test_every_slide_has_a_title_notes_or_prose_and_a_way_to_the_article(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        slides = deck.page.locator(".slides > section")
        assert deck.page.locator(".slides > *:not(section)").count() == 0
        for index in range(slides.count()):
            slide = slides.nth(index)
            assert (slide.locator(".slide-title").text_content() or "").strip()
            assert slide.locator("aside.notes").count() == 1
            assert slide.locator(".slide-link").get_attribute("href")


def test_a_slide_leads_to_the_article_and_back(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/") as article:
        page = article.page
        slide = page.locator("section.slide").nth(2)
        name = slide.get_attribute("id")
        slide.locator(".slide-link").click()
        page.wait_for_url(f"**/slides/#/{name}")
        assert page.locator(".slides > section.present").get_attribute("id") == name
        page.locator("section.present .slide-link").click()
        page.wait_for_url(f"**/gpu/#{name}")
        assert article.errors == []


def test_the_deck_opens_from_disk(browser: Browser, site: Path) -> None:
    folder = site.as_uri()
    with visit(browser, f"{folder}/slides/index.html", offline=True) as deck:
        page = deck.page
        first, second = slides_of(page)[:2]
        assert page.locator("section.present").get_attribute("id") == first
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/slides/index.html#/{second}*")
        assert page.evaluate("document.fonts.check('16px \"Golos Text\"')")
        link = page.locator("section.present .slide-link").evaluate("link => link.href.split('#')[0]")
        assert link.startswith(folder)
        assert (site / link.removeprefix(folder + "/")).is_file()
        assert [url for url in deck.asked if not url.startswith((folder, "data:"))] == []
        assert deck.errors == []


def test_keys_are_told_in_russian(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        page = deck.page
        page.keyboard.press("?")
        help_ = page.get_by_role("dialog", name="Клавиши")
        assert {"/slides/?auto", "/slides/?slot=20"} == set(help_.locator("code").all_inner_texts())
        assert help_.is_visible()
        assert "окно докладчика" in help_.inner_text()
        assert page.locator(".reveal.paused").count() == 0, "the key of «?» does not black the screen out"
        page.keyboard.press("Escape")
        assert help_.is_hidden()
        assert page.locator(".reveal.overview").count() == 0, "Esc closes the help, not the slide"


def test_the_deck_reads_as_a_scroll_without_scripts(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/", java_script_enabled=False) as deck:
        slides = deck.page.locator(".slides > section")
        tops = []
        for index in range(slides.count()):
            box = slides.nth(index).bounding_box()
            assert box is not None
            assert box["height"] > 300
            tops.append(box["y"])
        assert tops == sorted(tops)
        assert deck.page.locator("aside.notes").first.is_visible()


def test_a_caption_says_the_rest_when_it_is_asked(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/", viewport={"width": 1920, "height": 1080}) as deck:
        page = deck.page
        show(page, page.locator(".slides > section:has(.provenance small a)").first.get_attribute("id") or "")
        caption = page.locator("section.present .provenance").first
        rest = caption.locator("small")
        opacity = "rest => getComputedStyle(rest).opacity"
        assert caption.evaluate("caption => parseFloat(getComputedStyle(caption).fontSize)") >= 24
        assert rest.evaluate(opacity) == "0"
        caption.hover()
        assert rest.evaluate(opacity) == "1"
        page.mouse.move(0, 0)
        assert rest.evaluate(opacity) == "0"
        rest.locator("a").focus()
        assert rest.evaluate(opacity) == "1"


def test_a_phones_scroll_loses_no_picture(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/", viewport={"width": 390, "height": 844}, is_mobile=True) as deck:
        assert deck.page.locator(".deck:not(.reveal)").count() == 1
        pictures = deck.page.locator(".slide-body figure :is(svg.drawing, svg.chart):not(.thermometer *)")
        low = pictures.evaluate_all(
            """all => all
              .filter(picture => picture.checkVisibility() && picture.getBoundingClientRect().height < 60)
              .map(picture => picture.closest(".slide").id)"""
        )
        assert pictures.count() > 20
        assert low == []


def test_a_phones_scroll_holds_what_slides_hold(browser: Browser, address: str) -> None:
    """Of formulas nothing is cut; a table scrolls in its own box."""
    with visit(browser, f"{address}/slides/", viewport={"width": 390, "height": 844}, is_mobile=True) as deck:
        deck.page.locator(".katex-display").first.scroll_into_view_if_needed()  # then their typeface is asked for
        deck.page.wait_for_function(
            "() => [...document.fonts].some((face) => face.family.startsWith('KaTeX') && face.status === 'loaded')"
        )
        deck.page.evaluate("document.fonts.ready")
        cut = deck.page.locator(".slide-body > *, .slide-body .katex-base").evaluate_all(
            """all => all
              .filter(part => part.getBoundingClientRect().right > innerWidth)
              .map(part => part.closest(".slide").id)"""
        )
        assert cut == []


def test_in_a_row_of_a_table_all_cells_stand_alike(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        rows = deck.page.evaluate(
            """() => [...document.querySelectorAll(".layout-table :is(tbody, tfoot) tr")].map((row) => [
              row.closest("section").id,
              row.parentElement.tagName,
              new Set([...row.cells].map((cell) => getComputedStyle(cell).verticalAlign)).size,
            ])"""
        )
    assert {part for _, part, _ in rows} == {"TBODY", "TFOOT"}
    assert [row for row in rows if row[2] != 1] == []
