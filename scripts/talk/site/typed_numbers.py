"""Finds numbers that a hand typed: every digit and numeral of what readers see that nothing accounts for.

What is looked at is the HTML that the Markdown becomes. Markdown keeps no places, so each number of the source carries
a mark through the conversion, one character of a private plane, by which its line and column are told. So does each
reference to a value or a claim: one whose mark arrives nowhere is lost.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from html import unescape
from typing import Any

import yaml
from markdown import Markdown

from talk.markdown.conditions import ShownExtension
from talk.markdown.html import HtmlReader
from talk.markdown.prose import formula_places, without_code
from talk.site.pages import mkdocs_config
from talk.words import language

_FIRST_MARK, _LAST_MARK = 0xF0000, 0xFFFFD
_MARK = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]")
_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for what is accounted for

# What is no text of the page, or is read as something else: nothing in it carries a mark.
_SYNTAX = re.compile(
    r"""
      \A---\n.*?\n---\n                     # front matter
    | <!--.*?-->
    | ^[ ]*(?:`{3,}|~{3,})[^\n]*$           # the fences themselves
    | ^[ ]{0,3}/{3,}+[ ]*+[\w-]*            # what blocks are called
    | \{\{.*?\}\}
    | \]\([^\s()]*                          # where a link leads
    | \]\{[^{}\n]*\} | \{:?[ ]*[.#][^{}\n]*\}  # attributes
    | \[\^[^\]\n]*\] | ^[ ]{0,3}\[[^\]\n]+\]:[ ]*\S+
    | &\#?\w+;
    | ^[ >]*\d+[.)](?=\s)                   # numbers of lists
    | <(?:https?|mailto):[^<>\s]*>
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s+[\w:@-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))?)*\s*/?>")
_CLASSES = re.compile(r"(?i:\bclass)\s*=\s*(?P<names>\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+)|\{:?[^{}\n]*\.[^{}\n]*\}")
_FENCE_TITLE = re.compile(r"^[ ]*(?:`{3,}|~{3,})[^\n]*\stitle=(?P<title>\"[^\"\n]*\"|'[^'\n]*')", re.MULTILINE)
_DATA = re.compile(r"\A(</?)data\b", re.IGNORECASE)
# Without colours of code superfences takes a fence with options for none.
_FENCE_OPTIONS = re.compile(
    r"^(?P<fence>[ ]*(?:`{3,}|~{3,})[ ]*[\w-]+)(?:[ ]+\w+=(?:\"[^\"\n]*\"|'[^'\n]*'))+[ ]*$", re.MULTILINE
)
_CONTENT = re.compile(r"\bcontent\s*:\s*(\"[^\"]*\"|'[^']*')")
_VALUED = frozenset({"input", "meter", "progress"})  # what shows its value
_WITHOUT_VALUE = frozenset({"hidden", "checkbox", "radio", "range", "color", "file", "image", "password", "number"})
_SEEN = (
    *("alt", "title", "label", "placeholder", "summary", "abbr", "data-toc-label"),
    *("aria-label", "aria-description", "aria-placeholder", "aria-roledescription", "aria-valuetext"),
)
_SEEN_ATTRIBUTE = re.compile(rf"\s(?:{'|'.join(_SEEN)}|value)\s*=\s*(\"[^\"]*\"|'[^']*')")
_REFERENCE = re.compile(r"\{\{.*?\}\}|\[(?:[^\[\]]|\[[^\[\]]*\])*\]\((?:claim|talk):[^)\n]*\)")
_SNIPPET = re.compile(r"^[ \t]*-+8<-+.*$", re.MULTILINE)
_GATHERED = re.compile(r"^/{3,} *chapter\b.*$", re.MULTILINE)
_CONDITION = re.compile(r"^(?P<slashes>/{3,}) *(?:measured|unmeasured|holds|fails) *\|.*$", re.MULTILINE)
_OPTIONS = re.compile(r"^(?P<header>/{3,} *slide\b.*\n)(?P<options>(?: {4,}\S.*(?:\n|\Z))+)", re.MULTILINE)
_FORK_LINE = re.compile(r" */{3,} *(?:(?:holds|fails) *\|.*)?$")
_FRONT_MATTER = re.compile(r"\A---\n(?P<matter>.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"\s*\d+(?:\.\d+)*\.?\s")
_JINJA = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html label legend li main nav ol option p pre section summary table tbody td tfoot th "
    "thead title tr ul".split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNSEEN = frozenset({"script", "style", "template"})
# The generator's own: what records, reasons and formulas account for.
_ACCOUNTED_CLASSES = frozenset(
    {"measured", "unmeasured", "arithmatex", "page-machine", "footnote-ref", "footnote-backref"}
)
_FORGED = re.compile(rf"(?<![\w-])(?:{'|'.join([*_ACCOUNTED_CLASSES, 'original'])})(?![\w-])")
# Commands of TeX that name something: letters and functions.
_SYMBOLS = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho "
    "sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega "
    "sum prod int oint log ln lg exp sin cos tan tanh max min sup inf lim det dim deg gcd arg nabla partial ell hbar "
    "infty Re Im aleph wp imath jmath vdots ddots cdots operatorname".split()
)
_WORDS = re.compile(r"[^\W\d_a-zA-Z\u0370-\u03ff]")  # letters of a script that mathematics does not use
_TEX_TEXT = re.compile(r"\\(?:text|mathrm|textbf|textit|mbox|operatorname)\s*\{[^{}]*\}")
_TEX_UNIT = re.compile(r"\d[\d.{},]*(?:\\[,;:! ]|~|\\q?quad|\s)*\\(?:text|mathrm|mbox)\s*\{(?P<unit>[^{}]*)\}")
_TEX_UNSEEN = re.compile(r"\\(?:[hv]?phantom|(?:text)?color|begin|end|label)\s*\{[^{}]*\}")


