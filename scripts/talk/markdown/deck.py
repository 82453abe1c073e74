"""The deck: a block `/// chapter | page.md` … `///` becomes that chapter's slides, the prose after each as its notes.

The chapter is named by its path under docs/: `part/page.md`. Its labels are its own, and a footnote stands on the slide
that refers to it, or in the notes that do. Backup slides come after all others.
"""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import yaml
from markdown import Extension, Markdown
from markdown.extensions.abbr import AbbrTreeprocessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from talk.errors import TalkError
from talk.markdown.chapters import DIRECTIVE
from talk.markdown.labels import own_labels
from talk.markdown.locate import place, read_source
from talk.markdown.prose import without_comments
from talk.markdown.relative import WRITTEN_IN
from talk.markdown.slides import BACKUP
from talk.markdown.unsaid import UNSAID
from talk.markdown.written_slides import Slide, find_lookalikes, read_slides
from talk.paths import DOCS

# Before slides are checked (95) and snippets, values and claims are read: they work on the deck as in the chapter.
_PRIORITY = 100
# After all that changes text (10), before links learn where they are (8), which forgets the chapters.
_TREE_PRIORITY = 9
# After lists of attributes (8), which say what is unsaid.
_NOTES_PRIORITY = 1
# After the pictures, which are HTML, are put back (30).
_PICTURES_PRIORITY = 0
_MOVED_BY = re.compile(r' data-(?:part|play|facts)="[^"]*"')
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml, where it was there when PyYAML was built
FRONT_MATTER = re.compile(r"\A---\s*\n.*?\n---\s*\n", re.DOTALL)
_HEADING = re.compile(r"(?P<level>#{1,6}) ")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_SNIPPET = re.compile(r"\s*-+8<-+ +\"generated/")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_BLOCK = re.compile(r" {0,3}/{3,}")
_FOLDED = re.compile(r"(?P<slashes>/{3,}) *details\b")
# The last sentence of a text that ends with a colon, with the space before it; marks of emphasis may close it.
_INTRODUCTION = re.compile(r"(?:(?<=[.!?…])\s+|\A)(?:(?![.!?…]\s).)*:[*_»\"]*\s*\Z", re.DOTALL)
# More slashes than any author writes, so that whatever a slide holds nests inside.
_SLIDE, _NOTES = "/" * 12, "/" * 11


def gather(docs: Path, chapter: str) -> tuple[list[str], tuple[Slide, ...], dict[str, str]]:
    """The chapter's slides as the deck's Markdown, the slides, and the chapter's abbreviations.

    Raises TalkError for a bad slide or no such file.
    """
    path = docs / chapter
    if not path.is_file() or path.suffix != ".md" or not path.resolve().is_relative_to(docs.resolve()):
        where, line = place(f"chapter | {chapter}")
        mend = "mend its name: it is a path under docs/"
        raise TalkError(where, f"there is no chapter {chapter}", mend, line=line)
    text = read_source(path)
    if DIRECTIVE.search(text):
        where, line = place(f"chapter | {chapter}")
        raise TalkError(
            where, f"{chapter} gathers slides itself, and is no chapter", "name a page of slides", line=line
        )
    # Blank lines instead of the front matter keep the line numbers.
    text = FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), text)
    text, labels = own_labels(without_comments(text), chapter)
    slides, problems = read_slides(text)
    for line, what, mend in problems:
        raise TalkError(docs / chapter, what, mend, line=line)
    lines = text.splitlines()
    ends = [*(slide.line - 1 for slide in slides[1:]), len(lines)][: len(slides)]
    markdown = []
    for slide, end in zip(slides, ends, strict=True):
        level = _level_at(lines, slide.line)
        note = slide.options.get("note")
        notes = [note] if note else _notes(lines[slide.end : end], level)
        markdown += _write(slide, notes, chapter)
    for definition in labels.definitions if slides else []:
        markdown += [*definition.splitlines(), ""]
    return markdown, slides, labels.abbreviations


def _write(slide: Slide, notes: list[str], chapter: str) -> list[str]:
    options = slide.options | {"id": slide.address, "chapter": chapter}
    options.pop("note", None)  # it is among the notes
    header = yaml.dump(options, Dumper=_DUMPER, allow_unicode=True, width=10_000).splitlines()
    return [
        f"{_SLIDE} slide | {slide.title}",
        *(f"    {line}" for line in header),
        "",
        *slide.content,
        "",
        f"{_NOTES} notes",
        "",
        *notes,
        "",
        _NOTES,
        "",
        _SLIDE,
        "",
    ]


