"""The made record of the algorithms, as a machine called test-box would have written it."""

from talk.experiment import find_experiment
from talk.records.schema import AnyRecord
from talk.render.drawing import drawing_of
from tests.experiments.records import made_record


def algorithms_record() -> AnyRecord:
    """The sample with everything that stands around a record's data."""
    return made_record("algorithms", gpu="Test GPU", gpu_memory_bytes=16_000_000_000)


def fragments(*records: AnyRecord) -> dict[str, str]:
    """The figures that are drawn of the records."""
    experiment = find_experiment("algorithms")
    return experiment.fragments(drawing_of(experiment, records))
