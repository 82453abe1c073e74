"""Slides as a chapter writes them: read without converting anything, and what is wrong with them.

The syntax is that of `talk.markdown.slides`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from talk.markdown.addresses import Addresses
from talk.markdown.prose import read_yaml, without_code, without_comments
from talk.markdown.steps import MOST_STEPS, is_steps
from talk.settings import LONGEST_SLOT_MIN

LAYOUTS = ("title", "section", "text", "table", "code", "formula", "picture", "columns", "number", "quote")
DEFAULT_TIME_S = 60

_OPTIONS = (
    *("layout", "id", "time", "note", "steps", "auto-animate", "only", "backup", "cut", "measure", "chapter", "attrs"),
)
_LONGEST_TIME_S = 3600
_ADDRESS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OPEN = re.compile(r" {0,3}(?P<slashes>/{3,}) *(?P<name>[\w-]+) *(?:\| *(?P<argument>.*?) *)?$")
_CLOSE = re.compile(r" {0,3}(?P<slashes>/{3,}) *$")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})")
# Blocks of the talk's own, which another spelling would leave on the page as text, and out of the deck.
_OWN_BLOCKS = ("slide", "notes", "measured", "unmeasured")
_HELD = re.compile(r"\s*(?:(?:>|[-*+]|\d+[.)])\s*)+(?P<line>/{3,}.*)")  # by a quote or a list
_ARGUMENTS = {"slide": " | Title", "notes": "", "measured": " | name", "unmeasured": " | name", "chapter": " | page.md"}
_LOOKS_OPEN = re.compile(r"\s*(?P<slashes>/{2,})\s*(?P<name>[\w-]+)\s*(?P<bar>\|)?")
# Of one that is never closed all that follows is a part.
_BLOCKS = (*_OWN_BLOCKS, "holds", "fails", "details")
_FEWEST_SLASHES, _FEW_LETTERS = 3, 2
_LOOKS_OPTION = re.compile(r"\s*(?P<name>[\w-]+)\s*:(?:\s|$)")

# What comes step by step, as a line of it begins.
_STEPPED = {
    "rows": re.compile(r"[ ]*\|?[ :]*-{2,}[ :]*(?:\||$)|.*<t[rdh]\b"),
    "items": re.compile(r"\s*(?:[-*+]|\d+[.)])\s|.*<li\b"),
}
# What a layout lays out, as a line of it begins or what stands in it; a fragment may bring it too.
_LAID_OUT = {
    "table": _STEPPED["rows"],
    "code": re.compile(r"[ ]*(?:`{3}|~{3}|<pre\b)"),
    "formula": re.compile(r".*(?:\$|\\\[|\\\()"),
    "picture": re.compile(r".*(?:!\[|<(?:img|svg|picture|figure|canvas)\b)"),
    "columns": re.compile(r"---\s*$"),
    "number": re.compile(r".*\S"),
    "quote": re.compile(r"\s*>|.*<(?:blockquote|q)\b"),
}
_SNIPPET = re.compile(r"\s*-+8<-+")

Problem = tuple[int, str, str]


@dataclass(frozen=True)
class Slide:
    """A slide as its chapter writes it. `line` (of the header) and `end` (of the closing line) count from 1."""

    title: str
    address: str
    options: dict[str, Any]
    content: tuple[str, ...]
    line: int
    end: int

    @property
    def planned_s(self) -> int:
        """Seconds planned for it."""
        return int(self.options.get("time", DEFAULT_TIME_S))


@lru_cache(maxsize=64)  # a build asks several times, `mkdocs serve` builds again and again
def read_slides(text: str) -> tuple[tuple[Slide, ...], tuple[Problem, ...]]:
    """The slides of a chapter, and what is wrong with them."""
    slides: list[Slide] = []
    problems: list[Problem] = []
    addresses = Addresses()
    lines = without_comments(text).splitlines()
    problems += find_lookalikes(text, *_OWN_BLOCKS)
    for line, header, end in _blocks(lines, problems):
        title = header["argument"] or ""
        options, content = _split_options(lines[line : end - 1])
        problems += _lost_options(title, content, end - len(content))
        found = [*_option_problems(title, options, addresses), *_content_problems(title, options, content)]
        problems += [(line, what, mend) for what, mend in found]
        if not found:
            assert options is not None
            address = addresses.give(title, str(options.get("id", "")))
            slides.append(Slide(title, address, options, tuple(content), line, end))
    return tuple(slides), tuple(sorted(problems))


def find_slide_problems(text: str) -> tuple[Problem, ...]:
    """(line from 1, what is wrong, how to mend it) for each bad slide of a source file."""
    return read_slides(text)[1]


def _blocks(lines: list[str], problems: list[Problem]) -> Iterator[tuple[int, re.Match[str], int]]:
    """Line, header and closing line of each slide, fenced code left alone."""
    fence: str | None = None
    opened: list[tuple[int, re.Match[str]]] = []

    def lose(line: int, header: re.Match[str], *names: str) -> None:
        if header["name"] in ("slide", *names):
            title = f" “{header['argument']}”" if header["argument"] else ""
            what = f"{header['name']}{title} is never closed"
            problems.append((line, what, f"put a line {header['slashes']} after it"))

    for number, line in enumerate(lines, start=1):
        mark = _FENCE.match(line)
        if fence is not None:
            if mark is not None and mark["fence"].startswith(fence) and not line.strip(" \t`~"):
                fence = None
        elif mark is not None:
            fence = mark["fence"]
        elif header := _OPEN.match(line):
            slashes = header["slashes"]
            if header["name"] == "slide":
                while opened and opened[-1][1]["name"] == "slide":
                    lose(*opened.pop())
            elif opened and opened[-1][1]["name"] == "slide" and opened[-1][1]["slashes"] == slashes:
                what = f"block {header['name']} inside a slide has as many slashes as the slide"
                problems.append((number, what, f"open and close the slide with {slashes}/"))
            opened.append((number, header))
        elif closing := _CLOSE.match(line):
            depth = next(
                (i for i in reversed(range(len(opened))) if opened[i][1]["slashes"] == closing["slashes"]), None
            )
            if depth is None:
                continue
            for inner in opened[depth + 1 :]:
                lose(*inner)
            start, header = opened[depth]
            del opened[depth:]
            if header["name"] == "slide":
                yield start, header, number
    for number, header in opened:
        lose(number, header, *_BLOCKS)


def find_lookalikes(text: str, *names: str) -> Iterator[Problem]:
    """Lines outside code and comments that look like the header of a block `names` and are none."""
    for number, line in enumerate(without_code(text).splitlines(), start=1):
        if "slide" in names and (held := _HELD.match(line)) and (inside := _OPEN.match(held["line"])):
            if inside["name"] == "slide":
                what = f"slide “{inside['argument'] or ''}” stands in a quote or a list, and in no deck"
                yield number, what, "begin it at the start of a line"
            continue
        looks = _LOOKS_OPEN.match(_visible(line))
        name = next((name for name in names if _is_meant(looks["name"], name)), None) if looks else None
        header = _OPEN.match(line)
        if looks is None or name is None or (header is not None and header["name"] == name):
            continue
        if len(looks["slashes"]) >= _FEWEST_SLASHES or looks["bar"]:
            what = f"this line looks like a block {name} and is none: {_fault(line, looks, name)}"
            yield number, what, f"write `/// {name}{_ARGUMENTS[name]}`"


def _is_meant(written: str, name: str) -> bool:
    """Whether whoever wrote `written` meant `name`: in capitals, as a plural, with a letter of another alphabet."""
    folded = written.casefold()
    if folded in {name, f"{name}s"}:
        return True
    return len(folded) == len(name) and not folded.isascii() and sum(map(str.__ne__, folded, name)) <= _FEW_LETTERS


def _fault(line: str, looks: re.Match[str], name: str) -> str:
    if unseen := next(filter(_is_unseen, line), None):
        return f"it has an invisible U+{ord(unseen):04X}"
    if line.startswith("    "):
        return "four spaces before it make it code"
    if looks["name"] != name:
        return f"its name is “{looks['name']}”"
    return "it has fewer than three slashes" if len(looks["slashes"]) < _FEWEST_SLASHES else "it has no bar"


def _is_unseen(char: str) -> bool:
    """Whether the character is an odd space, or has no width."""
    return char != " " and unicodedata.category(char) in {"Zs", "Cf", "Cc"}


class _Seen(dict[int, str]):
    """Code point → what is seen of it; filled as they come."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_space = char == "\t" or unicodedata.category(char) == "Zs"
        self[code] = seen = " " if is_space else "" if _is_unseen(char) else char
        return seen


