"""What a record says against itself is refused by the field that says it, before anything is reckoned of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.records.store import read_record
from tests.experiments.test_hostile_records import content

Change = Callable[[Any], Any]


def first(items: list[Any]) -> list[Any]:
    return items[:1]


def but_last(items: list[Any]) -> list[Any]:
    return items[:-1]


def longer(way: dict[str, Any]) -> dict[str, Any]:
    points = way["curve"]["points"]
    return way | {"curve": {"points": [*but_last(points), points[-1] | {"size": 7e6}]}}


CONTRADICTIONS: tuple[tuple[str, str, Change, str], ...] = (
    ("profiling", "runs.0.operators.0.self_cpu_time_us", lambda _: 5e-324, "operators of cpu"),
    ("profiling", "runs.0.device_busy_time_us", lambda _: 1e12, "device_busy_time_us"),
    ("profiling", "runs.1.device_busy_time_us", lambda _: 1e12, "device_busy_time_us"),
    ("profiling", "runs.0.threads", lambda _: 10**9, "runs.0.threads"),
    ("profiling", "runs.0.utterance_times_s", lambda _: [[1.0]], "utterance_times_s"),
    ("profiling", "model.encoder.subsampling_factor", lambda _: 3, "encoder.subsampling_factor"),
    ("profiling", "runs", lambda runs: [runs[0] | {"device": "cuda"}], "runs"),
    ("gradient", "stability", lambda each: [one for one in each if one["rate_share"] <= 1], "stability"),
    ("gradient", "descents.0.losses", first, "losses"),
    ("gradient", "descents.0.losses.0", lambda _: 0.0, "losses"),
    ("gradient", "conformers.0.remembering", first, "remembering"),
    ("gradient", "learning.readings", lambda _: [], "readings"),
    ("algorithms", "ctc.brute_force_frames", lambda frames: [frames[0]] * len(frames), "brute_force_frames"),
    ("algorithms", "decoding.alignment.tokens", lambda tokens: [0] * len(tokens), "tokens"),
    ("algorithms", "decoding.trial.points", first, "trial"),
    ("algorithms", "batching.0.orders.0.padding_share", lambda _: 1.0, "padding_share"),
    ("algorithms", "packing.trial.points", first, "trial"),
    ("algorithms", "convolution.depthwise.0.curve.points", but_last, "depthwise"),
    ("algorithms", "attention.ways", lambda ways: [longer(ways[0]), *ways[1:]], "ways"),
    ("algorithms", "checkpointing.trial.points", first, "trial"),
    ("algorithms", "many_hours.0.share_times_s", lambda times: [*times, 1.0], "share_times_s"),
    ("algorithms", "framework.growths.0.ours.points", first, "ours"),
    ("matmul", "contenders.*.points", lambda points: [points[0] | {"n": 10**12, "m": 7}], "above_ceiling"),
)  # fmt: skip


def written(record: dict[str, Any], folder: Path) -> Path:
    path = folder / "box" / f"{record['experiment']}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record))
    return path


@pytest.mark.parametrize("experiment", ["profiling", "gradient", "algorithms", "matmul"])
def test_a_made_record_says_nothing_against_itself(experiment: str, tmp_path: Path) -> None:
    read_record(written(content(experiment), tmp_path))


@pytest.mark.parametrize(("experiment", "place", "change", "field"), CONTRADICTIONS)
def test_contradiction_is_refused_by_its_field(
    experiment: str, place: str, change: Change, field: str, tmp_path: Path
) -> None:
    record = content(experiment)
    *way, last = place.split(".")
    holder: Any = record["data"]
    for part in way:
        if part == "*":  # a contender on the CPU that a peak holds
            holder = next(each for each in holder if (each["name"], each["device"]) == ("overlap", "cpu"))
        else:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    key = int(last) if isinstance(holder, list) else last
    holder[key] = change(holder[key])
    with pytest.raises(TalkError) as told:
        read_record(written(record, tmp_path))
    assert "\n" not in str(told.value)
    assert told.value.what.startswith("field data")
    assert field in told.value.what
