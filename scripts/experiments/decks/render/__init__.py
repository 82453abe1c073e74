"""Rendering the comparison of deck tools: records → the table."""

from talk.records.schema import Record
from talk.render.drawing import Drawing

from ..record import Decks
from .values import named_values as named_values


def fragments(drawing: Drawing) -> dict[str, str]:
    """The table by its name."""
    from .tables import comparison

    return {"comparison": drawing.draw(comparison, lambda data: data)}


def remarks(record: Record[Decks]) -> list[tuple[str, str]]:
    """The browser that opened the decks."""
    browser = record.versions.get("chromium")
    return [(f"Chromium {browser}", "")] if browser else []
