"""Pictures of hardware and of algorithms under the reader's pointer, keys and finger; without scripts they are still.

What moves is held against the record's facts, reckoned and written by Python.
"""

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from talk.words import NBSP, quantity
from tests.browser.visit import LONGEST_MS

Opened = Callable[[str], Page]
CHAPTERS = {
    "lines": "matmul", "tile": "matmul", "warp": "matmul", "ladder": "matmul", "roofs": "matmul", "card": "gpu",
    "launches": "gpu", "chain": "derivative", "products": "derivative", "memory": "derivative", "blank": "algorithms",
    "beam": "algorithms",
}  # fmt: skip


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """A chapter's page, opened once."""
    context = browser.new_context(viewport={"width": 1366, "height": 900}, service_workers="block")
    context.set_default_timeout(LONGEST_MS)
    pages: dict[str, Page] = {}

    def page(chapter: str) -> Page:
        if chapter not in pages:
            pages[chapter] = context.new_page()
            pages[chapter].goto(f"{address}/{chapter}/")
        return pages[chapter]

    yield page
    context.close()


@pytest.fixture
def page(opened: Opened) -> Page:
    return opened("matmul")


def scene(page: Page, kind: str) -> Locator:
    return page.locator(f'article .scene[data-play="{kind}"]:visible').first


def facts(page: Page, kind: str) -> Any:
    return json.loads(scene(page, kind).get_attribute("data-facts") or "{}")


def controls(page: Page, kind: str) -> Locator:
    """The sliders of a picture, with what is said after them."""
    found = scene(page, kind).locator("xpath=(ancestor::*[contains(@class,'slide')][last()]|ancestor::figure)[1]")
    return found.locator("xpath=following-sibling::*[contains(@class,'scene-controls')][1]")


def said(page: Page, kind: str) -> Locator:
    return controls(page, kind).locator("xpath=following-sibling::p[1]")


def move(page: Page, kind: str, value: float) -> None:
    """Set the picture's first slider, and wait until the picture is drawn."""
    slider = controls(page, kind).locator("input").first
    slider.evaluate(
        """(slider, value) => new Promise(done => {
          slider.value = value;
          slider.dispatchEvent(new Event("input"));
          requestAnimationFrame(() => requestAnimationFrame(done));
        })""",
        value,
    )


def number(page: Page, kind: str, part: str) -> str:
    """A large number beside the picture, with its unit, as it is shown."""
    figure = scene(page, kind).locator(f'.scene-figure[data-part="{part}"]')
    assert (figure.locator("span").text_content() or "").endswith(", посчитано")
    unit = (figure.locator("span").text_content() or "").partition(",")[0].split()[0]
    return f"{figure.locator('b').text_content()}{NBSP}{unit}"


def point(page: Page, kind: str, part: str) -> None:
    found = scene(page, kind).locator(f'[data-part="{part}"]')
    box, before = found.bounding_box(), None
    while box != before:  # what is above may still be laid out
        found.evaluate("found => found.scrollIntoView({block: 'center'})")  # not under the page's head
        page.wait_for_timeout(100)
        box, before = found.bounding_box(), box
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def picked(page: Page, kind: str) -> list[str]:
    return [str(each.get_attribute("data-part")) for each in scene(page, kind).locator(".picked").all()]


@pytest.mark.parametrize("kind", CHAPTERS)
def test_a_picture_is_as_it_was_until_it_is_moved_and_when_it_is_put_back(opened: Opened, kind: str) -> None:
    page = opened(CHAPTERS[kind])
    drawn = scene(page, kind)
    if "playing" in classes(drawn):
        page.reload()
    button = controls(page, kind).get_by_role("button", include_hidden=True)
    drawn.scroll_into_view_if_needed()
    assert not button.is_visible()
    before = drawn.evaluate("drawn => drawn.innerHTML")
    for put_back in (lambda: button.click(), lambda: page.evaluate("dispatchEvent(new Event('beforeprint'))")):
        slider = controls(page, kind).locator("input").first
        slider.press("End")
        slider.press("Home")
        expect(drawn).to_contain_class("playing")
        assert drawn.evaluate("drawn => drawn.innerHTML") != before
        put_back()
        assert drawn.evaluate("drawn => drawn.innerHTML") == before
        assert classes(drawn) == ["scene"]
        assert not button.is_visible()


def classes(drawn: Locator) -> list[str]:
    return (drawn.get_attribute("class") or "").split()


def test_a_register_shows_the_number_and_the_vector_that_feed_it(page: Page) -> None:
    point(page, "tile", "c-3-1")
    expect(scene(page, "tile").locator('[data-part="c-3-1"].picked')).to_have_count(1)
    assert sorted(picked(page, "tile")) == ["a-3", "b-1", "c-3-1"]


