"""Reading HTML that anybody may have written."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple


class HtmlReader(HTMLParser):
    """An HTMLParser that no text stops: it raises AssertionError for `<![x`, which browsers take for a comment."""

    def parse_html_declaration(self, i: int) -> int:
        """Where what begins at `i` ends; -1 where it does not."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            return self.rawdata.find(">", i) + 1 or -1


# A comment ends where it ends to a browser: `<!-->` is one, and so is `<!-- x --!>`.
_COMMENT = r"<!--(?:-?>|.*?--!?>|.*)|<(?:[!?]|/(?![A-Za-z]))[^>]*>?"
_ATTRIBUTE = r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?"""
_MARKUP = re.compile(
    rf"{_COMMENT}|<(?P<tag>[A-Za-z][^\s/>]*+)(?P<attributes>(?:[\s/]*+{_ATTRIBUTE})*+[\s/]*+)>", re.DOTALL
)
_EACH = re.compile(
    r"""(?P<name>[^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+))?)?"""
)
# What a script or a style says, up to its end.
_TEXT = {
    tag: re.compile(rf"(?P<text>.*?)(?:</{tag}(?=[\s/>])|\Z)", re.DOTALL | re.IGNORECASE) for tag in ("script", "style")
}

SETS = frozenset({"srcset", "imagesrcset"})  # attributes that offer several pictures
_CANDIDATE = re.compile(r"[\s,]*+(?P<address>\S+?)(?:,(?=\s|\Z)|\s+[^,]*(?:,|\Z)|\Z)")

Attributes = tuple[tuple[str, str], ...]


class StartTag(NamedTuple):
    """A start tag, names in small letters; an attribute without a value has an empty one. `text` is a script's, say."""

    name: str
    attributes: Attributes
    text: str = ""


def start_tags(html: str) -> Iterator[StartTag]:
    """Each start tag of the page, as a browser finds it: none in a comment, or in a script.

    Whether `<title>`, `<style>` and the like hold text alone depends on what holds them, a drawing or a page: what
    looks like a tag there is taken for one. It takes a quarter of the time that HTMLParser takes: a page is mostly
    formulas, of a few tags over and over.
    """
    at = 0
    while found := _MARKUP.search(html, at):
        at = found.end()
        if found["tag"] is None:
            continue
        name, text = found["tag"].lower(), ""
        if (of_text := _TEXT.get(name)) and (inside := of_text.match(html, at)):
            text = inside["text"]
            at = inside.end() if name == "script" else at
        yield StartTag(name, _attributes(found["attributes"]), text)


@lru_cache(maxsize=4096)
def _attributes(written: str) -> Attributes:
    found: dict[str, str] = {}  # of two with one name browsers take the first
    for each in _EACH.finditer(written):
        value = each["double"] or each["single"] or each["bare"] or ""
        found.setdefault(each["name"].lower(), unescape(value))
    return tuple(found.items())


def addresses_in_set(srcset: str) -> list[str]:
    """The addresses of pictures that a `srcset` offers."""
    return [found["address"] for found in _CANDIDATE.finditer(srcset)]
