"""Whether the deck fits: its time into the slot, notes into slides' times, tables and code onto the slide.

Sizes are in em, a slide's own unit: 1/27 of its height, 40 px of 1080, the size of its text. They restate slides.css;
letters are counted at the typefaces' average width, so a finding is an estimate, which tests hold against a browser.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from talk.errors import TalkError
from talk.markdown import sizes
from talk.markdown.chapters import find_deck
from talk.markdown.deck import FRONT_MATTER
from talk.markdown.html import HtmlReader
from talk.markdown.locate import read_source, source_files
from talk.markdown.page import PageMarkdown
from talk.markdown.sizes import Cell
from talk.markdown.slides import BACKUP
from talk.markdown.written_slides import read_slides
from talk.paths import DOCS
from talk.settings import refused, settings
from talk.site.pages import mkdocs_config

_PX = 40  # of an em on a slide 1080 px high
_CAPTION_SCALE = 0.6
_LEAST_CODE = 0.7  # smaller code nobody in the last row reads: 28 px of 1080
_WORDS_A_MINUTE = 120  # of a speaker whom the hall follows
_BREAKS = re.compile(r"[ \n\u00ad\u200b/-]|(?<=[—–])")  # where a browser may break a line
_WORD = re.compile(r"[^\W_][\w.,:/’'-]*")
# Notes that take more of a slide's time are told; far more, and the talk cannot be given as it is planned.
_LONG, _FAR_TOO_LONG = 1.25, 2.0
# Of layouts with letters larger than the text's: of the title, of the text, of the first paragraph.
_LETTERS = {
    "title": (4.2, 1.0, 1.0),
    "section": (5.0, 1.0, 1.0),
    "number": (2.8, 1.25, 10.0),
    "quote": (2.8, 1.5, 1.5),
}
_PIXEL_LETTER = 0.37  # of the typeface of titles and of large numbers


@dataclass
class _Subtitle:
    """A heading inside a slide. One that begins with a number, or a quotation, is set large over its column."""

    text: str = ""
    is_large: bool = False


@dataclass
class _Slide:
    """What of a slide of the deck takes room."""

    address: str
    layout: str
    planned_s: int
    code_columns: int
    code_lines: int
    size: float  # 0 where the layout alone says it
    is_backup: bool = False
    cut_min: int = 0
    waits: bool = False  # for numbers that nobody has measured, in whose places words stand
    title: str = ""
    notes: str = ""
    tables: list[list[list[Cell]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    formulas: list[tuple[float, float]] = field(default_factory=list)  # how wide and high, in em of their own type
    captions: list[str] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)  # how many texts stand before each
    subtitles: list[_Subtitle] = field(default_factory=list)


def find_misfits(html: str, docs: Path = DOCS) -> tuple[list[TalkError], list[TalkError]]:
    """What of the deck, given as its page's HTML, does not fit, and what only may not: which slide, and by how much."""
    slides, slot = _read(html), slot_min()
    where = _sources(docs)

    def about(slide: _Slide, what: str, mend: str) -> TalkError:
        path, line = where.get(slide.address, (docs, None))
        return TalkError(path, f"slide “{slide.title}”: {what}", mend, line=line)

    problems, notes = [*_over_slots(slides, slot)], list[TalkError]()
    for slide in slides:
        problems += [about(slide, *each) for each in _too_large(slide)]
        if slide.cut_min >= slot:
            problems.append(about(slide, f"it is cut from the talk's own slot of {slot} min", "write `backup: true`"))
        said_s = spoken_s(slide.notes)
        if not slide.is_backup and said_s > _LONG * slide.planned_s:
            over = _clock(said_s - slide.planned_s)
            what = f"its notes take {_clock(said_s)} aloud, {over} over its time of {_clock(slide.planned_s)}"
            told = problems if said_s > _FAR_TOO_LONG * slide.planned_s else notes
            told.append(about(slide, what, "shorten them, write a `note:`, or give it more `time:`"))
    return problems, notes


