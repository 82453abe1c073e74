"""The talk with numbers of cards that nobody has measured yet: each sentence has its outcome, no place is empty."""

from pathlib import Path

import pytest

from bench.project import copy_project, run_talk, set_up

from . import made_gpu

# A strong card beside the committed CPU, by its own machine or as a bare box, and a strong and a weak one without it.
CARDS = {
    "beside": (made_gpu.H200, True, True),
    "bare": (made_gpu.H200, False, True),
    "alone": (made_gpu.H200, True, False),
    "weak": (made_gpu.WEAK, True, False),
}
EXPERIMENTS = ("matmul", "profiling", "gradient")


@pytest.fixture(scope="module", params=CARDS)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The talk with a made card's records, built."""
    card, with_cpu, with_committed = CARDS[request.param]
    folder = tmp_path_factory.mktemp(request.param) / "talk"
    copy_project(folder)
    results = folder / "docs" / "results"
    for experiment in () if with_committed else EXPERIMENTS:
        (results / "intel-xeon-2c" / f"{experiment}.json").unlink()
    made_gpu.write(card, results, with_cpu=with_cpu)
    set_up(folder)
    done = run_talk(folder, "build", "--no-measure")
    assert done.returncode == 0, done.stderr
    return folder


def test_the_check_finds_nothing_that_a_card_brings(project: Path) -> None:
    found = run_talk(project, "check").stderr.splitlines()
    # The committed records may be older than the code that measures.
    problems = [line for line in found if line.startswith("docs/") and ": stale: " not in line]
    assert problems == []


def test_no_place_of_the_gpu_is_empty(project: Path) -> None:
    for chapter in ("gpu", "matmul"):
        page = (project / "site" / chapter / "index.html").read_text(encoding="utf-8")
        assert "nothing-measured" not in page
