"""Addresses inside the site: a file of docs/ named by its path there, and how a page links to it.

A fragment is drawn before anybody knows which page will show it. So it writes `site:results/box/sleep.json` or
`site:part/page.md#anchor`, and what shows it puts an address relative to itself in that place.
"""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import urlsplit

SCHEME = "site:"
_ATTRIBUTE = re.compile(r"""(?P<before>(?<=\s)(?:href|src)=(?P<quote>["']))(?P<address>[^"'<>]*)(?P=quote)""")


def source(address: str, written_in: str) -> str | None:
    """The path under docs/ that an address means in the page `written_in`, its anchor kept.

    None where it leads to another site or out of docs/.
    """
    if address.startswith(SCHEME):
        return address.removeprefix(SCHEME) or None
    try:
        url = urlsplit(address)
    except ValueError:  # of a bracket that opens no address of a host
        return None
    if url.scheme or url.netloc or address.startswith("/"):
        return None
    if not url.path:
        return written_in + address
    path = posixpath.normpath(posixpath.join(posixpath.dirname(written_in), url.path))
    slash = "/" if url.path.endswith("/") else ""
    return None if path.startswith("..") else path + slash + address[len(url.path) :]


def link(target: str, page: str) -> str:
    """`target` as Markdown links to it: relative to the source of `page`. Both are paths under docs/."""
    path, rest = _split(target)
    return (posixpath.relpath(path, posixpath.dirname(page) or ".") if path != page or not rest else "") + rest


def url(target: str, page: str) -> str:
    """`target` as a browser finds it from `page`: a Markdown file is a folder of its own."""
    path, rest = _split(target)
    there, here = _place(path), _place(page)
    relative = posixpath.relpath(there or ".", posixpath.dirname(here) or ".")
    return relative + ("/" if there == "" or there.endswith("/") else "") + rest


def with_addresses(html: str, change: Callable[[str], str]) -> str:
    """The HTML with every `href` and `src` changed."""
    return _ATTRIBUTE.sub(lambda found: found["before"] + change(found["address"]) + found["quote"], html)


def resolved(html: str, page: str) -> str:
    """The HTML of fragments as `page`, a file that no engine converts, shows it."""
    return with_addresses(
        html, lambda address: url(address.removeprefix(SCHEME), page) if address.startswith(SCHEME) else address
    )


def _split(target: str) -> tuple[str, str]:
    """The path, and the query and anchor after it."""
    path = re.split("[?#]", target, maxsplit=1)[0]
    return path, target[len(path) :]


def _place(path: str) -> str:
    """Where the site has what `path` becomes."""
    page = path.removesuffix(".md")
    if page == path:
        return path
    return page.removesuffix("index") if page.rpartition("/")[2] == "index" else f"{page}/"
