"""Slides in a chapter: `/// slide | Title`, optional indented options, content, `///`.

In an article a slide is `<section class="slide">`, a black 16:9 card; the deck (`talk.markdown.deck`) gathers the
same blocks. What a chapter wrote is read by `talk.markdown.written_slides`. Options:

- `layout`: one of LAYOUTS, `text` when absent. In `columns` a line `---` divides the columns.
- `id`: the slide's address; made from its title when absent.
- `time`: planned seconds; DEFAULT_TIME_S when absent.
- `note`: what the speaker sees instead of the prose that follows the slide.
- `steps`: what comes step by step: `rows` of its tables, `items` of its lists, or lines of its code lit one after
  another, as `1-3|4,6|all`. A single thing becomes a step by `{ .fragment }`.
- `auto-animate`: `true` on two slides in a row: what both have moves from its old place to the new one.
- `only`: `deck` for a slide that an article has no need of.
- `backup`: `true` for a slide that the deck keeps behind its last one, for questions.
- `cut`: minutes; in a slot as short as that, or shorter, the slide is a backup.
- `measure`: EXPERIMENT.NAME, what `R` measures in front of the hall (`talk.experiment.OnStage`).
- `chapter`: set by the deck alone: the page that the slide comes from, as its path under docs/.
"""

import html
import re
from pathlib import Path
from typing import Any, ClassVar, cast
from xml.etree.ElementTree import Element, SubElement, tostring

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block, type_any

from talk.addresses import SCHEME
from talk.errors import TalkError
from talk.markdown.addresses import Addresses
from talk.markdown.chapters import deck_of
from talk.markdown.locate import place
from talk.markdown.math import room_of
from talk.markdown.page import page_of
from talk.markdown.prose import without_comments
from talk.markdown.relative import WRITTEN_IN
from talk.markdown.sizes import (
    WHY_WIDTH,
    WIDTH,
    Cell,
    code_line,
    formula_size,
    read_tables,
    row_height,
    table_size,
    text_size,
)
from talk.markdown.steps import (
    make_step,
    rows_of,
    with_line_steps,
    with_row_names,
    with_row_steps,
    without_docstrings,
)
from talk.markdown.written_slides import DEFAULT_TIME_S, find_slide_problems
from talk.paths import DOCS
from talk.words import language, say

BACKUP = "data-backup"  # on a slide; in the deck its value is the address of the slide that it belongs to
_ATTRIBUTES = re.compile(r" +(\{:? *[.#][^{}]*\}) *$")
# Before anything reads the text: fenced code (25), snippets (32).
_CHECK_PRIORITY = 95
# What is put into a comment is no slide, whatever is in it.
_COMMENTS_PRIORITY = 97


class _SlideCheck(Preprocessor):
    """Stops the build at a bad slide, which Python-Markdown would leave on the page as text."""

    def run(self, lines: list[str]) -> list[str]:
        for line, what, mend in find_slide_problems("\n".join(lines)):
            where, at = place(lines[line - 1].strip())
            raise TalkError(where, what, mend, line=at)
        return lines


class _Comments(Preprocessor):
    """Takes comments out, so that the article and the deck agree on what is in one."""

    def run(self, lines: list[str]) -> list[str]:
        return without_comments("\n".join(lines)).split("\n")


