"""`talk values [PATTERN]`: the named values that pages may show, as a table for a terminal."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from talk.errors import TalkError
from talk.render.values import Values, format_value
from talk.words import NBSP

_HEAD = ("name", "number", "machine", "how it was computed")


def find_values(values: Values, pattern: str) -> Iterator[tuple[str, str, str, str]]:
    """Name, number with its unit, machine and way of computing of each value whose name matches `pattern`.

    A pattern is a part of the name, or a whole name with `*` and `?`. The machine that pages ask first comes first.
    Raises TalkError where nothing matches.
    """
    if not values.names:
        raise TalkError("talk values", "nothing has been measured yet", "measure with `talk measure`")
    matching = [name for name in values.names if _matches(name, pattern)]
    if not matching:
        nearest = values.nearest(pattern)
        mend = f"the nearest names are {', '.join(nearest)}" if nearest else "`talk values` alone lists them all"
        raise TalkError("talk values", f"no value's name matches {pattern}", mend)
    for name in matching:
        for found in values.all_of(name):
            text = format_value(found.value).replace(NBSP, " ")
            yield name, text, found.record.machine.slug, found.value.how


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if set(pattern) & set("*?[") else pattern in name


def lines(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    """The rows under a head, in columns that are as wide as their cells; the last one is not padded."""
    table = [_HEAD, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    for row in table:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]])
