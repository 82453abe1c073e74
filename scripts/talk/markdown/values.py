"""`{{ sorting.largest.ratio | .1 }}` in Markdown: a measured number with its record and how it was computed.

A number that asks no machine by name follows the machine that a reader chooses: `data-name` is its reference and
`data-format` its format, by which chosen.js finds what stands there instead.

What reads records is imported with the first number: it declares every field of every experiment, which takes a tenth
of a second, and a site that shows none, or a page that is edited, need not wait for it.
"""

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from talk.errors import TalkError
from talk.markdown.locate import place
from talk.markdown.prose import without_code
from talk.paths import RESULTS
from talk.words import NBSP, is_unit, say

if TYPE_CHECKING:
    from talk.records.schema import AnyRecord
    from talk.render.values import Found, Values

# In a table's cell the bar is escaped: see _InCells.
REFERENCE = r"\{\{\s*(?P<reference>[^{}|\\]+?)\s*(?:\\?\|\s*(?P<format>[^{}]*?)\s*)?\}\}"
# After code spans (190), so that a reference quoted as code stays as it is; before everything that reads inside a line.
_PRIORITY = 185
# Set on what stands for a number that nobody has, or a claim that nobody can judge: see talk.markdown.sentences.
LACKING = "data-lacking"
# After inline patterns (20) have made what it looks for.
_BANNER_PRIORITY = 10
# After inline patterns (20), before sentences are left out (14) and the chooser looks for numbers (12).
_TOGETHER_PRIORITY = 16
# Blocks whose numbers are read beside each other.
_COMPARED = frozenset(("p", "li", "dd", "tr"))
# After fenced code (25) and blocks of HTML (20) are put away.
_CELLS_PRIORITY = 15


def render_reference(values: "Values", reference: str, format_spec: str, written: str) -> tuple["Found", str] | None:
    """The value a reference names and its text; None where nobody has measured it yet.

    Raises TalkError naming the file and line where `written` stands.
    """
    from talk.render.values import FormatError, UnknownValueError, UnmeasuredValueError, format_value

    try:
        found = values.find(reference)
        return found, format_value(found.value, format_spec)
    except UnmeasuredValueError:
        return None
    except UnknownValueError as error:
        where, line = place(written)
        raise TalkError(where, f"no record has the value {reference}", error.mend, line=line) from None
    except FormatError as error:
        where, line = place(written)
        what, _, mend = str(error).partition("; ")
        raise TalkError(where, what, mend, line=line) from None


class _ValueProcessor(InlineProcessor):
    def __init__(self, md: Markdown, results: Path) -> None:
        super().__init__(REFERENCE, md)
        self._results = results
        self._stale: dict[str, bool] = {}  # by the record's name: looked up once a page

    @cached_property
    def _values(self) -> "Values":
        """Asked for once a page too: to know that no record has changed since is to look at every one."""
        from talk.render.values import current_values

        return current_values(self._results)

    def _is_stale(self, record: "AnyRecord") -> bool:
        from talk.records.sources import changed_sources

        if record.name not in self._stale:
            self._stale[record.name] = bool(changed_sources(record))
        return self._stale[record.name]

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        rendered = render_reference(self._values, m["reference"], m["format"] or "", m[0])
        if rendered is None:
            return _unmeasured(m["reference"], m["format"] or ""), m.start(0), m.end(0)
        found, text = rendered
        from talk.render.measured import attributes

        element = Element("data", attributes(found, stale=self._is_stale(found.record)))
        if "/" not in m["reference"]:
            element.set("data-name", m["reference"])
            if m["format"]:
                element.set("data-format", m["format"])
        element.text = text
        return element, m.start(0), m.end(0)

    def tell_together(self, numbers: list[Element]) -> None:
        """Let one record answer all these numbers, which are of one experiment; where none can, they stay."""
        from talk.render.measured import attributes
        from talk.render.values import UnknownValueError, format_value

        try:
            together = self._values.find_together([number.attrib["data-name"] for number in numbers])
        except UnknownValueError:
            return
        for number, found in zip(numbers, together, strict=True):
            number.attrib |= attributes(found, stale=self._is_stale(found.record))
            number.text = format_value(found.value, number.get("data-format", ""))


