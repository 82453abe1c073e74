"""Nothing stands above a roof, whatever the machine: on the two old records, and on the made one."""

import lzma
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.matmul.record import Matmul
from experiments.matmul.render.roofs import roofs, under_roofs
from experiments.matmul.render.steps import on_chart
from experiments.matmul.sample import sample
from talk.records.store import read_record

OLD = Path(__file__).parents[2] / "old_records"


def old(machine: str, folder: Path) -> Matmul:
    path = folder / machine / "matmul.json"
    path.parent.mkdir()
    path.write_bytes(lzma.decompress((OLD / machine / "matmul.json.xz").read_bytes()))
    data: Matmul = read_record(path).data
    return data


def above(data: Matmul) -> list[str]:
    """Shown steps that ask L1 for more bytes a second than it gives, or compute faster than the peak."""
    peak = next(each.flops_per_s for each in data.peaks if each.threads == 1)
    stand, _ = under_roofs(on_chart("roofline", data), data)
    return [
        each.name
        for each in stand
        if each.squares[-1].flops_per_s > peak
        or each.squares[-1].flops_per_s * (each.bytes_asked_per_flop or 0) > roofs(data)["l1"]
    ]


@pytest.mark.parametrize("machine", ["amd-epyc-2c", "intel-xeon-2c"])
def test_no_point_of_an_old_record_is_above_a_roof(machine: str, tmp_path: Path) -> None:
    data = old(machine, tmp_path)
    assert above(data) == []
    _, left_out = under_roofs(on_chart("roofline", data), data)
    assert [each.name for each in left_out] == ["order", "blocking"]  # they store, and nobody measured that


def test_where_stores_are_measured_every_step_stands() -> None:
    data = sample()
    stand, left_out = under_roofs(on_chart("roofline", data), data)
    assert {"order", "blocking", "overlap"} <= {each.name for each in stand}
    assert left_out == []
    assert above(data) == []


def test_a_roof_is_the_most_that_any_traffic_reaches_and_missing_levels_have_none() -> None:
    data = sample()
    assert roofs(data)["l1"] == pytest.approx(1.1 * 1.5 * 300e9)  # the best, a tenth above the median
    without_l3 = replace(data, bandwidths=[each for each in data.bandwidths if each.level != "l3"])
    assert "l3" not in roofs(without_l3)
