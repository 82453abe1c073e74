"""What is decoded: a network's outputs where there is one, made-up ones where there is none, and never silently."""

from pathlib import Path

import numpy as np
import pytest

from experiments.algorithms.measure import decoding, heard
from experiments.algorithms.measure.decoding import ALPHABET
from experiments.algorithms.measure.edit_distance import word_error_rate


def test_this_machines_network_comes_before_the_one_trained_last_and_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Here:
        slug = "here"

    monkeypatch.setattr(heard, "current_machine", lambda: Here)
    last = tmp_path / "cache" / "digits.nemo"
    assert list(heard.networks(tmp_path / "results", last)) == []
    for path in (last, *(tmp_path / "results" / machine / "digits.nemo" for machine in ("there", "here", "far"))):
        path.parent.mkdir(parents=True)
        path.touch()
    found = [(path.parent.name, machine) for path, machine in heard.networks(tmp_path / "results", last)]
    assert found == [("here", "here"), ("cache", "here"), ("far", "far"), ("there", "there")]


def test_where_no_network_hears_outputs_are_made_up_and_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = heard.make_up(2)
    deaf = heard.Heard(**{**deaf.__dict__, "outputs_of": "network", "said": ["другое", "совсем другое"]})
    monkeypatch.setattr(heard, "networks", lambda: iter([(Path("one.nemo"), "here")]))
    monkeypatch.setattr(heard, "_listen_with", lambda *_: deaf)
    assert heard.listen(quick=True).outputs_of == "made_up"
    monkeypatch.setattr(heard, "networks", lambda: iter([]))
    assert heard.listen(quick=True).outputs_of == "made_up"


def test_without_voices_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard, "find_spec", lambda _: None)
    made_up = heard.listen(quick=True)
    assert made_up.outputs_of == "made_up"
    assert made_up.noise_db is None
    assert made_up.listener is None
    assert word_error_rate(made_up.said, list(map(decoding.greedy, made_up.quiet))) == 0


def test_columns_are_put_where_our_alphabet_has_them() -> None:
    log_probs = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]))  # а, пробел, blank
    wide = heard.in_our_alphabet(log_probs, ["а", " "])
    assert wide.shape == (2, len(ALPHABET) + 1)
    assert np.exp(wide).sum(axis=1) == pytest.approx(1)
    assert decoding.greedy(wide) == "а"
    assert np.exp(wide[0, 1 + ALPHABET.index(" ")]) == pytest.approx(0.3)


@pytest.mark.parametrize("decibels", [0.0, 10.0])
def test_noise_is_as_loud_as_was_asked_for(decibels: float) -> None:
    sound = np.sin(np.arange(40_000) / 7).astype(np.float32)
    noise = heard.with_noise(sound, decibels, np.random.default_rng(0)) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(noise**2)) == pytest.approx(decibels, abs=0.2)


def test_silence_stays_silent() -> None:
    silence = np.zeros(100, np.float32)
    assert not heard.with_noise(silence, 0.0, np.random.default_rng(0)).any()
    assert len(heard.with_noise(silence[:0], 0.0, np.random.default_rng(0))) == 0
