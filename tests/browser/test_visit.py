"""What a visit counts as gone wrong."""

from pathlib import Path

from playwright.sync_api import Browser, Route

from tests.browser.visit import visit


def test_a_request_given_up_because_the_page_was_left_is_no_error(browser: Browser, address: str) -> None:
    waiting: list[Route] = []
    with visit(browser, f"{address}/") as opened:
        opened.page.route("**/slow", lambda route: waiting.append(route))
        with opened.page.expect_request("**/slow"):
            opened.page.evaluate("() => { fetch('/slow').catch(() => {}); }")
        opened.page.goto(f"{address}/gpu/")
        assert any(url.endswith("/slow") for url in opened.asked)
        assert opened.errors == []


def test_a_request_that_nobody_answers_is_an_error(browser: Browser, site: Path) -> None:
    with visit(browser, (site / "index.html").as_uri()) as opened:
        missing = (site / "missing.png").as_uri()
        with opened.page.expect_event("requestfailed"):
            opened.page.evaluate("url => { new Image().src = url; }", missing)
        assert f"failed: {missing}" in opened.errors