@dataclass(frozen=True, order=True)
class TypedNumber:
    """A number and where it was typed; line and column count from 1."""

    line: int
    column: int
    text: str


@dataclass(frozen=True)
class Judged:
    """What is wrong with a Markdown source: numbers that nothing accounts for, and references that arrive nowhere."""

    numbers: list[TypedNumber]
    lost: list[TypedNumber]


def find_typed_numbers(markdown: str) -> list[TypedNumber]:
    """Numbers of a Markdown source that neither a value nor a quotation nor a reason accounts for."""
    return _judge_source(markdown, language().code).numbers


def find_lost_references(markdown: str) -> list[TypedNumber]:
    """References to values, claims and quotations that stand where nothing of them reaches the page."""
    return _judge_source(markdown, language().code).lost


@lru_cache(maxsize=64)  # both are asked of every source
def _judge_source(markdown: str, _language: str) -> Judged:
    found: list[TypedNumber] = []
    lost: list[TypedNumber] = []
    matter = _FRONT_MATTER.match(markdown)
    if matter:
        for line, written in enumerate(matter["matter"].splitlines(), start=2):
            lost += [TypedNumber(line, each.start() + 1, each[0]) for each in _REFERENCE.finditer(written)]
            key, colon, _ = written.partition(":")
            if key == "search":  # how a page is ranked, which its readers do not see
                continue
            found += _in_plain(written, line, skip=len(key) if colon else 0)
        markdown = "\n" * markdown[: matter.end()].count("\n") + markdown[matter.end() :]
    for header in _OPTIONS.finditer(markdown):
        first = markdown.count("\n", 0, header.start("options")) + 1
        found += _in_note(header["options"].splitlines(), first)
    for fence in _FENCE_TITLE.finditer(markdown):
        line_start = markdown.rfind("\n", 0, fence.start("title")) + 1
        line = markdown.count("\n", 0, line_start) + 1
        found += _in_plain(fence["title"], line, column=fence.start("title") - line_start)
    body = _judge_body(_without_directives(markdown))
    return Judged(sorted([*found, *body.numbers]), [*lost, *body.lost])


def _in_note(options: list[str], first_line: int) -> Iterator[TypedNumber]:
    """Numbers in a slide's `note`, which is Markdown in YAML and may be several lines."""
    try:
        root = yaml.compose("\n".join(line[4:] for line in options), yaml.SafeLoader)
    except yaml.YAMLError:
        return
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "note":
            start, end = value.start_mark, value.end_mark
            for at in range(start.line, min(end.line, len(options) - 1) + 1):
                text = options[at][4:]
                first = start.column if at == start.line else 0
                said = text[first : end.column if at == end.line else len(text)]
                if _FORK_LINE.match(said):  # of a fork in the note: alone it would open a block, or close none
                    continue
                first += len(said) - len(said.lstrip(" \"'"))
                for each in _judge_body(said.strip(" \"'")).numbers:
                    yield TypedNumber(each.line + first_line + at - 1, each.column + 4 + first, each.text)


