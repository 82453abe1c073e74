"""What Russian typography wants of spaces: no line begins with a dash, none ends with a word of one letter."""

import re
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.words import NBSP

# After inline patterns (20) and what is made of links (15): the text is then as readers see it.
_PRIORITY = 10
_VERBATIM = {"code", "pre", "kbd", "script", "style"}
_BEFORE_DASH = re.compile(r" (?=[—–](?:\s|$))")
_AFTER_ONE_LETTER = re.compile(r"(?<![\w-])([вкосуиаяВКОСУИАЯ]) (?=\S|$)")


def bind(text: str) -> str:
    """`text` with hard spaces before dashes and after words of one letter."""
    return _AFTER_ONE_LETTER.sub(rf"\1{NBSP}", _BEFORE_DASH.sub(NBSP, text))


class _Binder(Treeprocessor):
    def run(self, root: Element) -> None:
        self._bind(root)

    def _bind(self, element: Element) -> None:
        if element.tag in _VERBATIM:
            return
        if element.text:
            element.text = bind(element.text)
        for child in element:
            self._bind(child)
            if child.tail:
                child.tail = bind(child.tail)


class TypographyExtension(Extension):
    """Hard spaces where Russian wants them."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        md.treeprocessors.register(_Binder(md), "typography", _PRIORITY)


def makeExtension(**kwargs: object) -> TypographyExtension:
    """Python-Markdown's entry point."""
    return TypographyExtension(**kwargs)
