"""The ring under torchrun's launcher: what it sends is what the theory says, and a dead worker is a clear error."""

import itertools
import os
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from experiments.algorithms.measure import ring
from talk.errors import TalkError
from talk.measure.launcher import Launcher


def _sum_small(rank: int, workers: int, address: str) -> None:
    dist.init_process_group("gloo", init_method=f"file://{address}", rank=rank, world_size=workers)
    for way, size in itertools.product((ring.ring_all_reduce, ring.star_all_reduce), (1, 2, 10, 1000)):
        numbers = torch.arange(size, dtype=torch.float64) * (rank + 1)
        way(numbers, ring.Messages())
        expected = torch.arange(size, dtype=torch.float64) * sum(range(1, workers + 1))
        assert torch.equal(numbers, expected)
    dist.destroy_process_group()


@pytest.mark.parametrize("workers", [1, 3])
def test_sums_of_any_length_over_any_number_of_workers(workers: int, tmp_path: Path) -> None:
    mp.spawn(_sum_small, (workers, str(tmp_path / "meeting")), nprocs=workers)


def test_each_worker_sends_what_the_theory_says() -> None:
    with Launcher() as launcher:
        runs = ring.launch(launcher, [2, 3], repeats=1)
        # A second time by the same process: each of its workers has at least the vectors that it sums.
        ring.launch(launcher, [2], repeats=1)
    whole = ring._NUMBERS * 4
    assert launcher.peaks_bytes[0] > launcher.peaks_bytes[1] > 2 * whole
    for run, p in zip(runs, (2, 3), strict=True):
        assert run.workers == p
        assert run.agree
        assert run.ring_sent_bytes == pytest.approx(2 * (p - 1) / p * whole, rel=1e-5)
        assert run.star_sent_bytes == (p - 1) * whole  # the middle of the star, for all others
        assert len(run.ring_times_s) == len(run.star_times_s) == len(run.library_times_s) == 1


def test_gpus_sum_in_twos_fours_and_eights() -> None:
    assert [ring.gpu_counts(gpus) for gpus in (0, 1, 2, 3, 8)] == [[], [], [2], [2], [2, 4, 8]]


def test_messages_stay_in_the_group_that_has_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """NCCL leaves it undefined what comes of a few that talk first in a group of more."""
    group, groups = object(), []

    class Done:
        def wait(self) -> None:
            pass

    monkeypatch.setattr(dist, "get_world_size", lambda asked: 2 if asked is group else 4)
    monkeypatch.setattr(dist, "get_rank", lambda: 1)
    monkeypatch.setattr(dist, "P2POp", lambda _does, _what, _whom, asked: groups.append(asked))
    monkeypatch.setattr(dist, "batch_isend_irecv", lambda both: [Done() for _ in both])
    for way in ("send", "recv"):
        monkeypatch.setattr(dist, way, lambda _what, _whom, asked: groups.append(asked))
    for way in (ring.ring_all_reduce, ring.star_all_reduce):
        way(torch.zeros(4), ring.Messages(group))
    assert groups == [group] * 6


def test_a_worker_that_dies_in_the_ring_is_named() -> None:
    dies = Launcher(environment={"RING_WORKER_TO_DIE": "1"})
    with dies as launcher, pytest.raises(TalkError, match="worker 1 of 3 was killed by SIGKILL"):
        ring.launch(launcher, [3], repeats=1)


def test_a_neighbour_that_falls_silent_is_named(tmp_path: Path) -> None:
    """What a survivor says, in its own words: it does not wait for ever."""
    mp.spawn(_outlive, (str(tmp_path / "meeting"),), nprocs=2)


def _outlive(rank: int, address: str) -> None:
    dist.init_process_group("gloo", init_method=f"file://{address}", rank=rank, world_size=2)
    dist.barrier()
    if rank:
        os._exit(0)
    with pytest.raises(TalkError, match="ring, worker 0: worker 1 fell silent"):
        ring.ring_all_reduce(torch.ones(1000), ring.Messages())
