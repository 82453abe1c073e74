"""Links that are right wherever they were written.

A link in raw HTML is relative to its page's source, as a link in Markdown is: Zensical reads it so, and here MkDocs
does too. Fragments write `site:PATH` (`talk.addresses`). What the deck gathers was written in a chapter, so its links
are relative to that.
"""

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from talk import addresses
from talk.markdown.page import is_mkdocs, page_of

# Set by slides that the deck gathers, to the chapter that they were written in.
WRITTEN_IN = "data-written-in"
# After all that makes links, before MkDocs resolves those of the tree (0).
_PRIORITY = 8
_ATTRIBUTES = {"a": "href", "img": "src"}


class _Relative(Treeprocessor):
    def run(self, root: Element) -> None:
        self._page = page_of(self.md)
        if self._page is not None:
            self._change(root, self._page, self._page)

    def _change(self, element: Element, page: str, written_in: str) -> None:
        written_in = element.attrib.pop(WRITTEN_IN, written_in)
        attribute = _ATTRIBUTES.get(element.tag)
        if attribute and (address := element.get(attribute)):
            element.set(attribute, _moved(address, page, written_in))
        self._change_raw(element.text, page, written_in)
        for child in element:
            self._change(child, page, written_in)
            self._change_raw(child.tail, page, written_in)

    def _change_raw(self, text: str | None, page: str, written_in: str) -> None:
        """Change the blocks of HTML that stand in `text`, which has their numbers."""
        write = addresses.url if is_mkdocs(self.md) else addresses.link

        def changed(address: str) -> str:
            # `#glyph` names a part of the same drawing.
            target = None if address.startswith("#") else addresses.source(address, written_in)
            return address if target is None else write(target, page)

        blocks = self.md.htmlStash.rawHtmlBlocks
        for found in HTML_PLACEHOLDER_RE.finditer(text or ""):
            block = blocks[int(found[1])]
            if isinstance(block, str):
                blocks[int(found[1])] = addresses.with_addresses(block, changed)


def _moved(address: str, page: str, written_in: str) -> str:
    """The address as Markdown of `page` writes it, itself where that is what it is."""
    if page == written_in and not address.startswith(addresses.SCHEME):
        return address
    target = addresses.source(address, written_in)
    return address if target is None else addresses.link(target, page)


class RelativeExtension(Extension):
    """Makes links relative to the page that shows them."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        md.treeprocessors.register(_Relative(md), "relative-links", _PRIORITY)


def makeExtension(**kwargs: Any) -> RelativeExtension:
    """Python-Markdown's entry point."""
    return RelativeExtension(**kwargs)
