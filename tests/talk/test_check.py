"""`talk check`: what is stale is told in lines that a person reads."""

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from talk.paths import RESULTS
from talk.records.schema import AnyRecord
from talk.records.store import write_record
from talk.site.check import find_stale_records
from tests.talk import samples


@pytest.fixture(autouse=True)
def _results() -> Iterator[None]:
    yield
    shutil.rmtree(RESULTS)


def measured_by(files: int, slug: str, moment: str) -> AnyRecord:
    """A record that so many files measured which are not there any more."""
    record = samples.record(slug=slug, measured_at=moment, versions={})
    gone = {f"scripts/gone/part{number}.py": "0" * 64 for number in range(files)}
    return replace(record, code=replace(record.code, sources=record.code.sources | gone))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (1, "scripts/gone/part0.py"),
        (3, "scripts/gone/part0.py, scripts/gone/part1.py, scripts/gone/part2.py"),
        (4, "scripts/gone/part0.py, scripts/gone/part1.py, scripts/gone/part2.py and 1 more"),
        (100, "scripts/gone/part0.py, scripts/gone/part1.py, scripts/gone/part10.py and 97 more"),
    ],
)
def test_at_most_three_changed_files_are_named(files: int, named: str) -> None:
    write_record(measured_by(files, "box", "2026-11-22T06:00:00Z"))
    (problem,), notes = find_stale_records()
    assert str(problem) == (
        f"docs/results/box/relay.json: stale: {named} changed since it was measured; "
        "measure again with `talk measure relay`"
    )
    assert notes == []


def test_machines_that_pages_do_not_ask_first_are_notes() -> None:
    write_record(measured_by(1, "first", "2026-11-22T06:00:00Z"))
    write_record(measured_by(1, "older", "2026-11-21T06:00:00Z"))
    write_record(samples.record(slug="fresh", measured_at="2026-11-20T06:00:00Z", versions={}))
    problems, notes = find_stale_records()
    assert [problem.where for problem in problems] == ["docs/results/first/relay.json"]
    assert [note.where for note in notes] == ["docs/results/older/relay.json"]
    assert notes[0].mend.endswith(", on older")