_SEEN = _Seen()


def _visible(line: str) -> str:
    """The line as it is seen: odd spaces are spaces, what has no width is not there."""
    return line.translate(_SEEN)


def _lost_options(title: str, content: list[str], first: int) -> Iterator[Problem]:
    """What looks like a slide's options and would be text of the slide; `first` is the line of `content`."""
    seen = [_visible(line) for line in content]
    blank = next((at for at, line in enumerate(seen) if not line.strip()), len(seen))
    under = next((at for at, line in enumerate(seen) if line.strip()), len(seen))
    candidates = list(range(blank)) or [at for at in (under,) if at < len(seen) and seen[at].startswith("    ")]
    for at in candidates:
        option = _LOOKS_OPTION.match(seen[at])
        if option is not None and option["name"] in _OPTIONS:
            what = f"slide “{title}”: {option['name']} is no option there"
            yield first + at, what, "put options right under the header, each after four plain spaces"


def _split_options(body: list[str]) -> tuple[dict[str, Any] | None, list[str]]:
    """Indented YAML right under the header, and the rest; None where it is not a mapping."""
    size = next((i for i, line in enumerate(body) if not re.match(r" {4,}\S", line)), len(body))
    try:
        options = read_yaml("\n".join(line[4:] for line in body[:size])) or {}
    except yaml.YAMLError:
        options = None
    return (options if isinstance(options, dict) else None), body[size:]


