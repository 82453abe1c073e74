"""Records of the gradient experiment's sample."""

from dataclasses import replace

from experiments.gradient.record import Gradient
from experiments.gradient.sample import sample as gradient
from talk.experiment import find_experiment
from talk.records.schema import AnyRecord
from talk.records.sources import hash_sources
from tests.experiments.profiling import samples

__all__ = ["gradient", "record"]


def record(slug: str = "test-box", data: Gradient | None = None) -> AnyRecord:
    """A fresh, full record of the machine `slug`."""
    whole: AnyRecord = samples.record(slug=slug)
    sources = hash_sources(find_experiment("gradient"))
    return replace(whole, experiment="gradient", code=replace(whole.code, sources=sources), data=data or gradient())
