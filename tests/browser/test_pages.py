"""Articles in a real browser: both schemes, phone and desk."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from talk.site.contrast import contrast
from tests.browser.visit import Visit, visit

CHAPTERS = ["gpu/", "matmul/", "derivative/"]
PAGES = ["", *CHAPTERS, "labs/matmul/", "reproduce/", "404.html"]
SCHEMES = ["light", "dark"]
PHONE = {"width": 390, "height": 844}
PAPER = {"width": 680, "height": 1009}  # A4 without margins of 15 mm

CONTRASTS = [
    ("ink", "paper", 7),
    ("ink", "surface", 7),
    ("muted", "paper", 4.5),
    ("muted", "surface", 4.5),
    ("link", "paper", 4.5),
    ("link", "surface", 4.5),
    ("link-hover", "paper", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("warn", "paper", 4.5),
    ("ink", "spot", 4.5),
    *((f"code-{part}", "code-paper", 4.5) for part in ("ink", "keyword", "string", "number", "function", "comment")),
    *((f"chart-{n}", "chart-paper", 4.5) for n in range(1, 6)),
    ("chart-ink", "chart-paper", 7),
    ("chart-muted", "chart-paper", 4.5),
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_fits_a_phone_fails_nowhere_and_asks_nobody_else(
    browser: Browser, address: str, page: str, scheme: str
) -> None:
    with visit(browser, f"{address}/{page}", viewport=PHONE, color_scheme=scheme) as opened:
        opened.page.wait_for_function("s => getComputedStyle(document.body).colorScheme === s", arg=scheme)
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert opened.errors == []
        assert [url for url in opened.asked if not url.startswith((address, "data:", "blob:"))] == []
        # A reader who sees badly has letters twice as large, and still scrolls one way.
        opened.page.evaluate(
            "() => (({style}, now) => style.fontSize = `${2 * parseFloat(now)}px`)"
            "(document.documentElement, getComputedStyle(document.documentElement).fontSize)"
        )
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_slides_in_an_article_can_be_read_on_a_phone(browser: Browser, address: str, page: str) -> None:
    # A drawing keeps the proportions of its view box, a formula is whole without scrolling, paragraphs stand apart.
    cut = """() => [
      ...[...document.querySelectorAll(".slide .slide-body p")].filter((below, _, all) => {
        const box = below.getBoundingClientRect();
        return all.some((above) => {
          if (above === below || above.closest(".slide") !== below.closest(".slide")) return false;
          const other = above.getBoundingClientRect();
          return box.width && other.width && box.left < other.right - 2 && other.left < box.right - 2 &&
            box.top < other.bottom - 2 && other.top < box.bottom - 2;
        });
      }),
      ...[...document.querySelectorAll(".slide figure.measured svg[viewBox]")].filter((drawing) => {
        if (!drawing.checkVisibility()) return false; // a card may have another shape of it for a phone
        const { width, height } = drawing.getBoundingClientRect(), box = drawing.viewBox.baseVal;
        return width < 250 && width < box.width || height < 0.9 * width * box.height / box.width;
      }),
      ...[...document.querySelectorAll(".slide .katex-display")].filter(
        (formula) => formula.scrollWidth > formula.closest(".slide-body").clientWidth
      ),
    ].map((each) => `${each.closest(".slide").id}: ${each.getAttribute("class")}`)"""
    with visit(browser, f"{address}/{page}", viewport=PHONE) as opened:
        opened.page.evaluate("document.fonts.ready")
        opened.page.add_style_tag(content=".slide .slide-frame { content-visibility: visible !important }")
        assert opened.page.evaluate(cut) == []


# Words of table cells that go on in the next line; `cells` is a selector.
BROKEN_WORDS = """(cells) => {
  const found = [], range = document.createRange();
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const host = text.parentElement;
    if (!host.closest(cells) || host.closest("code, .katex, .slide") || !host.checkVisibility()) continue;
    for (const { index, 0: word } of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_no_word_of_a_table_is_broken_on_a_phone(browser: Browser, address: str, width: int) -> None:
    with visit(browser, f"{address}/reproduce/", viewport={"width": width, "height": 844}) as opened:
        page = opened.page
        table = page.locator("table.machines").first
        table.locator("tbody tr td:last-child").first.evaluate(
            "cell => cell.insertAdjacentHTML('beforeend', ', <mark class=\"stale\">устарело: код изменился</mark>')"
        )
        assert page.evaluate(BROKEN_WORDS, "td, th") == []
        assert table.evaluate("table => table.scrollWidth - table.parentElement.clientWidth") <= 0, "all of it is seen"


@pytest.mark.parametrize("page", ["matmul/", "algorithms/"])
def test_letters_of_pictures_can_be_read_on_a_phone(browser: Browser, address: str, page: str) -> None:
    small = """() => [...document.querySelectorAll("main svg text")].filter((text) => {
      if (!text.textContent.trim() || !text.checkVisibility({ visibilityProperty: true })) return false;
      const { b, d } = text.getScreenCTM();
      return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(b, d) < 9;
    }).map((text) => `${text.closest(".slide")?.id}: ${text.textContent}`)"""
    with visit(browser, f"{address}/{page}", viewport=PHONE) as opened:
        opened.page.add_style_tag(content="* { content-visibility: visible !important }")
        assert opened.page.evaluate(small) == []


@pytest.mark.parametrize("width", [390, 1366])
def test_the_edge_of_a_block_of_code_is_as_tall_as_the_block(browser: Browser, address: str, width: int) -> None:
    with visit(browser, f"{address}/matmul/", viewport={"width": width, "height": 844}) as opened:
        opened.page.add_style_tag(content=".highlight { content-visibility: visible !important; contain: layout }")
        blocks = opened.page.locator(".md-typeset > .highlight")
        rest = blocks.evaluate_all("all => all.map(each => each.offsetHeight - each.querySelector('pre').offsetHeight)")
        assert len(rest) > 5
        assert set(rest) == {0}


def test_what_is_cut_on_a_phone_fades_until_it_is_scrolled_to_its_end(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/matmul/", viewport=PHONE) as opened:
        code = opened.page.locator(".md-typeset > .highlight pre > code")
        wide = code.evaluate_all("all => all.findIndex((each) => each.scrollWidth > each.clientWidth)")
        assert wide >= 0
        cut = "each => parseFloat(getComputedStyle(each).getPropertyValue('--cut')) > 0"
        code.nth(wide).scroll_into_view_if_needed()
        found = code.nth(wide).element_handle()
        opened.page.wait_for_function(cut, arg=found)
        found.evaluate("each => (each.scrollLeft = each.scrollWidth)")
        opened.page.wait_for_function(f"each => !({cut})(each)", arg=found)


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_card_holds_its_slide_at_any_width(browser: Browser, address: str, page: str) -> None:
    beyond = """() => [...document.querySelectorAll("main .slide-frame")].filter((frame) => {
      const card = frame.getBoundingClientRect();
      return [...frame.querySelectorAll("p, li, td, th, figure, figcaption, svg, .katex-html")].some((part) => {
        const { right, bottom, width } = part.getBoundingClientRect();
        return width && !part.closest("pre") && (right > card.right + 2 || bottom > card.bottom + 2);
      });
    }).map((frame) => frame.closest(".slide").id)"""
    with visit(browser, f"{address}/{page}") as opened:
        assert opened.page.locator("main .slide-frame").count() > 5
        for width in (724, 800, 1024):
            opened.page.set_viewport_size({"width": width, "height": 900})
            assert opened.page.evaluate(beyond) == [], width


@pytest.mark.parametrize("page", PAGES)
def test_material_speaks_russian(browser: Browser, address: str, page: str) -> None:
    with visit(browser, f"{address}/{page}") as opened:
        assert opened.page.locator("html").get_attribute("lang") == "ru"
        text = opened.page.locator("body").inner_text()
        english = r"\b(Search|Table of contents|Skip to|Previous|Next|Made with|Not found|Back to top)\b"
        assert re.findall(english, text) == []
        assert opened.page.get_by_placeholder("Поиск").count() == 1


def test_search_finds_a_chapter(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/") as opened:
        page = opened.page
        page.keyboard.press("/")
        page.keyboard.type("addmm", delay=20)
        page.wait_for_selector(".md-search-result__item")
        assert "gpu/" in (page.locator(".md-search-result__link").first.get_attribute("href") or "")


def test_the_first_row_is_bold_where_it_costs_most(browser: Browser, address: str) -> None:
    """Each bold first row, by the numbers of its first column; other tables have none."""
    bold = """tables => tables
      .filter((table) => getComputedStyle(table.querySelector("tbody td:last-child")).fontWeight >= 600)
      .map((table) => [...table.querySelectorAll("tbody tr td:nth-of-type(1)")]
        .map((cell) => Number.parseFloat(cell.textContent.replace(",", "."))))"""
    with visit(browser, f"{address}/gpu/") as opened:
        tables = opened.page.locator("main figure.operators table:has(tbody th)").evaluate_all(bold)
        assert len(tables) > 1
        assert [numbers for numbers in tables if numbers[0] != max(numbers)] == []
    with visit(browser, f"{address}/algorithms/") as opened:
        assert opened.page.locator("main figure.operators table:has(tbody th)").count() > 3
        assert opened.page.locator("main figure.operators table:has(tbody th)").evaluate_all(bold) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_colours_can_be_told_apart(browser: Browser, address: str, scheme: str) -> None:
    read = """([where, name]) => {
      const probe = document.querySelector(where).appendChild(document.createElement("i"));
      probe.style.color = `var(--${name})`;
      const canvas = new OffscreenCanvas(1, 1).getContext("2d");
      canvas.fillStyle = getComputedStyle(probe).color;
      canvas.fillRect(0, 0, 1, 1);
      probe.remove();
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }"""
    with visit(browser, f"{address}/gpu/", color_scheme=scheme) as opened:

        def colour(where: str, name: str) -> tuple[float, float, float]:
            red, green, blue = opened.page.evaluate(read, [where, name])
            return red, green, blue

        low = {
            f"{where}: {text} on {paper}": round(ratio, 2)
            for where in ("body", ".slide")
            for text, paper, least in CONTRASTS
            if (ratio := contrast(colour(where, text), colour(where, paper))) < least
        }
    assert low == {}


def transferred(opened: Visit) -> int:
    """Bytes of the answers as a server that compresses text would send them."""
    total = 0
    for answer in opened.answers:
        if answer.ok and answer.status != 204:
            body = answer.body()
            total += len(body) if Path(answer.url).suffix == ".woff2" else len(gzip.compress(body, 6))
    return total


@pytest.mark.parametrize(("page", "most"), [("gpu/", 350_000), ("slides/", 200_000)])
def test_the_first_view_is_light(browser: Browser, address: str, page: str, most: int) -> None:
    with visit(browser, f"{address}/{page}", viewport={"width": 1366, "height": 768}) as opened:
        opened.page.wait_for_load_state("networkidle")
        assert transferred(opened) <= most


@pytest.mark.parametrize("page", [*CHAPTERS, "algorithms/", "reproduce/"])
def test_on_paper_no_table_is_cut(browser: Browser, address: str, page: str) -> None:
    cut = """() => [...document.querySelectorAll(".table-scroll")]
      .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.ariaLabel)"""
    with visit(browser, f"{address}/{page}", viewport=PAPER) as opened:
        opened.page.emulate_media(media="print")
        assert opened.page.locator(".table-scroll").count() > 0
        assert opened.page.evaluate(cut) == []
        assert opened.page.evaluate(BROKEN_WORDS, ":is(td, th):not(:first-child, .history *)") == []


def test_a_page_that_is_not_there_leads_on(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/404.html", viewport=PHONE) as opened:
        links = opened.page.locator(".lost li a")
        assert {f"{address}/{page}" for page in CHAPTERS} <= set(links.evaluate_all("all => all.map(a => a.href)"))
        opened.page.locator('.lost a[href="?q="]').click()
        opened.page.wait_for_function("document.activeElement.name === 'query'")


def test_math_is_set_before_the_page_comes(site: Path) -> None:
    html = (site / "gpu" / "index.html").read_text(encoding="utf-8")
    assert '<span class="katex">' in html
    assert not re.search(r"<script[^>]*(katex|mathjax)", html, re.IGNORECASE)
    assert not re.search(r"\\\(|\$\$", re.sub(r"<annotation.*?</annotation>", "", html, flags=re.DOTALL))


def test_refuted_and_stale_marks_are_not_told_by_colour_alone(browser: Browser, address: str) -> None:
    marks = """() => {
      document.querySelector("article").insertAdjacentHTML("beforeend",
        '<p><span class="claim" data-holds="false">Утверждение</span> <data class="measured stale">7,9</data></p>');
      const claim = getComputedStyle(document.querySelector('.claim[data-holds="false"]'));
      const stale = getComputedStyle(document.querySelector("data.stale"), "::after");
      return [claim.borderTopStyle, stale.content];
    }"""
    with visit(browser, f"{address}/gpu/") as opened:
        border, text = opened.page.evaluate(marks)
        assert border == "dashed"
        assert "устарело" in text
