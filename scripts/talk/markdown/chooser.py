"""The line under a page's title that names the machine whose numbers the page shows, and lets a reader choose another.

Without scripts it names the machine. With them it has the choice: assets/scripts/chosen.js, which finds in `option`
whom it may ask for.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from talk.markdown.values import after_title
from talk.paths import RESULTS
from talk.words import language, say

# After inline patterns (20) have made the numbers, before the banner (10) that stands above it.
_PRIORITY = 12


def _seen(parent: Element) -> Iterator[Element]:
    """The numbers that follow a chosen machine, without those of a fork's hidden side."""
    for child in parent:
        if child.get("hidden") is None:
            if child.tag == "data" and child.get("data-name"):
                yield child
            yield from _seen(child)


class _Chooser(Treeprocessor):
    def __init__(self, md: Markdown, results: Path) -> None:
        super().__init__(md)
        self._results = results

    def run(self, root: Element) -> None:
        numbers = list(_seen(root))
        if not numbers:
            return
        from talk.render.machines import labels
        from talk.render.values import current_values  # see talk.markdown.values

        records = current_values(self._results).records
        names = labels(records)
        if len(names) < 2:
            return
        shown = Counter(number.get("data-record", "").partition("/")[0] for number in numbers)
        # Tables that were published ran on no machine that pages may name first.
        published = {record.machine.slug for record in records if record.origin == "published"}
        told = [slug for slug, _ in shown.most_common() if slug in names]
        first, *others = sorted(told, key=lambda slug: slug in published)
        key = "chooser.shown_besides" if others else "chooser.shown"
        line = Element("p", {"class": "page-machine", "data-search-exclude": ""})
        opened, closed = language().quotes
        besides = ", ".join(f"{opened}{names[slug]}{closed}" for slug in others)
        line.text, _, tail = say(key, machine="\0", others=besides).partition("\0")
        name = SubElement(line, "strong")
        name.text = names[first]
        select = SubElement(line, "select", {"hidden": "hidden", "aria-label": say("chooser.label")})
        for slug, label in names.items():
            option = SubElement(select, "option", {"value": slug})
            if slug == first:
                option.set("selected", "selected")
            option.text = label
        after = SubElement(line, "span")
        after.text = tail
        SubElement(line, "output")
        place, at = _below_title(root)
        place.insert(at, line)


def _below_title(root: Element) -> tuple[Element, int]:
    """The line's parent, and its place there: after the page's title. The deck has none, and reveal.js takes slides
    alone: there the line is in the first slide, between its frame and its notes.
    """
    at = after_title(root)
    first = root.find("section")
    if at is not None or first is None:
        return root, at or 0
    return first, next((i for i, child in enumerate(first) if child.tag == "aside"), len(first))


class ChooserExtension(Extension):
    """The line. Option `results`: the folder of records."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the tree processor."""
        md.treeprocessors.register(_Chooser(md, Path(self.getConfig("results"))), "machine-chooser", _PRIORITY)


def makeExtension(**kwargs: Any) -> ChooserExtension:
    """Python-Markdown's entry point."""
    return ChooserExtension(**kwargs)
