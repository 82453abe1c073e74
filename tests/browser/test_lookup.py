"""The search index is fetched when the reader reaches for the search, in whatever way, and not before."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.visit import LONGEST_MS, Visit, visit

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
INDEX = "search_index.json"


def reach(page: Page, way: str) -> None:
    field = page.locator(".md-search__input")
    if way == "touch":
        page.locator(".md-header__button[for=__search]").tap()
    elif way == "click":
        field.click()
    elif way == "Tab":
        page.locator("header [tabindex], header a").last.focus()
        while not field.evaluate("field => field === document.activeElement"):
            page.keyboard.press("Tab")
    else:
        page.keyboard.press(way)
    page.wait_for_function("document.activeElement.name === 'query'")


def expect_found(page: Page) -> None:
    found = page.locator(".md-search-result__item > a:first-child").first
    expect(found).to_have_attribute("href", re.compile("/gpu/"), timeout=LONGEST_MS)


def times_asked(opened: Visit) -> int:
    return sum(each.endswith(INDEX) for each in opened.asked)


@pytest.mark.parametrize("way", ["click", "Tab", "/", "f", "touch"])
def test_the_index_comes_when_reached_for(browser: Browser, address: str, way: str) -> None:
    phone = way == "touch"
    with visit(browser, f"{address}/reproduce/", viewport=PHONE if phone else DESK, has_touch=phone) as opened:
        opened.page.wait_for_load_state("networkidle")
        assert times_asked(opened) == 0
        reach(opened.page, way)
        opened.page.keyboard.type("addmm")
        expect_found(opened.page)
        assert times_asked(opened) == 1
        assert opened.errors == []


def test_words_typed_before_the_index_came_are_answered(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/reproduce/", viewport=DESK) as opened:
        held: list[Route] = []
        opened.page.route(f"**/{INDEX}", lambda route: held.append(route))
        with opened.page.expect_request(f"**/{INDEX}"):
            reach(opened.page, "/")
        opened.page.keyboard.type("addmm")
        for route in held:
            route.continue_()
        expect_found(opened.page)


def test_who_comes_with_words_in_the_address_has_them_found(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/reproduce/?q=addmm", viewport=DESK) as opened:
        expect_found(opened.page)
        opened.page.goto(f"{address}/gpu/?h=addmm")
        opened.page.wait_for_selector("main mark[data-md-highlight]")
