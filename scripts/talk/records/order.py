"""Which record speaks where several could, and which one is the original talk's."""

from collections.abc import Iterable

from talk.records.schema import AnyRecord


def by_trust(records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """Who answers first: measured before published, full before quick, then the newest; names settle ties."""
    return sorted(
        sorted(records, key=lambda record: record.name),
        key=lambda record: (record.origin == "measured", not record.quick, record.measured_at),
        reverse=True,
    )


def original_of(records: Iterable[AnyRecord], machine: str | None) -> AnyRecord | None:
    """The published record of an older talk, kept under the name `machine`; without a name the first that there is."""
    published = (record for record in records if record.origin == "published")
    return next((record for record in published if machine in (None, record.machine.slug)), None)
