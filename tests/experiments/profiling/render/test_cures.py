"""What cures a GPU that waits: gains, idle shares, and a way that could not run."""

import re
from dataclasses import replace
from typing import Any

import pytest

from experiments.profiling.record import Profiling
from experiments.profiling.render.values import named_values
from talk.records.schema import Record
from tests.experiments.profiling.render.conftest import drawn


def test_a_cure_is_compared_with_the_plain_run(gpu_record: Record[Profiling]) -> None:
    found = {name: value.number for name, value in named_values(gpu_record).items() if name.startswith("cure.")}
    assert found["cure.batched.gain"] == pytest.approx(3)
    assert found["cure.plain.idle_share"] == pytest.approx(0.75)
    assert found["cure.graphs.idle_share"] == pytest.approx(0.25)
    assert (found["cure.graphs.launches"], found["cure.graphs.kernels"]) == (64, 40_000)
    # Short numbers alone change nothing, in batches they halve the time.
    assert found["cure.bf16.precision_gain"] == pytest.approx(1)
    assert found["cure.batched_bf16.precision_gain"] == pytest.approx(2)
    assert found["cure.batched_bf16.gain"] == pytest.approx(6)
    assert "cure.compiled.gain" in found
    assert not any("batched_compiled" in name for name in found)  # it could not run


def test_every_way_is_drawn_and_one_that_could_not_run_says_why(gpu_record: Record[Profiling]) -> None:
    made = drawn(gpu_record)
    bars = re.findall(r"<text[^>]*>(?:<[^>]*>)*([^<]*)", made["cures"])
    assert [text for text in bars if "пачки" in text] == [
        "пачки",
        "пачки, TF32",
        "пачки, bf16",
        "пачки, CUDA Graphs, bf16",
    ]
    table = made["cures-table"]
    assert table.count("<tr>") == 1 + 10
    why = '<td class="skipped" colspan="7">RuntimeError: no &lt;gcc&gt;</td>'
    assert f'<th scope="row">пачки, torch.compile</th>{why}' in table
    assert "В пачке 16\N{NO-BREAK SPACE}фраз" in table


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"skipped": "quick"}, "в быстром прогоне не компилируем"),
        ({"skipped": "inexact", "error": 0.31}, "ответ разошёлся с fp32 на 3,1·10⁻¹ наибольшего числа"),
        ({"skipped": "inexact", "error": None}, "ответ перестал быть числом"),
    ],
)
def test_a_way_that_was_skipped_says_why(gpu_record: Record[Profiling], changes: dict[str, Any], words: str) -> None:
    skipped = replace(gpu_record.data.variants[-1], **changes)
    variants = [*gpu_record.data.variants[:-1], skipped]
    made = drawn(replace(gpu_record, data=replace(gpu_record.data, variants=variants)))
    assert words in made["cures-table"]


def test_without_a_gpu_nobody_promises_anything(cpu_record: Record[Profiling]) -> None:
    assert "ни одна машина" in drawn(cpu_record)["cures"]
