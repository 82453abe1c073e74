"""Hard spaces where the talk's language wants them: in Russian no line begins with a dash."""

from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.words import NBSP, language

# After inline patterns (20) and what is made of links (15): the text is then as readers see it.
_PRIORITY = 10
_VERBATIM = {"code", "pre", "kbd", "script", "style"}


class _Binder(Treeprocessor):
    def run(self, root: Element) -> None:
        self._spaces = language().bound  # asked once: a page has thousands of texts
        self._bind(root)

    def _bind(self, element: Element) -> None:
        if element.tag in _VERBATIM:
            return
        if element.text:
            element.text = self._bound(element.text)
        for child in element:
            self._bind(child)
            if child.tail:
                child.tail = self._bound(child.tail)

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
