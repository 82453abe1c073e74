"""A name that nobody has measured is told from one that nobody could."""

from typing import Any

import pytest

from scripts.records.schema import AnyRecord
from scripts.records.store import read_records
from scripts.render.values import Values
from scripts.render.vocabulary import is_known
from tests import samples
from tests.render.gradient import samples as gradient_samples
from tests.render.matmul.samples import matmul_record

RECORDS: list[Any] = [
    samples.record(samples.cpu_run(), samples.cuda_run()),
    matmul_record(),
    gradient_samples.record(),
    *read_records(),
]
# What only the profiler names, and no page refers to without a machine that has it.
OPERATORS = {name for record in read_records() if record.experiment == "profiling" for name in Values([record]).names}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_whatever_a_record_answers_is_known_without_it(record: AnyRecord) -> None:
    unknown = [name for name in Values([record]).names if not is_known(name, ())]
    assert [name for name in unknown if name not in OPERATORS] == []


@pytest.mark.parametrize(
    "name",
    [
        "profiling.cpu.adddmm.share",
        "profiling.cpu.addmm.shares",
        "profiling.gpu.wall_tme",
        "matmul.overlap.to_libary",
        "gradient.learning.eror",
        "algorithms.ctc.race.speedupp",
        "astrology.mars",
    ],
)
def test_a_misspelt_name_is_not(name: str) -> None:
    assert not is_known(name, ("profiling.cpu.addmm.share",))


def test_another_size_is_no_misspelling() -> None:
    assert is_known("matmul.threads.s99_512_2048.speedup", ())
    assert is_known("matmul.overlap.n16384.error", ())
