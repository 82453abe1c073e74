"""Which record speaks where several could."""

from collections.abc import Iterable

from talk.records.schema import AnyRecord


def by_trust(records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """Who answers first: measured before published, full before quick, then the newest; names settle ties."""
    return sorted(
        sorted(records, key=lambda record: record.name),
        key=lambda record: (record.origin == "measured", not record.quick, record.measured_at),
        reverse=True,
    )
