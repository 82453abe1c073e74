"""A built deck in a real browser: what it transfers, how soon it shows, what it cuts off, whether its math is right."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Route, TimeoutError

from talk.markdown.math import typesetter

from ..record import DeckOpened
from .content import FORMULAS, SampleSlide
from .content_delivery import ContentDelivery
from .host import serve
from .tools import Tool

WIDTH_PX, HEIGHT_PX = 1366, 768
COLD_STARTS = 5
_PATIENCE_MS = 15_000
_SETTLED_MS = 1_000  # the longest transition among the tools is reveal.js's, 0.8 s
_SOON_CUT_PX = 1.5  # less is rounding

_LIBRARY = (Path(__file__).with_name("look.js")).read_text(encoding="utf-8")


def open_deck(tool: Tool, slides: list[SampleSlide], browser: Browser, delivery: ContentDelivery) -> DeckOpened:
    """Open what `tool` built. Raises playwright's TimeoutError when its first slide never shows."""
    with serve(tool.built) as host:
        page_address = f"{host}/{tool.page.removesuffix('index.html')}"
        transferred, requests, hosts, unanswered = _first_view(browser, delivery, page_address, slides)
        times = [_first_slide_s(browser, delivery, page_address, slides) for _ in range(COLD_STARTS)]
        cut, wrong = _look_at_slides(browser, delivery, tool, page_address, slides)
    shown, failed = _from_disk(browser, tool, slides)
    return DeckOpened(
        first_view_bytes=transferred,
        first_view_requests=requests,
        other_hosts=hosts,
        unanswered_requests=unanswered,
        first_slide_times_s=times,
        shown_from_disk=shown,
        failed_from_disk=failed,
        cut_slides=sum(beyond > _SOON_CUT_PX for beyond in cut),
        cut_most_px=round(max(cut), 1),
        wrong_formulas=wrong,
    )


@contextmanager
def _cold(
    browser: Browser, delivery: ContentDelivery | None, host: str, watch_for: str = "", **options: Any
) -> Iterator[BrowserContext]:
    """A window with an empty cache, in which other hosts are answered out of npm packages."""
    size = {"width": WIDTH_PX, "height": HEIGHT_PX}
    context = browser.new_context(viewport=size, reduced_motion="reduce", **options)  # type: ignore[arg-type]
    context.set_default_timeout(_PATIENCE_MS)
    context.add_init_script(_LIBRARY + (f"watchFor({watch_for!r});" if watch_for else ""))

    def answer(route: Route) -> None:
        answered = delivery.answer(route.request.url) if delivery else None
        if answered is None:
            route.abort()
        else:
            kind, body = answered
            route.fulfill(content_type=kind, body=body, headers={"access-control-allow-origin": "*"})

    context.route(lambda url: url.startswith("http") and urlsplit(url).netloc != host, answer)
    try:
        yield context
    finally:
        context.close()


def _first_view(
    browser: Browser, delivery: ContentDelivery, address: str, slides: list[SampleSlide]
) -> tuple[int, int, list[str], int]:
    own = urlsplit(address).netloc
    asked: dict[str, str] = {}
    sizes: list[int] = []
    failed: list[str] = []
    with _cold(browser, delivery, own) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")

        def finished(event: dict[str, Any]) -> None:
            url = asked.get(event["requestId"], "")
            if urlsplit(url).netloc == own:
                sizes.append(int(event["encodedDataLength"]))
            elif answered := delivery.answer(url):
                sizes.append(_compressed(*answered))

        session.on(
            "Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]})
        )
        session.on("Network.loadingFinished", finished)
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.goto(address)
        page.wait_for_function("title => shows(title)", arg=slides[0].title)
        page.wait_for_load_state("networkidle")
    network = [url for url in asked.values() if url.startswith("http")]
    hosts = sorted({urlsplit(url).netloc for url in network} - {own})
    return sum(sizes), len(network), hosts, len(failed)


def _compressed(kind: str, body: bytes) -> int:
    """Bytes of a file as a network delivers it: text in gzip."""
    return len(gzip.compress(body)) if re.search("text|javascript|json|svg", kind) else len(body)


def _first_slide_s(browser: Browser, delivery: ContentDelivery, address: str, slides: list[SampleSlide]) -> float:
    """From the navigation to the first frame that has the first slide's title in sight."""
    with _cold(browser, delivery, urlsplit(address).netloc, watch_for=slides[0].title) as context:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        page.wait_for_function("window.seenAt > 0")
        return round(float(page.evaluate("window.seenAt")) / 1000, 4)


def _look_at_slides(
    browser: Browser, delivery: ContentDelivery, tool: Tool, address: str, slides: list[SampleSlide]
) -> tuple[list[float], int]:
    """How far something of each slide is out of sight, and how many formulas are wrong."""
    cut: list[float] = []
    wrong = 0
    formulas = iter(FORMULAS)
    with _cold(browser, delivery, urlsplit(address).netloc) as context:
        page = context.new_page()
        for number, slide in enumerate(slides, start=1):
            page.goto(address + tool.address(number))
            page.wait_for_function("title => shows(title)", arg=slide.title)
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(_SETTLED_MS)
            cut.append(float(page.evaluate("title => outOfSight(title)", slide.title)))
            if slide.kind == "formula":
                wrong += not _is_right(page, slide.title, next(formulas))
    return cut, wrong


def _is_right(page: Page, title: str, tex: str) -> bool:
    """Whether the formula is set, and from this very TeX.

    KaTeX and MathJax 2 keep the TeX they were given; MathJax 3 keeps none, but names each glyph and row it set, and
    those are held against KaTeX's.
    """
    seen = page.evaluate("title => mathOn(title)", title)
    if seen["error"]:
        return False
    if seen["tex"] is not None:
        return _same(seen["tex"], tex)
    if seen["glyphs"]:
        return sorted(seen["glyphs"]) == sorted(_glyphs(tex)) and seen["rows"] == _mathml(tex).count("<mtr")
    return False


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _mathml(tex: str) -> str:
    html = typesetter().set(tex, display=True)
    return re.sub(
        r"<annotation.*?</annotation>", "", html[html.index("<math") : html.index("</math>")], flags=re.DOTALL
    )


def _glyphs(tex: str) -> str:
    """Letters, digits and signs of the formula: its MathML without tags, spaces and invisible operators."""
    text = unescape(re.sub("<[^>]*>", "", _mathml(tex)))
    return "".join(
        sign for sign in text if not sign.isspace() and not "\u2061" <= sign <= "\u2064" and sign != "\u200b"
    )


def _from_disk(browser: Browser, tool: Tool, slides: list[SampleSlide]) -> tuple[bool, int]:
    """Whether the first slide shows from disk with the network off, and how many requests fail."""
    failed: list[str] = []
    with _cold(browser, None, "", offline=True) as context:
        page = context.new_page()
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.goto((tool.built / tool.page).as_uri())
        try:
            page.wait_for_function("title => shows(title)", arg=slides[0].title)
            shown = True
        except TimeoutError:
            shown = False
        page.wait_for_timeout(_SETTLED_MS)
    return shown, len(failed)
