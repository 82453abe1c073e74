"""`[16 kHz]{.given reason="what the recordings have"}`: a number that nobody measures, with why it is so."""

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor

# Text that a list of attributes follows. It may hold brackets itself: a link, say.
BRACKETED = r"\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])+)\]"
# A list of attributes that has no reason gives nothing.
GIVEN = BRACKETED + r'\{ *\.given +reason="(?P<reason>[^"\n]*\w[^"\n]*)" *\}'
# After code spans (190), before links (160).
BEFORE_LINKS = 184


class _GivenProcessor(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        span = Element("span", {"class": "given", "title": m["reason"]})
        span.text = m["text"]
        return span, m.start(0), m.end(0)


class GivenExtension(Extension):
    """Numbers that are given."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the inline pattern."""
        md.inlinePatterns.register(_GivenProcessor(GIVEN, md), "given", BEFORE_LINKS)


def makeExtension(**kwargs: Any) -> GivenExtension:
    """Python-Markdown's entry point."""
    return GivenExtension(**kwargs)
