"""Records of the profiling experiment that older code measured."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from experiments.profiling.record import migrate
from talk.records.store import read_record

OLD = Path(__file__).parents[1] / "old_records"


def old_record(machine: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(lzma.decompress((OLD / machine / "profiling.json.xz").read_bytes()))
    return content


@pytest.mark.parametrize("machine", sorted(folder.name for folder in OLD.iterdir() if folder.is_dir()))
def test_an_old_record_says_no_russian_and_loses_nothing_else(machine: str, tmp_path: Path) -> None:
    content = old_record(machine)
    path = tmp_path / machine / "profiling.json"
    path.parent.mkdir()
    path.write_text(json.dumps(content))
    data = read_record(path).data
    assert data.model.weights == "seeded"
    assert data.model.parameters == content["data"]["model"]["parameters"]
    assert [len(run.operators) for run in data.runs] == [len(run["operators"]) for run in content["data"]["runs"]]
    assert migrate(migrate(content["data"])) == migrate(content["data"])


def test_why_a_way_was_skipped_stays_as_an_old_record_says_it() -> None:
    timed, skipped = {"pass_times_s": [1.0], "skipped": None}, {"pass_times_s": [], "skipped": "why"}
    found = migrate({"model": {}, "variants": [timed, skipped]})["variants"]
    assert found == [timed, {"pass_times_s": [], "skipped": "failed", "message": "why"}]