def _unmeasured(reference: str, format_spec: str) -> Element:
    """What stands in the place of a number that nobody has measured: said in words, drawn as pixels, its unit kept."""
    title = say("value.unmeasured_title", name=reference)
    element = Element("span", {"class": "unmeasured", "title": title, LACKING: "true"})
    blank = SubElement(element, "span")
    blank.text = say("value.unmeasured")
    # Its unit, and of a noun in all its forms the last one.
    units = [word if is_unit(word) else word.rpartition("/")[2] for word in format_spec.split() if word[0] != "."]
    blank.tail = "".join(unit if unit == "×" else NBSP + unit for unit in units)
    return element


class _Together(Treeprocessor):
    """Makes the numbers that one experiment has in one paragraph those of one machine: they are compared there."""

    def __init__(self, md: Markdown, processor: _ValueProcessor) -> None:
        super().__init__(md)
        self._processor = processor

    def run(self, root: Element) -> None:
        for block in root.iter():
            if block.tag not in _COMPARED:
                continue
            experiments: dict[str, list[Element]] = {}
            for number in block.iter("data"):
                if name := number.get("data-name"):
                    experiments.setdefault(name.partition(".")[0], []).append(number)
            for numbers in experiments.values():
                if len({number.get("data-record") for number in numbers}) > 1:
                    self._processor.tell_together(numbers)


class _InCells(Preprocessor):
    """Escapes the bar of a reference in a row of a table, where it would divide cells."""

    def run(self, lines: list[str]) -> list[str]:
        return [self._escaped(line) if "{{" in line else line for line in lines]

    def _escaped(self, line: str) -> str:
        if "|" not in re.sub(REFERENCE, "", line):
            return line
        references = [found.span() for found in re.finditer(REFERENCE, without_code(line))]
        for start, end in reversed(references):
            line = line[:start] + re.sub(r"(?<!\\)\|", r"\\|", line[start:end]) + line[end:]
        return line


def after_title(root: Element) -> int | None:
    """The place after the page's title, and after the title slide that hides it; None where it has no title."""
    title = root.find("h1")
    if title is None:
        return None
    place = list(root).index(title) + 1
    return place + (place < len(root) and root[place].tag == "section")


def put_banner(root: Element, words: str) -> None:
    """Say under the page's title what is missing there and who can measure it."""
    place = after_title(root)
    if place is None or root.find("p[@class='nothing-measured']") is not None:
        return
    banner = Element("p", {"class": "nothing-measured"})
    banner.text, _, after = say(words, command="\0").partition("\0")
    command = SubElement(banner, "code")
    command.text = AtomicString("make site")
    command.tail = after
    root.insert(place, banner)


class _Banner(Treeprocessor):
    """Says under a page's title that some of its numbers are not measured yet."""

    def run(self, root: Element) -> None:
        spans = [span for span in root.iter("span") if span.get("class") == "unmeasured"]
        for span in spans:
            span.attrib.pop(LACKING, None)
        if spans:
            put_banner(root, "banner.unmeasured")


class ValuesExtension(Extension):
    """References to values. Option `results`: the folder of records."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the inline pattern, and what goes before and after it."""
        md.preprocessors.register(_InCells(md), "values-in-cells", _CELLS_PRIORITY)
        processor = _ValueProcessor(md, Path(self.getConfig("results")))
        md.inlinePatterns.register(processor, "measured-value", _PRIORITY)
        md.treeprocessors.register(_Together(md, processor), "values-together", _TOGETHER_PRIORITY)
        md.treeprocessors.register(_Banner(md), "unmeasured-values", _BANNER_PRIORITY)


def makeExtension(**kwargs: Any) -> ValuesExtension:
    """Python-Markdown's entry point."""
    return ValuesExtension(**kwargs)
