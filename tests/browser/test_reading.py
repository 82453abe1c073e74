"""What readers do with a page beside looking at it: print, copy, translate, search, open from disk, touch."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visit import LONGEST_MS, Visit, visit

# WCAG's contrast with white paper of every text outside slides that the page shows, the lowest first.
FAINT = """() => {
  const part = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((each) => part(each / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return [...document.querySelectorAll("main :is(p, li, td, th, h1, h2, figcaption, pre, .slide-link, svg text)")]
    .filter((text) => !text.closest(".slide-frame") && !text.outerHTML.includes("--chart-on-colour"))
    .filter((text) => text.textContent.trim() && text.checkVisibility())
    .map((text) => {
      const style = getComputedStyle(text);
      return [1.05 / (luminance(text.matches("svg text") ? style.fill : style.color) + 0.05), text.textContent.trim()];
    })
    .sort(([one], [other]) => one - other);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["gpu/", "labs/matmul/", "reproduce/"])
def test_a_page_prints_dark_on_white_in_any_scheme(browser: Browser, address: str, name: str, scheme: Any) -> None:
    with visit(browser, f"{address}/{name}", color_scheme=scheme) as opened:
        page = opened.page
        page.wait_for_function("scheme => getComputedStyle(document.body).colorScheme === scheme", arg=scheme)
        page.emulate_media(media="print")
        texts = page.evaluate(FAINT)
        assert len(texts) > 20
        assert [text for contrast, text in texts if contrast < 3] == []


def test_on_paper_slides_stay_dark_and_whole(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/gpu/", color_scheme="light") as opened:
        page = opened.page
        page.emulate_media(media="print")
        slides = page.locator("main section.slide")
        assert slides.count() > 5
        looks = slides.evaluate_all(
            """all => all.map((slide) => [
              getComputedStyle(slide).breakInside,
              getComputedStyle(slide.querySelector(".slide-frame")).backgroundColor,
              getComputedStyle(slide.querySelector(".slide-frame")).printColorAdjust,
            ].join(" "))"""
        )
        assert set(looks) == {"avoid rgb(0, 0, 0) exact"}


@pytest.mark.parametrize("name", ["matmul/", "derivative/"])
def test_on_paper_nothing_is_left_to_press(browser: Browser, address: str, name: str) -> None:
    with visit(browser, f"{address}/{name}") as opened:
        page = opened.page
        page.locator(".live-controls").first.wait_for(state="attached")
        page.emulate_media(media="print")
        left = (
            page.locator("main")
            .locator("input, button")
            .evaluate_all("all => all.filter((each) => each.checkVisibility()).map((each) => each.outerHTML)")
        )
        assert left == []


def test_on_narrow_paper_a_slide_loses_nothing(browser: Browser, address: str) -> None:
    """A4 less its margins is narrower than any screen that shows slides as cards."""
    with visit(browser, f"{address}/gpu/", viewport={"width": 560, "height": 800}) as opened:
        opened.page.emulate_media(media="print")
        lost = opened.page.locator("main section.slide").evaluate_all(
            """all => all.flatMap((slide) => {
              const body = slide.querySelector(".slide-body"), frame = slide.querySelector(".slide-frame");
              const spare = parseFloat(getComputedStyle(frame).paddingBottom) / 2;
              return body.scrollHeight - body.clientHeight > spare ? [slide.id] : [];
            })"""
        )
        assert lost == []


def search(page: Page, words: str) -> list[str]:
    """Pages that the search finds, the best first, as the site's addresses."""
    box, told = page.locator(".md-search__input"), page.locator(".md-search-result__meta")
    box.click()
    # The theme asks for nothing as soon as it can; what it says after that answers the words.
    expect(told).to_have_text(re.compile(r"Начните печатать|\d|не найдено"), timeout=LONGEST_MS)
    told.evaluate("told => told.replaceChildren()")
    box.fill(words)
    page.keyboard.press("Shift")  # it asks when a key comes up
    expect(told).to_have_text(re.compile(r"\d|не найдено"), timeout=LONGEST_MS)
    links = page.locator(".md-search-result__item > a:first-child")
    return [
        re.sub(r".*?/site/|\?.*|index\.html|https?://[^/]+/", "", str(each))
        for each in links.evaluate_all("all => all.map(each => each.href)")
    ]


FOUND_FIRST = {
    "производная": "derivative/",
    "умножение": "matmul/",
    "умнажение": "matmul/",
    "умножение матриц": "matmul/",
    "матмул": "matmul/",
    "GPU": "gpu/",
    "addmm": "gpu/",
    "алгоритмы": "algorithms/",
    "градиент": "derivative/",
    "свертка": "gpu/",
    "conv2d": "gpu/",
    "slow_conv2d": "gpu/",
    "zero_grad": "derivative/",
    "njit": "algorithms/",
    "Штрассена": "matmul/",
}


@pytest.fixture(scope="module", params=["served", "from disk"])
def home(request: pytest.FixtureRequest, site: Path, address: str) -> str:
    """The first page's address, of the site on a server and on disk."""
    return f"{address}/" if request.param == "served" else (site / "index.html").as_uri()


@pytest.fixture(scope="module")
def searched(browser: Browser, home: str) -> Iterator[Visit]:
    """The home page, where one test searches after another."""
    with visit(browser, home) as opened:
        yield opened


def test_search_forgives_and_ranks_chapters_first(searched: Visit) -> None:
    first = {}
    for words in FOUND_FIRST:
        found = search(searched.page, words)
        first[words] = found[0] if found else None
    assert first == FOUND_FIRST
    assert searched.errors == []


@pytest.mark.parametrize(("typed", "written"), [("свертка", "свёртка"), ("слоев", "слоёв"), ("еще", "ещё")])
def test_search_knows_a_letter_without_its_marks(searched: Visit, typed: str, written: str) -> None:
    found = search(searched.page, typed)
    assert found
    marked = searched.page.locator(".md-search-result mark").all_text_contents()
    assert written in {each.lower() for each in marked}
    assert search(searched.page, written) == found


def test_search_finds_nothing_where_there_is_nothing(searched: Visit) -> None:
    assert search(searched.page, "кривошипношатунный") == []


def test_what_is_found_leads_to_its_words(browser: Browser, home: str) -> None:
    with visit(browser, home) as opened:
        search(opened.page, "свертка")
        opened.page.locator(".md-search-result__item a").nth(1).click()
        opened.page.wait_for_selector("main mark[data-md-highlight]")
        assert "gpu" in opened.page.url
        assert opened.errors == []


def test_cells_and_labels_are_apart_in_the_index(site: Path) -> None:
    """No word of the index is two words of the pages; nor is code torn."""
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    words = {word for entry in index["docs"] for word in re.split(r"[^\w]+", re.sub("<[^>]*>", " ", entry["text"]))}
    shown = set()
    for page in site.rglob("index.html"):
        shown |= set(re.split(r"[^\w]+", re.sub(r"<[^>]*>", "\0", page.read_text(encoding="utf-8")).replace("\0", " ")))
    glued = {word for word in words if word not in shown and any(letter.isalpha() for letter in word)}
    assert {
        word
        for word in glued
        if any(word.startswith(each) and word[len(each) :] in shown for each in shown if len(each) > 3)
    } == set()
    assert "slow_conv2daddmm" not in " ".join(words)


def test_every_link_of_a_page_from_disk_leads_to_a_page(browser: Browser, site: Path) -> None:
    names = [
        *("index.html", "gpu/index.html", "reproduce/index.html", "labs/matmul/index.html", "slides/index.html"),
        *(f"machines/{page.name}" for page in (site / "machines").iterdir()),
    ]
    assert len(names) > 5
    for name in names:
        with visit(browser, (site / name).as_uri()) as opened:
            links = opened.page.locator("a:not(svg *)[href]").evaluate_all("all => all.map(each => each.href)")
            local = {link.split("#")[0].split("?")[0] for link in links if link.startswith("file:")}
            assert len(local) > 1
            assert {link for link in local if not Path(unquote(link.removeprefix("file://"))).is_file()} == set()
            assert opened.errors == []


@pytest.mark.parametrize("name", ["gpu/", "matmul/", "derivative/", "algorithms/", "reproduce/", "slides/"])
def test_translators_leave_numbers_formulas_and_labels_alone(browser: Browser, address: str, name: str) -> None:
    with visit(browser, f"{address}/{name}") as opened:
        kept = opened.page.locator(
            "main :is(data.measured, .arithmatex, svg:has(text)), .deck :is(data.measured, .arithmatex)"
        )
        assert kept.count() > 5
        assert (
            kept.evaluate_all("all => all.filter(each => each.translate).map(each => each.outerHTML.slice(0, 200))")
            == []
        )
        assert opened.page.locator("main p, .deck p").first.evaluate("text => text.translate"), "prose is translated"


def test_a_copied_formula_is_its_tex_once(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/derivative/") as opened:
        page = opened.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        copied = """paragraph => {
          getSelection().selectAllChildren(paragraph);
          document.execCommand("copy");
          const tex = [...paragraph.querySelectorAll("annotation")].map((each) => each.textContent);
          return navigator.clipboard.readText().then((text) => [text, tex]);
        }"""
        paragraph = page.locator("main > .md-main__inner p:has(span.arithmatex), main p:has(span.arithmatex)").first
        text, formulas = paragraph.evaluate(copied)
        assert formulas
        for tex in set(formulas):
            assert text.count(tex) >= 1
        assert "\n" not in text.strip()
        words = paragraph.evaluate(
            """paragraph => {
              const copy = paragraph.cloneNode(true);
              for (const formula of copy.querySelectorAll(".katex")) {
                formula.replaceWith(formula.querySelector("annotation").textContent);
              }
              return copy.textContent;
            }"""
        )
        assert text.split() == words.split()
        block = page.locator("main div.arithmatex").first
        text, (tex,) = block.evaluate(copied)
        assert text.strip() == tex.strip()


def test_a_copied_formula_of_a_slide_is_its_tex_once(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as opened:
        page = opened.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.wait_for_selector(".reveal.ready")
        slide = page.locator(".slides > section:has(.slide-body > div.arithmatex)").first
        page.evaluate("id => { location.hash = `#/${id}`; }", slide.get_attribute("id"))
        page.wait_for_selector("section.present .slide-body > div.arithmatex")
        text, tex = page.locator("section.present .slide-body > div.arithmatex").first.evaluate(
            """block => {
              getSelection().selectAllChildren(block);
              document.execCommand("copy");
              const tex = block.querySelector("annotation").textContent;
              return navigator.clipboard.readText().then((text) => [text, tex]);
            }"""
        )
        assert text.strip() == tex.strip()
        assert opened.errors == []


def test_a_selection_that_ends_inside_a_formula_takes_it_whole(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/derivative/") as opened:
        page = opened.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        paragraph = page.locator("main p:has(span.arithmatex)").first
        text, tex = paragraph.evaluate(
            """paragraph => {
              const formula = paragraph.querySelector(".katex");
              const letters = document.createTreeWalker(formula.querySelector(".katex-html"), NodeFilter.SHOW_TEXT);
              const range = document.createRange();
              range.setStart(paragraph, 0);
              range.setEnd(letters.nextNode(), 1);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
              document.execCommand("copy");
              const tex = formula.querySelector("annotation").textContent;
              return navigator.clipboard.readText().then((text) => [text, tex]);
            }"""
        )
        assert text.rstrip().endswith(tex)


def test_where_a_number_is_from_is_told_to_a_keyboard_and_a_screen_reader(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/derivative/") as opened:
        page = opened.page
        numbers = page.locator("main data.measured[title]")
        assert numbers.count() > 20
        assert numbers.evaluate_all("all => all.filter(each => each.tabIndex !== 0 && !each.closest('a')).length") == 0
        number = numbers.first
        number.focus()
        told = page.get_by_role("tooltip")
        assert told.inner_text() == number.get_attribute("title")
        box, place = told.bounding_box(), number.bounding_box()
        assert box
        assert place
        assert box["y"] >= place["y"] + place["height"] - 1 or box["y"] + box["height"] <= place["y"] + 1, (
            "it hides nothing"
        )
        session = page.context.new_cdp_session(page)
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        node = session.send("DOM.querySelector", {"nodeId": root, "selector": "data[aria-describedby]"})["nodeId"]
        described = session.send("Accessibility.getPartialAXTree", {"nodeId": node, "fetchRelatives": False})["nodes"][
            0
        ]
        assert described["description"]["value"] == number.get_attribute("title")
        page.keyboard.press("Escape")
        assert told.is_hidden()
        assert opened.errors == []


def test_where_a_number_is_from_is_told_to_a_finger(browser: Browser, address: str) -> None:
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visit(browser, f"{address}/derivative/", **options) as opened:
        page = opened.page
        number = page.locator("main p > data.measured[title]").first
        number.tap()
        told = page.get_by_role("tooltip")
        assert told.inner_text() == number.get_attribute("title")
        box = told.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        page.locator("main h2").first.tap()
        assert told.is_hidden()


@pytest.mark.parametrize("name", ["machines/talk-2024-profiling.html", "slides/"])
def test_machines_pages_and_the_deck_tell_where_a_number_is_from(browser: Browser, address: str, name: str) -> None:
    with visit(browser, f"{address}/{name}", has_touch=True) as opened:
        page = opened.page
        if name == "slides/":
            page.wait_for_selector(".reveal.ready")
            slide = page.locator(".slides > section:has(.slide-frame th[title])").first
            page.evaluate("id => { location.hash = `#/${id}`; }", slide.get_attribute("id"))
        titled = page.locator("main [title]:is(th, data.measured, q):visible").first
        title = titled.get_attribute("title")
        assert title
        told = page.get_by_role("tooltip")
        titled.tap()
        assert told.count() == 1
        assert told.inner_text() == title
        assert told.evaluate("tip => tip.getBoundingClientRect().right <= innerWidth")
        assert told.evaluate("tip => getComputedStyle(tip).backgroundColor !== 'rgba(0, 0, 0, 0)'")
        page.keyboard.press("Escape")
        assert told.is_hidden()
        titled.blur()
        titled.focus()
        assert told.inner_text() == title
        if name == "slides/":
            page.keyboard.press("Home")  # another slide says nothing of this one's numbers
            assert told.is_hidden()
        assert opened.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_themes_see_what_a_background_draws(browser: Browser, address: str, scheme: Any) -> None:
    """List pixels, what is lit up, the progress bar and the arrows are told from the theme's paper."""
    with visit(browser, f"{address}/slides/", forced_colors="active", color_scheme=scheme) as deck:
        page = deck.page
        page.wait_for_selector(".reveal.ready")
        unseen = page.evaluate(
            """() => {
              const paper = document.body.appendChild(document.createElement("i"));
              paper.style.cssText = "forced-color-adjust: none; background: Canvas";
              const canvas = getComputedStyle(paper).backgroundColor;
              const drawn = [
                [".slide ul > li", "::before"], [".slide .spot", null], [".progress span", null],
                [".controls-arrow", "::before"], [".controls-arrow", "::after"],
              ];
              return drawn.filter(([selector, part]) => {
                const elements = [...document.querySelectorAll(selector)];
                const colours = elements.map((each) => getComputedStyle(each, part).backgroundColor);
                return !colours.length || colours.some((each) => each === canvas || each === "rgba(0, 0, 0, 0)");
              });
            }"""
        )
        assert unseen == []
        asking = page.locator(".slide.why .slide-frame").first
        assert asking.evaluate("frame => getComputedStyle(frame, '::after').display") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_themes_show_what_is_marked(browser: Browser, address: str, scheme: Any) -> None:
    with visit(browser, f"{address}/reproduce/", color_scheme=scheme, forced_colors="active") as opened:
        tones = opened.page.locator("table.machines td").first.evaluate(
            """cell => {
              cell.insertAdjacentHTML("beforeend", '<mark class="stale">устарело</mark>');
              return [cell, cell.lastElementChild].map((each) => getComputedStyle(each).color);
            }"""
        )
        assert tones[0] == tones[1]


@pytest.mark.parametrize("width", [390, 1366])
def test_contrast_themes_tell_a_card_its_tabs_and_its_buttons(browser: Browser, address: str, width: int) -> None:
    """A card is of the theme's paper alone; of two tabs one is seen to be chosen; a button has an edge."""
    with visit(
        browser, f"{address}/matmul/", forced_colors="active", viewport={"width": width, "height": 800}
    ) as opened:
        page = opened.page
        frames = page.locator("main .slide-frame")
        assert set(frames.evaluate_all("all => all.map((each) => getComputedStyle(each).backgroundImage)")) == {"none"}
        tabs = page.locator("fieldset.sizes").first.locator("label")
        papers = tabs.evaluate_all("all => all.map((each) => getComputedStyle(each).backgroundColor)")
        chosen = tabs.evaluate_all("all => all.map((each) => each.querySelector('input').checked)")
        (lit,) = {paper for paper, is_chosen in zip(papers, chosen, strict=True) if is_chosen}
        assert lit not in {paper for paper, is_chosen in zip(papers, chosen, strict=True) if not is_chosen}
        edges = page.locator("main .md-typeset button:visible").evaluate_all(
            "all => all.map((each) => getComputedStyle(each)).map(({ borderStyle, outlineStyle }) => "
            "[borderStyle, outlineStyle].some((edge) => edge === 'solid'))"
        )
        assert edges
        assert all(edges)
