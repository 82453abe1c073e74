"""A record of the algorithms that a hand has spoilt is refused in one line, before anything is drawn of it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench.malformed import wrong
from experiments.algorithms.record import Algorithms
from talk.errors import TalkError
from talk.records.schema import Record
from talk.records.store import read_record

Spoil = Callable[[Any], object]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data["edit_distance"]["ways"][0].update(name="x"), "edit_distance.ways.0.name"),
        (lambda data: data["edit_distance"]["ways"].pop(), "ways: 'library' is missing"),
        (lambda data: data["decoding"]["beams"][0].update(name="x"), "beams.0.name"),
        (lambda data: data["decoding"]["beams"].append(data["decoding"]["beams"][0]), "beams: 'greedy, 1' comes twice"),
        (lambda data: data["decoding"]["alignment"].update(text="x"), "alignment: tokens"),
        (lambda data: data["decoding"]["alignment"]["posterior"].pop(), "posterior"),
        (lambda data: data["ctc"]["brute_force"]["points"].pop(), "brute_force_frames"),
        (lambda data: data["ctc"]["forward_frames"].append(400), "forward_frames"),
        (lambda data: data["ctc"]["forward"]["points"][0].update(size=0), "points"),
        (lambda data: data["ctc"]["forward"]["points"][0].update(times_s=[0.0]), "points"),
        (lambda data: data["batching"].clear(), "batching"),
        (lambda data: data["batching"][0]["orders"].pop(0), "orders: 'random' is missing"),
        (lambda data: data["batching"][0]["equal"]["points"].pop(0), "equal.points: '1' is missing"),
        (lambda data: data["batching"][0]["in_time"].clear(), "in_time"),
        (lambda data: data["convolution"]["depthwise"].pop(0), "depthwise: 'direct' is missing"),
        (lambda data: data["convolution"]["dense"].pop(), "dense: 'library' is missing"),
        (lambda data: data["attention"]["ways"].pop(0), "ways: 'whole' is missing"),
        (lambda data: data["attention"]["ways"][0]["peaks_bytes"].pop(), "peaks_bytes"),
        (lambda data: data["framework"]["growths"].pop(), "growths: 'union_find' is missing"),
    ],
)
def test_what_rendering_looks_up_is_there(record: Record[Algorithms], tmp_path: Path, spoil: Spoil, said: str) -> None:
    content = json.loads(json.dumps(asdict(record)))
    spoil(content["data"])
    machine = record.machine.slug
    assert wrong(json.dumps(content).encode(), machine, "algorithms", tmp_path) == ("refused", None)
    with pytest.raises(TalkError) as refusal:
        read_record(tmp_path / machine / "algorithms.json")
    assert said in str(refusal.value)


def test_the_record_as_it_was_is_shown(record: Record[Algorithms], tmp_path: Path) -> None:
    content = json.dumps(asdict(record)).encode()
    assert wrong(content, record.machine.slug, "algorithms", tmp_path) == ("shown", None)
