"""Hours dealt out against every way to deal, and what workers profile together against one that profiles alone."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.errors import TalkError
from scripts.measure import workers
from scripts.measure.algorithms.many_hours import Sounds, deal_out
from scripts.paths import ROOT

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(LENGTHS, st.integers(1, 3))
def test_shares_are_at_most_a_third_longer_than_the_best(lengths: list[int], count: int) -> None:
    shares = deal_out(lengths, count)
    assert sorted(place for share in shares for place in share) == list(range(len(lengths)))
    longest = max(sum(lengths[place] for place in share) for share in shares)
    best = min(
        max(sum(length for length, to in zip(lengths, dealt, strict=True) if to == worker) for worker in range(count))
        for dealt in itertools.product(range(count), repeat=len(lengths))
    )
    assert best <= longest <= (4 / 3 - 1 / (3 * count)) * best + 1e-9  # Graham, 1969


def test_workers_without_work_have_none() -> None:
    assert deal_out([5.0], 3) == [[0], [], []]
    assert deal_out([], 2) == [[], []]


def test_a_folder_is_shared_out_by_the_size_of_its_files(tmp_path: Path) -> None:
    for name, seconds in (("a", 0.5), ("b", 1.5)):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(int(16_000 * seconds), np.float32), 16_000)
    sounds = Sounds(tmp_path, hours=1.0)
    assert deal_out(sounds.lengths, 2) == [[1], [0]]
    assert [len(sound) for sound in sounds.read([1])] == [24_000]


def test_a_folder_without_sound_is_named(tmp_path: Path) -> None:
    with pytest.raises(TalkError, match="holds no WAV or FLAC file"):
        Sounds(tmp_path, hours=1.0)


def test_synthetic_hours_are_about_as_many_as_were_asked_for() -> None:
    sounds = Sounds(None, hours=0.03)
    assert sum(sounds.lengths) / 16_000 == pytest.approx(0.03 * 3600, rel=0.2)


def test_a_file_that_cannot_be_heard_is_named_by_the_worker_that_was_dealt_it(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "broken.wav: cannot be read as audio" in done.stderr
    assert "Traceback" not in done.stderr


_READ = """
import sys
from pathlib import Path
from scripts.errors import TalkError
from scripts.measure.algorithms.many_hours import Sounds
try:
    Sounds(Path(sys.argv[1]), 1.0).read([0])
except TalkError as error:
    sys.exit(str(error))
"""


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
    errors = f"[rank1]: ValueError: too loud\nlocal_rank: 0 (pid: 7)\n{blocks}the last line"
    assert workers._obituary(errors, 2) == said


def test_what_workers_tell_is_what_the_launcher_returns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workers.tell({"answer": 42})
    printed = "noise of a library\n" + capsys.readouterr().out
    done = subprocess.CompletedProcess([], 0, stdout=printed, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert workers.launch("any", [], 2) == {"answer": 42}
    assert json.loads(printed.splitlines()[1].split(": ", 1)[1]) == {"answer": 42}