def _option_problems(title: str, options: dict[str, Any] | None, addresses: Addresses) -> Iterator[tuple[str, str]]:
    name = f"slide “{title}”"
    if not _visible(title).strip():
        yield "a slide has no title", "write `/// slide | Title`"
    if options is None:
        yield f"{name}: its options are not YAML, or one comes twice", "write one indented `name: value` a line"
        return
    for option in options:
        if option not in _OPTIONS:
            yield f"{name}: unknown option {option}", f"use one of {', '.join(_OPTIONS[:-2])}"
    if options.get("layout", "text") not in LAYOUTS:
        yield f"{name}: unknown layout {options['layout']}", f"use one of {', '.join(LAYOUTS)}"
    time = options.get("time", 1)
    if isinstance(time, bool) or not isinstance(time, int) or not 0 < time <= _LONGEST_TIME_S:
        yield f"{name}: time {time!r} is not a time", f"write whole seconds, 1 to {_LONGEST_TIME_S}"
    if "note" in options and not isinstance(options["note"], str):
        yield f"{name}: its note is not text", 'write `note: "…"`'
    if "steps" in options and not is_steps(options["steps"]):
        mend = f"write rows, items, or at most {MOST_STEPS} groups of lines, as `1-3|4,6|all`"
        yield f"{name}: its steps are not known: {options['steps']}", mend
    if not isinstance(options.get("auto-animate", True), bool):
        yield f"{name}: auto-animate is neither true nor false", "write `auto-animate: true`"
    if not isinstance(options.get("backup", True), bool):
        yield f"{name}: backup is neither true nor false", "write `backup: true`"
    cut = options.get("cut", 1)
    if isinstance(cut, bool) or not isinstance(cut, int) or not 0 < cut <= LONGEST_SLOT_MIN:
        yield f"{name}: cut {cut!r} is no slot", f"write whole minutes, 1 to {LONGEST_SLOT_MIN}"
    elif "cut" in options and options.get("backup"):
        yield f"{name}: a backup is cut from every slot", "leave out one of `backup` and `cut`"
    if options.get("only", "deck") != "deck":
        yield f"{name}: only {options['only']} is not known", "write `only: deck`, or nothing"
    if "id" in options:
        if not isinstance(options["id"], str) or not _ADDRESS.fullmatch(options["id"]):
            yield f"{name}: id {options['id']!r} is not an address", "use small Latin letters, digits and hyphens"
        elif addresses.is_taken(options["id"]):
            yield f"{name}: the address {options['id']} is taken by a slide above", "give it another id"


def _content_problems(title: str, options: dict[str, Any] | None, content: list[str]) -> Iterator[tuple[str, str]]:
    """Steps and a layout of what the slide has none of; what a fragment brings is seen by nobody here."""
    if any(_SNIPPET.match(line) for line in content):
        return
    steps, layout = (str((options or {}).get(name, "")) for name in ("steps", "layout"))
    if steps in _STEPPED and not any(map(_STEPPED[steps].match, content)):
        yield f"slide “{title}”: its steps are {steps}, and it has none", "write them, or leave out `steps`"
    if layout in _LAID_OUT and not any(map(_LAID_OUT[layout].match, content)):
        yield f"slide “{title}” is laid out as {layout}, and has none", "write it, or leave out `layout`"
