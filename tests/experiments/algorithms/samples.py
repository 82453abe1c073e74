"""The made record of the algorithms, as a machine called test-box would have written it."""

from experiments.algorithms.record import Algorithms
from experiments.algorithms.sample import sample
from talk.experiment import find_experiment
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Code, Machine, Record
from talk.render.drawing import drawing_of


def made_record() -> Record[Algorithms]:
    """The sample with everything that stands around a record's data."""
    machine = Machine(
        slug="test-box",
        cpu="Test CPU",
        cpu_cores=2,
        memory_bytes=8_000_000_000,
        gpu="Test GPU",
        gpu_memory_bytes=16_000_000_000,
        system="Linux",
    )
    return Record(
        schema_version=SCHEMA_VERSION,
        experiment="algorithms",
        machine=machine,
        versions={"python": "3.11.0", "torch": "2.13.0"},
        code=Code(commit=None, dirty=False, sources={}),
        measured_at="2026-11-01T00:00:00Z",
        origin="measured",
        quick=False,
        uncontrolled=[],
        data=sample(),
    )


def fragments(*records: AnyRecord) -> dict[str, str]:
    """The figures that are drawn of the records."""
    experiment = find_experiment("algorithms")
    return experiment.fragments(drawing_of(experiment, records))
