"""Reading and writing records. Reading validates: a record that is not whole and sane stops the build."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from talk.errors import TalkError, unforeseen
from talk.experiment import Found, find_experiments
from talk.paths import EXPERIMENTS, RESULTS, shown
from talk.records.files import LARGEST_BYTES, read_regular, write_whole
from talk.records.ranges import wrong_in
from talk.records.results import orphan_files, record_files
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Record, check_circumstances

if TYPE_CHECKING:
    from pydantic import TypeAdapter

READABLE = range(1, SCHEMA_VERSION + 1)
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
    _refuse_out_of_range(content, _record_hint(type(record.data)), path)
    _refuse_impossible(record, path)
    text = json.dumps(content | {"digest": _digest(content)}, ensure_ascii=False, indent=1) + "\n"
    if len(text.encode()) > LARGEST_BYTES:
        raise TalkError(path, f"would take {len(text.encode()) / 1e6:.0f} MB of git", "keep less in the record")
    write_whole(path, text)
    return path


def read_record(path: Path) -> AnyRecord:
    """The record in `path`, validated. Raises TalkError naming the file and the field."""
    from pydantic import ValidationError  # pages have pydantic; a bare GPU machine, which only writes, need not

    content = read_json(path)
    _refuse_edited(content, path)
    version = content.get("schema_version")
    if version not in READABLE:
        what = f"schema_version is {version!r}, this code reads {READABLE[0]} to {READABLE[-1]}"
        raise TalkError(path, what, "measure again with `talk measure`")
    experiments, name = find_experiments(), content.get("experiment")
    if not isinstance(name, str) or name not in experiments:
        what = f"field experiment: {name!r} is none of {', '.join(experiments)}"
        raise TalkError(path, what, f"restore {_folder_of(path.stem)}, or delete the record")
    if version != SCHEMA_VERSION:
        content = _migrated(content, experiments[name], path)
    _refuse_out_of_range(content, _record_hint(experiments[name].data_type), path)
    try:
        record = _record_type(name).validate_json(json.dumps(content), strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        # Of a check across fields pydantic knows the object alone; its message begins with the field.
        what = first["msg"].removeprefix("Value error, ")
        raise TalkError(path, f"field {place}: {what}" if place else f"field {what}", MEND) from None
    except (ArithmeticError, LookupError, TypeError) as error:  # of a schema's own checks, which reckon
        raise TalkError(path, f"its numbers contradict one another ({error!r})", MEND) from None
    _refuse_impossible(record, path)
    record = _with_doubts(record, experiments[record.experiment], path)
    expected = record_path(path.parent.parent, record.machine.slug, record.experiment)
    if expected != path:
        raise TalkError(path, f"field machine.slug or experiment: it belongs at {shown(expected)}", "move it there")
    return record


def read_records(results: Path = RESULTS) -> list[AnyRecord]:
    """Every record under `results` whose experiment is there, in the order of their paths."""
    return [read_record(path) for path in record_files(results)]


def find_orphans(results: Path = RESULTS) -> list[TalkError]:
    """Records that no experiment of the talk can read."""
    return [
        TalkError(path, f"there is no experiment {path.stem}", f"restore {_folder_of(path.stem)}, or delete the record")
        for path in orphan_files(results)
    ]


def _folder_of(experiment: str) -> str:
    return f"{shown(EXPERIMENTS / experiment)}/"


@cache
def _record_type(experiment: str) -> "TypeAdapter[AnyRecord]":
    from pydantic import TypeAdapter

    return TypeAdapter(_record_hint(find_experiments()[experiment].data_type))


def _record_hint(data_type: Any) -> Any:
    record: Any = Record  # a type made at run time is none to mypy
    return record[data_type]


def _migrated(content: dict[str, Any], experiment: Found, path: Path) -> dict[str, Any]:
    """An older record as today's schema has it."""
    try:
        return content | {"schema_version": SCHEMA_VERSION, "data": experiment.migrate(content["data"])}
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        what = f"cannot be brought up to date from schema_version {content['schema_version']} ({error!r})"
        raise TalkError(path, what, MEND) from None


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object that the file is. Raises TalkError naming the file, and the line of a mistake."""
    try:
        content = json.loads(read_regular(path).decode("utf-8"), object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as error:
        raise TalkError(path, f"is not whole JSON ({error.msg})", MEND, line=error.lineno) from None
    except UnicodeDecodeError:
        raise TalkError(path, "is not UTF-8 text", MEND) from None
    except ValueError as error:  # of a number with thousands of digits, or of a key that comes twice
        raise TalkError(path, f"is no record ({error})", MEND) from None
    except RecursionError:
        raise TalkError(path, "is nested too deep for a record", MEND) from None
    if not isinstance(content, dict):
        raise TalkError(path, "is not a JSON object", MEND)
    return content


def _without_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; readers differ in which of two equal keys they believe."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} comes twice in one object")
        found[key] = value
    return found


def _digest(content: dict[str, Any]) -> str:
    """The SHA-256 of a record as JSON, however it is set out in its file."""
    canonical = json.dumps(json.loads(json.dumps(content)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _refuse_edited(content: dict[str, Any], path: Path) -> None:
    """Take the digest out of `content`. Records made before there were digests have none."""
    digest = content.pop("digest", None)
    if digest is not None and digest != _digest(content):
        raise TalkError(path, "was changed by hand since it was measured: its digest is another one", MEND)


def _refuse_out_of_range(content: dict[str, Any], hint: Any, path: Path) -> None:
    wrong = wrong_in(content, hint)
    if wrong is not None:
        field, what = wrong
        mend = f"{MEND}; where it may be negative its schema says `Signed`" if ": -" in f": {what}" else MEND
        raise TalkError(path, f"field {field}: {what}", mend)


def _with_doubts(record: AnyRecord, experiment: Found, path: Path) -> AnyRecord:
    """The record with what contradicts itself in it, which a hand, or the code of its day, may not have said."""
    try:
        unsaid = [doubt for doubt in experiment.doubts(record.data) if doubt not in record.doubtful]
        impossible = [doubt for doubt in experiment.impossible(record.data) if doubt in unsaid] if unsaid else []
    except Exception as error:
        raise unforeseen(error, path) from None
    if impossible:
        raise TalkError(path, f"field data: {impossible[0]}: faster than possible", MEND)
    return replace(record, doubtful=[*record.doubtful, *unsaid]) if unsaid else record


def _refuse_impossible(record: AnyRecord, path: Path) -> None:
    original = None
    if record.origin == "published":
        from talk.settings import settings  # which reads YAML: a bare machine, which writes no such record, has none

        original = settings().original
    try:
        check_circumstances(record, original)
    except ValueError as error:
        raise TalkError(path, f"field {error}", MEND) from None
