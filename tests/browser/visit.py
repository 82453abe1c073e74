"""A page opened in the browser, and what it did on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Request, Response

LONGEST_MS = 120_000  # a busy machine is slow, which is not what is tested


@dataclass
class Visit:
    """The page, what went wrong on it, the addresses it asked for and the answers."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Open `url` in a window of its own (`options` are Playwright's, of a new context) and wait until it is loaded."""
    context = browser.new_context(**options)
    context.set_default_timeout(LONGEST_MS)
    opened = Visit(context.new_page())
    page = opened.page
    page.on("console", lambda message: opened.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    page.on(
        "requestfailed", lambda request: None if _given_up(request) else opened.errors.append(f"failed: {request.url}")
    )
    page.on("request", lambda request: opened.asked.append(request.url))
    page.on("response", lambda answer: opened.answers.append(answer))
    page.goto(url)
    try:
        yield opened
    finally:
        context.close()


def _given_up(request: Request) -> bool:
    """Whether the browser itself let go of the request, as it does of whatever is under way when a page is left."""
    return request.failure == "net::ERR_ABORTED"
