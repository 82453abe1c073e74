"""Labels of a chapter made its own, for the deck, where chapters meet on one page.

Python-Markdown keeps link labels, footnotes and abbreviations once a page. In the deck a label begins with the path of
its chapter; abbreviations, which have no labels, are taken out, to be looked for in slides of that chapter alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from talk.markdown.prose import without_code

_LINK = re.compile(
    r"^ {0,3}\[(?!\^)(?P<label>[^\[\]]+)\]:[ ]*\n?[ ]*\S+[ ]*(?:\n?[ ]*(?:\"[^\n]*\"|'[^\n]*'|\([^\n]*\))[ ]*)?$", re.M
)
# What stands under a footnote in its paragraph, and what is indented below it, is the footnote's.
_FOOTNOTE = re.compile(
    r"^ {0,3}\[\^(?P<label>[^\]\n]*)\]:[^\n]*"
    r"(?:\n(?! {0,3}(?:\[[^\]\n]+\]:|\*\[|/{3,}|\#))[^\n]*\S[^\n]*)*"
    r"(?:\n[ ]*(?:\n[ ]*)*\n {4}[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*)*",
    re.M,
)
_ABBREVIATION = re.compile(r"^ {0,3}\*\[(?P<label>[^\]\n]+)\] ?:[ ]*\n?[ ]*(?P<title>[^\n]*)$", re.M)

_MARK = re.compile(r"\[\^(?P<label>[^\]\n]+)\]")
_NAMED = re.compile(r"\](?P<gap> ?(?:\n *)?)\[(?P<label>[^\[\]^][^\[\]]*)\]")
_SHORT = re.compile(r"(?<!\])\[(?P<label>[^\[\]^][^\[\]]*)\](?:\[\])?(?![\[(:])")


@dataclass
class Labels:
    """What a chapter defines: Markdown of its links and footnotes, and abbreviations with what they stand for."""

    definitions: list[str] = field(default_factory=list)
    abbreviations: dict[str, str] = field(default_factory=dict)


def own_labels(text: str, chapter: str) -> tuple[str, Labels]:
    """The chapter's text without definitions, its lines kept, what it refers to made its own; and the definitions."""
    found = Labels()
    known: dict[str, set[str]] = {"": set(), "^": set()}

    def define(match: re.Match[str], kind: str, label: str, whole: str) -> str:
        known[kind].add(_same(label))
        start = match.start("label") - match.start()
        found.definitions.append(f"{whole[:start]}{chapter} {whole[start:]}".strip())
        return re.sub(r"[^\n]", "", whole)

    def abbreviate(match: re.Match[str], label: str, whole: str) -> str:
        found.abbreviations[label] = text[match.start("title") : match.end("title")].strip()
        return re.sub(r"[^\n]", "", whole)

    def refer(kind: str) -> Callable[[re.Match[str], str, str], str]:
        def referred(match: re.Match[str], label: str, whole: str) -> str:
            if _same(label) not in known[kind]:
                return whole
            start = match.start("label") - match.start()
            return f"{whole[:start]}{chapter} {whole[start:]}"

        return referred

    def spell_out(_: re.Match[str], label: str, whole: str) -> str:
        return f"[{label}][{chapter} {label}]" if _same(label) in known[""] else whole

    text = _changed(_FOOTNOTE, text, lambda match, label, whole: define(match, "^", label, whole))
    text = _changed(_ABBREVIATION, text, abbreviate)
    text = _changed(_LINK, text, lambda match, label, whole: define(match, "", label, whole))
    # Definitions refer too: a footnote holds links.
    parts = [text, *found.definitions]
    for pattern, change in ((_MARK, refer("^")), (_NAMED, refer("")), (_SHORT, spell_out)):
        parts = [_changed(pattern, part, change) for part in parts]
    found.definitions = parts[1:]
    return parts[0], found


def _changed(pattern: re.Pattern[str], text: str, change: Callable[[re.Match[str], str, str], str]) -> str:
    """`text` with what `change(match, label, whole)` makes of each match outside code."""
    written, end = [], 0
    for match in pattern.finditer(without_code(text)):
        whole = text[match.start() : match.end()]
        label = text[match.start("label") : match.end("label")]
        written += [text[end : match.start()], change(match, label, whole)]
        end = match.end()
    return "".join([*written, text[end:]])


def _same(label: str) -> str:
    """Labels that differ in case and spaces are one."""
    return " ".join(label.split()).lower()
