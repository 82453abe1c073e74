"""Circle 7: the sharded product over real processes, one of which is killed in the middle of it."""

from pathlib import Path

import pytest

from scripts.measure.matmul.circle7_distributed import Task, measure_distributed, part


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    # An odd side: blocks and panels of unequal widths.
    found = measure_distributed(Task(n=101, q=2, panels=2, folder=str(tmp_path), kill=3, kill_step=2))
    assert found.restarts == 1
    assert found.resumed_at == 2
    assert found.error < 1e-6
    assert found.sent_bytes is None  # part of the product was sent in the former life, unseen by these counters


def test_communication_volume_is_the_theory(tmp_path: Path) -> None:
    found = measure_distributed(Task(n=512, q=2, panels=2, folder=str(tmp_path)))
    assert found.restarts == 0
    assert found.error < 1e-6
    if found.sent_bytes is None:
        pytest.skip("this system does not count bytes of sockets")
    assert found.sent_bytes == pytest.approx(found.predicted_bytes, rel=0.05)


def test_the_theory_for_a_grid() -> None:
    # Each of q² processes owns n²/q² numbers of A and of B and sends them to q − 1 others.
    task = Task(n=12, q=3, panels=1, folder="")
    assert task.predicted_bytes == 9 * (2 * (12 // 3) ** 2) * (3 - 1) * 4


@pytest.mark.parametrize(("length", "parts"), [(10, 3), (3, 4), (0, 2), (101, 7)])
def test_parts_cover_the_whole(length: int, parts: int) -> None:
    pieces = [part(length, parts, index) for index in range(parts)]
    assert [at for piece in pieces for at in range(piece.start, piece.stop)] == list(range(length))
