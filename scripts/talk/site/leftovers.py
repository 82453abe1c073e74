"""What of a source reached a page as it was written: a reference, a block, a footnote that nothing has read."""

import re
from collections.abc import Iterator
from pathlib import Path

from talk.errors import TalkError
from talk.markdown.html import HtmlReader
from talk.markdown.locate import source_of

# How each begins, where it stands alone in a text, and what makes it one.
_MARKS = re.compile(
    r"\{\{|-{1,}8<-{1,}|(?<![:/])/{3,}(?!/)|\[\^[\w-]+\]|\[[^\[\]\n]+\]\[[^\[\]\n]*\]|\[[^\]\n]*\]\{ *\."
)
# A number is an element, which no attribute holds.
_ELEMENT = re.compile(r"<(?:data|span)\b")
_ADDRESS = re.compile(r"\s*(?:claim|talk|site) *:", re.IGNORECASE)
# TeX has double braces of its own.
_IN_TEX = re.compile(r"\{\{\s*[\w/-]+(?:\.[\w/-]+)+\s*(?:\||\}\})")
# In small letters: without IGNORECASE, a search skips to the letters that may begin a mark.
_LIKELY = re.compile(
    r"""\{\{|-8(?:<|&lt;)-|///|\[\^|\]\[[^\[\]<\n]*\]|=["']<(?:data|span)|claim *:|talk *:|site *:|\]\{"""
)
_CODE = frozenset({"code", "pre", "kbd", "script", "style", "textarea"})
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_ADDRESSES = frozenset({"href", "src", "action", "cite"})
_MEND = "what it says is not read there: write it in a paragraph of Markdown, or as `code`"


def find_leftovers(site: Path) -> list[TalkError]:
    """A line for each, with the source of its page and the place on it."""
    found = []
    for page in sorted(site.rglob("*.html")):
        html = page.read_text(encoding="utf-8")
        if _LIKELY.search(html.lower()):
            name = page.relative_to(site).as_posix()
            source = source_of(name) or name
            found += [
                TalkError(source, f"«{text}» is left on the page as it is, {at}", _MEND) for at, text in _in(html)
            ]
    return found


def _in(html: str) -> Iterator[tuple[str, str]]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.found


class _Reader(HtmlReader):
    """Looks at text and attributes outside code; a place is the last id above."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._at = "at its top"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self._at = f"after #{given['id']}"
        if _ADDRESS.match(tag):  # `<claim:x>`, which browsers take for an element
            self.found.append((self._at, f"<{tag}>"))
        for name, value in attrs:
            if not value or name.startswith("data-"):
                continue
            if name in _ADDRESSES and _ADDRESS.match(value):
                self.found.append((self._at, value[:60]))
            elif mark := _MARKS.search(value) or _ELEMENT.search(value):
                self.found.append((self._at, value[mark.start() :][:60]))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        marks = _IN_TEX if "math" in self._open else _MARKS
        if not any(tag in _CODE for tag in self._open) and (mark := marks.search(data)):
            self.found.append((self._at, " ".join(data[mark.start() :][:60].split())))
