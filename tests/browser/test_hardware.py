"""Pictures of hardware under the reader's pointer, keys and finger; without scripts they are still."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 900}, service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/matmul/")
    yield page
    context.close()


def scene(page: Page, kind: str) -> Locator:
    return page.locator(f'article .scene[data-play^="{kind}"]:visible').first


def point(page: Page, kind: str, part: str) -> None:
    found = scene(page, kind).locator(f'[data-part="{part}"]')
    found.scroll_into_view_if_needed()
    box, before = found.bounding_box(), None
    while box != before:  # what is above may still be laid out
        page.wait_for_timeout(100)
        box, before = found.bounding_box(), box
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def picked(page: Page, kind: str) -> list[str]:
    return [str(each.get_attribute("data-part")) for each in scene(page, kind).locator(".picked").all()]


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


def test_keys_move_what_the_pointer_moves(page: Page) -> None:
    slider = page.get_by_label("вектор B").locator("visible=true").first
    slider.press("Home")
    slider.press("ArrowRight")
    expect(scene(page, "tile").locator('[data-part="b-1"].picked')).to_have_count(1)


def test_without_scripts_the_picture_is_whole_and_has_no_sliders(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/matmul/")
    assert page.locator(".live-controls").count() == 0
    assert page.locator(".scene[data-play] svg").count() > 0
    context.close()


def test_a_finger_chooses_tiles_and_the_page_still_scrolls(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/gpu/")
    processor = scene(page, "card").locator('[data-part="sm-60"]')
    processor.scroll_into_view_if_needed()
    processor.tap(force=True)
    expect(scene(page, "card").locator(".picked")).to_have_count(64)  # four rows of sixteen tiles reach the 61st
    assert scene(page, "card").locator("svg").evaluate("svg => getComputedStyle(svg).touchAction") == "pan-y"
    context.close()
