"""What a browser transfers to show a page for the first time."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from experiments.decks.measure.host import serve


@dataclass(frozen=True)
class FirstView:
    """Bytes as transferred (compressed, with headers), number of requests, and the other hosts that were asked."""

    transferred_bytes: int
    requests: int
    other_hosts: tuple[str, ...]


def first_view(site: Path, page: str, browser_path: str) -> FirstView:
    """Open `page` (like `/gpu/`) in an empty browser and count until the network is quiet."""
    from playwright.sync_api import sync_playwright

    with serve(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1366, "height": 768})
        session = tab.context.new_cdp_session(tab)
        session.send("Network.enable")
        sizes: list[int] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        hosts: set[str] = set()
        tab.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        tab.goto(address + page, wait_until="networkidle")
        browser.close()
    others = tuple(sorted(hosts - {urlsplit(address).netloc, ""}))
    return FirstView(sum(sizes), len(sizes), others)
