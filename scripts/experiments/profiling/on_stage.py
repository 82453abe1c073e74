"""Cures for a GPU that waits, run in front of the hall: a few utterances in the ways that the slide shows."""

from statistics import median
from typing import TYPE_CHECKING

from talk.experiment import OnStage, Task

from .experiment import EXPERIMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.model import Network
    from talk.records.schema import Device

    from .record import Launching, Precision

_BATCH, _PASSES = 16, 2
_LONGEST_S = 40.0
# What the slide shows beside the plain way: title, batch, launching and precision by the name of the way.
_CURES: "dict[str, tuple[str, int, Launching, Precision]]" = {
    "graphs": ("CUDA Graphs", 1, "graphs", "fp32"),
    "batched": ("пачки", _BATCH, "eager", "fp32"),
    "batched_graphs_bf16": ("пачки, CUDA Graphs, bf16", _BATCH, "graphs", "bf16"),
}


def _measure() -> dict[str, float]:
    from shared.model import seeded
    from shared.workload import WORKLOAD

    return gains(seeded(WORKLOAD), _CURES, "cuda")


def gains(network: "Network", names: "Iterable[str]", device: "Device") -> dict[str, float]:
    """How many times faster each cure is than the plain way, on one batch of utterances of four lengths."""
    from shared.audio import synthetic_speech
    from shared.workload import WORKLOAD
    from talk.errors import TalkError
    from talk.measure.progress import make_progress

    from .measure.variants import Way, measure_variants

    lengths = sorted(WORKLOAD["file_lengths_samples"])[1::3]
    found = measure_variants(
        network.encoder,
        network.spectrograms(synthetic_speech(lengths, WORKLOAD["sample_rate_hz"], seed=1)),
        [_BATCH // len(lengths)] * len(lengths),
        device=device,
        passes=_PASSES,
        task=Task(progress=make_progress()),
        ways=[Way(), *(Way(*_CURES[name][1:]) for name in names)],
        longest_s=_LONGEST_S,
        watched=False,
    )
    for each in found:
        if each.skipped:
            raise TalkError(each.name, each.message or each.skipped, "run `talk measure profiling`, which tells more")
    plain_s = median(found[0].pass_times_s)
    return {_value(each.name): plain_s / median(each.pass_times_s) for each in found[1:]}


def _value(name: str) -> str:
    return f"cure.{name}.gain"


ON_STAGE = {
    "cures": OnStage(
        title=f"{_BATCH} фраз на GPU: ускорение",
        rows={_value(name): title for name, (title, *_) in _CURES.items()},
        measure=_measure,
        packages=EXPERIMENT.packages,
        device="cuda",
    ),
}
