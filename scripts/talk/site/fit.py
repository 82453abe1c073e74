"""Whether the deck fits: its planned time into the slot, each slide's tables and code onto the slide.

Sizes are in em, a slide's own unit: 1/27 of its height, 40 px of 1080, the size of its text. They restate slides.css;
letters are counted at the typefaces' average width, so a finding is an estimate, which tests hold against a browser.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from talk.errors import TalkError
from talk.markdown import sizes
from talk.markdown.chapters import find_deck
from talk.markdown.deck import FRONT_MATTER
from talk.markdown.locate import read_source, source_files
from talk.markdown.page import PageMarkdown
from talk.markdown.sizes import Cell
from talk.markdown.slides import read_slides
from talk.paths import DOCS
from talk.settings import refused, settings
from talk.site.pages import mkdocs_config

_PX = 40  # of an em on a slide 1080 px high
_CAPTION_SCALE = 0.5
_LEAST_CODE = 0.7  # smaller code nobody in the last row reads: 28 px of 1080
_WHOLE_SLIDE = {"title", "section", "columns", "number", "quote", "picture"}  # laid out otherwise: not judged here


@dataclass
class _Slide:
    """What of a slide of the deck takes room."""

    address: str
    layout: str
    planned_s: int
    code_columns: int
    code_lines: int
    size: float  # 0 where the layout alone says it
    title: str = ""
    tables: list[list[list[Cell]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


def find_misfits(html: str, docs: Path = DOCS) -> list[TalkError]:
    """What of the deck, given as its page's HTML, does not fit: which slide, and by how much."""
    slides = _read(html)
    where = _sources(docs)
    planned_s = sum(slide.planned_s for slide in slides)
    found = [_over_the_slot(planned_s)] if planned_s > slot_min() * 60 else []
    for slide in slides:
        path, line = where.get(slide.address, (docs, None))
        found += [
            TalkError(path, f"slide “{slide.title}”: {what}", mend, line=line) for what, mend in _too_large(slide)
        ]
    return found


def slot_min() -> int:
    """Minutes that the talk may take: `extra.talk.slot` of mkdocs.yml. Raises TalkError for what is no time."""
    return settings().slot_min


def convert_deck(docs: Path = DOCS) -> str:
    """The deck's slides as HTML, by the extensions of mkdocs.yml alone; empty for a talk without a deck."""
    deck = find_deck(docs)
    if deck is None:
        return ""
    config = mkdocs_config()
    text = (docs / deck).read_text(encoding="utf-8")
    md = PageMarkdown(deck, extensions=config["markdown_extensions"], extension_configs=config["mdx_configs"])
    return md.convert(FRONT_MATTER.sub("", text))


def _over_the_slot(planned_s: int) -> TalkError:
    slot = slot_min()
    over = _clock(planned_s - slot * 60)
    what = f"the deck is planned for {_clock(planned_s)}, {over} over the slot of {slot} min"
    return refused("slot", what, "shorten slides' `time:`, leave some out, or widen the slot")


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _sources(docs: Path) -> dict[str, tuple[Path, int]]:
    """File and line of each slide's address."""
    return {
        slide.address: (path, slide.line) for path in source_files(docs) for slide in read_slides(read_source(path))[0]
    }


def _too_large(slide: _Slide) -> Iterator[tuple[str, str]]:
    if slide.layout in _WHOLE_SLIDE or not (slide.tables or slide.code_lines):
        return
    code = _code_size(slide)
    if code < _LEAST_CODE:
        what = (
            f"its code of {slide.code_lines} lines × {slide.code_columns} columns would be set at {code * _PX:.0f} px "
            f"of 1080, {(_LEAST_CODE - code) * _PX:.0f} px too small to read"
        )
        yield what, "shorten it"
    for rows in slide.tables:
        excess = sizes.table_width(rows) * _scale(slide) - sizes.WIDTH
        if excess > 0:
            what = f"its table of {len(rows[0])} columns is about {excess * _PX:.0f} px of 1920 wider than the slide"
            yield what, "leave columns out, or shorten their cells"
    excess = _height(slide, code) - sizes.room(slide.title)
    if excess > 0:
        parts = [f"table of {len(rows)} rows" for rows in slide.tables]
        if slide.code_lines:
            parts.append(f"code of {slide.code_lines} lines")
        what = f"with its {' and '.join(parts)} it is about {excess * _PX:.0f} px of 1080 longer than the slide"
        yield what, "shorten it, or divide it between two slides"


