"""Whether what pages link to is there: inside the built site to the anchor, outside as its host answers.

`python -m talk.site.links` follows every link of `site/`. It asks other hosts, so tests run `find_broken` alone.
"""

import posixpath
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import SplitResult, unquote, urldefrag, urlsplit

from talk.errors import TalkError, told_in_one_line
from talk.markdown.html import SETS, addresses_in_set, start_tags
from talk.markdown.locate import written_links
from talk.paths import SITE
from talk.settings import published_address

_REFERRING = frozenset("href xlink:href src poster action cite data background longdesc data-speaker data-src".split())
_PICTURE = frozenset({"src", "srcset", "data-src"})
_DRAWN_BY = frozenset("style fill stroke clip-path mask filter marker-start marker-mid marker-end".split())
_URL = re.compile(r"""url\(\s*["']?([^"')\s]+)""")
_WEB, _BESIDE_WEB = frozenset({"http", "https", ""}), frozenset({"mailto", "tel", "data"})
_BROWSER = "Mozilla/5.0 (link check)"  # some hosts answer nothing that names itself Python
_PATIENCE_S = 20
_TRIES = 3
# The host answers, but not to everybody: that the page is gone it did not say.
_ALIVE = {401, 403, 405, 406, 429}
_MEND = "mend the link"


@dataclass
class _Page:
    """What a page refers to, and the anchors it has."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=lambda: {"", "top"})


def _read(html: str) -> _Page:
    page = _Page()
    for tag in start_tags(html):
        for name, value in tag.attributes:
            if name == "id" or (name == "name" and tag.name == "a"):
                page.anchors.add(value)
            elif name in _REFERRING:
                if not (tag.name == "link" and ("rel", "canonical") in tag.attributes):
                    page.links.append(value)
            elif name in SETS:
                page.links += addresses_in_set(value)
            elif name in _DRAWN_BY and "url(" in value:
                page.links += _URL.findall(value)
        if tag.name == "img" and not any(value for name, value in tag.attributes if name in _PICTURE):
            page.links.append("<img> of no picture")
        if tag.name == "style":
            page.links += _URL.findall(tag.text)
    return page


def find_broken(site: Path = SITE) -> list[TalkError]:
    """Links to files that the site does not have, and to anchors that a page of it does not have.

    Each is told where a source writes it, or else by its page.
    """
    pages = _read_pages(site)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    root = f"{urlsplit(published_address()).path.rstrip('/')}/"
    broken: dict[str, TalkError] = {}  # the deck shows what a chapter wrote
    for page, content in pages.items():
        for link in dict.fromkeys(content.links):
            if missing := _missing(link, page, pages, files, root):
                where, line = next(written_links(link, page), (page, None))
                error = TalkError(where, f"{link}: {missing}", _MEND, line=line)
                broken[str(error)] = error
    return list(broken.values())


def find_dead(site: Path = SITE, patience_s: float = _PATIENCE_S) -> list[TalkError]:
    """Links to other hosts that do not answer, or answer that there is no such page."""
    where: dict[str, str] = {}
    for page, content in _read_pages(site).items():
        for link in content.links:
            if urlsplit(link).scheme in {"http", "https"}:
                where.setdefault(urldefrag(link).url, page)
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda url: _asked(url, patience_s), where)
        return [
            TalkError(page, f"{url}: {answer}", _MEND)
            for (url, page), answer in zip(where.items(), answers, strict=True)
            if answer
        ]


def _read_pages(site: Path) -> dict[str, _Page]:
    """Every page of the site by its path there."""
    pages = {
        path.relative_to(site).as_posix(): _read(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
    if not pages:
        raise TalkError(site, "has no pages", "run `make site`")
    return pages


def _missing(link: str, page: str, pages: dict[str, _Page], files: set[str], root: str) -> str | None:
    """What a link inside the site does not find; None where it finds all, or leads elsewhere.

    `root` is the path at which the site will be published.
    """
    try:
        url = urlsplit(link)
    except ValueError:  # of brackets that hold no address of a host
        return "it is no address"
    if url.scheme or url.netloc:
        return None if _leads_out(url) else "no browser finds what it leads to"
    path, anchor = unquote(url.path), unquote(url.fragment)
    if path.startswith("/"):  # as of the 404 page, which is shown at any address
        if not path.startswith(root):
            return "leads out of the site"
        path = path.removeprefix(root) or "."
        folder = ""
    else:
        folder = posixpath.dirname(page)
    target = posixpath.normpath(posixpath.join(folder, path)) if path else page
    if target.startswith("../") or target == "..":
        return "leads out of the site"
    if target not in files:
        target = posixpath.normpath(posixpath.join(target, "index.html"))
    if target not in files:
        return "there is no such file"
    if target in pages and anchor not in pages[target].anchors:
        return f"there is no anchor #{anchor}"
    return None


def _leads_out(url: SplitResult) -> bool:
    """Whether an address with a scheme or a host leads somewhere: `https:///x`, `C:\\x` and `claims:x` do not."""
    return (url.scheme in _WEB and bool(url.hostname)) or url.scheme in _BESIDE_WEB


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
