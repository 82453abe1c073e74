"""Reading and writing records. Reading validates: a record that is not whole and sane stops the build."""

import json
import sys
from collections.abc import Hashable
from dataclasses import asdict, dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args, get_origin, get_type_hints

from talk.errors import TalkError
from talk.experiment import Found, find_experiments
from talk.paths import EXPERIMENTS, RESULTS, shown
from talk.records.files import write_whole
from talk.records.schema import POSITIVE, SCHEMA_VERSION, SIGNED, AnyRecord, Machine, Record

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_READABLE = range(1, SCHEMA_VERSION + 1)
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
    _refuse_impossible_numbers(content, path, limits_of(cast(Hashable, type(record.data))))
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
    if version not in _READABLE:
        what = f"schema_version is {version!r}, this code reads {_READABLE[0]} to {_READABLE[-1]}"
        raise TalkError(path, what, "measure again with `talk measure`")
    experiments, name = find_experiments(), content.get("experiment")
    if not isinstance(name, str) or name not in experiments:
        what = f"field experiment: {name!r} is none of {', '.join(experiments)}"
        raise TalkError(path, what, f"restore {_folder_of(path.stem)}, or delete the record")
    if version != SCHEMA_VERSION:
        text, content = _migrated(content, experiments[name], path)
    _refuse_impossible_numbers(content, path, limits_of(experiments[name].data_type))
    try:
        record = _record_type(name).validate_json(text, strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise TalkError(path, f"field {name}: {first['msg']}", MEND) from None
    expected = record_path(path.parent.parent, record.machine.slug, record.experiment)
    if expected != path:
        raise TalkError(path, f"field machine.slug or experiment: it belongs at {shown(expected)}", "move it there")
    return record


def read_records(results: Path = RESULTS) -> list[AnyRecord]:
    """Every record under `results` whose experiment is there, in the order of their paths."""
    return [read_record(path) for path in record_files(results)]


def record_files(results: Path = RESULTS) -> list[Path]:
    """Files of the records whose experiments are there: deleting an experiment breaks no page of the others."""
    return [path for path in sorted(results.glob("*/*.json")) if path.stem in find_experiments()]


def find_orphans(results: Path = RESULTS) -> list[TalkError]:
    """Records that no experiment of the talk can read."""
    return [
        TalkError(path, f"there is no experiment {path.stem}", f"restore {_folder_of(path.stem)}, or delete the record")
        for path in sorted(results.glob("*/*.json"))
        if path.stem not in find_experiments()
    ]


def _folder_of(experiment: str) -> str:
    return f"{shown(EXPERIMENTS / experiment)}/"


@dataclass(frozen=True)
class Limits:
    """Names of fields whose numbers may be negative, may not be zero, and hold JSON of any kind."""

    signed: frozenset[str]
    positive: frozenset[str]
    free: frozenset[str]


@cache
def limits_of(data_type: Hashable) -> Limits:
    """The limits that the annotations of a record's schema set, with `data_type` as its `data`."""
    found: dict[str, set[str]] = {SIGNED: set(), POSITIVE: set(), "free": set()}
    seen: set[Any] = set()

    def walk(hint: Any, field: str) -> None:
        if hint is Any:
            found["free"].add(field)
        if get_origin(hint) is Annotated:
            for mark in hint.__metadata__:
                if isinstance(mark, str) and mark in found:
                    found[mark].add(field)
        for inner in get_args(hint):
            walk(inner, field)
        if is_dataclass(hint) and hint not in seen:
            seen.add(hint)
            for name, of_field in get_type_hints(hint, include_extras=True).items():
                walk(of_field, name)

    for each in (Machine, data_type):
        walk(each, "")
    return Limits(*(frozenset(found[kind]) for kind in (SIGNED, POSITIVE, "free")))


@cache
def _record_type(experiment: str) -> "TypeAdapter[AnyRecord]":
    from pydantic import TypeAdapter

    record: Any = Record  # a type made at run time is none to mypy
    return TypeAdapter(record[find_experiments()[experiment].data_type])


def _migrated(content: dict[str, Any], experiment: Found, path: Path) -> tuple[str, dict[str, Any]]:
    """An older record as today's schema has it, as text and as JSON."""
    try:
        content = content | {"schema_version": SCHEMA_VERSION, "data": experiment.migrate(content["data"])}
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        what = f"cannot be brought up to date from schema_version {content['schema_version']} ({error!r})"
        raise TalkError(path, what, MEND) from None
    return json.dumps(content), content


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


def _refuse_impossible_numbers(content: Any, path: Path, limits: Limits, field: str = "", name: str = "") -> None:
    """`field` is where `content` stands in the record, `name` the field of the schema that holds it."""
    if isinstance(content, dict):
        is_free = name in limits.free
        for key, value in content.items():
            inside = f"{field}.{key}" if field else str(key)
            _refuse_impossible_numbers(value, path, limits, inside, name if is_free else str(key))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            # Nearly all are above zero, which is possible everywhere: no time is lost on how such a field is called.
            if not (isinstance(value, float) and 0 < value <= sys.float_info.max):
                _refuse_impossible_numbers(value, path, limits, f"{field}.{index}", name)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        finite = abs(content) <= sys.float_info.max  # no number is not a number, and an integer has no largest
        may_be_negative = name in limits.signed or name in limits.free
        if not finite or (content < 0 and not may_be_negative) or (content == 0 and name in limits.positive):
            mend = MEND if not finite or content >= 0 else f"{MEND}; where it may be negative its schema says `Signed`"
            raise TalkError(path, f"field {field}: {str(content)[:40]} is not a possible quantity", mend)