class SlideBlock(Block):
    """`/// slide | Title`: the card, its title, its body, a link to its place on the other side."""

    NAME = "slide"
    ARGUMENT = True
    OPTIONS: ClassVar[dict[str, tuple[Any, Any]]] = {  # checked by _SlideCheck, which can say what is wrong
        "layout": ("text", type_any),
        "id": ("", type_any),
        "time": (DEFAULT_TIME_S, type_any),
        "note": ("", type_any),
        "steps": ("", type_any),
        "auto-animate": (False, type_any),
        "only": ("", type_any),
        "backup": (False, type_any),
        "cut": (0, type_any),
        "measure": ("", type_any),
        "chapter": ("", type_any),
    }

    def on_create(self, parent: Element) -> Element:
        """`section.slide > div.slide-frame > (title, div.slide-body)`."""
        addresses = self.tracker.setdefault("addresses", Addresses())
        layout = self.options["layout"]
        self._address = addresses.give(self.argument, self.options["id"])
        kind = f"slide layout-{layout} why" if self._asks_why() else f"slide layout-{layout}"
        section = SubElement(parent, "section", {"class": kind, "id": self._address})
        section.set("data-timing", str(self.options["time"]))
        if self.options["chapter"]:
            section.set(WRITTEN_IN, self.options["chapter"])
        if self.options["auto-animate"]:
            section.set("data-auto-animate", "")
        if self.options["backup"]:
            section.set(BACKUP, "")
        if self.options["cut"]:
            section.set("data-cut", str(self.options["cut"]))
        if self.options["measure"]:
            section.set("data-measure", str(self.options["measure"]))
        frame = SubElement(section, "div", {"class": "slide-frame"})
        title = SubElement(frame, "p", {"class": "slide-title", "role": "heading", "aria-level": "2"})
        title.text = self.argument
        self._body = SubElement(frame, "div", {"class": "slide-body"})
        return section

    def on_add(self, block: Element) -> Element:
        """Content goes into the body."""
        return self._body

    def on_end(self, block: Element) -> None:
        """Take the note out, divide columns, take headings out of the article's contents, add steps and the link."""
        chapter = self.options["chapter"]
        if self.options["only"] == "deck" and not chapter:
            block.clear()
            block.tag = "div"
            block.attrib.update({"class": "slide-place", "id": self._address})  # the deck leads here all the same
            return
        notes = self._body.find("aside")
        if notes is not None:  # first of all: it is not a part of a column
            self._body.remove(notes)
        for element in self._body.iter():
            if re.fullmatch("h[1-6]", element.tag):
                element.tag = "p"
                element.set("class", "slide-subtitle")
            elif element.tag == "li":
                # attr_list reads an item's attributes on their own line; a slide writes `- item { .fragment }`.
                for text in (element, *element.findall("p")):
                    text.text = _ATTRIBUTES.sub(r"\n\1", text.text or "")
        choices = self._take_choices()
        self._measure(block)
        self._add_steps()
        if self.options["layout"] == "columns":
            _divide(self._body)
        if not chapter:
            block.extend(choices)
        if other := self._other_side():
            link = SubElement(block, "a", {"class": "slide-link", "data-search-exclude": ""})
            link.set("href", f"{SCHEME}{other}#{self._address}")
            link.text = say("slide.in_article") if chapter else say("slide.in_deck")
        if notes is not None:
            block.append(notes)

    def _other_side(self) -> str | None:
        """The page that shows the slide too: its chapter, or the deck that gathers its chapter."""
        if self.options["chapter"]:
            return str(self.options["chapter"])
        page = page_of(self.md)
        if page is None:
            return None
        if "deck" not in self.tracker:
            self.tracker["deck"] = deck_of(page, Path(self.config["docs"]))
        return cast("str | None", self.tracker["deck"])

    def _asks_why(self) -> bool:
        """Whether the title is a question that the slide asks aloud."""
        return str(self.argument).startswith(language().why)

    def _take_choices(self) -> list[Element]:
        """Take choices of machines out of the body: an article has them under the card, the deck does without."""
        marks = [self.md.htmlStash.get_placeholder(index) for index in self._stashed('<details class="machines"')]
        taken = []
        for parent in list(self._body.iter()):
            for child in list(parent):
                if (child.text or "").strip() in marks:
                    parent.remove(child)
                    taken.append(child)
        return taken

    def _stashed(self, mark: str) -> list[int]:
        """Indices of the blocks of HTML in the slide's body that hold `mark`."""
        texts = (element.text or "" for element in self._body.iter())
        stashed = (int(found[1]) for text in texts for found in HTML_PLACEHOLDER_RE.finditer(text))
        return [index for index in stashed if mark in str(self.md.htmlStash.rawHtmlBlocks[index])]

    def _measure(self, section: Element) -> None:
        """Tell the style sheet how much the slide holds, so that it is set as large as it fits."""
        stash = self.md.htmlStash.rawHtmlBlocks
        blocks = self._stashed('<div class="highlight"')
        for index in blocks:
            stash[index] = without_docstrings(str(stash[index]))
        codes = (html.unescape(re.sub("<[^>]*>", "", str(stash[index]))) for index in blocks)
        lines = [line for code in codes for line in code.strip().splitlines()]
        if lines:
            columns = max(map(len, lines))
            line = f"; --code-line: {code_line(columns, len(lines))}" if self.options["layout"] == "code" else ""
            section.set("style", f"--code-columns: {columns}; --code-lines: {len(lines)}{line}")
        elif style := self._size():
            section.set("style", style)

    def _formulas(self) -> list[tuple[float, float]]:
        """How wide and high each displayed formula is."""
        written = [each.text or "" for each in self._body.iter("div") if each.get("class") == "arithmatex"]
        return [room_of(html.unescape(tex).strip()[2:-2].strip()) for tex in written]

    def _tables(self) -> list[list[list[Cell]]]:
        written = [str(self.md.htmlStash.rawHtmlBlocks[index]) for index in self._stashed("<table")]
        written += [tostring(table, encoding="unicode") for table in self._body.iter("table")]
        return [table for each in written for table in read_tables(each)]

    def _size(self) -> str:
        """How large the slide's text, tables or formulas are set; nothing where the layout alone says that."""
        texts = ["".join(child.itertext()) for child in self._body.iter() if child.tag in ("p", "li")]
        match self.options["layout"]:
            case "text" if all(child.tag in ("p", "ul", "ol") for child in self._body):
                if texts and not self._stashed("<"):
                    return f"--size: {text_size(self.argument, texts, WIDTH - WHY_WIDTH * self._asks_why())}"
            case "table" if tables := self._tables():
                size, rows = table_size(self.argument, tables), sum(len(table) - 1 for table in tables)
                return f"--size: {size}" + (f"; --row: {row_height(rows, size)}" if rows else "")
            case "formula" if formulas := self._formulas():
                size = formula_size(self.argument, formulas, texts)
                return f"--size: {size}; --formula: {max(width for width, _ in formulas):g}"
        return ""

    def _add_steps(self) -> None:
        stash, steps = self.md.htmlStash.rawHtmlBlocks, str(self.options["steps"])
        tables = self._stashed("<table")
        if self.options["auto-animate"]:
            for row in rows_of(self._body):
                row.set("data-id", "".join(row[0].itertext()))
            for index in tables:
                stash[index] = with_row_names(stash[index])
        if steps == "rows":
            for row in rows_of(self._body):
                make_step(row)
            for index in tables:
                stash[index] = with_row_steps(stash[index])
        elif steps == "items":
            for item in self._body.iter("li"):
                make_step(item)
        elif steps:
            for index in self._stashed('<div class="highlight"')[:1]:
                try:
                    stash[index] = with_line_steps(stash[index], steps)
                except ValueError:
                    where, line = place(self.argument)
                    what = f"slide “{self.argument}”: its code has no lines {steps}"
                    raise TalkError(where, what, "mend its steps", line=line) from None


