"""Whether what pages link to is there: inside the built site to the anchor, outside as its host answers.

`python -m talk.site.links` follows every link of `site/`. It asks other hosts, so tests run `find_broken` alone.
"""

import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from talk.errors import TalkError, told_in_one_line
from talk.markdown.html import HtmlReader
from talk.paths import SITE

_REFERRING = {"href", "src", "poster", "action", "data-speaker", "data-src"}
_BROWSER = "Mozilla/5.0 (link check)"  # some hosts answer nothing that names itself Python
_PATIENCE_S = 20
_TRIES = 3
# The host answers, but not to everybody: that the page is gone it did not say.
_ALIVE = {401, 403, 405, 406, 429}
_MEND = "mend the link"


@dataclass
class _Page(HtmlReader):
    """What a page refers to, and the anchors it has."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=lambda: {"", "top"})

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value)
            elif name in _REFERRING and not (tag == "link" and ("rel", "canonical") in attrs):
                self.links.append(value)
            elif name == "srcset":
                self.links += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]


def find_broken(site: Path = SITE) -> list[TalkError]:
    """Links to files that the site does not have, and to anchors that a page of it does not have."""
    site = site.resolve()
    pages = _read_pages(site)
    broken = []
    for page, content in pages.items():
        for link in dict.fromkeys(content.links):
            missing = _missing(site, page, link, pages)
            if missing:
                broken.append(TalkError(page.relative_to(site).as_posix(), f"{link}: {missing}", _MEND))
    return broken


def find_dead(site: Path = SITE, patience_s: float = _PATIENCE_S) -> list[TalkError]:
    """Links to other hosts that do not answer, or answer that there is no such page."""
    where: dict[str, str] = {}
    for page, content in _read_pages(site).items():
        for link in content.links:
            if urlsplit(link).scheme in {"http", "https"}:
                where.setdefault(urldefrag(link).url, page.relative_to(site).as_posix())
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda url: _asked(url, patience_s), where)
        return [
            TalkError(page, f"{url}: {answer}", _MEND)
            for (url, page), answer in zip(where.items(), answers, strict=True)
            if answer
        ]


def _read_pages(site: Path) -> dict[Path, _Page]:
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path] = _Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    if not pages:
        raise TalkError(site, "has no pages", "run `make site`")
    return pages


def _missing(site: Path, page: Path, link: str, pages: dict[Path, _Page]) -> str | None:
    """What a link inside the site does not find; None where it finds all, or leads elsewhere."""
    url = urlsplit(link)
    if url.scheme or url.netloc:
        return None
    path = unquote(url.path)
    target = page if not path else (site / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(site):
        return "leads out of the site"
    if not target.is_file():
        return "there is no such file"
    if target in pages and unquote(url.fragment) not in pages[target].anchors:
        return f"there is no anchor #{unquote(url.fragment)}"
    return None


def _asked(url: str, patience_s: float) -> str | None:
    """What is wrong with the address, asked up to three times; None where it is there."""
    problem = None
    for _ in range(_TRIES):
        request = urllib.request.Request(url, headers={"User-Agent": _BROWSER})
        try:
            with urllib.request.urlopen(request, timeout=patience_s):
                return None
        except urllib.error.HTTPError as error:
            if error.code in _ALIVE:
                return None
            problem = f"answers {error.code}"
            if error.code < 500:
                break
        except (OSError, HTTPException) as error:
            problem = f"does not answer ({getattr(error, 'reason', error)})"
    return problem


def _problems() -> Iterator[TalkError]:
    yield from find_broken()
    yield from find_dead()


@told_in_one_line
def main() -> int:
    """Entry of `python -m talk.site.links`; the exit status."""
    problems = list(_problems())
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"links: {len(problems) or 'no'} problem{'s' if len(problems) != 1 else ''}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
