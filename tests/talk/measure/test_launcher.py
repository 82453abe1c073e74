"""The launcher: workers begin where it stands, and of what goes wrong it says whose fault it was."""

import pytest

from talk.errors import TalkError
from talk.measure import launcher
from talk.measure.launcher import Launcher
from tests.talk.conftest import CHECKOUT
from tests.talk.measure import worker


@pytest.fixture(autouse=True)
def _workers_find_their_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))


def test_workers_begin_where_the_launcher_stands_and_worker_0_answers() -> None:
    with Launcher([worker.__name__]) as few:
        first = few.run(worker.__name__, ["a"], 2)
        second = few.run(worker.__name__, ["b"], 1)
    assert (first["words"], first["rank"], first["workers"]) == (["a"], 0, 2)
    assert (second["words"], second["rank"], second["workers"]) == (["b"], 0, 1)
    assert first["imported_by"] == second["imported_by"] != first["process"]
    assert len(few.peaks_bytes) == 2


def test_workers_on_gpus_are_started_afresh() -> None:
    # By the same means as on a GPU, which this worker does not ask for.
    with Launcher([worker.__name__]) as few:
        told = few.run(worker.__name__, ["a"], 2, "cuda")
    assert (told["words"], told["rank"], told["workers"]) == (["a"], 0, 2)
    assert told["imported_by"] == told["process"]


def test_all_workers_are_started_anew_when_one_dies() -> None:
    with Launcher([worker.__name__]) as few:
        after = few.run(worker.__name__, ["dies once"], 2, restarts=1)
        with pytest.raises(TalkError, match="worker 1 of 2 was killed by SIGKILL"):
            few.run(worker.__name__, ["dies once"], 2)
    assert after["life"] == 1


def test_what_a_worker_raises_is_told() -> None:
    what = r"worker 0 of 1 ended with status 1 \(ValueError: too loud\)"
    with Launcher() as few, pytest.raises(TalkError, match=what):
        few.run(worker.__name__, ["loud"], 1)


def test_a_library_that_is_not_there_is_named() -> None:
    with Launcher(["no_such_library"]) as few, pytest.raises(TalkError, match="No module named 'no_such_library'"):
        few.run(worker.__name__, [], 1)


def test_workers_that_never_end_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_TIMEOUT_S", 0.0)
    with Launcher() as few, pytest.raises(TalkError, match=r"1 workers took over 0\.0 s"):
        few.run(worker.__name__, [], 1)


@pytest.mark.parametrize(
    ("failures", "said"),
    [
        ([(0, 75), (1, -9)], "worker 1 of 2 was killed by SIGKILL"),
        ([(1, 3), (0, 75)], "worker 1 of 2 ended with status 3 (ValueError: too loud)"),
        ([], "2 workers did not end well (the last line)"),
    ],
)
def test_who_died_is_told_apart_from_who_followed(failures: list[tuple[int, int]], said: str) -> None:
    blocks = "".join(
        f"[{i}]:\n  rank      : {r} (local_rank: {r})\n  exitcode  : {c} (pid: 9)\n"
        for i, (r, c) in enumerate(failures)
    )
    errors = f"  ValueError: too loud\nlocal_rank: 0 (pid: 7)\n{blocks}the last line"
    assert launcher._obituary(errors, 2) == said
