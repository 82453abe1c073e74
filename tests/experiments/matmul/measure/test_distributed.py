"""Circle 7: the sharded product over real processes, one of which is killed in the middle of it."""

from collections.abc import Iterator

import pytest

from experiments.matmul.measure.circle7_distributed import Task, measure_distributed, part, tasks
from talk.measure.launcher import Launcher


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with Launcher(["experiments.matmul.measure.circle7_distributed"]) as started:
        yield started


def test_a_killed_worker_loses_nothing(launcher: Launcher) -> None:
    # An odd side: blocks and panels of unequal widths.
    found = measure_distributed(launcher, Task(n=101, rows=2, columns=2, panels=2, kill=3, kill_step=2))
    assert found.restarts == 1
    assert found.resumed_at == 2
    assert found.error < 1e-6
    assert found.sent_bytes is None  # part of the product was sent in the former life, unseen by these counters


def test_communication_volume_is_the_theory(launcher: Launcher) -> None:
    found = measure_distributed(launcher, Task(n=512, rows=2, columns=2, panels=2))
    assert found.restarts == 0
    assert found.error < 1e-6
    if found.sent_bytes is None:
        pytest.skip("this system does not count bytes of sockets")
    assert found.sent_bytes == pytest.approx(found.predicted_bytes, rel=0.05)


def test_the_theory_for_a_grid() -> None:
    # Each of q² processes owns n²/q² numbers of A and of B and sends them to q − 1 others.
    task = Task(n=12, rows=3, columns=3, panels=1)
    assert task.predicted_bytes == 9 * (2 * (12 // 3) ** 2) * (3 - 1) * 4


def test_a_grid_need_not_be_square(launcher: Launcher) -> None:
    found = measure_distributed(launcher, Task(n=97, rows=1, columns=2, panels=3))
    assert found.error < 1e-6
    assert (found.grid_rows, found.grid_columns, found.steps) == (1, 2, 6)
    assert found.predicted_bytes == 97 * 97 * 4  # each half of A goes over once, B stays where it is


def test_the_gpus_are_shared_out() -> None:
    assert [(task.device, task.processes) for task in tasks(["cpu"], 0, quick=True)] == [("cpu", 4)]
    assert [task.kill for task in tasks(["cpu", "cuda"], 1, quick=False)] == [None, 3]
    assert [(task.rows, task.columns) for task in tasks(["cuda"], 3, quick=True)] == [(1, 2)]
    assert [(task.device, task.processes) for task in tasks(["cuda"], 8, quick=True)] == [("cuda", 4)]


@pytest.mark.parametrize(("length", "parts"), [(10, 3), (3, 4), (0, 2), (101, 7)])
def test_parts_cover_the_whole(length: int, parts: int) -> None:
    pieces = [part(length, parts, index) for index in range(parts)]
    assert [at for piece in pieces for at in range(piece.start, piece.stop)] == list(range(length))
