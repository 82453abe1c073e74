"""Batches against every way there is to divide a handful of utterances."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure import batching
from experiments.algorithms.measure.batching import Batch, padded_total
from experiments.algorithms.measure.many_hours import profile_share
from shared.model import Network
from shared.workload import WORKLOAD
from talk.errors import TalkError
from talk.experiment import Task
from talk.measure.progress import make_progress
from tests.shared.test_profiler import Formats

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=7)


def partitions(places: list[int]) -> Iterator[list[Batch]]:
    if not places:
        yield []
        return
    first, rest = places[0], places[1:]
    for partition in partitions(rest):
        yield [[first], *partition]
        for i, batch in enumerate(partition):
            yield [*partition[:i], [first, *batch], *partition[i + 1 :]]


def is_whole(batches: list[Batch], lengths: list[int]) -> bool:
    return sorted(place for batch in batches for place in batch) == list(range(len(lengths)))


@settings(max_examples=60, deadline=None)
@given(LENGTHS, st.integers(12, 40))
def test_first_fit_decreasing_needs_no_more_batches_than_any_other_way(lengths: list[int], capacity: int) -> None:
    packed = batching.first_fit_decreasing(lengths, capacity)
    assert is_whole(packed, lengths)
    assert all(padded_total(lengths, [batch]) <= capacity for batch in packed)
    fitting = (
        partition
        for partition in partitions(list(range(len(lengths))))
        if all(padded_total(lengths, [batch]) <= capacity for batch in partition)
    )
    assert len(packed) == min(map(len, fitting))


@settings(max_examples=60, deadline=None)
@given(LENGTHS, st.integers(12, 30))
def test_bins_are_the_fewest_of_all_ways_and_first_fit_is_near(lengths: list[int], capacity: int) -> None:
    fewest = min(
        len(partition)
        for partition in partitions(list(range(len(lengths))))
        if all(sum(lengths[place] for place in batch) <= capacity for batch in partition)
    )
    assert batching.fewest_bins(lengths, capacity) == fewest
    bins = batching.first_fit_decreasing(lengths, capacity, sum)
    assert is_whole(bins, lengths)
    assert all(sum(lengths[place] for place in batch) <= capacity for batch in bins)
    assert fewest <= len(bins) <= 11 / 9 * fewest + 6 / 9  # Dósa, 2007


def test_no_bins_hold_nothing() -> None:
    assert batching.fewest_bins([], 10) == 0
    with pytest.raises(TalkError, match="batches hold 10"):
        batching.fewest_bins([3, 11], 10)


@settings(max_examples=60, deadline=None)
@given(LENGTHS, st.integers(1, 4))
def test_least_padding_is_the_least_of_all_ways(lengths: list[int], size: int) -> None:
    found = batching.least_padding(lengths, size)
    assert is_whole(found, lengths)
    most = -(-len(lengths) // size)
    allowed = [
        partition
        for partition in partitions(list(range(len(lengths))))
        if len(partition) <= most and all(len(batch) <= size for batch in partition)
    ]
    assert padded_total(lengths, found) == min(padded_total(lengths, partition) for partition in allowed)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=70), st.integers(1, 20))
def test_sorting_never_adds_padding_to_full_batches(lengths: list[int], size: int) -> None:
    """Full ones alone: of four lengths in threes, sorting may leave the longest a companion where order did not."""
    del lengths[len(lengths) // size * size :]
    assume(lengths)
    before, after = batching.in_order(lengths, size), batching.sorted_by_length(lengths, size)
    assert is_whole(before, lengths)
    assert is_whole(after, lengths)
    assert padded_total(lengths, after) <= padded_total(lengths, before)
    assert 0 <= batching.padding_share(lengths, after) <= batching.padding_share(lengths, before) < 1


def test_padding_is_what_is_not_sound() -> None:
    assert batching.padding_share([1, 3], [[0, 1]]) == pytest.approx(2 / 6)
    assert batching.padding_share([], []) == 0


@pytest.mark.parametrize("lengths", [[5, 0], [5, 11]])
def test_an_utterance_that_no_batch_can_hold_is_named(lengths: list[int]) -> None:
    with pytest.raises(TalkError, match=r"an utterance of (0|11) frames, batches hold 10"):
        batching.first_fit_decreasing(lengths, 10)


def test_padding_is_zeros_after_each_utterance() -> None:
    signals = [torch.ones(1, 3, 2), torch.full((1, 3, 5), 2.0)]
    padded, frames = batching.pad(signals)
    assert frames.tolist() == [2, 5]
    assert torch.equal(padded[0, :, :2], signals[0][0])
    assert not padded[0, :, 2:].any()
    assert torch.equal(padded[1], signals[1][0])


class Features(torch.nn.Module):
    """Called as NeMo's preprocessor is: a column of eighty features for each hop."""

    def forward(self, input_signal: torch.Tensor, length: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        frames = int(length) // WORKLOAD["hop_samples"] + 1
        return input_signal.new_ones(1, 80, frames), torch.tensor([frames])


class TwoSounds:
    lengths = (1600, 3200)

    def read(self, places: list[int]) -> list[np.ndarray[Any, Any]]:
        return [np.zeros(self.lengths[place], np.float32) for place in places]


def test_batches_in_fp32_round_nothing_to_tf32() -> None:
    encoder = Formats()
    network, task = Network(encoder, Features()), Task(progress=make_progress(), device="cpu", quick=True)
    (found,) = batching.measure(network, task, lambda _: None)
    assert found.device == "cpu"
    profile_share(network, TwoSounds(), [0, 1], "cpu")  # type: ignore[arg-type]
    assert encoder.seen == {(False, False)}


def test_batches_that_break_off_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Formats()
    network, task = Network(encoder, Features()), Task(progress=make_progress(), device="cpu", quick=True)
    monkeypatch.setattr(encoder, "forward", None)
    assert batching.measure(network, task, lambda _: None) == []
    assert [line.partition(": ")[0] for line in task.broken] == ["batches on cpu"]
