"""`[Point at a number]{.unsaid}`: what an article tells its reader, and the speaker's notes leave out.

A whole paragraph is left out by `{ .unsaid }` on the line under it.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor

from talk.markdown.given import BEFORE_LINKS, BRACKETED

UNSAID = "unsaid"
_PATTERN = BRACKETED + rf"\{{ *\.{UNSAID} *\}}"


class _UnsaidProcessor(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        span = Element("span", {"class": UNSAID})
        span.text = m["text"]
        return span, m.start(0), m.end(0)


class UnsaidExtension(Extension):
    """Text for readers alone."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the inline pattern."""
        md.inlinePatterns.register(_UnsaidProcessor(_PATTERN, md), "unsaid", BEFORE_LINKS)


def makeExtension(**kwargs: Any) -> UnsaidExtension:
    """Python-Markdown's entry point."""
    return UnsaidExtension(**kwargs)
