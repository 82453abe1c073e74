"""The lattices of /algorithms/: what they answer to the reader's own words, by keys, and still without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from experiments.algorithms.render import lattices
from talk.paths import ASSETS, DOCS

SCRIPT = DOCS / "assets" / "scripts" / "lattice.js"
STYLES = [
    ASSETS / "stylesheets" / "tokens.css",
    *(DOCS / "assets" / "stylesheets" / f"{name}.css" for name in ("algorithms", "derivative")),
]
CELLS = "svg => [...svg.querySelectorAll('.label:not(.head)')].map(label => label.textContent)"


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of both figures and nothing else, under a policy that allows no inline script."""
    styles = "".join(f"<style>{style.read_text(encoding='utf-8')}</style>" for style in STYLES)
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'self\' file:">'
    body = lattices.ctc_picture(False) + lattices.edit_picture(False)
    folder = tmp_path_factory.mktemp("lattices")
    (folder / "lattice.js").write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    page = f'<!doctype html><html lang="ru"><meta charset="utf-8">{policy}{styles}'
    page += f'<body class="md-typeset" data-md-color-scheme="default">{body}<script src="lattice.js"></script>'
    (folder / "index.html").write_text(page, encoding="utf-8")
    return folder / "index.html"


@pytest.fixture
def page(browser: Browser, html: Path) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="ru-RU")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(html.as_uri())
    yield page
    page.close()
    assert errors == []


def figure(page: Page, name: str) -> Locator:
    return page.locator(f'figure[data-live="{name}"]')


def cells(page: Page, name: str) -> list[str]:
    found: list[str] = figure(page, name).locator("svg").evaluate(CELLS)
    return found


def answer(page: Page, name: str) -> str:
    return re.sub(r"\s", " ", figure(page, name).locator(".live-answer").inner_text())


def ask(page: Page, heard: str, word: str, frames: int) -> None:
    fields = figure(page, "ctc").locator("input")
    fields.nth(0).fill(heard)
    fields.nth(1).fill(word)
    fields.nth(2).evaluate(
        "(field, value) => { field.value = value; field.dispatchEvent(new Event('input', { bubbles: true })); }", frames
    )


def probability(said: str) -> float:
    """The number after «Вероятность слова», as 0,097 or 7,2 · 10⁻⁸."""
    match = re.search(r"Вероятность слова ([\d,]+)(?: · 10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", said)
    assert match is not None, said
    power = (match[2] or "⁰").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    return float(match[1].replace(",", ".")) / 10 ** int(power)


def test_the_script_stays_small() -> None:
    assert SCRIPT.stat().st_size <= 15_000


@pytest.mark.parametrize(("name", "draw"), [("ctc", lattices.ctc_picture), ("edits", lattices.edit_picture)])
def test_each_starts_as_it_was_drawn(page: Page, browser: Browser, html: Path, name: str, draw: object) -> None:
    assert callable(draw)
    alive = figure(page, name).locator("svg")
    context = browser.new_context(java_script_enabled=False)
    try:
        still = context.new_page()
        still.goto(html.as_uri())
        was = figure(still, name).locator("svg")
        assert cells(page, name) == re.findall(r'<text class="label" [^>]*>([^<]*)<', draw(False))
        assert alive.get_attribute("viewBox") == was.get_attribute("viewBox")
        for kind in ("rect.cell", ".edge", "path.best", "rect.best"):
            assert alive.locator(kind).count() == was.locator(kind).count(), kind
        assert still.locator("input").count() == 0
    finally:
        context.close()


@pytest.mark.parametrize(
    ("heard", "word", "frames"),
    [("мост", "мост", 7), ("мост", "хвост", 9), ("анна", "анна", 6), ("", "", 3), ("а б", "а", 4)],
)
def test_the_answer_is_that_of_the_drawn_lattice(page: Page, heard: str, word: str, frames: int) -> None:
    ask(page, heard, word, frames)
    expected = lattices.ctc(word, lattices.heard(heard, frames))
    said = answer(page, "ctc")
    assert f"Выравниваний {expected.alignments}, клеток {len(expected.alive)}" in said
    assert probability(said) == pytest.approx(expected.probability, rel=0.06)
    ways = sorted(expected.ways[t][s] for s, t in expected.alive)
    assert sorted(map(int, cells(page, "ctc"))) == ways


@pytest.mark.parametrize(
    ("word", "frames", "told"),
    [("мост", 3, "не влезает"), ("ээ", 2, "не влезает"), ("moст", 7, "«m» в алфавите сети нет"), ("м·т", 7, "«·»")],
)
def test_what_cannot_be_has_probability_zero(page: Page, word: str, frames: int, told: str) -> None:
    ask(page, "мост", word, frames)
    assert told in answer(page, "ctc")
    assert "Вероятность ноль" in answer(page, "ctc")


def test_the_lattice_fills_frame_by_frame_from_the_keyboard(page: Page) -> None:
    whole = len(cells(page, "ctc"))
    page.get_by_role("button", name="Следующий кадр").focus()
    page.keyboard.press("Enter")
    assert cells(page, "ctc") == ["1", "1"]
    assert "Заполнено кадров: 1 из 6" in answer(page, "ctc")
    page.keyboard.press("Space")
    assert len(cells(page, "ctc")) == 6
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert len(cells(page, "ctc")) == whole


def test_edits_are_told_one_by_one(page: Page) -> None:
    fields = figure(page, "edits").locator("input")
    fields.nth(0).fill("мост")
    fields.nth(1).fill("Хвост")
    assert answer(page, "edits") == "Расстояние 2: +х м→в о с т"
    fields.nth(1).fill("")
    assert answer(page, "edits") == "Расстояние 4: −м −о −с −т"
    fields.nth(0).fill("")
    assert answer(page, "edits") == "Расстояние 0"


def test_what_is_typed_is_shown_as_text(page: Page) -> None:
    fields = figure(page, "edits").locator("input")
    fields.nth(0).fill("<b>&")
    assert "<" in figure(page, "edits").locator(".head").all_text_contents()


def test_a_long_word_scrolls_inside_its_figure(page: Page) -> None:
    ask(page, "чугунны", "чугунны", 14)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    scroll = figure(page, "ctc").locator(".lattice-scroll")
    assert scroll.evaluate("box => box.scrollWidth > box.clientWidth")
    scroll.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.lattice-scroll').scrollLeft > 0")


def test_a_word_that_is_cut_is_told_to_be(page: Page) -> None:
    ask(page, "мост", "превысокомногорассмотрительствующий", 14)
    assert answer(page, "ctc").startswith("Взято первых букв: 7.")
    assert len(figure(page, "ctc").locator(".head").all_text_contents()) == 2 * 7 + 1 + 14
    ask(page, "мост", "мост", 14)
    assert answer(page, "ctc").startswith("Выравниваний")
    figure(page, "edits").locator("input").nth(1).fill("превысокомногорассмотрительствующий")
    assert answer(page, "edits").startswith("Взято первых букв: 14. Расстояние")


def test_a_slider_tells_its_number(page: Page) -> None:
    ask(page, "мост", "мост", 9)
    assert figure(page, "ctc").locator("label output").all_text_contents() == ["9"]


def test_every_field_is_labelled(page: Page) -> None:
    for name in ("сеть слышит", "вероятность слова", "кадров", "сказано", "услышано"):
        expect(page.get_by_label(name, exact=True)).to_be_visible()
