"""Records of schema version 1, which named methods and curves in Russian, say what they said."""

import json
import lzma
import re
from pathlib import Path
from typing import Any

import pytest

from talk.experiment import find_experiment
from talk.records.store import read_record

OLD = Path(__file__).parents[1] / "old_records"


@pytest.fixture(params=["amd-epyc-2c", "intel-xeon-2c"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param / "algorithms.json"
    path.parent.mkdir()
    path.write_bytes(lzma.decompress((OLD / request.param / "algorithms.json.xz").read_bytes()))
    return path


def times(data: Any) -> list[list[float]]:
    """All repeats of everything, in the order in which they stand."""
    if isinstance(data, dict):
        own = [data["times_s"]] if "times_s" in data else []
        return own + [each for value in data.values() for each in times(value)]
    return [each for value in data for each in times(value)] if isinstance(data, list) else []


def test_every_time_is_kept_and_no_word_is_russian_but_the_text_that_was_said(old: Path) -> None:
    before = json.loads(old.read_text(encoding="utf-8"))["data"]
    after = find_experiment("algorithms").migrate(before)
    assert sorted(times(after)) == sorted(times(before))
    words = json.dumps(after, ensure_ascii=False).replace(before["decoding"]["alignment"]["text"], "")
    assert not re.search("[а-яё]", words, re.IGNORECASE)


def test_methods_keep_their_order_under_their_new_names(old: Path) -> None:
    data = read_record(old).data
    assert [way.name for way in data.edit_distance.ways] == ["rows", "hirschberg", "myers", "library"]
    assert [beam.name for beam in data.decoding.beams[:3]] == ["greedy", "beam", "beam_with_model"]
    assert data.decoding.listener is None


def test_a_method_that_nobody_knows_is_refused_in_one_line(old: Path) -> None:
    content = old.read_text(encoding="utf-8").replace('"Майерс"', '"Улам"')
    old.write_text(content, encoding="utf-8")
    with pytest.raises(Exception, match="cannot be brought up to date") as refusal:
        read_record(old)
    assert "\n" not in str(refusal.value)
