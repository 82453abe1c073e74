"""The goals of the classical algorithms, read from one record."""

from bench.algorithms import measured
from tests.experiments.algorithms.samples import algorithms_record


def test_every_goal_has_a_line() -> None:
    lines = {name: (figure, target) for name, figure, target in measured(algorithms_record(), 226.4, 38.2, 3.5 * 2**30)}
    assert lines == {
        "CTC, 500 × 100, batch 16: torch's time / ours": ("4.00", "at least 1.00"),
        "beam of 16, one core: times real time": ("25", "at least 20"),
        "beam with n-grams of 16, one core: times real time": ("20", "at least 20"),
        "Myers: our time / rapidfuzz's": ("1.50", "at most 2.00"),
        "sorted batches, cpu: of the gain predicted": ("1.00", "at least 0.90"),
        "sorted batches, cuda: of the gain predicted": ("1.00", "at least 0.90"),
        "talk measure algorithms": ("226 s", "at most 240 s"),
        "talk measure algorithms --quick": ("38 s", "at most 40 s"),
        "talk measure algorithms, peak memory": ("3.50 GiB", "under 4 GiB"),
    }
