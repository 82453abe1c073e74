"""Rendering the comparison of deck tools: records → the table."""

from collections.abc import Iterable

from scripts.records.order import by_trust
from scripts.records.schema import AnyRecord


def fragments(records: Iterable[AnyRecord]) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment. What no record can answer says so."""
    from scripts.render.captions import Provenance
    from scripts.render.decks.tables import comparison

    path = "decks/comparison.html"
    for record in by_trust(records):
        if record.experiment == "decks":
            return {path: comparison(Provenance(record, [f"Chromium {record.versions['chromium']}"]), record.data)}
    return {path: '<p class="nothing-measured">Этого ещё не измерила ни одна машина.</p>\n'}
