"""Hours dealt out against every way to deal, and what workers profile together against one that profiles alone."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure.many_hours import Sounds, deal_out
from talk.errors import TalkError
from talk.paths import ROOT

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
    assert 0 <= sum(sounds.lengths) / 16_000 - 0.03 * 3600 < 12  # with the last one whole
    assert len(Sounds(None, hours=0.0).lengths) == 1


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
from talk.errors import TalkError
from experiments.algorithms.measure.many_hours import Sounds
try:
    Sounds(Path(sys.argv[1]), 1.0).read([0])
except TalkError as error:
    sys.exit(str(error))
"""