def spoken_s(text: str) -> int:
    """Seconds that a speaker needs for `text`."""
    return round(len(_WORD.findall(text)) * 60 / _WORDS_A_MINUTE)


@dataclass(frozen=True)
class MainLine:
    """What of the deck is shown in a slot: how many slides, how long as planned, and as their notes are read aloud."""

    slides: int
    planned_s: int
    spoken_s: int


def main_line(html: str, slot: int) -> MainLine:
    """The deck, given as its page's HTML, in a slot of so many minutes."""
    return _in_slot(_read(html), slot)


def _in_slot(slides: list[_Slide], slot: int) -> MainLine:
    shown = [slide for slide in slides if not slide.is_backup and slide.cut_min < slot]
    return MainLine(len(shown), sum(slide.planned_s for slide in shown), sum(spoken_s(slide.notes) for slide in shown))


def _over_slots(slides: list[_Slide], whole: int) -> Iterator[TalkError]:
    """The talk's slot, `whole`, and the shorter ones that slides are cut for, where their slides take longer."""
    for slot in sorted({whole, *(slide.cut_min for slide in slides if slide.cut_min)}, reverse=True):
        found = _in_slot(slides, slot)
        deck = "the deck" if slot == whole else f"the deck for {slot} min, as `cut` has it,"
        for what, seconds in (("is planned for", found.planned_s), ("takes, its notes read aloud,", found.spoken_s)):
            if seconds > slot * 60:
                over = _clock(seconds - slot * 60)
                mend = "shorten slides' `time:` and notes, make some of them a `backup`, or widen the slot"
                yield refused("slot", f"{deck} {what} {_clock(seconds)}, {over} over the slot of {slot} min", mend)
                break


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


def made_deck(site: Path, docs: Path = DOCS) -> str:
    """The deck as its page in the folder `site` has it; empty where there is no such page."""
    name = (find_deck(docs) or "").removesuffix(".md")
    made = [page for page in (site / name / "index.html", site / f"{name}.html") if name and page.is_file()]
    # After its slides a page has dialogs.
    return made[0].read_text(encoding="utf-8").partition("</main>")[0] if made else ""


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _sources(docs: Path) -> dict[str, tuple[Path, int]]:
    """File and line of each slide's address."""
    return {
        slide.address: (path, slide.line) for path in source_files(docs) for slide in read_slides(read_source(path))[0]
    }


def _too_large(slide: _Slide) -> Iterator[tuple[str, str]]:
    if slide.waits:
        return
    yield from _too_wide(slide)
    if slide.layout == "columns":
        yield from _too_wide_numbers(slide)
    code = _code_size(slide)
    if code < _LEAST_CODE:
        what = (
            f"its code of {slide.code_lines} lines × {slide.code_columns} columns would be set at {code * _PX:.0f} px "
            f"of 1080, {(_LEAST_CODE - code) * _PX:.0f} px too small to read"
        )
        yield what, "shorten it"
    excess = _height(slide, code) - sizes.room(slide.title)
    if excess > 0 and slide.layout not in ("title", "section"):
        parts = [f"table of {len(rows)} rows" for rows in slide.tables]
        if slide.code_lines:
            parts.append(f"code of {slide.code_lines} lines")
        if not parts:
            parts.append("formulas and text" if slide.formulas else "text")
        what = f"with its {' and '.join(parts)} it is about {excess * _PX:.0f} px of 1080 longer than the slide"
        yield what, "shorten it, or divide it between two slides"


