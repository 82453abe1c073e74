"""A sentence about what no machine has is left out: a number that nobody has measured, a claim that nobody can judge.

A machine that has no GPU, or of which nothing else was measured, has a page that reads well all the same. Where nobody
has measured anything yet, in a new talk, sentences stay with the places of their numbers. A slide always keeps its own,
and its notes lose theirs: nobody speaks of what is not measured in the words for what is.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.markdown.values import LACKING, put_banner
from talk.paths import RESULTS

# After links (15) have judged claims, before the chooser (12) looks for numbers.
_PRIORITY = 14
_BLOCKS = frozenset(("p", "li", "dd"))
# Where a sentence ends, and the letter after it, if it does not stand in an element: another sentence begins with a
# capital one, of whatever alphabet.
_ENDS = re.compile(r"(?<=[.!?…])[»”\")]*\s+(?:$|(?=[^\s\w]*(?P<next>[^\W\d_])))")


class _LeaveOut(Treeprocessor):
    def __init__(self, md: Markdown, results: Path) -> None:
        super().__init__(md)
        self._results = results

    def run(self, root: Element) -> None:
        if not any(element.get(LACKING) for element in root.iter()):
            return
        from talk.render.values import current_values  # see talk.markdown.values

        measured = any(record.origin == "measured" for record in current_values(self._results).records)
        if measured and _leave_out(root):
            put_banner(root, "banner.left_out")
        for element in root.iter():
            element.attrib.pop(LACKING, None)


def _leave_out(parent: Element) -> bool:
    """Whether anything under `parent`, a speaker's notes aside, lacked something, and is gone."""
    changed = False
    for child in list(parent):
        if child.tag == "section" and "slide" in child.get("class", ""):
            for notes in child.iter("aside"):
                _leave_out(notes)
            continue
        if child.tag in _BLOCKS and not any(each.tag in _BLOCKS for each in child.iter() if each is not child):
            sentences = list(_sentences(child))
            kept = [each for each in sentences if not _lacks(each)]
            if not kept:
                parent.remove(child)
            elif len(kept) < len(sentences):
                _put(child, kept)
            changed |= len(kept) < len(sentences)
        else:
            changed |= _leave_out(child)
    return changed


def _sentences(block: Element) -> Iterator[list[str | Element]]:
    """The texts and elements of each sentence; the tail of an element stands after it."""
    sentence: list[str | Element] = []
    for piece in _pieces(block):
        if isinstance(piece, Element):
            sentence.append(piece)
            continue
        at = 0
        for end in _ENDS.finditer(piece):
            if end["next"] is None or end["next"].isupper():
                yield [*sentence, piece[at : end.end()]]
                sentence, at = [], end.end()
        if piece[at:]:
            sentence.append(piece[at:])
    if sentence:
        yield sentence


def _pieces(block: Element) -> Iterator[str | Element]:
    if block.text:
        yield block.text
    for child in block:
        yield child
        if child.tail:
            yield child.tail


def _lacks(sentence: list[str | Element]) -> bool:
    elements = (piece for piece in sentence if isinstance(piece, Element))
    return any(LACKING in each.attrib for element in elements for each in element.iter())


def _put(block: Element, sentences: list[list[str | Element]]) -> None:
    """Make these what the block says."""
    for child in list(block):
        block.remove(child)
    block.text, last = "", None
    for piece in (piece for sentence in sentences for piece in sentence):
        if isinstance(piece, Element):
            block.append(piece)
            piece.tail, last = None, piece
        elif last is None:
            block.text += piece
        else:
            last.tail = (last.tail or "") + piece


class SentencesExtension(Extension):
    """Leaves sentences out. Option `results`: the folder of records."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        md.treeprocessors.register(_LeaveOut(md, Path(self.getConfig("results"))), "lacking-sentences", _PRIORITY)


def makeExtension(**kwargs: Any) -> SentencesExtension:
    """Python-Markdown's entry point."""
    return SentencesExtension(**kwargs)