def _code_size(slide: _Slide) -> float:
    """What slides.css sets the slide's code at."""
    if not slide.code_lines:
        return 1.0
    by_width = 65 / slide.code_columns
    if slide.layout == "code":
        return min(1.3, by_width, 11 / slide.code_lines)
    return min(0.9, by_width) * _scale(slide)


def _scale(slide: _Slide) -> float:
    return slide.size or (sizes.TEXT_SIZE if slide.layout == "text" else 1.0)


def _height(slide: _Slide, code: float) -> float:
    scale = _scale(slide)
    heights = [sizes.lines(text, sizes.LETTER * scale) * sizes.LINE * scale for text in slide.texts]
    heights += [sizes.table_height(rows) * scale for rows in slide.tables]
    if slide.captions:
        letter = sizes.LETTER * _CAPTION_SCALE
        heights.append(sum(sizes.lines(text, letter) for text in slide.captions) * 1.3 * _CAPTION_SCALE)
    if slide.code_lines:
        heights.append((slide.code_lines * 1.5 + 1.6) * code)
    return sum(heights) + sizes.BETWEEN * scale * max(len(heights) - 1, 0)


class _Reader(HTMLParser):
    """Collects each slide's parts; notes and the second, spoken form of formulas are left out."""

    _SKIPPED = ("aside", "math", "svg")
    _TEXTS = ("p", "li", "td", "th", "figcaption")

    def __init__(self) -> None:
        super().__init__()
        self.slides: list[_Slide] = []
        self._skipping = 0
        self._open: list[str] = []
        self._in_code_block = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a slide, a table, a row, a cell or a text."""
        attributes = {name: value or "" for name, value in attrs}
        classes = attributes.get("class", "").split()
        if tag == "section" and "slide" in classes:
            self.slides.append(_slide(attributes, classes))
        if tag in self._SKIPPED:
            self._skipping += 1
        if self._skipping or not self.slides:
            return
        slide = self.slides[-1]
        if tag == "table":
            slide.tables.append([])
        elif tag == "tr" and slide.tables:
            slide.tables[-1].append([])
        elif tag in ("td", "th") and slide.tables and slide.tables[-1]:
            slide.tables[-1][-1].append(Cell(head=len(slide.tables[-1]) == 1))
        elif tag in ("p", "li") and "slide-title" not in classes:
            slide.texts.append("")
        elif tag == "figcaption" or (tag == "span" and "provenance" in classes):
            slide.captions.append("")
        elif tag == "code" and self._open[-1:] in (["td"], ["th"]):
            slide.tables[-1][-1][-1].code = True
        if tag in self._TEXTS or "slide-title" in classes:
            self._open.append("title" if "slide-title" in classes else tag)
        self._in_code_block |= tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in self._SKIPPED:
            self._skipping -= 1
        elif not self._skipping and self._open and tag == ("p" if self._open[-1] == "title" else self._open[-1]):
            self._open.pop()
        if tag == "pre":
            self._in_code_block = False

    def handle_data(self, data: str) -> None:
        """Text goes to what is open."""
        if self._skipping or self._in_code_block or not self._open or not self.slides:
            return
        slide, text = self.slides[-1], re.sub(r"\s+", " ", data)
        match self._open[-1]:
            case "title":
                slide.title += text
            case "td" | "th":
                slide.tables[-1][-1][-1].text += text
            case "figcaption":
                slide.captions[-1] += text
            case _:
                slide.texts[-1] += text


def _slide(attributes: dict[str, str], classes: list[str]) -> _Slide:
    layout = next(name.removeprefix("layout-") for name in classes if name.startswith("layout-"))
    told = dict(re.findall(r"--(size|code-columns|code-lines): ([\d.]+)", attributes.get("style", "")))
    return _Slide(
        attributes.get("id", ""),
        layout,
        int(attributes["data-timing"]),
        int(told.get("code-columns", 0)),
        int(told.get("code-lines", 0)),
        float(told.get("size", 0)),
    )


def _read(html: str) -> list[_Slide]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for slide in reader.slides:
        slide.texts = [text for text in slide.texts if text.strip()]
    return reader.slides
