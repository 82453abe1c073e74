"""What talk.site.fit estimates, held against a real browser."""

from collections.abc import Iterator

import pytest
from markdown import Markdown
from playwright.sync_api import Browser, Page

from talk.markdown.math import room_of
from talk.site import fit
from tests.browser.test_deck import CUT_OFF, show, slides_of
from tests.browser.visit import visit
from tests.talk.site.test_fit import EXTENSIONS, code, slide, table

LENGTH = """() => {
  const body = document.querySelector("section.present .slide-body");
  const boxes = [...body.children].map(child => child.getBoundingClientRect());
  const scale = document.querySelector("section.present").getBoundingClientRect().height / 1080;
  return (Math.max(...boxes.map(box => box.bottom)) - Math.min(...boxes.map(box => box.top))) / scale;
}"""


def converted(layout: str, content: str) -> str:
    """A slide's HTML, its formulas set."""
    extensions = [*EXTENSIONS, "pymdownx.arithmatex", "talk.markdown.math"]
    configs = {"pymdownx.arithmatex": {"generic": True}}
    return Markdown(extensions=extensions, extension_configs=configs).convert(slide(layout, content))


@pytest.fixture(scope="module")
def deck(browser: Browser, address: str) -> Iterator[Page]:
    """The deck on its second slide."""
    with visit(browser, f"{address}/slides/", viewport={"width": 1920, "height": 1080}) as opened:
        show(opened.page, slides_of(opened.page)[1])
        yield opened.page


def put(deck: Page, html: str) -> Page:
    """The deck with that slide's content in place of the present one's."""
    deck.evaluate(
        """async html => {
          const made = new DOMParser().parseFromString(html, "text/html").querySelector("section");
          const slide = document.querySelector("section.present");
          slide.className = `${made.className} present`;
          slide.setAttribute("style", `${made.getAttribute("style") ?? ""}; display: block`);
          slide.querySelector(".slide-frame").replaceWith(made.querySelector(".slide-frame"));
          await new Promise(requestAnimationFrame); // a typeface is asked for once its letters are laid out
          await document.fonts.ready;
        }""",
        html,
    )
    return deck


@pytest.mark.parametrize(
    ("layout", "content"),
    [
        ("table", table(9, 7)),
        ("table", table(6, 3, "слово")),
        ("table", table(14, 3)),
        ("code", code(12, 80)),
        ("code", code(5, 40)),
        ("text", code(12, 40) + "\n" + table(4, 2)),
    ],
)
def test_estimates_agree_with_the_browser(deck: Page, layout: str, content: str) -> None:
    html = Markdown(extensions=EXTENSIONS).convert(slide(layout, content))
    (estimated,) = fit._read(html)
    page = put(deck, html)
    length = page.evaluate(LENGTH)
    told = list(fit._too_large(estimated))
    assert fit._height(estimated, fit._code_size(estimated)) * 40 == pytest.approx(length, rel=0.06)
    assert bool(told) == bool(page.evaluate(CUT_OFF))


SUM = r"\text{out}(c, t) = \text{bias}(c) + \sum_{k=0}^{C_\text{in}-1} \text{weight}(c, k) \star \text{input}(k)"
WIDTHS = (
    r"\frac{\partial L}{\partial w_{ij}} = \left(\sum_k \sqrt{\frac{1}{k}}\right)^2 "
    r"\begin{bmatrix} a & b \\ c & d^{2k} \end{bmatrix}"
)
LONG_WORD = "превысокомногорассмотрительствующий" * 2


@pytest.mark.parametrize(
    "tex", [SUM, WIDTHS, r"\operatorname{softmax}(x) \le 1024 \xrightarrow{+} \hat y \quad x_1", r"a \\ b + c"]
)
def test_a_formula_is_as_wide_and_high_as_it_says(deck: Page, tex: str) -> None:
    page = put(deck, converted("formula", f"$$\n{tex}\n$$"))
    width, height, em = page.evaluate(
        """() => {
          const formula = document.querySelector("section.present .katex-display");
          const boxes = [...formula.querySelectorAll(".katex-base")].map(base => base.getBoundingClientRect());
          const scale = document.querySelector("section.present").getBoundingClientRect().height / 1080;
          const type = parseFloat(getComputedStyle(formula.querySelector(".katex")).fontSize) * scale;
          return [
            Math.max(...boxes.map(box => box.right)) - Math.min(...boxes.map(box => box.left)),
            Math.max(...boxes.map(box => box.bottom)) - Math.min(...boxes.map(box => box.top)),
            type,
          ];
        }"""
    )
    assert room_of(tex)[0] == pytest.approx(width / em, rel=0.05)
    assert room_of(tex)[1] == pytest.approx(height / em, rel=0.15)


@pytest.mark.parametrize(
    ("layout", "content", "fits"),
    [
        ("formula", f"$$\n{SUM}\n$$\n\n$$\n{WIDTHS}\n$$\n\nСлова под ними.", True),
        ("formula", f"$$\n{SUM} + {WIDTHS} + {SUM}\n$$", False),
        ("formula", f"$$\n{WIDTHS}\n$$\n\n" * 7, False),
        ("text", f"Слово {LONG_WORD} и ещё.", False),
        ("text", "Строка текста на слайде.\n\n" * 20, False),
        ("text", "Строка текста на слайде.\n\n" * 6, True),
        ("columns", f"$$\n{SUM}\n$$\n\n---\n\nСлова.", False),
        ("columns", "Строка текста на слайде в колонке.\n\n" * 13 + "---\n\nСлова.", False),
        ("columns", "Строка текста.\n\n" * 5 + "---\n\nСлова.", True),
        ("number", f"42\n\n{'Слова под числом. ' * 40}", False),
        ("number", "1 234 567,8 мс\n\nСлова.", False),
        ("number", "10,8 сут\n\nСлова под числом.", True),
        ("quote", f"> {'Длинная речь. ' * 70}", False),
    ],
)
def test_what_is_told_of_is_what_a_browser_cuts(deck: Page, layout: str, content: str, fits: bool) -> None:
    html = converted(layout, content)
    (estimated,) = fit._read(html)
    page = put(deck, html)
    assert (page.evaluate(CUT_OFF) == []) == fits
    assert (list(fit._too_large(estimated)) == []) == fits


@pytest.mark.parametrize(
    ("columns", "number", "fits"), [(3, "165", True), (3, "165\u00a0цифр", False), (2, "165\u00a0цифр", True)]
)
def test_a_number_over_its_column_is_as_wide_as_in_the_browser(
    deck: Page, columns: int, number: str, fits: bool
) -> None:
    content = "\n\n---\n\n".join([f'### <data value="1">{number}</data>\n\nслова'] * columns)
    html = Markdown(extensions=EXTENSIONS).convert(slide("columns", content))
    (estimated,) = fit._read(html)
    page = put(deck, html)
    excess = page.evaluate(
        """() => {
          const column = document.querySelector("section.present .slide-column");
          const number = column.querySelector("data").getBoundingClientRect();
          return number.right - column.getBoundingClientRect().right;
        }"""
    )
    assert (excess <= 0) == fits
    assert (not list(fit._too_large(estimated))) == fits