def _headings(lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Index and match of each ATX heading outside fenced code."""
    fence: str | None = None
    for index, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark is not None and fence is None:
            fence = mark[1]
        elif mark is not None and fence is not None and mark[1].startswith(fence):
            fence = None
        elif fence is None and (heading := _HEADING.match(line)):
            yield index, heading


def _level_at(lines: list[str], line: int) -> int:
    """Level of the section in which `line` stands; what stands under the chapter's title counts as a section too."""
    levels = [len(heading["level"]) for _, heading in _headings(lines[: line - 1])]
    return max(levels[-1] if levels else 0, 2)


def _notes(prose: list[str], level: int) -> list[str]:
    """Prose up to the end of the slide's section, without smaller headings, generated figures and what is folded.

    What only introduces something that is left out, a sentence that ends with a colon, is left out with it.
    """
    headings = dict(_headings(prose))
    notes: list[str] = []
    folded = None  # the line that ends it
    for index, line in enumerate(prose):
        if folded is not None:
            folded = None if line.rstrip() == folded else folded
            continue
        if (opened := _FOLDED.match(line)) is not None:
            folded = opened["slashes"]
            _drop_introduction(notes)
            continue
        heading = headings.get(index)
        if heading is not None and len(heading["level"]) <= level:
            break
        if heading is not None or _SNIPPET.match(line):
            _drop_introduction(notes)
        else:
            notes.append(line)
    _drop_introduction(notes)
    return notes


def _drop_introduction(notes: list[str]) -> None:
    """Take the last sentence out of `notes` where it ends with a colon, and nothing but opened blocks after it."""
    end = len(notes)
    while end and (not notes[end - 1].strip() or _BLOCK.match(notes[end - 1])):
        end -= 1
    start = end
    while start and notes[start - 1].strip() and not _BLOCK.match(notes[start - 1]):
        start -= 1
        if _ITEM.match(notes[start]):
            break
    paragraph = "\n".join(notes[start:end])
    kept = _INTRODUCTION.sub("", paragraph)
    if kept != paragraph:
        notes[start:end] = kept.split("\n") if kept else []


class _DeckProcessor(Preprocessor):
    def __init__(self, md: Markdown, docs: Path) -> None:
        super().__init__(md)
        self._docs = docs
        self.abbreviations: dict[str, dict[str, str]] = {}

    def run(self, lines: list[str]) -> list[str]:
        owners: dict[str, str] = {}
        for number, what, mend in find_lookalikes("\n".join(lines), "chapter"):
            where, line = place(lines[number - 1].strip())
            raise TalkError(where, what, mend, line=line)

        def gathered(directive: re.Match[str]) -> str:
            chapter = directive["chapter"]
            markdown, slides, self.abbreviations[chapter] = gather(self._docs, chapter)
            for slide in slides:
                owner = owners.setdefault(slide.address, chapter)
                if owner != chapter:
                    what = f"slide “{slide.title}”: the address {slide.address} is taken by a slide of {owner}"
                    raise TalkError(self._docs / chapter, what, "give one of them an `id:`", line=slide.line)
            return "\n".join(markdown)

        return DIRECTIVE.sub(gathered, "\n".join(lines)).split("\n")


class _LightNotes(Treeprocessor):
    """Leaves tooltips out of notes: nobody points at them, and they are a thirtieth of the deck's first view."""

    def run(self, root: Element) -> None:
        for notes in root.iter("aside"):
            for number in notes.iter("data"):
                for name in ("title", "value", "data-record"):
                    number.attrib.pop(name, None)


class _StillPictures(Postprocessor):
    """Leaves out what a script moves pictures by: in the deck they move in steps, and none of it is looked at."""

    def __init__(self, md: Markdown, deck: _DeckProcessor) -> None:
        super().__init__(md)
        self._deck = deck

    def run(self, text: str) -> str:
        return _MOVED_BY.sub("", text) if self._deck.abbreviations else text


class _SpokenNotes(Treeprocessor):
    """Takes out of notes what only readers have a use for: `{ .unsaid }`."""

    def run(self, root: Element) -> None:
        for notes in root.iter("aside"):
            for parent in list(notes.iter()):
                for child in [each for each in parent if UNSAID in each.get("class", "").split()]:
                    _take_out(parent, child)
            for parent in list(notes.iter()):
                for child in list(parent):
                    if child.tag == "p" and not len(child) and not (child.text or "").strip():
                        _take_out(parent, child)


def _take_out(parent: Element, child: Element) -> None:
    """Remove `child`; the text after it stays."""
    at = list(parent).index(child)
    if at:
        parent[at - 1].tail = (parent[at - 1].tail or "") + (child.tail or "")
    else:
        parent.text = (parent.text or "") + (child.tail or "")
    parent.remove(child)


class _BackupSlides(Treeprocessor):
    """Moves backup slides behind the last slide; each tells its place, the slide that it comes after in the talk."""

    def run(self, root: Element) -> None:
        slides = [each for each in root if each.tag == "section" and each.get(WRITTEN_IN)]
        line = [each for each in slides if each.get(BACKUP) is None]
        place = line[0] if line else None
        for slide in slides:
            if slide.get(BACKUP) is None:
                place = slide
            elif place is not None:
                slide.set(BACKUP, place.attrib["id"])
                root.remove(slide)
                root.append(slide)


class _OwnLabels(Treeprocessor):
    """Gives each slide the abbreviations of its chapter, and the footnotes that it refers to."""

    def __init__(self, md: Markdown, deck: _DeckProcessor) -> None:
        super().__init__(md)
        self._deck = deck

    def run(self, root: Element) -> None:
        slides = [each for each in root.iter("section") if each.get(WRITTEN_IN)]
        if not slides:
            return
        texts: dict[str, Element] = {}
        for div in root.findall("div[@class='footnote']"):
            texts |= {f"#{item.get('id')}": item for item in div.iter("li") if item.get("id")}
            root.remove(div)
        for slide in slides:
            for part in (slide.find("div[@class='slide-frame']"), slide.find("aside[@class='notes']")):
                if part is not None:
                    _put_footnotes(part, texts)
            # Who speaks points at nothing, and the article says why; hundreds of titles are a tenth of the deck.
            for element in slide.iterfind("aside[@class='notes']//span[@title]"):
                del element.attrib["title"]
            if "abbr" in self.md.treeprocessors:
                AbbrTreeprocessor(self.md, self._deck.abbreviations[slide.attrib[WRITTEN_IN]]).run(slide)


def _put_footnotes(part: Element, texts: dict[str, Element]) -> None:
    """Put at the end of `part` the footnotes that it refers to, numbered from one; marks lead nowhere, all is there."""
    numbers: dict[str, int] = {}
    for mark in part.iter("sup"):
        link = mark.find("a[@class='footnote-ref']")
        if link is not None and link.get("href") in texts:
            number = numbers.setdefault(link.attrib["href"], len(numbers) + 1)
            mark.remove(link)
            mark.attrib.clear()
            mark.text = str(number)
    if not numbers:
        return
    notes = SubElement(part, "div", {"class": "footnotes"})
    for href, number in numbers.items():
        for index, text in enumerate(copy.deepcopy(texts[href])):
            for parent in list(text.iter()):
                for back in parent.findall("a[@class='footnote-backref']"):
                    parent.remove(back)
            if index == 0:
                number_mark = Element("sup")
                number_mark.text, number_mark.tail, text.text = str(number), f" {text.text or ''}", ""
                text.insert(0, number_mark)
            notes.append(text)


class DeckExtension(Extension):
    """Gathers slides. Option `docs`: the folder of chapters."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"docs": [str(DOCS), "folder of chapters"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processors."""
        deck = _DeckProcessor(md, Path(self.getConfig("docs")))
        md.preprocessors.register(deck, "deck", _PRIORITY)
        md.treeprocessors.register(_OwnLabels(md, deck), "own-labels", _TREE_PRIORITY)
        # Before relative links (8) forget which slides are whose.
        md.treeprocessors.register(_BackupSlides(md), "backup-slides", _TREE_PRIORITY)
        md.treeprocessors.register(_SpokenNotes(md), "spoken-notes", _NOTES_PRIORITY)
        md.treeprocessors.register(_LightNotes(md), "light-notes", 0)
        md.postprocessors.register(_StillPictures(md, deck), "still-pictures", _PICTURES_PRIORITY)


def makeExtension(**kwargs: Any) -> DeckExtension:
    """Python-Markdown's entry point."""
    return DeckExtension(**kwargs)