def _too_wide(slide: _Slide) -> Iterator[tuple[str, str]]:
    """What does not break between lines: words, formulas, tables."""
    title, text, first = _LETTERS.get(slide.layout, (2.8, _scale(slide), _scale(slide)))
    wholes = [(word, _PIXEL_LETTER * title, sizes.WIDTH) for word in slide.title.split()]
    for at, said in enumerate(slide.texts):
        letter = _PIXEL_LETTER * first if at == 0 and first > text else sizes.LETTER * text
        wholes += [(word, letter, _column_width(slide)) for word in _BREAKS.split(said) if word]
    for word, letter, width in wholes:
        excess = len(word) * letter - width
        if excess > 0:
            yield f"“{word}” is about {excess * _PX:.0f} px of 1920 wider than its place", "write it shorter"
    for formula, _ in slide.formulas:
        excess = formula * _formula_type(slide) - _column_width(slide)
        if excess > 0:
            what = f"its formula is about {excess * _PX:.0f} px of 1920 wider than its place"
            yield what, "write it in two lines, or name its parts"
    for rows in slide.tables:
        excess = sizes.table_width(rows) * _scale(slide) - _column_width(slide)
        if excess > 0:
            what = f"its table of {len(rows[0])} columns is about {excess * _PX:.0f} px of 1920 wider than the slide"
            yield what, "leave columns out, or shorten their cells"


def _column_width(slide: _Slide) -> float:
    between = sizes.BETWEEN_COLUMNS * (slide.size or sizes.TEXT_SIZE)
    count = max(len(slide.columns), 1)
    return (sizes.WIDTH - between * (count - 1)) / count


def _formula_type(slide: _Slide) -> float:
    """The type that slides.css sets displayed formulas in."""
    around = slide.size or 1.45 if slide.layout == "formula" else sizes.FORMULA_TYPE * _scale(slide)
    return sizes.FORMULA_TYPE * around


def _too_wide_numbers(slide: _Slide) -> Iterator[tuple[str, str]]:
    scale, column = slide.size or sizes.TEXT_SIZE, _column_width(slide)
    for number in (each.text.strip() for each in slide.subtitles if each.is_large):
        excess = len(number) * sizes.NUMBER_LETTER * scale - column
        if excess > 0:
            what = f"its number “{number}” is about {excess * _PX:.0f} px of 1920 wider than its column"
            yield what, "show it without its unit, and say that below"


def _code_size(slide: _Slide) -> float:
    """What slides.css sets the slide's code at."""
    if not slide.code_lines:
        return 1.0
    size = sizes.code_size(slide.code_columns, slide.code_lines if slide.layout == "code" else 1)
    return size if slide.layout == "code" else min(0.9, size) * _scale(slide)


def _scale(slide: _Slide) -> float:
    return slide.size or (sizes.TEXT_SIZE if slide.layout in ("text", "columns", "formula") else 1.0)


def _height(slide: _Slide, code: float) -> float:
    """Of what a slide stacks; of columns, the tallest one."""
    _, scale, first = _LETTERS.get(slide.layout, (0, _scale(slide), _scale(slide)))
    if slide.layout == "formula":
        scale = first = sizes.TEXT_SIZE
    bounds = [*slide.columns, len(slide.texts)] if slide.columns else [0, len(slide.texts)]
    stacks, is_table = list[float](), slide.layout == "table"
    for start, end in itertools.pairwise(bounds):
        texts = [(at, text) for at, text in enumerate(slide.texts[start:end], start) if text.strip()]
        heights = [_text_height(slide, text, first if at == 0 else scale) for at, text in texts]
        row = sizes.row_height(sum(len(rows) - 1 for rows in slide.tables), scale) if is_table else sizes.ROW
        heights += [sizes.table_height(rows, row) * scale for rows in slide.tables]
        if slide.captions:
            letter = sizes.LETTER * _CAPTION_SCALE
            heights.append(sum(sizes.lines(text, letter) for text in slide.captions) * 1.3 * _CAPTION_SCALE)
        if slide.code_lines:
            is_code = slide.layout == "code"
            line = sizes.code_line(slide.code_columns, slide.code_lines) if is_code else sizes.CODE_LINE
            heights.append((slide.code_lines * line + 1.6) * code)
        formula = _formula_type(slide)
        heights += [high * formula + sizes.AROUND_FORMULA * formula / sizes.FORMULA_TYPE for _, high in slide.formulas]
        between = sizes.BETWEEN_FORMULAS if slide.layout == "formula" else sizes.BETWEEN
        stacks.append(sum(heights) + between * scale * max(len(heights) - 1, 0))
    return max(stacks)


