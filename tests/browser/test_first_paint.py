"""What a slow network brings after the first paint leaves what is shown in its place."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
LATE = re.compile(r"\.(woff2|js)$|deck-parts\.css$")
GOOD = 0.05  # half of what Web Vitals call good
WATCHED = """
  window.shifts = [];
  new PerformanceObserver((seen) => window.shifts.push(...seen.getEntries().map((each) => ({
    value: each.value, moved: each.sources.map(({node}) => node?.className ?? node?.nodeName ?? ""),
  })))).observe({type: "layout-shift", buffered: true});
"""
PAINTED = """() => new Promise((painted) =>
  new PerformanceObserver(painted).observe({type: "paint", buffered: true})).then(() => null)"""


def held(context: BrowserContext) -> list[Route]:
    """Requests for what comes after the first paint, which wait from now on."""
    waiting: list[Route] = []
    context.route(LATE, lambda route: waiting.append(route))
    return waiting


@pytest.mark.parametrize("path", ["/", "/gpu/", "/slides/"])
def test_a_phone_shows_nothing_that_will_move(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    context.add_init_script(WATCHED)
    waiting = held(context)
    page = context.new_page()
    page.goto(f"{address}{path}", wait_until="commit")
    page.evaluate(PAINTED)
    assert any("woff2" in route.request.url for route in waiting)
    context.unroute(LATE)  # lets go of those that wait
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    shifts = page.evaluate("window.shifts")
    assert sum(shift["value"] for shift in shifts) <= GOOD, shifts
    context.close()


def test_the_first_slide_is_shown_before_scripts_come_and_nothing_else(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK)
    waiting = held(context)
    page = context.new_page()
    page.goto(f"{address}/slides/", wait_until="commit")
    page.evaluate(PAINTED)
    assert waiting
    assert [each.get_attribute("id") for each in page.locator(".slides > :visible").all()] == ["titul"]
    context.close()
