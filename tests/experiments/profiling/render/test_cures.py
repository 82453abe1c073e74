"""What cures a GPU that waits: gains, idle shares, and a way that could not run."""

import re

import pytest

from experiments.profiling.record import Profiling
from experiments.profiling.render import fragments
from experiments.profiling.render.values import profiling_values
from talk.records.schema import Record


def test_a_cure_is_compared_with_the_plain_run(gpu_record: Record[Profiling]) -> None:
    found = {name: value.number for name, value in profiling_values(gpu_record).items() if name.startswith("cure.")}
    assert found["cure.batched.gain"] == pytest.approx(3)
    assert found["cure.plain.idle_share"] == pytest.approx(0.75)
    assert found["cure.graphs.idle_share"] == pytest.approx(0.25)
    assert (found["cure.graphs.launches"], found["cure.graphs.kernels"]) == (64, 40_000)
    # Short numbers alone change nothing, in batches they halve the time.
    assert found["cure.bf16.precision_gain"] == pytest.approx(1)
    assert found["cure.batched_bf16.precision_gain"] == pytest.approx(2)
    assert found["cure.batched_bf16.gain"] == pytest.approx(6)
    assert not any("compiled" in name for name in found)


def test_every_way_is_drawn_and_one_that_could_not_run_says_why(gpu_record: Record[Profiling]) -> None:
    made = fragments([gpu_record])
    bars = re.findall(r"<text[^>]*>(?:<[^>]*>)*([^<]*)", made["profiling/cures.html"])
    assert [text for text in bars if "пачки" in text or "Graphs" in text] == ["пачки", "CUDA Graphs", "пачки, bf16"]
    table = made["profiling/cures-table.html"]
    assert table.count("<tr>") == 1 + 6
    assert '<th scope="row">torch.compile</th><td class="skipped" colspan="7">нет &lt;gcc&gt;</td>' in table
    assert "В пачке 16" in table


def test_without_a_gpu_nobody_promises_anything(cpu_record: Record[Profiling]) -> None:
    assert "ни одна машина" in fragments([cpu_record])["profiling/cures.html"]
