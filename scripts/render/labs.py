"""Named values of the labs."""

from scripts.records.labs import Labs
from scripts.records.schema import Record
from scripts.render.value import Value


def labs_values(record: Record[Labs]) -> dict[str, Value]:
    """Dotted name (after `labs.`) → value."""
    return {
        f"{lab.name}.run_time": Value(lab.run_time_s, "time", "от запуска ядра до конца последней ячейки")
        for lab in record.data.labs
    }
