"""Records for tests: small, round numbers whose every derived value can be checked in one's head.

They are of `relay` (tests/talk/made/), which has values and figures of each device.
"""

from dataclasses import replace
from typing import Any

from experiments.relay.record import Data, Leg, Run

from talk.experiment import find_experiment
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Code, Machine, Record
from talk.records.sources import hash_sources
from talk.render.drawing import drawing_of


def cpu_run() -> Run:
    """3 s of race in 2.1 s; 0.6 of it by climbing."""
    legs = [
        Leg(name="climb", calls=100, time_s=1.26),
        Leg(name="dive", calls=50, time_s=0.63),
        Leg(name="rest", calls=10, time_s=0.21),
    ]
    return Run(device="cpu", times_s=[2.0, 2.2, 2.1], legs=legs)


def cuda_run() -> Run:
    """3 s of race in 0.2 s, a quarter of which the GPU worked."""
    legs = [Leg(name="climb", calls=100, time_s=0.02), Leg(name="dive", calls=50, time_s=0.03, slope=-1.5)]
    return Run(device="cuda", times_s=[0.2], legs=legs)


def data(*runs: Run) -> Data:
    """What relay finds: a CPU run where none is given."""
    return Data(runs=list(runs) or [cpu_run()], lanes=[1, 1], runners=["Ann", "Bob"], rules={"note": "no pushing"})


def record(*runs: Run, slug: str = "test-box", experiment: str = "relay", **changes: Any) -> AnyRecord:
    """A fresh, full record of `runs` on the machine `slug`; `changes` replace its fields."""
    machine = Machine(
        slug=slug,
        cpu="Test CPU",
        cpu_cores=2,
        memory_bytes=8_000_000_000,
        gpu="Test GPU" if any(run.device == "cuda" for run in runs) else None,
        gpu_memory_bytes=None,
        system="Linux",
    )
    made: AnyRecord = Record(
        schema_version=SCHEMA_VERSION,
        experiment=experiment,
        machine=machine,
        versions={"python": "3.11.7", "pyyaml": "6.0.2"},
        code=Code(commit=None, dirty=False, sources=hash_sources(find_experiment(experiment))),
        measured_at="2026-11-23T06:00:00Z",
        origin="measured",
        quick=False,
        uncontrolled=["clock_not_pinned"],
        data=data(*runs) if experiment == "relay" else find_experiment(experiment).sample(),
    )
    return replace(made, **changes)


def stale(record: AnyRecord) -> AnyRecord:
    """The same, measured by code that has changed since."""
    return replace(record, code=replace(record.code, sources=dict.fromkeys(record.code.sources, "0" * 64)))


def fragments(*records: AnyRecord, published: AnyRecord | None = None, alone: bool = False) -> dict[str, str]:
    """The figures of relay that are drawn of these records."""
    return find_experiment("relay").fragments(drawing_of(find_experiment("relay"), records, published, alone=alone))
