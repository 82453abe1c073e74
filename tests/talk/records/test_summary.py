"""What outlives a record: the same numbers as the pages', and files that mix with those of other moments."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.records.schema import AnyRecord
from talk.records.store import read_records, write_record
from talk.records.summary import keep_summary, read_summaries, summarise
from talk.render.values import Values
from tests.talk import samples

RECORDS = [samples.record(samples.cpu_run(), samples.cuda_run()), samples.record(experiment="sorting")]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_headline_is_the_value_of_its_name(record: AnyRecord) -> None:
    values = Values([record])
    headlines = summarise(record).headlines
    assert headlines
    for headline in headlines:
        assert headline.number == pytest.approx(values.find(headline.name).value.number), headline.name


def test_a_spread_is_that_of_the_repeats() -> None:
    found = {each.name: each.spread for each in summarise(samples.record(samples.cpu_run())).headlines}
    assert found["relay.cpu.pace"] == pytest.approx((2.2 - 2.0) / 2.1)
    assert {each.spread for each in summarise(samples.record(samples.cuda_run())).headlines} == {None}


def test_results_of_several_moments_can_be_copied_over_one_another(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for results, moment in ((here, "2026-11-20T00:00:00Z"), (there, "2026-11-27T00:00:00Z")):
        record = samples.record(measured_at=moment)
        write_record(record, results)
        keep_summary(record, results)
        keep_summary(record, results)
    shutil.copytree(there, here, dirs_exist_ok=True)
    assert [each.measured_at[:10] for each in read_summaries(here)] == ["2026-11-20", "2026-11-27"]
    assert [record.measured_at[:10] for record in read_records(here)] == ["2026-11-27"]


def test_the_talks_own_tables_have_no_history(tmp_path: Path) -> None:
    keep_summary(samples.record(origin="published", measured_at="2024-10"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def spoiled(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"headlines": [{"name": "a"}]}, r"history/relay-\S+\.json: field headlines\.0\.number: Field required"),
        ({"machine": "another"}, "field machine: it is of another"),
        ({"more": 1}, "field more: "),
    ],
)
def test_a_bad_summary_is_one_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    keep_summary(replace(samples.record()), tmp_path)
    (path,) = tmp_path.glob("*/history/*.json")
    spoiled(path, **changes)
    with pytest.raises(TalkError, match=message):
        read_summaries(tmp_path)