def find_in_html(html: str) -> list[TypedNumber]:
    """The same of a hand-written piece of HTML, or a template of the theme."""
    plain = _JINJA.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), html)
    marked, places = _mark(_without_forgeries(plain))
    return sorted(_read(marked, places, []))


def find_in_config(text: str) -> list[TypedNumber]:
    """The same of what mkdocs.yml says to readers: names, descriptions, titles."""
    root = yaml.compose(text, yaml.SafeLoader) if "!!python" not in text else yaml.compose(text, yaml.FullLoader)
    return sorted(_of_node(root, seen=False))


def _of_node(node: Any, *, seen: bool) -> Iterator[TypedNumber]:
    said = {"site_name", "site_description", "site_author", "copyright", "nav", "name", "permalink_title"}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if seen:
                yield from _of_node(key, seen=True)
            yield from _of_node(value, seen=seen or key.value in said)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _of_node(each, seen=seen)
    elif seen and not str(node.value).endswith((".md", ".ipynb")):
        start = node.start_mark
        yield from _in_plain(str(node.value), start.line + 1, column=start.column)


def _in_plain(text: str, line: int, *, skip: int = 0, column: int = 0) -> Iterator[TypedNumber]:
    said = " " * skip + text[skip:]
    for start, end in language().numerals.find(said):
        yield TypedNumber(line, column + start + 1, _shown(said, start, end))


def _without_directives(markdown: str) -> str:
    """The source with nothing that stops a conversion of it alone: lines and columns stay where they are."""
    markdown = _OPTIONS.sub(lambda found: found["header"] + "\n" * found["options"].count("\n"), markdown)
    markdown = _FENCE_OPTIONS.sub(lambda found: found["fence"], markdown)  # whose title is judged by itself
    markdown = _SNIPPET.sub("", markdown)
    markdown = _GATHERED.sub(lambda found: f"{re.match('/+', found[0])[0]} shown", markdown)  # type: ignore[index]
    return _CONDITION.sub(lambda found: f"{found['slashes']} shown", markdown)


def _judge_body(markdown: str) -> Judged:
    markdown = _without_forgeries(markdown)
    plain = without_code(markdown)
    found_formulas = [*formula_places(plain)]
    references = [(each.start(), each[0]) for each in _REFERENCE.finditer(plain)]
    spans = [(start, end) for start, end, _ in found_formulas]
    marked, places = _mark(markdown, spans, [start for start, _ in references])
    html = _converter().reset().convert(marked)
    formulas = [(*_place(markdown, start), tex) for start, _, tex in found_formulas]
    arrived = {places[ord(mark) - _FIRST_MARK] for mark in _MARK.findall(html)}
    asked = [TypedNumber(*_place(markdown, start), text) for start, text in references]
    lost = [each for each in asked if (each.line, each.column) not in arrived]
    return Judged(_read(html, places, formulas), lost)


@cache
def _converter() -> Markdown:
    config = mkdocs_config()
    # No contents of pages, no snippets, which are sources of their own, no colours of code.
    left_out = ("toc", "pymdownx.snippets", "pymdownx.inlinehilite")
    extensions = [name for name in config["markdown_extensions"] if name not in left_out]
    configs = config["mdx_configs"] | {"pymdownx.highlight": {"use_pygments": False}}
    return Markdown(extensions=[*extensions, ShownExtension()], extension_configs=configs)


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column of a place in the text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _without_forgeries(text: str) -> str:
    """`text` where nothing that a hand wrote passes for what the generator makes; lines and columns stay."""

    def in_classes(found: re.Match[str]) -> str:
        if found["names"] and _FORGED.search(unescape(found["names"])):
            return found[0].replace(found["names"], re.sub(r"[^\s\"']", "_", found["names"]))
        return _FORGED.sub(lambda name: "_" * len(name[0]), found[0])

    text = _TAG.sub(lambda tag: _DATA.sub(r"\1dada", _CLASSES.sub(in_classes, tag[0])), text)
    return _CLASSES.sub(in_classes, text)