def test_a_walk_down_carries_a_whole_line_for_each_number_of_it(page: Page) -> None:
    point(page, "lines", "down-5-9")
    expect(scene(page, "lines").locator('[data-part="down-5-9"].picked')).to_have_count(1)
    taken = picked(page, "lines")
    assert [each for each in taken if each.startswith("down")] == [f"down-{line}-9" for line in range(6)]
    assert len([each for each in taken if each.startswith("along")]) == 6
    assert scene(page, "lines").locator('[data-part^="down-"].carried').count() == 6 * 15


def test_lanes_that_read_apart_need_more_lines(page: Page) -> None:
    point(page, "warp", "number-5")
    expect(scene(page, "warp").locator('[data-part^="number-"].picked')).to_have_count(8)
    assert scene(page, "warp").locator('[data-part^="ray-"]:not([style*=none])').count() == 8
    assert number(page, "warp", "lines") == f"4{NBSP}линии"


def test_keys_move_what_the_pointer_moves(page: Page) -> None:
    slider = page.get_by_label("вектор B").locator("visible=true").first
    slider.press("Home")
    slider.press("ArrowRight")
    expect(scene(page, "tile").locator('[data-part="b-1"].picked')).to_have_count(1)


@pytest.mark.parametrize("power", [-1, 1, 3])
def test_a_card_waits_for_what_a_launch_outlasts_its_kernel(opened: Opened, power: int) -> None:
    page = opened("gpu")
    given = facts(page, "launches")
    move(page, "launches", power)
    kernel = given["kernel"] * 2**power
    assert number(page, "launches", "kernel") == quantity(kernel, "time")
    idle = max(0.0, 1 - kernel / given["launch"])
    shown = scene(page, "launches").locator('.scene-figure[data-part="idle"] b')
    assert shown.count() == 0 or shown.text_content() == quantity(idle, "share", decimals=0).replace(NBSP, "")
    gaps = scene(page, "launches").locator(".moved .waiting").count()
    assert (gaps > 1) == (idle > 0), "the first kernel waits for its launch in any case"


@pytest.mark.parametrize("power", [4, 9, 14])
def test_matrices_live_in_the_first_memory_that_holds_them(opened: Opened, power: int) -> None:
    page = opened("matmul")
    boxes = facts(page, "ladder")["boxes"]
    move(page, "ladder", power)
    size = 3 * 4 * 4**power
    home = next(at for at, box in enumerate(boxes) if at > 0 and box["bytes"] >= size)
    told = said(page, "ladder").text_content() or ""
    assert quantity(size, "bytes") in told
    assert f"их дом — {boxes[home]['title']}" in told
    assert all(box["title"] in told for box in boxes[1:home])
    assert scene(page, "ladder").locator(".moved .slab").count() == home + 1
    assert scene(page, "ladder").locator(".moved .slab.lit").count() == 1
    if boxes[home]["rate"]:
        assert number(page, "ladder", "memory") == quantity(size / boxes[home]["rate"], "time")


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_under_each_roof_is_what_its_memory_or_its_arithmetic_allows(opened: Opened, share: float) -> None:
    page = opened("matmul")
    given = facts(page, "roofs")
    box = scene(page, "roofs").locator("svg").bounding_box()
    slider = controls(page, "roofs").locator("input")
    least, most = (float(slider.get_attribute(name) or "") for name in ("min", "max"))
    move(page, "roofs", least + share * (most - least))
    intensity = 2 ** float(slider.input_value())
    told = said(page, "roofs").text_content() or ""
    for name in ("cpu", "gpu"):
        roof = given[name]
        attained = min(roof["peak"], intensity * roof["memory"])
        assert number(page, "roofs", name) == quantity(attained, "flop_rate")
        held = "держит память" if attained < roof["peak"] else "держит арифметика"
        assert f"{name.upper()} — {quantity(attained, 'flop_rate')}, {held}" in told
    assert scene(page, "roofs").locator("svg").bounding_box() == box, "the drawing stays as large as it was"


def test_a_number_of_a_product_lights_its_row_and_its_column(opened: Opened) -> None:
    page = opened("derivative")
    assert controls(page, "products").locator("input").get_attribute("max") == "26"  # 3 × 2 and 3 × 4 and 4 × 2
    for at, name, terms in ((2, "Y[1,\u00a02]", 4), (7, "dX[1,\u00a01]", 2), (26, "dW[4,\u00a02]", 3)):
        move(page, "products", at)
        expect(said(page, "products")).to_contain_text(name)
        assert scene(page, "products").locator(".moved .slab").count() == 2 * terms + 1


def test_the_saw_of_memory_is_lowest_where_it_says(opened: Opened) -> None:
    page = opened("derivative")
    given = facts(page, "memory")
    layers, kept, layer = (given[name] for name in ("layers", "kept", "layer"))

    def peak(segment: int) -> float:
        """Inputs of what is still to go, and the tape of a segment: the most there is at any moment."""
        starts = range(0, layers, segment)
        return max(
            kept * (len(starts) - at) + layer * (min(start + segment, layers) - start)
            for at, start in enumerate(starts)
        )

    best = min(range(1, layers + 1), key=peak)
    for segment in {1, best, layers}:
        move(page, "memory", segment)
        assert number(page, "memory", "peak").startswith(quantity(peak(segment), "bytes"))
        told = said(page, "memory").text_content() or ""
        assert ("Ниже вершина не станет" in told) == (segment == best)
        assert segment == best or quantity(peak(best), "bytes") in told


