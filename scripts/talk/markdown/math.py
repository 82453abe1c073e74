"""Math set at build time: TeX that pymdownx.arithmatex found becomes KaTeX's HTML with MathML; no script on the page.

Node starts only for a formula that was never set before: the rest comes from `.cache/katex.json`.

What is made of titles (contents, addresses, the window's title) is text, so formulas in titles are text, ∇f, until all
of that is made. Dollars of prices and of a shell's variables are text, and a formula may have `|` in a table's cell.
"""

import hashlib
import html
import json
import re
import subprocess
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from markdown import Extension, Markdown
from markdown.extensions.toc import unique
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from talk.errors import TalkError
from talk.markdown.locate import place
from talk.markdown.prose import FORMULA, is_formula
from talk.paths import CACHE, NPM, PACKAGE
from talk.records.files import write_whole

_CACHE_FILE = CACHE / "katex.json"
_TYPESETTER = NPM / "katex.mjs"  # beside the packages that it imports
# After inline patterns (20) have found the formulas.
_PRIORITY = 12
_DELIMITERS = {"\\(": "\\)", "\\[": "\\]"}
# Before toc (5) reads headings, and after attr_list (8) has set their addresses; after whoever reads the tree.
_ADDRESSES_PRIORITY, _LAST_PRIORITY = 6, -100
# Before arithmatex (189.9), and after code spans (190).
_TEXT_PRIORITY = 189.95
# Fenced code (25) is put aside by then.
_TABLES_PRIORITY = 24
_HEADING = re.compile(r"h[1-6]")
_DOLLARS = re.compile(rf"\\.|\$\$+|{FORMULA.pattern}|\$", re.DOTALL)
_TABLE = re.compile(
    r"^(?P<head>.*\|.*)\n(?P<rule>[ ]{0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-*:?[ ]*)*)(?P<rows>(?:\n.*\S.*)*)", re.M
)
_IN_CELL = re.compile(rf"(?P<code>(?P<ticks>`+).+?(?P=ticks))|{FORMULA.pattern}", re.DOTALL)
_BAR = re.compile(r"(?<!\\)\|")


