"""What outlives a record: its headline numbers, with their date, versions and code.

A measurement takes the place of the one before it, and its summary stays, in a file of its own:
`docs/results/<machine>/history/<experiment>-<moment>.json`. So results of many machines and moments may be copied over
one another, and none of them is lost.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.paths import RESULTS
from talk.records.files import write_whole
from talk.records.ranges import wrong_in
from talk.records.results import summary_files
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Signed, moment
from talk.records.store import READABLE, read_json, read_record

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A number that a measurement is remembered by, named as pages refer to it.

    `spread` is how far its repeats lie apart, as a share of it; None where nothing was repeated.
    """

    name: str
    number: Signed
    spread: float | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One measurement of one experiment on one machine."""

    schema_version: int
    machine: str
    experiment: str
    measured_at: str
    versions: dict[str, str]
    commit: str | None
    dirty: bool
    quick: bool
    headlines: list[Headline]


def summarise(record: AnyRecord) -> Summary:
    """The record's summary."""
    found = find_experiment(record.experiment).headlines(record.data)
    return Summary(
        schema_version=SCHEMA_VERSION,
        machine=record.machine.slug,
        experiment=record.experiment,
        measured_at=record.measured_at,
        versions=record.versions,
        commit=record.code.commit,
        dirty=record.code.dirty,
        quick=record.quick,
        headlines=[Headline(name=f"{record.experiment}.{name}", number=n, spread=s) for name, (n, s) in found],
    )


def keep_summary(record: AnyRecord, results: Path = RESULTS) -> None:
    """Write the record's summary, of the same record into the same file. Raises TalkError when that cannot be done."""
    summary = summarise(record)
    if not summary.headlines or record.origin == "published":
        return
    moment = "".join(sign for sign in record.measured_at if sign.isalnum())
    path = results / record.machine.slug / "history" / f"{record.experiment}-{moment}.json"
    write_whole(path, json.dumps(asdict(summary), ensure_ascii=False, indent=1) + "\n")


def keep_former_summary(path: Path) -> None:
    """Keep the summary of the record in `path`, which is about to be replaced: it may be older than summaries are.

    Of a record that cannot be read there is nothing to keep, and a bare machine, without pydantic, reads none.
    """
    with suppress(ImportError, TalkError):
        if path.is_file():
            keep_summary(read_record(path), path.parent.parent)


def read_summaries(results: Path = RESULTS) -> list[Summary]:
    """Every summary under `results`, oldest first. Raises TalkError naming the file and the field."""
    summaries = [_read_summary(path) for path in summary_files(results)]
    return sorted(summaries, key=lambda each: (each.measured_at, each.machine, each.experiment))


def full_runs(summaries: Iterable[Summary]) -> list[list[Summary]]:
    """The full measurements of each experiment on each machine, oldest first."""
    runs: dict[tuple[str, str], list[Summary]] = {}
    for summary in sorted(summaries, key=lambda each: each.measured_at):
        if not summary.quick:
            runs.setdefault((summary.machine, summary.experiment), []).append(summary)
    return [*runs.values()]


def _read_summary(path: Path) -> Summary:
    from pydantic import ValidationError

    mend = "restore it from git, or delete it"
    content = read_json(path)
    if content.get("schema_version") not in READABLE:
        raise TalkError(path, f"field schema_version: {content.get('schema_version')!r} is not known", mend)
    if wrong := wrong_in(content, Summary):
        raise TalkError(path, f"field {wrong[0]}: {wrong[1]}", mend)
    try:
        summary = _summary_type().validate_json(json.dumps(content), strict=True, extra="forbid")
        moment(summary.measured_at)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise TalkError(path, f"field {name}: {first['msg']}", mend) from None
    except ValueError as error:
        raise TalkError(path, f"field {error}", mend) from None
    if summary.machine != path.parent.parent.name:
        raise TalkError(path, f"field machine: it is of {summary.machine}", "move it there, or delete it")
    return summary


@cache
def _summary_type() -> "TypeAdapter[Summary]":
    from pydantic import TypeAdapter

    return TypeAdapter(Summary)
