"""Beam search against every text written out, Viterbi against every alignment, the model against counts by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure import ctc, decoding
from experiments.algorithms.measure.decoding import ALPHABET, LanguageModel, beam_search, force_align, greedy
from talk.errors import TalkError
from tests.experiments.algorithms.measure.test_ctc import log_probs, spelled

LETTERS = ALPHABET[:2]


def texts_of(frames: int) -> list[str]:
    return ["".join(text) for length in range(frames + 1) for text in itertools.product(LETTERS, repeat=length)]


def tried(log_p: np.ndarray) -> np.ndarray:
    """The same, without what the search skips as too unlikely for its frame."""
    return np.where(np.exp(log_p) > decoding.UNLIKELY * np.exp(log_p).max(axis=1, keepdims=True), log_p, -np.inf)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5))
@example(2811, 2)  # a letter of it is skipped
def test_a_wide_beam_finds_the_likeliest_of_all_texts(seed: int, frames: int) -> None:
    log_p = tried(log_probs(seed, frames, 3, spread=1.5))
    exact = {text: ctc.log_probability(log_p, decoding.encode(text)) for text in texts_of(frames)}
    best = max(exact, key=exact.__getitem__)
    found, log_probability = beam_search(log_p, 1000)
    assert found == best
    assert log_probability == pytest.approx(exact[best], rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5), st.floats(0, 2), st.floats(0, 2))
def test_a_wide_beam_with_a_model_maximises_their_product(seed: int, frames: int, weight: float, bonus: float) -> None:
    log_p = tried(log_probs(seed, frames, 3, spread=1.5))
    model = LanguageModel(["а а", " аа "], order=2)

    def favoured(text: str) -> float:
        favour = sum(weight * math.log(model.probability(text[i], text[:i])) + bonus for i in range(len(text)))
        return ctc.log_probability(log_p, decoding.encode(text)) + favour

    found, _ = beam_search(log_p, 1000, model, weight, bonus)
    assert favoured(found) == pytest.approx(max(map(favoured, texts_of(frames))), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5), st.lists(st.integers(1, 2), max_size=3))
def test_viterbi_finds_the_likeliest_of_all_alignments(seed: int, frames: int, text: list[int]) -> None:
    log_p = log_probs(seed, frames, 3)
    paths = [path for path in itertools.product(range(3), repeat=frames) if spelled(path) == text]
    path, score = force_align(log_p, text)
    if not paths:
        assert (path, score) == ([], -math.inf)
        return
    assert spelled(tuple(path)) == text
    assert score == pytest.approx(max(sum(log_p[t, token] for t, token in enumerate(p)) for p in paths))
    assert score == pytest.approx(sum(log_p[t, token] for t, token in enumerate(path)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5))
def test_every_text_is_tried(seed: int, frames: int) -> None:
    log_p = log_probs(seed, frames, 3, spread=1.5)
    exact = {text: ctc.log_probability(log_p, decoding.encode(text)) for text in texts_of(frames)}
    text, best = decoding.likeliest_text(log_p, [1, 2])
    assert best == pytest.approx(max(exact.values()))
    assert exact[text] == pytest.approx(best)


def test_silence_is_the_only_text_of_no_frames() -> None:
    assert decoding.likeliest_text(log_probs(0, 0, 3), [1, 2]) == ("", 0.0)


def test_greedy_decoding_merges_repeats_and_drops_blanks() -> None:
    log_p = np.full((7, len(ALPHABET) + 1), -9.0)
    for t, token in enumerate([2, 2, 0, 2, 3, 3, 0]):
        log_p[t, token] = 0
    assert greedy(log_p) == "ааб"
    assert greedy(log_p[:0]) == ""


def test_the_likeliest_alignment_is_not_the_likeliest_text() -> None:
    # Blank is the best single token of both frames, yet three alignments together spell «а».
    log_p = np.log(np.array([[0.6, 0.0, 0.4]] * 2) + 1e-300)
    assert greedy(log_p) == ""
    text, log_probability = beam_search(log_p, 10)
    assert text == "а"
    assert math.exp(log_probability) == pytest.approx(0.4 * 0.4 + 2 * 0.4 * 0.6)


def test_the_model_mixes_orders_by_witten_and_bell() -> None:
    model = LanguageModel(["аб", "ав"], order=2)
    none = 1 / len(ALPHABET)
    alone = (1 + 3 * none) / (4 + 3)  # «б» is one of four letters seen, of three kinds
    assert model.probability("б", "а") == pytest.approx((1 + 2 * alone) / (2 + 2))
    assert model.probability("б", "ж") == pytest.approx(alone)


@given(st.text(ALPHABET, max_size=6), st.integers(1, 4))
def test_the_model_is_a_distribution(before: str, order: int) -> None:
    model = LanguageModel(decoding.sentences(5, 0), order)
    assert sum(model.probability(letter, before) for letter in ALPHABET) == pytest.approx(1)


def test_bad_input_is_named() -> None:
    with pytest.raises(TalkError, match="a beam of 0"):
        beam_search(log_probs(0, 3, 3), 0)
    with pytest.raises(TalkError, match="'Z', is not in the alphabet"):
        decoding.encode("аZ")
    with pytest.raises(TalkError, match="is the blank"):
        force_align(log_probs(0, 3, 3), [1, 0])
    with pytest.raises(TalkError, match="an order of 0"):
        LanguageModel([], 0)


def test_silence_is_an_empty_text() -> None:
    assert beam_search(log_probs(0, 0, 3), 4) == ("", 0.0)
    assert force_align(log_probs(0, 0, 3), []) == ([], 0.0)
    assert force_align(log_probs(0, 0, 3), [1]) == ([], -math.inf)


def test_outputs_without_noise_are_read_back() -> None:
    for text in decoding.sentences(3, 1):
        outputs = decoding.noisy_outputs(text, np.random.default_rng(0), noise=0.0)
        assert greedy(outputs) == text
        assert beam_search(outputs, 2)[0] == text
