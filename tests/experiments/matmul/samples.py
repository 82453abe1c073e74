"""Records for tests: the made record, whole or without a GPU, and single contenders."""

from dataclasses import replace

from experiments.matmul.record import Contender, Dtype, Matmul, Point
from experiments.matmul.sample import sample
from talk.records.schema import Code, Record
from tests.experiments.records import made_record

NO_GPU = "no_gpu"


def contender(
    name: str,
    circle: int,
    points: list[Point],
    threads: int = 1,
    dtype: Dtype = "float32",
    library: bool = False,
    asked: float | None = 4.0,
) -> Contender:
    return Contender(
        name=name,
        circle=circle,
        device="cpu",
        threads=threads,
        dtype=dtype,
        library=library,
        bytes_asked_per_flop=None if library else asked,
        points=points,
        skipped=None,
    )


def without_gpu() -> Matmul:
    """The made record's data as a machine without a GPU has it."""
    data = sample()
    contenders = [
        each if each.device == "cpu" else replace(each, points=[], skipped=NO_GPU)
        for each in data.contenders
        if each.device == "cpu" or not each.library
    ]
    on_cpu = [each for each in data.distributed if each.device == "cpu"]
    return replace(data, contenders=contenders, distributed=on_cpu, gpu=None, compiled=[])


def matmul_record(data: Matmul | None = None, experiment: str = "matmul") -> Record[Matmul]:
    """A record of a machine without a GPU, or of `data`."""
    return made_record(
        experiment,
        without_gpu() if data is None else data,
        versions={"torch": "2.13.0", "numba": "0.68.1"},
        code=Code(commit="abcdef0123456789", dirty=False, sources={}),
        measured_at="2026-11-03T10:00:00Z",
    )
