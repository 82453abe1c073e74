"""The record of the talk's own tables."""

import csv

import pytest

from experiments.profiling.original import original_record
from talk.paths import RESULTS
from talk.records.store import read_record, record_path


def test_the_committed_record_is_what_the_tables_give() -> None:
    assert read_record(record_path(RESULTS, "talk-2024", "profiling")) == original_record()


@pytest.mark.parametrize(("device", "table"), [("cpu", "cpu.csv"), ("cuda", "gpu.csv")])
def test_every_row_of_the_tables_is_kept(device: str, table: str) -> None:
    run = original_record().data.run_on(device)  # type: ignore[arg-type]
    assert run is not None
    kept = [operator.name for operator in run.operators] + [kernel.name for kernel in run.kernels]
    with (RESULTS / "talk-2024" / table).open(encoding="utf-8") as file:
        assert sorted(kept) == sorted(row["name"] for row in csv.DictReader(file))


def test_milliseconds_become_microseconds_without_dirt() -> None:
    record = original_record()
    cpu, cuda = record.data.runs
    addmm = cpu.operators[0]
    assert (addmm.name, addmm.calls, addmm.self_cpu_time_us) == ("aten::addmm", 9280, 2_335_000.0)
    assert cpu.operators[2].self_cpu_time_us == 244_852.0
    on_gpu = cuda.operators[0]
    assert (on_gpu.self_cpu_time_us, on_gpu.self_device_time_us) == (148_755, 146_863)
    assert on_gpu.cpu_time_total_us == 240_584.0  # the GPU table has it as an average a call only: 25.925 us
    assert (cuda.kernels[0].calls, cuda.kernels[0].device_time_us, cuda.kernels[0].operator) == (6988, 93_975, None)


def test_totals_follow_from_the_printed_shares() -> None:
    cpu, cuda = original_record().data.runs
    for total_us, time_us, percent in (
        (cpu.self_cpu_time_total_us, 2_335_000, 45.62),
        (cuda.self_cpu_time_total_us, 148_755, 10.54),
        (cuda.self_device_time_total_us, 146_863, 42.41),
    ):
        assert total_us is not None
        assert 100 * time_us / total_us == pytest.approx(percent, abs=0.011)
    assert cpu.self_device_time_total_us is None
    assert not cpu.complete
    assert not cuda.complete