class NotesBlock(Block):
    """`/// notes`: what the speaker sees; written by the deck."""

    NAME = "notes"

    def on_create(self, parent: Element) -> Element:
        """`aside.notes`, which the slide moves out of its body."""
        return SubElement(parent, "aside", {"class": "notes"})


def _divide(body: Element) -> None:
    columns = [Element("div", {"class": "slide-column"})]
    for child in list(body):
        body.remove(child)
        if child.tag == "hr":
            columns.append(Element("div", {"class": "slide-column"}))
        else:
            columns[-1].append(child)
    body.extend(columns)


class SlidesExtension(BlocksExtension):
    """Slides and their notes. Option `docs`: the folder of pages."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"docs": [str(DOCS), "folder of pages"]}
        super().__init__(**kwargs)

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: Any) -> None:
        """Register the blocks and the check that runs before them."""
        block_mgr.register(SlideBlock, self.getConfigs())
        block_mgr.register(NotesBlock, self.getConfigs())
        md.preprocessors.register(_Comments(md), "comments", _COMMENTS_PRIORITY)
        md.preprocessors.register(_SlideCheck(md), "slide-check", _CHECK_PRIORITY)


def makeExtension(**kwargs: Any) -> SlidesExtension:
    """Python-Markdown's entry point."""
    return SlidesExtension(**kwargs)