def _text_height(slide: _Slide, text: str, scale: float) -> float:
    if scale >= 5:  # a number alone, in the pixel face
        return sizes.lines(text, _PIXEL_LETTER * scale) * 0.9 * scale
    return sizes.lines(text, sizes.LETTER * scale, _column_width(slide)) * sizes.LINE * scale


class _Reader(HtmlReader):
    """Collects each slide's parts and the words of its notes; the second, spoken form of formulas is left out."""

    _SKIPPED = ("aside", "math", "svg", "small")
    _UNSPOKEN = ("math", "svg", "pre", "table", "figure")
    _TEXTS = ("p", "li", "td", "th", "figcaption")
    _PARAGRAPHS = ("title", "subtitle")  # a class of each tells it from others

    def __init__(self) -> None:
        super().__init__()
        self.slides: list[_Slide] = []
        self._skipping = 0
        self._in_notes = False
        self._unspoken = 0
        self._open: list[str] = []
        self._hidden: list[bool] = []  # of each open div: what only another machine shows
        self._in_code_block = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a slide, a table, a row, a cell or a text."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "div":
            self._hidden.append("hidden" in attributes)
        if any(self._hidden):
            return
        classes = attributes.get("class", "").split()
        if tag == "section" and "slide" in classes:
            self.slides.append(_slide(attributes, classes))
        self._in_notes |= tag == "aside"
        self._unspoken += tag in self._UNSPOKEN
        if tag in self._SKIPPED:
            self._skipping += 1
        if self._skipping or not self.slides:
            return
        slide = self.slides[-1]
        slide.waits |= "unmeasured" in classes
        if tag == "table":
            slide.tables.append([])
        elif tag == "tr" and slide.tables:
            slide.tables[-1].append([])
        elif tag in ("td", "th") and slide.tables and slide.tables[-1]:
            slide.tables[-1][-1].append(Cell(head=len(slide.tables[-1]) == 1))
        elif tag == "div" and "slide-column" in classes:
            slide.columns.append(len(slide.texts))
        elif "slide-subtitle" in classes:
            slide.subtitles.append(_Subtitle())
        elif tag in ("data", "q") and self._open[-1:] == ["subtitle"] and not slide.subtitles[-1].text:
            slide.subtitles[-1].is_large = True
        elif tag in ("p", "li") and "slide-title" not in classes:
            slide.texts.append("")
        elif tag == "span" and "katex-display" in classes:
            slide.formulas.append((float(attributes["data-width"]), float(attributes["data-height"])))
        elif tag == "figcaption" or (tag == "span" and "provenance" in classes):
            slide.captions.append("")
        elif tag == "code" and self._open[-1:] in (["td"], ["th"]):
            slide.tables[-1][-1][-1].code = True
        named = next((kind for kind in self._PARAGRAPHS if f"slide-{kind}" in classes), None)
        if named or tag in self._TEXTS:
            self._open.append(named or tag)
        self._in_code_block |= tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        hidden = any(self._hidden)
        if tag == "div" and self._hidden:
            self._hidden.pop()
        if hidden:
            return
        self._in_notes &= tag != "aside"
        self._unspoken -= tag in self._UNSPOKEN and self._unspoken > 0  # a hand may close what it never opened
        if tag in self._SKIPPED:
            self._skipping -= self._skipping > 0
        elif (
            not self._skipping and self._open and tag == ("p" if self._open[-1] in self._PARAGRAPHS else self._open[-1])
        ):
            self._open.pop()
        if tag == "pre":
            self._in_code_block = False

    def handle_data(self, data: str) -> None:
        """Text goes to what is open."""
        if any(self._hidden):
            return
        if self._in_notes and not self._unspoken:
            self.slides[-1].notes += data
        if self._skipping or self._in_code_block or not self._open or not self.slides:
            return
        slide, text = self.slides[-1], re.sub(r"\s+", " ", data)
        match self._open[-1]:
            case "title":
                slide.title += text
            case "subtitle":
                slide.subtitles[-1].text += text
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
        BACKUP in attributes,
        int(attributes.get("data-cut", 0)),
    )


def _read(html: str) -> list[_Slide]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.slides
