"""`{{ profiling.addmm.speedup | .1 }}` in Markdown: a measured number with its record and how it was computed."""

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor

from scripts.errors import TalkError
from scripts.markdown.locate import place
from scripts.paths import RESULTS
from scripts.records.sources import changed_sources
from scripts.render.russian import day
from scripts.render.values import FormatError, Found, UnknownValueError, Values, current_values, format_value

REFERENCE = r"\{\{\s*(?P<reference>[^{}|]+?)\s*(?:\|\s*(?P<format>[^{}]*?)\s*)?\}\}"
# After code spans (190), so that a reference quoted as code stays as it is; before everything that reads inside a line.
_PRIORITY = 185


def render_reference(values: Values, reference: str, format_spec: str, written: str) -> tuple[Found, str]:
    """The value a reference names and its text. Raises TalkError naming the file and line where `written` stands."""
    try:
        found = values.find(reference)
        return found, format_value(found.value, format_spec)
    except UnknownValueError as error:
        where, line = place(written)
        raise TalkError(where, f"no record has the value {reference}", error.mend, line=line) from None
    except FormatError as error:
        where, line = place(written)
        what, _, mend = str(error).partition("; ")
        raise TalkError(where, what, mend, line=line) from None


def provenance(found: Found) -> str:
    """How the number was computed, where and when: the text of its tooltip."""
    record = found.record
    source = "доклад" if record.origin == "published" else record.machine.slug
    parts = [found.value.how, f"{source}, {day(record.measured_at)}"]
    if record.quick:
        parts.append("быстрый прогон")
    if changed_sources(record):
        parts.append("устарело: код замера с тех пор изменился")
    return "; ".join(parts)


class _ValueProcessor(InlineProcessor):
    def __init__(self, md: Markdown, results: Path) -> None:
        super().__init__(REFERENCE, md)
        self._results = results

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        values = current_values(self._results)
        found, text = render_reference(values, m["reference"], m["format"] or "", m[0])
        element = Element("data")
        element.set("class", "measured stale" if changed_sources(found.record) else "measured")
        element.set(
            "value", f"{found.value.number:.6g}" if found.value.dimension != "count" else f"{found.value.number:g}"
        )
        element.set("data-record", found.record.name)
        element.set("title", provenance(found))
        element.text = text
        return element, m.start(0), m.end(0)


class ValuesExtension(Extension):
    """References to values. Option `results`: the folder of records."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"results": [str(RESULTS), "folder of records"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the inline pattern."""
        md.inlinePatterns.register(_ValueProcessor(md, Path(self.getConfig("results"))), "measured-value", _PRIORITY)


def makeExtension(**kwargs: Any) -> ValuesExtension:
    """Python-Markdown's entry point."""
    return ValuesExtension(**kwargs)
