"""A value a size."""

from talk.records.schema import Record
from talk.render.value import Value

from .record import Data


def named_values(record: Record[Data]) -> dict[str, Value]:
    return {f"sizes.n{size}.total": Value(size, "count", "as counted") for size in record.data.sizes}
