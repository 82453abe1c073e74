"""Mistakes in the hand-written sources, which stop a build.

A name nobody has, a fragment that is not there, a slide never closed: each is told at its file and line.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from talk.errors import TalkError
from talk.markdown.chapters import DIRECTIVE
from talk.markdown.conditions import CONDITION, FORKS, without_hidden
from talk.markdown.locate import read_source, source_files, written_addresses
from talk.markdown.math import typesetter
from talk.markdown.prose import comments, formulas, front_matter, numbered, without_code, without_math
from talk.markdown.quotations import QUOTATION, is_said, said_on_slides
from talk.markdown.values import REFERENCE
from talk.markdown.written_slides import find_slide_problems, read_slides
from talk.paths import CLAIMS, DOCS, QUOTATIONS, ROOT, SCRIPTS, SNIPPETS, shown
from talk.records.results import find_strays
from talk.render.claims import judge, read_claims
from talk.render.values import (
    FormatError,
    UnknownValueError,
    UnmeasuredValueError,
    Values,
    current_values,
    format_value,
)
from talk.site.fit import slot_min
from talk.site.on_stage import on_stage

CLAIM_LINK = r"\]\(claim:(?P<id>[^)\s]*)\)"
_DECK = "deck.html"  # the template of pages that gather slides
_FENCE = r"(?m)^[ ]*(?P<fence>`{3,}|~{3,})"
# Elements that nothing but their end closes.
_CONTAINER = (
    r"<(?P<end>/?)(?P<tag>a|abbr|address|article|aside|b|bdi|bdo|blockquote|button|canvas|caption|cite|code|datalist|del|"
    r"details|dfn|dialog|div|dl|em|fieldset|figcaption|figure|footer|form|h[1-6]|header|i|ins|kbd|label|legend|main|map|"
    r"mark|math|menu|meter|nav|noscript|ol|output|picture|pre|progress|q|ruby|s|samp|script|section|select|small|span|"
    r"strong|style|sub|summary|sup|svg|table|template|textarea|time|title|u|ul|var)"
    r"(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(?P<whole>/?)>"
)
# Elements of a whole page, and those that take whatever follows for text.
_OUT_OF_PLACE = r"(?i)</?(?P<tag>html|head|body|frameset|noframes|noembed|plaintext|xmp|listing)(?=[\s/>])"
_CONDITION_HEADER = r"(?m)^ {0,3}/{3,} *(?P<kind>measured|unmeasured|holds|fails)\b(?P<rest>.*)$"
_ENDS_EARLIER = re.compile(r"\A<!---?>|--!>")
_SNIPPET = (
    r"^[ \t]*-{1,}8<-{1,}[ \t]+(?P<quote>[\"'])(?P<path>[^\"':\n]*)"
    r"(?::(?P<section>[A-Za-z][\w-]*)|(?P<lines>:[\d:,]*\d))?[^\"'\n]*(?P=quote)"
)
_SNIPPETS = r"^[ \t]*-{1,}8<-{1,}[ \t]*$"  # a block of them


def find_mistakes() -> list[TalkError]:
    """Everything in the hand-written sources that a build cannot go on with, in the order of files and lines."""
    values, claims = current_values(), read_claims()
    problems: list[TalkError] = []
    for path in source_files():
        text = read_source(path)
        found = [
            *_reference_mistakes(path, text, values),
            *_condition_mistakes(path, text, values),
            *_claim_mistakes(path, text, set(claims)),
            *_quotation_mistakes(path, text),
            *_snippet_mistakes(path, text),
            *_formula_mistakes(path, text),
            *_raised(front_matter, path, text),
            *_control_characters(path, text),
            *_unclosed(path, text),
            *_declarations(path, text),
            *_address_mistakes(path, text),
            *_chapter_mistakes(path, text),
            *_measurement_mistakes(path, text),
            *(TalkError(path, what, mend, line=line) for line, what, mend in find_slide_problems(text)),
        ]
        problems += sorted(found, key=lambda problem: problem.line or 0)
    for claim in claims.values():
        problems += _raised(judge, claim, values)
    return [*problems, *_raised(said_on_slides), *_raised(slot_min), *find_strays()]


def _measurement_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for slide in read_slides(text)[0]:
        asked = slide.options.get("measure", "")
        if asked and asked not in on_stage():
            what = f"slide “{slide.title}”: nothing is measured on stage by the name {asked}"
            mend = f"use one of {', '.join(on_stage()) or 'those of an on_stage.py, of which there is none'}"
            yield TalkError(path, what, mend, line=slide.line)


def _raised(asked: Callable[..., object], *about: object) -> list[TalkError]:
    """What is wrong with something that raises when asked about."""
    try:
        asked(*about)
    except TalkError as error:
        return [error]
    return []


def _reference_mistakes(path: Path, text: str, values: Values) -> Iterator[TalkError]:
    for line, match in numbered(REFERENCE, without_hidden(without_code(text), values)):
        try:
            format_value(values.find(match["reference"]).value, match["format"] or "")
        except UnmeasuredValueError:
            continue  # the page says so, `find_unmeasured` too
        except UnknownValueError as error:
            yield TalkError(path, f"no record has the value {error.reference}", error.mend, line=line)
        except FormatError as error:
            what, _, mend = str(error).partition("; ")
            yield TalkError(path, what, mend, line=line)


def _condition_mistakes(path: Path, text: str, values: Values) -> Iterator[TalkError]:
    for line, match in numbered(CONDITION, without_code(text)):
        if match["kind"] in FORKS:
            if match["name"] not in read_claims():
                yield TalkError(path, f"no claim {match['name']}", f"add it to {CLAIMS.name}", line=line)
        elif not values.is_known(match["name"]):
            what = f"no record could have the value {match['name']} that a block depends on"
            yield TalkError(path, what, "mend its name", line=line)

    for line, match in numbered(_CONDITION_HEADER, without_code(text)):
        if re.fullmatch(r" *\| *\S+ *", match["rest"]) is None:
            what = f"a block {match['kind']} is of one name, and not of «{match['rest'].strip(' |')}»"
            yield TalkError(path, what, f"write `/// {match['kind']} | name`", line=line)


def _claim_mistakes(path: Path, text: str, known: set[str]) -> Iterator[TalkError]:
    for line, match in numbered(CLAIM_LINK, without_code(text)):
        if match["id"] not in known:
            yield TalkError(path, f"no claim {match['id']}", f"add it to {CLAIMS.name}", line=line)


def _quotation_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, match in numbered(QUOTATION, without_code(text)):
        if not is_said(match["quoted"], said_on_slides().get(match["slide"], [])):
            what = f"slide {match['slide']} of the original talk does not say «{match['quoted']}»"
            yield TalkError(path, what, f"quote it as it is, or add it to {shown(QUOTATIONS)}", line=line)


def _formula_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, tex, is_displayed in formulas(without_code(text)):
        if "{{" not in tex:  # a reference in a formula: talk.site.leftovers
            for error in _raised(partial(typesetter().set, display=is_displayed), tex):
                yield TalkError(path, error.what, error.mend, line=line)


def _control_characters(path: Path, text: str) -> Iterator[TalkError]:
    for line, match in numbered(r"[\x00-\x08\x0e-\x1f\x7f]", text):
        what = f"there is a control character, U+{ord(match[0]):04X}, which no page may hold"
        yield TalkError(path, what, "remove it", line=line)


def _unclosed(path: Path, text: str) -> Iterator[TalkError]:
    plain = without_math(without_code(text))
    for line, match in numbered(_OUT_OF_PLACE, plain):
        yield TalkError(path, f"<{match['tag']}> has no place in a text", "remove it", line=line)
    for line, _ in numbered(r"(?m)^ *\$\$", plain):
        yield TalkError(
            path, "a formula is never closed, and stays text", "put $$ after it, without a blank line", line
        )
    for line, _ in numbered("<!--", plain):
        yield TalkError(path, "a comment is never closed, and hides all that follows", "put --> after it", line=line)
    for line, match in numbered(_FENCE, plain):
        what = "code is never closed, and takes all that follows"
        yield TalkError(path, what, f"put {match['fence']} under it", line=line)
    open_tags: list[tuple[int, str]] = []
    for line, match in numbered(_CONTAINER, plain):
        tag = match["tag"].lower()
        if not match["end"]:
            open_tags += [(line, tag)] * (not match["whole"])
        elif tag in (each for _, each in open_tags):
            while open_tags.pop()[1] != tag:
                pass
        else:
            yield TalkError(path, f"</{tag}> closes nothing", "remove it, or open it", line=line)
    for line, tag in open_tags:
        yield TalkError(
            path, f"<{tag}> is never closed, and takes all that follows", f"put </{tag}> after it", line=line
        )


def _declarations(path: Path, text: str) -> Iterator[TalkError]:
    for line, _ in numbered(r"<!\[", without_code(text)):
        yield TalkError(path, "<![ is no HTML, and browsers hide what follows", "write &lt;![", line=line)
    for line, comment in comments(text):
        if _ENDS_EARLIER.search(comment):
            what = "browsers end a comment at <!-->, <!---> and --!>, and show what follows"
            yield TalkError(path, what, "write <!-- … --> alone", line=line)


def _address_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, address in written_addresses(without_code(text)):
        try:
            urlsplit(address) if "//" in address else None
        except ValueError as error:
            yield TalkError(path, f"{address} is no address ({error})", "mend the link", line=line)


def _chapter_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    """Blocks that gather slides, outside of a deck."""
    if _raised(front_matter, path, text) or front_matter(path, text).get("template") == _DECK:
        return
    for line, match in numbered(DIRECTIVE, without_code(text)):
        what = f"the block chapter gathers the slides of {match['chapter']} into no deck"
        yield TalkError(path, what, f"move it to the page whose template is {_DECK}", line=line)


def _snippet_mistakes(path: Path, text: str) -> Iterator[TalkError]:
    for line, _ in numbered(re.compile(_SNIPPETS, re.MULTILINE), text):
        yield TalkError(path, "a fragment has no name", 'write `--8<-- "file"` for each', line=line)
    for line, match in numbered(re.compile(_SNIPPET, re.MULTILINE), text):
        files = [base / match["path"] for base in (ROOT, SNIPPETS) if (base / match["path"]).is_file()]
        if files and not _may_be_shown(files[0]):
            what = f"{match['path']} is no file that pages may show"
            yield TalkError(path, what, "show one of docs/, snippets/ or scripts/, in UTF-8", line=line)
        elif not files:
            yield TalkError(
                path, f"no fragment {match['path']}", "mend its name, or make it under snippets/", line=line
            )
        elif match["section"] and f"[start:{match['section']}]" not in files[0].read_text(encoding="utf-8"):
            what = f"{match['path']} has no region {match['section']}"
            yield TalkError(path, what, f"mark it there with --8<-- [start:{match['section']}]", line=line)
        elif match["lines"]:
            there = len(files[0].read_text(encoding="utf-8").splitlines())
            if not all(_has_lines(span, there) for span in match["lines"][1:].split(",")):
                what = f"{match['path']} has {there} lines, and none are {match['lines'][1:]}"
                yield TalkError(path, what, "write the first and the last as `file:3:7`", line=line)


def _has_lines(span: str, there: int) -> bool:
    """Whether `3:7`, `3` or `:7` are lines of a file that has so many."""
    first, _, last = span.partition(":")
    return 0 < int(first or 1) <= min(int(last or there), there)


def _may_be_shown(path: Path) -> bool:
    """Whether a fragment is text of the talk: no file beside it, no hidden one, and none that a link leads out to."""
    inside = path.resolve()
    if not any(inside.is_relative_to(folder.resolve()) for folder in (DOCS, SNIPPETS, SCRIPTS)):
        return False
    if any(part.startswith(".") for part in inside.relative_to(ROOT.resolve()).parts):
        return False
    try:
        inside.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return True