def _mark(
    text: str, formulas: Sequence[tuple[int, int]] = (), references: Sequence[int] = ()
) -> tuple[str, list[tuple[int, int]]]:
    """`text` with a mark after each number in it but for `formulas`, and one before each of `references`.

    Returns the line and column of each mark too.
    """
    hidden = [*formulas, *(found.span() for found in _SYNTAX.finditer(text))]
    for tag in _TAG.finditer(text):
        seen = [tag.start() + found.start(1) for found in _SEEN_ATTRIBUTE.finditer(tag[0])]
        ends = [tag.start() + found.end(1) for found in _SEEN_ATTRIBUTE.finditer(tag[0])]
        hidden += zip([tag.start(), *ends], [*seen, tag.end()], strict=True)
    unmarked = bytearray(len(text) + 1)
    for start, end in hidden:
        unmarked[start:end] = b"\1" * (end - start)
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    last, line, line_start = 0, 1, 0
    marks = [(start, end) for start, end in language().numerals.all(text) if not unmarked[end - 1]]
    for start, end in sorted([*marks, *((start, start) for start in references)], key=lambda each: each[1]):
        if len(places) > _LAST_MARK - _FIRST_MARK:
            break
        line += text.count("\n", line_start, start)
        line_start = text.rfind("\n", 0, start) + 1
        parts += [text[last:end], chr(_FIRST_MARK + len(places))]
        places.append((line, start - line_start + 1))
        last = end
    return "".join([*parts, text[last:]]), places


def _read(html: str, places: list[tuple[int, int]], formulas: list[tuple[int, int, str]]) -> list[TypedNumber]:
    page = _Page(places, formulas)
    page.feed(html)
    page.close()
    page.finish()
    return page.found


def _shown(text: str, start: int, end: int) -> str:
    """The number with the word after it."""
    after = re.match(r"\s?[^\W\d_]+|\s?%", text[end:])
    return " ".join((text[start:end] + (after[0] if after else "")).split())


@dataclass
class _Element:
    tag: str
    is_accounted: bool  # for the numbers in it
    is_claim: bool = False  # which a check accounts for, where it says its number in words
    quoted: int | None = None  # of a quotation: how many numbers were found before it
    has_source: bool = False


@dataclass
class _Text:
    """What a block says, with the place of each mark in it."""

    text: str = ""
    is_heading: bool = False
    marks: list[tuple[int, int]] = field(default_factory=list)  # end of the number, index of the mark


