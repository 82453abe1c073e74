"""Named values of the labs."""

from talk.labs.record import Labs
from talk.records.schema import Record
from talk.render.value import Value
from talk.words import say


def named_values(record: Record[Labs]) -> dict[str, Value]:
    """Dotted name (after `labs.`) → value."""
    return {f"{lab.name}.run_time": Value(lab.run_time_s, "time", say("labs.run_time")) for lab in record.data.labs}
