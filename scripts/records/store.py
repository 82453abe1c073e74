"""Reading and writing records. Reading validates: a record that is not whole and sane stops the build."""

import json
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.errors import TalkError
from scripts.paths import RESULTS, shown
from scripts.records.algorithms import Algorithms
from scripts.records.decks import Decks
from scripts.records.files import write_whole
from scripts.records.gradient import Gradient
from scripts.records.labs import Labs
from scripts.records.matmul import Matmul
from scripts.records.profiling import Profiling
from scripts.records.schema import SCHEMA_VERSION, AnyRecord, Record

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# What each experiment keeps in its record's `data`.
DATA_OF: dict[str, Any] = {
    "profiling": Profiling,
    "matmul": Matmul,
    "gradient": Gradient,
    "algorithms": Algorithms,
    "labs": Labs,
    "decks": Decks,
}

# Quantities that are divided by: zero is as impossible as less than zero.
_POSITIVE = {"calls", "self_cpu_time_total_us", "sample_rate_hz", "hop_samples", "pass_times_s", "cpu_cores", "count"}
# Coordinates are no quantities: a place may lie left of zero.
_PLACES = {"points"}
LARGEST_BYTES = 16_000_000
MEND = "restore it from git, or measure again with `talk measure`"


def record_path(results: Path, machine: str, experiment: str) -> Path:
    """Where the record of `experiment` on `machine` lies."""
    return results / machine / f"{experiment}.json"


def write_record(record: AnyRecord, results: Path = RESULTS) -> Path:
    """Write the record whole or not at all; returns its path.

    Raises TalkError for NaN or negative quantities, and for more than LARGEST_BYTES: records are kept in git.
    """
    content = asdict(record)
    path = record_path(results, record.machine.slug, record.experiment)
    _refuse_impossible_numbers(content, path)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if len(text.encode()) > LARGEST_BYTES:
        raise TalkError(path, f"would take {len(text.encode()) / 1e6:.0f} MB of git", "keep less in the record")
    write_whole(path, text)
    return path


def read_record(path: Path) -> AnyRecord:
    """The record in `path`, validated. Raises TalkError naming the file and the field."""
    from pydantic import ValidationError  # pages have pydantic; a bare GPU machine, which only writes, need not

    text, content = read_json(path)
    version = content.get("schema_version")
    if version != SCHEMA_VERSION:
        raise TalkError(
            path,
            f"schema_version is {version!r}, this code reads {SCHEMA_VERSION}",
            "measure again with `talk measure`",
        )
    _refuse_impossible_numbers(content, path)
    experiment = content.get("experiment")
    if not isinstance(experiment, str) or experiment not in DATA_OF:
        raise TalkError(path, f"field experiment: {experiment!r} is none of {', '.join(DATA_OF)}", MEND)
    try:
        record = _record_type(experiment).validate_json(text, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise TalkError(path, f"field {name}: {first['msg']}", MEND) from None
    expected = record_path(path.parent.parent, record.machine.slug, record.experiment)
    if expected != path:
        raise TalkError(path, f"field machine.slug or experiment: it belongs at {shown(expected)}", "move it there")
    return record


def read_records(results: Path = RESULTS) -> list[AnyRecord]:
    """Every record under `results`, in the order of their paths."""
    return [read_record(path) for path in sorted(results.glob("*/*.json"))]


@cache
def _record_type(experiment: str) -> "TypeAdapter[AnyRecord]":
    from pydantic import TypeAdapter

    record: Any = Record  # a type made at run time is none to mypy
    return TypeAdapter(record[DATA_OF[experiment]])


def read_json(path: Path) -> tuple[str, dict[str, Any]]:
    """The file's text, and the JSON object that it is. Raises TalkError naming the file, and the line of a mistake."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise TalkError(path, f"is not whole JSON ({error.msg})", MEND, line=error.lineno) from None
    except UnicodeDecodeError:
        raise TalkError(path, "is not UTF-8 text", MEND) from None
    except OSError as error:
        raise TalkError(path, f"cannot be read ({error.strerror})", "mend its permissions") from None
    except ValueError as error:  # of a number with thousands of digits
        raise TalkError(path, f"is no record ({error})", MEND) from None
    except RecursionError:
        raise TalkError(path, "is nested too deep for a record", MEND) from None
    if not isinstance(content, dict):
        raise TalkError(path, "is not a JSON object", MEND)
    return text, content


def _refuse_impossible_numbers(content: Any, path: Path, field: str = "") -> None:
    if isinstance(content, dict):
        for key, value in content.items():
            if field != "data.model.encoder":  # arguments of a constructor, where -1 has a meaning of its own
                _refuse_impossible_numbers(value, path, f"{field}.{key}" if field else str(key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            # Nearly all are above zero, which is possible everywhere: no time is lost on how such a field is called.
            if not (isinstance(value, float) and 0 < value <= sys.float_info.max):
                _refuse_impossible_numbers(value, path, f"{field}.{index}")
    elif isinstance(content, int | float):
        keys = set(field.split(".")[-2:])  # the last but one where the number stands in a list
        least_is_zero = not keys & _POSITIVE
        is_place = bool(_PLACES & set(field.split(".")))
        finite = abs(content) <= sys.float_info.max  # no number is not a number, and an integer has no largest
        if not finite or (content < 0 and not is_place) or (content == 0 and not least_is_zero):
            raise TalkError(path, f"field {field}: {str(content)[:40]} is not a possible quantity", MEND)