class _Page(HtmlReader):
    """Numbers of a page. What is accounted for is a hole in the text around it."""

    def __init__(self, places: list[tuple[int, int]], formulas: list[tuple[int, int, str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[TypedNumber] = []
        self._places = places
        self._formulas = formulas  # line, column and TeX of those not met yet
        self._last = 0  # the mark passed last
        self._open: list[_Element] = []
        self._block = _Text()
        self._code: _Text | None = None
        self._tex: str | None = None
        self._is_judged_formula = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        if tag in _BLOCKS:
            self._flush()
            self._block.is_heading = tag in {"h1", "h2", "h3", "h4", "h5", "h6"} or "slide-title" in classes
        elif tag == "br":
            self._block.text += " "
        accounted = (
            self._is_accounted()
            or tag in {"data", *_UNSEEN}
            or bool(classes & _ACCOUNTED_CLASSES)
            or ("given" in classes and _says(given.get("title")))
            or (tag == "q" and "original" in classes)
        )
        if not accounted and "claim" not in classes:
            self._attributes(attrs)
            if tag in _VALUED and given.get("type") not in _WITHOUT_VALUE:
                self._judge_attribute(given.get("value") or "")
        if "arithmatex" in classes:
            self._is_judged_formula = not self._is_accounted()
        if tag == "annotation" and self._is_judged_formula:
            self._tex = ""
        if tag == "code" and not accounted:
            self._code = _Text()
        if _is_source(tag, classes, given.get("href")):
            self._name_source()
        if tag not in _VOID:
            if accounted and not self._is_accounted():
                self._block.text += _HOLE
            quoted = len(self.found) if tag == "blockquote" else None
            self._open.append(_Element(tag, accounted, "claim" in classes, quoted))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        depth = next((at for at in reversed(range(len(self._open))) if self._open[at].tag == tag), None)
        if depth is None:
            return
        for element in self._open[depth:]:
            if element.quoted is not None and element.has_source:
                del self.found[element.quoted :]
        del self._open[depth:]
        if tag == "code" and self._code is not None:
            self._end_code()
        if tag == "annotation" and self._tex is not None:
            self._formula(self._tex)
            self._tex = None

    def handle_data(self, data: str) -> None:
        if self._tex is not None:
            self._tex += data
        if self._open and self._open[-1].tag == "style":
            for found in _CONTENT.finditer(data):
                self._judge_attribute(found[1])
        if data.strip() and self._open and self._open[-1].tag == "cite":
            self._name_source()
        if self._is_accounted():
            for mark in _MARK.findall(data):
                self._last = ord(mark) - _FIRST_MARK
            return
        self._add(self._code if self._code is not None else self._block, data)

    def _name_source(self) -> None:
        for element in self._open:
            element.has_source = True

    def finish(self) -> None:
        """Look at the last block."""
        self._flush()

    def _is_accounted(self) -> bool:
        return bool(self._open) and self._open[-1].is_accounted

    def _add(self, block: _Text, data: str) -> None:
        said = ""
        last = 0
        for mark in _MARK.finditer(data):
            said += data[last : mark.start()]
            block.marks.append((len(block.text) + len(said), ord(mark[0]) - _FIRST_MARK))
            last = mark.end()
        said += data[last:]
        block.text += language().numerals.without_words(said) if self._is_claimed() else said

    def _is_claimed(self) -> bool:
        return any(element.is_claim for element in self._open)

    def _attributes(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            # `a <b, 7 ms, b> a` is a tag to a browser, and its words are attributes.
            said = name if (value is None and not name.isascii()) or name[:1].isdigit() else value
            if said and (said is not value or name in _SEEN):
                self._judge_attribute(said)

    def _judge_attribute(self, said: str) -> None:
        block = _Text()
        self._add(block, said)
        self._judge(block)

    def _end_code(self) -> None:
        code, self._code = self._code, None
        assert code is not None
        said = [""]
        for line in code.text.splitlines(keepends=True):
            kept = [range(start, end) for start, end in language().numerals.said_in(line)]
            said.append("".join(sign if any(at in each for each in kept) else " " for at, sign in enumerate(line)))
        self._judge(replace(code, text="".join(said)))
        self._block.text += _HOLE

    def _formula(self, tex: str) -> None:
        """A formula of symbols may have numbers; one that is a number, or says one in words, is a number."""
        written = next((each for each in self._formulas if each[2] == tex.strip()), None)
        if written is not None:
            self._formulas.remove(written)
        numerals = language().numerals
        rest = re.sub(r"\\[a-zA-Z]+", _letter, _TEX_TEXT.sub("", _TEX_UNSEEN.sub("", tex)))
        texts = (text[0].partition("{")[2] for text in _TEX_TEXT.finditer(tex))
        says = any([*numerals.find(text)] for text in texts) or any(
            numerals.begins_with_unit(unit["unit"]) for unit in _TEX_UNIT.finditer(tex)
        )
        is_number = re.search(r"\d", rest) and (_WORDS.search(rest) or not re.search("[A-Za-zα]", rest))
        if says or is_number:
            if written is None:
                self._tell(self._last, tex.strip())
            else:
                self.found.append(TypedNumber(*written))

    def _flush(self) -> None:
        block, self._block = self._block, _Text()
        self._judge(block)

    def _judge(self, block: _Text) -> None:
        text, numerals = block.text, language().numerals
        if (
            block.is_heading
            and (number := _HEADING.match(text))
            and not numerals.begins_with_unit(text[number.end() :])
        ):
            text = " " * number.end() + text[number.end() :]
        for start, end in numerals.find(text):
            mark = next((mark for at, mark in block.marks if start < at), None)
            self._tell(self._last if mark is None else mark, _shown(text, start, end))
        if block.marks:
            self._last = block.marks[-1][1]

    def _tell(self, mark: int, text: str) -> None:
        line, column = self._places[mark] if mark < len(self._places) else (1, 1)
        self.found.append(TypedNumber(line, column, text))


def _is_source(tag: str, classes: set[str], href: str | None) -> bool:
    """Whether a quotation that has this says whose it is."""
    return (tag == "q" and "original" in classes) or (
        tag == "a" and re.match(r"https?://[^\s/]+\.[^\s/]", href or "") is not None
    )


def _says(reason: str | None) -> bool:
    return re.search(r"\w", reason or "") is not None


def _letter(command: re.Match[str]) -> str:
    """A letter for a command of TeX that is a symbol, nothing for one that is a sign, a style or a space."""
    return "α" if command[0][1:] in _SYMBOLS else ""
