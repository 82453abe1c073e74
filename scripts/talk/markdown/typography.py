"""Where lines may not break: at hard spaces, as the talk's language wants them, and inside units and hyphened names."""

from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.words import NBSP, language
from talk.words.languages import WHOLE

# After inline patterns (20) and what is made of links (15): the text is then as readers see it.
_PRIORITY = 10
_VERBATIM = {"code", "pre", "kbd", "script", "style"}
# Its sheet lets no line break in it.
_WHOLE = {"data"}


class _Binder(Treeprocessor):
    def run(self, root: Element) -> None:
        self._spaces = language().bound  # asked once: a page has thousands of texts
        self._bind(root)

    def _bind(self, element: Element) -> None:
        if element.tag in _VERBATIM:
            return
        if element.tag in _WHOLE:
            element.text = self._bound(element.text or "")
            return
        children = list(element)
        element.text, held = self._held(element.text)
        for child in children:
            self._bind(child)
            child.tail, after = self._held(child.tail)
            held += [child, *after]
        element[:] = held

    def _held(self, text: str | None) -> tuple[str | None, list[Element]]:
        """The text up to the first part of it that has to be one line, and elements for that part and the rest."""
        if not text:
            return text, []
        before, *rest = WHOLE.split(self._bound(text))
        held = []
        for whole, after in zip(rest[::2], rest[1::2], strict=True):
            element = Element("span", {"class": "whole"})
            element.text, element.tail = whole, after
            held.append(element)
        return before, held

    def _bound(self, text: str) -> str:
        for space in self._spaces:
            text = space.sub(NBSP, text)
        return text


class TypographyExtension(Extension):
    """Hard spaces where the language wants them."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        md.treeprocessors.register(_Binder(md), "typography", _PRIORITY)


def makeExtension(**kwargs: object) -> TypographyExtension:
    """Python-Markdown's entry point."""
    return TypographyExtension(**kwargs)
