"""What pages show of a record: numbers by name, tables and figures."""

from statistics import median

from talk.records.schema import Record
from talk.render.drawing import Drawing
from talk.render.value import Value

from .record import Data


def named_values(record: Record[Data]) -> dict[str, Value]:
    """Name after the experiment's → number in the base unit, its dimension, how it was computed."""
    runs = record.data.runs
    found: dict[str, Value] = {}
    for name, run in {"smallest": runs[0], "largest": runs[-1]}.items():
        insertion, builtin = median(run.insertion_times_s), median(run.builtin_times_s)
        found |= {
            f"{name}.size": Value(run.size, "count", "[[how_size]]"),
            f"{name}.insertion": Value(insertion, "time", "[[how_insertion]]"),
            f"{name}.builtin": Value(builtin, "time", "[[how_builtin]]"),
            f"{name}.ratio": Value(insertion / builtin, "ratio", "[[how_ratio]]"),
        }
    before, last = runs[-2:]
    longer = last.size / before.size
    insertion = median(last.insertion_times_s) / median(before.insertion_times_s)
    builtin = median(last.builtin_times_s) / median(before.builtin_times_s)
    return found | {
        "growth.list": Value(longer, "ratio", "[[how_longer]]"),
        "growth.promised": Value(longer**2, "ratio", "[[how_promised]]"),
        "growth.insertion": Value(insertion, "ratio", "[[how_growth]]"),
        "growth.builtin": Value(builtin, "ratio", "[[how_growth]]"),
    }


def fragments(drawing: Drawing) -> dict[str, str]:
    """Name → table or figure, for pages to include."""
    from .figures import slopes, times  # matplotlib takes a second to import; values do without

    return {"times": drawing.draw(times), "slopes": drawing.draw(slopes)}
