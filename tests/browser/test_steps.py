"""What comes step by step on the deck's slides."""

from playwright.sync_api import Browser, Page

from tests.browser.visit import visit

OPACITIES = """() => [...document.querySelectorAll("section.present .code-line")]
  .map(line => Number(getComputedStyle(line).opacity))"""


def open_slide(page: Page, selector: str) -> None:
    """Go to the first slide that holds `selector`, none of its steps taken."""
    name = page.locator(f".slides > section:has({selector})").first.get_attribute("id")
    page.evaluate("name => { location.hash = `#/${name}` }", name)
    page.wait_for_function("name => document.querySelector('section.present').id === name", arg=name)


def test_code_is_lit_line_by_line(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/", reduced_motion="reduce") as deck:
        page = deck.page
        open_slide(page, ".code-step")
        before = page.evaluate(OPACITIES)
        assert set(before) == {1}
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"new Set(({OPACITIES})()).size === 2")
        lit = [line == 1 for line in page.evaluate(OPACITIES)]
        classes = page.locator("section.present .code-line").evaluate_all("lines => lines.map(line => line.className)")
        assert lit == ["step-1" in name.split() for name in classes]
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(f"new Set(({OPACITIES})()).size === 1")


def test_a_table_appears_row_by_row(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/slides/") as deck:
        page = deck.page
        open_slide(page, "tr.fragment")
        rows = page.locator("section.present tr.fragment")
        assert rows.count() > 3
        assert not any(rows.nth(index).is_visible() for index in range(rows.count()))
        head = page.locator("section.present thead").bounding_box()
        for index in range(rows.count()):
            page.keyboard.press("ArrowRight")
            rows.nth(index).wait_for(state="visible")
            assert index + 1 == rows.count() or not rows.nth(index + 1).is_visible()
        assert page.locator("section.present thead").bounding_box() == head, "nothing jumps as rows come"


def test_rows_move_from_the_cpus_table_to_the_gpus(browser: Browser, address: str) -> None:
    moving = """() => [...document.querySelectorAll("section.present tr[data-id][data-auto-animate-target]")]
      .map(row => row.dataset.id)"""
    with visit(browser, f"{address}/slides/") as deck:
        page = deck.page
        open_slide(page, "tr[data-id]")
        first = page.locator("section.present").get_attribute("id")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("first => document.querySelector('section.present').id !== first", arg=first)
        assert "aten::addmm" in page.evaluate(moving)
    with visit(browser, f"{address}/slides/", reduced_motion="reduce") as deck:
        open_slide(deck.page, "tr[data-id]")
        deck.page.keyboard.press("ArrowRight")
        deck.page.wait_for_timeout(300)
        assert deck.page.evaluate(moving) == [], "who asked for less motion gets none"