class _Typesetter:
    """KaTeX behind a cache. One node process serves a whole build, or a whole `mkdocs serve`."""

    def __init__(self, cache_file: Path) -> None:
        self._cache_file = cache_file
        packages, runner = ((PACKAGE / "npm" / name).read_bytes() for name in ("package.json", _TYPESETTER.name))
        self._version = f"{json.loads(packages)['dependencies']['katex']} {hashlib.sha256(runner).hexdigest()[:8]}"
        self._known = self._read_cache()
        self._lock = Lock()  # Zensical renders pages in threads
        self._process: subprocess.Popen[str] | None = None

    def _read_cache(self) -> dict[str, str]:
        try:
            content = json.loads(self._cache_file.read_text(encoding="utf-8"))
            return dict(content["formulas"]) if content["version"] == self._version else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}  # a cache that cannot be read is made anew

    def set(self, tex: str, *, display: bool) -> str:
        """HTML of the formula. Raises TalkError naming the place of bad TeX."""
        key = f"{'display' if display else 'inline'} {tex}"
        with self._lock:
            if key not in self._known:
                self._known[key] = self._ask(tex, display=display)
                content = {"version": self._version, "formulas": self._known}
                write_whole(self._cache_file, json.dumps(content, ensure_ascii=False, indent=1))
            return self._known[key]

    def _ask(self, tex: str, *, display: bool) -> str:
        if self._process is None or self._process.poll() is not None:
            from talk.node import node_command  # most builds ask nothing

            # Its standard input closes with this process, and it ends by itself.
            self._process = subprocess.Popen(
                [*node_command(), str(_TYPESETTER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=NPM,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise TalkError(_TYPESETTER, "node ended without an answer", "run `make setup`")
        answer = json.loads(line)
        if "error" in answer:
            where, at = place(tex.strip().splitlines()[0] if tex.strip() else tex)
            raise TalkError(
                where, f"bad TeX: {answer['error'].removeprefix('KaTeX parse error: ')}", "mend it", line=at
            )
        return str(answer["html"])


def room_of(tex: str) -> tuple[float, float]:
    """How wide and high a displayed formula is, in em of its own type."""
    return read_room(typesetter().set(tex, display=True))


def read_room(typeset: str) -> tuple[float, float]:
    """The same, told by the formula's HTML."""
    width, height = (float(re.findall(rf' data-{name}="([\d.]+)"', typeset)[0]) for name in ("width", "height"))
    return width, height


@cache
def typesetter(cache_file: Path = _CACHE_FILE) -> _Typesetter:
    """The one typesetter of this process."""
    return _Typesetter(cache_file)


class _Titles:
    """Formulas of titles, each with its TeX and its HTML, while text stands in their places."""

    def __init__(self) -> None:
        self.waiting: dict[Element, tuple[str, str]] = {}


class _MathProcessor(Treeprocessor):
    def __init__(self, md: Markdown, titles: _Titles) -> None:
        super().__init__(md)
        self._titles = titles

    def run(self, root: Element) -> None:
        in_titles = {formula for title in _titles(root) for formula in _formulas(title)}
        for formula in _formulas(root):
            written = html.unescape((formula.text or "").strip())
            opening = written[:2]
            if not written.endswith(_DELIMITERS.get(opening, "\0")):
                continue
            formula.set("data-search-exclude", "")  # Material's search would say each formula thrice
            formula.set("translate", "no")
            tex = written[2:-2].strip()
            typeset = typesetter().set(tex, display=opening == "\\[")
            formula.text = self.md.htmlStash.store(typeset)
            if formula in in_titles:
                self._titles.waiting[formula] = tex, formula.text
                formula.text = plain_text(typeset)


class _TitleAddresses(Treeprocessor):
    """Makes addresses of headings with formulas of their TeX, ∇f being `nabla-f`."""

    def __init__(self, md: Markdown, titles: _Titles) -> None:
        super().__init__(md)
        self._titles = titles

    def run(self, root: Element) -> None:
        if "toc" not in self.md.treeprocessors:
            return
        toc: Any = self.md.treeprocessors["toc"]
        taken = {element.get("id", "") for element in root.iter()}
        for title in _titles(root):
            if _HEADING.fullmatch(title.tag) and not title.get("id") and _formulas(title):
                title.set("id", unique(toc.slugify(self._source(title), toc.sep), taken))

    def _source(self, element: Element) -> str:
        tex = self._titles.waiting.get(element, ("", ""))[0]
        return (tex or (element.text or "") + "".join(map(self._source, element))) + (element.tail or "")


class _TitleFormulas(Treeprocessor):
    """Puts formulas into titles."""

    def __init__(self, md: Markdown, titles: _Titles) -> None:
        super().__init__(md)
        self._titles = titles

    def run(self, root: Element) -> None:
        for title in _titles(root):
            if title.get("class") == "slide-title" and any(map(self._titles.waiting.get, title.iter())):
                title.set("data-title", "".join(title.itertext()))
        for formula, (_, typeset) in self._titles.waiting.items():
            formula.text = typeset
        self._titles.waiting.clear()


def _titles(root: Element) -> list[Element]:
    return [each for each in root.iter() if _HEADING.fullmatch(str(each.tag)) or each.get("class") == "slide-title"]


def _formulas(root: Element) -> list[Element]:
    return [element for element in root.iter() if element.get("class") == "arithmatex" and element.text]


def plain_text(typeset: str) -> str:
    """A formula in one line of text, from KaTeX's HTML: a/b, x^2, ∇f."""
    found = re.search(r"<math.*?</math>", typeset, re.DOTALL)
    return " ".join(_linear(fromstring(re.sub(r' xmlns="[^"]*"', "", found[0]))).split()) if found else ""


def _linear(element: Element) -> str:
    parts = [_linear(child) for child in element if child.tag != "annotation"]
    # Long names and indices keep their bounds: (n+1)/2, x^(n+1).
    bound = [part if len(part) == 1 or part.isalnum() else f"({part})" for part in parts]
    match element.tag:
        case "mfrac":
            return "/".join(bound)
        case "msup" | "mover":
            return "".join(parts) if parts[1] == "′" else f"{parts[0]}^{bound[1]}"
        case "msub" | "munder":
            return f"{parts[0]}_{bound[1]}"
        case "msubsup" | "munderover":
            return f"{parts[0]}_{bound[1]}^{bound[2]}"
        case "msqrt":
            return f"√{bound[0]}" if len(bound) == 1 else f"√({''.join(parts)})"
    return (element.text or "").strip("\u2061\u200b") + "".join(parts)


class _Dollars(InlineProcessor):
    """Makes text of dollars that open no formula."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Any, Any, Any]:  # type: ignore[override]
        if m[0] == "$" or (m["tex"] and not is_formula(m)):
            return "$", m.start(), m.start() + 1
        return None, None, None


class _Bars(Preprocessor):
    """Writes `|` of formulas in a table as TeX's name for it: tables are cut into cells before formulas are found."""

    def run(self, lines: list[str]) -> list[str]:
        def named(found: re.Match[str]) -> str:
            if found["code"] or not is_formula(found) or r"\begin{array}" in found[0]:
                return found[0]
            return _BAR.sub(r"\\vert{}", found[0])

        def with_names(table: re.Match[str]) -> str:
            rows = [_IN_CELL.sub(named, row) for row in (table["head"], *table["rows"].split("\n")[1:])]
            return "\n".join([rows[0], table["rule"], *rows[1:]])

        return _TABLE.sub(with_names, "\n".join(lines)).split("\n")


class MathExtension(Extension):
    """Sets what `pymdownx.arithmatex` (with `generic: true`) marked."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processors."""
        titles = _Titles()
        md.preprocessors.register(_Bars(md), "math-in-tables", _TABLES_PRIORITY)
        md.inlinePatterns.register(_Dollars(_DOLLARS.pattern, md), "dollars", _TEXT_PRIORITY)
        md.treeprocessors.register(_MathProcessor(md, titles), "math-at-build", _PRIORITY)
        md.treeprocessors.register(_TitleAddresses(md, titles), "title-addresses", _ADDRESSES_PRIORITY)
        md.treeprocessors.register(_TitleFormulas(md, titles), "title-formulas", _LAST_PRIORITY)


def makeExtension(**kwargs: Any) -> MathExtension:
    """Python-Markdown's entry point."""
    return MathExtension(**kwargs)
