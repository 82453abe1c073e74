"""What a record holds, somebody reads: a field that no value, table, figure or doubt asks for vouches for nothing."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from talk.experiment import find_experiment, find_experiments
from talk.render.drawing import fragments_of
from tests.experiments.records import made_record

# What a record keeps for whoever downloads it: how it was measured, not what came out.
KEPT_FOR_READERS: dict[str, set[str]] = {
    "browser": {
        # What a page shows of its own reader's record, and a caption of one that was committed.
        "Adapter.architecture", "Adapter.features", "Adapter.timing", "Adapter.vendor", "Agent.browser", "Agent.mobile",
        "Agent.platform", "Agent.version", "Browser.agent", "Browser.isolated", "Browser.no_adapter", "Browser.relaxed",
        "Browser.missing", "Browser.sharing", "Browser.simd", "Browser.threads", "Gradient.n", "Missing.device",
        "Missing.part", "Missing.reason", "Peak.fused", "Peak.median_flops_per_s",
        "Point.error", "Step.bytes_asked_per_flop", "Step.skipped", "Step.tile",
    },
    "gradient": {
        "ConformerBackward.frames", "Descent.rate", "Learning.steps",
        "Operator.cpu_time_total_us", "Reading.training_time_s",
        "Descent.diverged",  # its path is drawn, and leaves the picture
    },
    "matmul": {
        "Compiled.fetches", "Compiled.stages", "Gpu.memory_bytes", "GpuState.memory_clock_hz", "GpuState.temperature_c",
        "GpuState.throttled",
    },
    "profiling": {"Piece.runs", "Workload.audio"},
}  # fmt: skip


def _parts(value: Any) -> Iterator[Any]:
    """Every dataclass in a sample, however deep."""
    if is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _parts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _parts(each)


def _unread(experiment: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    found = find_experiment(experiment)
    data = found.sample()
    types = {type(part) for part in _parts(data)}
    read: set[str] = set()

    def watched(kind: type) -> Any:
        plain, names = kind.__getattribute__, {field.name for field in fields(kind)}

        def get(self: Any, name: str) -> Any:
            if name in names:
                read.add(f"{kind.__name__}.{name}")
            return plain(self, name)

        return get

    for kind in types:
        monkeypatch.setattr(kind, "__getattribute__", watched(kind))
    record = made_record(experiment, data, gpu="GPU", versions={"chromium": "1"})
    found.named_values(record)
    found.doubts(data)
    fragments_of(found, [record])
    monkeypatch.undo()
    return {f"{kind.__name__}.{field.name}" for kind in types for field in fields(kind)} - read


@pytest.mark.parametrize("experiment", sorted(set(find_experiments()) - {"labs"}))
def test_every_field_of_a_record_is_read(experiment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _unread(experiment, monkeypatch) == KEPT_FOR_READERS.get(experiment, set())
