"""The made record has every part: whatever a page asks of this experiment, it could answer."""

from dataclasses import replace

import pytest

from experiments.algorithms.record import Curve
from experiments.algorithms.sample import sample
from talk.experiment import find_experiment
from talk.markdown.conditions import CONDITION, FORKS
from talk.markdown.locate import read_source, source_files
from talk.render.claims import read_claims
from talk.render.values import Values
from tests.shared.asked import references_in


def test_every_name_that_pages_and_claims_ask_for_could_be_measured() -> None:
    asked = {reference for path in source_files() for reference in references_in(read_source(path))}
    asked |= {
        match["name"]
        for path in source_files()
        for match in CONDITION.finditer(read_source(path))
        if match["kind"] not in FORKS
    }
    asked |= {name for claim in read_claims().values() for name in claim.names if "*" not in name}
    mine = {name for name in asked if name.rpartition("/")[2].startswith("algorithms.")}
    assert len(mine) > 50
    nothing_measured = Values([])
    assert [name for name in sorted(mine) if not nothing_measured.is_known(name)] == []
    assert not nothing_measured.is_known("algorithms.batching.cuda.gian")


def test_it_is_of_every_kind_of_device() -> None:
    data = sample()
    assert [each.device for each in data.batching] == [each.device for each in data.many_hours] == ["cpu", "cuda"]
    assert data.ring.gpu_runs
    assert find_experiment("algorithms").sample() == data


def test_no_kernel_is_so_long_that_a_transform_for_it_is_sought_for_ever() -> None:
    way = next(way for way in sample().convolution.depthwise if way.name == "fft")
    longest = replace(way.curve.points[-1], size=1_000_000)
    assert replace(way, curve=Curve(points=[longest]), fresh_pages=None).curve.points == [longest]
    with pytest.raises(ValueError, match="a kernel of 1000001 is not a possible"):
        replace(way, curve=Curve(points=[replace(longest, size=1_000_001)]), fresh_pages=None)
