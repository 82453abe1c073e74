"""Records as machines write them: the talk's own tables, and the sample's runs on two machines."""

from dataclasses import replace

import pytest

from experiments.profiling.original import original_record
from experiments.profiling.record import Profiling
from experiments.profiling.render import fragments
from experiments.profiling.sample import sample
from talk.experiment import find_experiment
from talk.records.schema import AnyRecord, Record
from talk.render.drawing import drawing_of
from tests.experiments.profiling import samples


def drawn(*records: AnyRecord, published: AnyRecord | None = None) -> dict[str, str]:
    """The fragments of the records."""
    return fragments(drawing_of(find_experiment("profiling"), records, published))


@pytest.fixture(scope="session")
def talk_record() -> Record[Profiling]:
    """The published tables: short, without wall times, without modules."""
    return original_record()


@pytest.fixture(scope="session")
def gpu_record() -> Record[Profiling]:
    """A whole run on the CPU and on the GPU of one machine, measured later than `cpu_record`."""
    record = samples.record(slug="h200", measured_at="2026-11-23T09:00:00+00:00", data=sample())
    return replace(
        record,
        machine=replace(record.machine, cpu="Intel Xeon @ 2.80GHz", cpu_cores=16, gpu="NVIDIA H200"),
        versions={"python": "3.12.3", "torch": "2.13.0+cpu", "nemo_toolkit": "3.0.0"},
        code=replace(record.code, commit="0123456789abcdef"),
    )


@pytest.fixture(scope="session")
def cpu_record(gpu_record: Record[Profiling]) -> Record[Profiling]:
    """A whole CPU run on another machine."""
    return replace(
        gpu_record,
        machine=replace(gpu_record.machine, slug="xeon-2c", cpu_cores=2, gpu=None),
        measured_at="2026-11-23T07:00:00+00:00",
        data=replace(gpu_record.data, runs=gpu_record.data.runs[:1], variants=[]),
    )