@pytest.mark.parametrize("at", range(1, 7))
def test_a_blank_parts_two_letters_where_it_stands_between_them(opened: Opened, at: int) -> None:
    page = opened("algorithms")
    given = facts(page, "blank")
    move(page, "blank", at)
    frames = [*given["spoken"]]
    frames.insert(at - 1, given["blank"])
    read = "".join(letter for letter, _ in groupby(frames) if letter != given["blank"])
    assert scene(page, "blank").locator('[data-part="read"]').text_content() == f"«{read}»"
    assert scene(page, "blank").locator('[data-part^="letter-"]').all_text_contents() == frames
    assert scene(page, "blank").locator('[data-part^="cell-"].lit').count() == len(read)


def test_the_beam_keeps_as_many_beginnings_as_it_is_wide(opened: Opened) -> None:
    page = opened("algorithms")
    for width, told in enumerate(facts(page, "beam")["said"], start=1):
        move(page, "beam", width)
        expect(said(page, "beam")).to_have_text(told)
        kept = scene(page, "beam").locator(".moved .slab:not(.waiting)")
        assert kept.count() == 3 * width


def test_what_is_said_is_heard_once_the_picture_rests(opened: Opened) -> None:
    page = opened("algorithms")
    heard = controls(page, "blank").locator("xpath=following-sibling::output[1]")
    assert said(page, "blank").get_attribute("aria-hidden") == "true"
    heard.evaluate("""heard => new MutationObserver(() => { heard.changes = (heard.changes ?? 0) + 1 })
      .observe(heard, {childList: true})""")
    for at in (1, 2, 3, 5):
        move(page, "blank", at)
    expect(heard).to_have_text(said(page, "blank").text_content() or "")
    assert heard.evaluate("heard => heard.changes") == 1


def test_numbers_are_written_as_the_pages_are(page: Page) -> None:
    amounts = [0.9996, 1.0, 9.994, 10, 99.95, 512, 999.6, 2048, 20480, 123456]
    units = {"МБ": 1e6, "КБ": 1e3, "Б": 1.0}
    written = page.evaluate("([amounts, units]) => amounts.map(each => live.quantity(each, units))", [amounts, units])
    assert written == [quantity(each, "bytes") for each in amounts]
    assert page.evaluate("live.show(2048, 0)") == "2048"
    assert page.evaluate("live.show(20480, 0)") == f"20{NBSP}480"


def test_a_picture_of_another_machine_moves_too(opened: Opened) -> None:
    page = opened("gpu")
    before = facts(page, "launches")
    machines = page.locator("fieldset.machines input").evaluate_all("all => all.map(each => each.value)")
    for machine in dict.fromkeys(machines):
        page.evaluate(
            """machine => new Promise(done => {
              document.addEventListener("figures-changed", done, {once: true});
              chosen.choose(machine);
            })""",
            machine,
        )
        if facts(page, "launches") != before:
            break
    else:
        pytest.fail("no machine has another picture")
    move(page, "launches", 1)
    assert "playing" in classes(scene(page, "launches"))
    assert number(page, "launches", "kernel") == quantity(2 * facts(page, "launches")["kernel"], "time")


def test_without_scripts_the_picture_is_whole_and_has_no_sliders(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/matmul/")
    assert page.locator(".live-controls").count() == 0
    assert page.locator(".scene[data-play] svg").count() > 0
    context.close()


@pytest.mark.parametrize("width", [390, 1366])
def test_a_number_in_a_picture_is_larger_than_its_words(browser: Browser, address: str, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 844}, service_workers="block") as context:
        page = context.new_page()
        page.goto(f"{address}/algorithms/")
        picture = page.locator("#mnozhitel-protiv-pokazatelya .scene").first
        sizes = picture.locator("text").evaluate_all(
            "all => all.map(text => [text.matches('.number'), parseFloat(getComputedStyle(text).fontSize)])"
        )
        assert min(size for number, size in sizes if number) >= 2 * max(size for number, size in sizes if not number)


def test_a_finger_chooses_tiles_and_the_page_still_scrolls(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/gpu/")
    processor = scene(page, "card").locator('[data-part="sm-60"]')
    processor.scroll_into_view_if_needed()
    processor.tap(force=True)
    expect(scene(page, "card").locator(".picked")).to_have_count(64)  # four rows of sixteen tiles reach the 61st
    assert scene(page, "card").locator("svg").evaluate("svg => getComputedStyle(svg).touchAction") == "pan-y"
    for target in (controls(page, "card").locator("input"), controls(page, "card").get_by_role("button")):
        box = target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
