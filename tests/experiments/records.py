"""A record as a machine called test-box would have written it, around data that a test makes."""

from dataclasses import fields, replace
from typing import Any

from talk.experiment import find_experiment
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Code, Machine, Record

_OF_MACHINE = {field.name for field in fields(Machine)}


def made_record(experiment: str, data: Any = None, /, **changes: Any) -> AnyRecord:
    """A full record of `data`, or of the experiment's sample; `changes` replace fields of it, or of its machine."""
    machine = Machine(
        slug="test-box",
        cpu="Test CPU",
        cpu_cores=2,
        memory_bytes=8_000_000_000,
        gpu=None,
        gpu_memory_bytes=None,
        system="Linux",
    )
    record: AnyRecord = Record(
        schema_version=SCHEMA_VERSION,
        experiment=experiment,
        machine=replace(machine, **{name: changes.pop(name) for name in _OF_MACHINE & changes.keys()}),
        versions={"python": "3.11.7", "torch": "2.13.0"},
        code=Code(commit=None, dirty=False, sources={}),
        measured_at="2026-11-01T00:00:00Z",
        origin="measured",
        quick=False,
        uncontrolled=[],
        data=find_experiment(experiment).sample() if data is None else data,
    )
    return replace(record, **changes)
