"""CTC against the sum over all words of the alphabet written out, and against torch."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure import ctc
from talk.errors import TalkError

INFINITY = math.inf


def log_probs(seed: int, frames: int, tokens: int, spread: float = 1.0) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, spread, (frames, tokens))
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def spelled(path: tuple[int, ...]) -> list[int]:
    return [token for token, _ in itertools.groupby(path) if token]


def by_all_words(log_p: np.ndarray, text: list[int]) -> float:
    frames, tokens = log_p.shape
    words = (path for path in itertools.product(range(tokens), repeat=frames) if spelled(path) == text)
    total = math.fsum(math.exp(sum(log_p[t, token] for t, token in enumerate(path))) for path in words)
    return math.log(total) if total else -INFINITY


TEXTS = st.lists(st.integers(1, 2), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 6), TEXTS)
def test_every_way_gives_the_sum_over_all_words(seed: int, frames: int, text: list[int]) -> None:
    log_p = log_probs(seed, frames, 3)
    expected = by_all_words(log_p, text)
    assert ctc.brute_force(log_p, text) == pytest.approx(expected, rel=1e-12)
    assert ctc.log_probability(log_p, text) == pytest.approx(expected, rel=1e-12)
    assert ctc.ctc_loss(log_p[:, None], [text], [frames])[0] == pytest.approx(-expected, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6), TEXTS)
def test_alignments_are_counted(frames: int, text: list[int]) -> None:
    paths = itertools.product(range(3), repeat=frames)
    assert ctc.count_alignments(frames, text) == sum(spelled(path) == text for path in paths)


def by_torch(log_p: np.ndarray, texts: list[list[int]], frames: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Losses, and their gradient by the logits."""
    logits = torch.from_numpy(log_p).double().requires_grad_()
    targets = torch.tensor([label for text in texts for label in text], dtype=torch.long)
    losses = torch.nn.functional.ctc_loss(
        logits.log_softmax(-1), targets, frames, [len(text) for text in texts], reduction="none", zero_infinity=True
    )
    losses.sum().backward()
    return losses.detach().numpy(), logits.grad.numpy()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.floats(0.1, 30),
    st.lists(st.tuples(st.integers(20, 60), st.lists(st.integers(1, 5), max_size=10)), min_size=1, max_size=4),
)
def test_values_and_gradients_are_torchs(seed: int, spread: float, batch: list[tuple[int, list[int]]]) -> None:
    frames, texts = [t for t, _ in batch], [text for _, text in batch]
    log_p = np.stack([log_probs(seed + b, max(frames), 6, spread) for b in range(len(batch))], axis=1)
    losses, gradients = by_torch(log_p, texts, frames)
    assert ctc.ctc_loss(log_p, texts, frames) == pytest.approx(losses, rel=1e-9, abs=1e-9)
    for b, (length, text) in enumerate(batch):
        loss, gradient = ctc.ctc_gradient(log_p[:length, b], text)
        assert loss == pytest.approx(losses[b], rel=1e-9, abs=1e-9)
        assert gradient == pytest.approx(gradients[:length, b], abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), TEXTS)
def test_a_state_is_as_likely_as_the_words_that_pass_it(seed: int, frames: int, text: list[int]) -> None:
    log_p = log_probs(seed, frames, 3)
    found = ctc.posteriors(log_p, text)
    whole = by_all_words(log_p, text)
    if whole == -INFINITY:
        assert not found.any()
        return
    assert found.sum(axis=1) == pytest.approx(1)
    for t, token in itertools.product(range(frames), range(3)):
        words = (w for w in itertools.product(range(3), repeat=frames) if spelled(w) == text and w[t] == token)
        passing = math.fsum(math.exp(sum(log_p[i, each] for i, each in enumerate(word))) for word in words)
        states = [s for s, each in enumerate(ctc.states_of(np.array(text, np.int64), 0)) if each == token]
        assert found[t, states].sum() == pytest.approx(passing / math.exp(whole), abs=1e-9)


def test_long_utterances_do_not_underflow() -> None:
    random = np.random.default_rng(1)
    log_p = np.stack([log_probs(b, 500, 129, spread=spread) for b, spread in enumerate((1, 3, 10))], axis=1)
    texts = random.integers(1, 129, (3, 100)).tolist()
    expected = [-ctc.log_probability(log_p[:, b], text) for b, text in enumerate(texts)]
    assert ctc.ctc_loss(log_p, texts, [500] * 3) == pytest.approx(expected, rel=1e-12)


def test_what_underflows_is_done_again_in_logarithms() -> None:
    log_p = log_probs(0, 30, 4, spread=2000.0)  # almost every token is impossible, e^−1000 and less
    text = [1, 2, 3, 1]
    assert math.isnan(ctc._scaled(log_p, np.array(text), 0))
    assert ctc.ctc_loss(log_p[:, None], [text], [30])[0] == pytest.approx(-ctc.log_probability(log_p, text))


def test_a_token_that_cannot_be_has_probability_zero_and_no_nan() -> None:
    log_p = log_probs(0, 9, 4)
    log_p[:, 2] = -np.inf
    assert ctc.ctc_loss(log_p[:, None], [[1, 2]], [9])[0] == INFINITY
    loss, gradient = ctc.ctc_gradient(log_p, [1, 3])
    assert np.isfinite(gradient).all()
    assert loss == pytest.approx(-by_all_words(np.delete(log_p, 2, axis=1), [1, 2]), rel=1e-9)


@pytest.mark.parametrize("text", [[1, 2, 1, 2], [1, 1, 1], [1, 1]])
def test_a_text_longer_than_its_frames_allow_is_impossible(text: list[int]) -> None:
    log_p = log_probs(0, 2, 3)
    assert ctc.log_probability(log_p, text) == -INFINITY
    assert ctc.ctc_loss(log_p[:, None], [text], [2])[0] == INFINITY
    loss, gradient = ctc.ctc_gradient(log_p, text)
    assert loss == INFINITY
    assert not gradient.any()


def test_nothing_said_and_nothing_heard() -> None:
    log_p = log_probs(0, 5, 3)
    assert ctc.log_probability(log_p, []) == pytest.approx(log_p[:, 0].sum())
    assert ctc.log_probability(log_p[:0], []) == 0
    assert ctc.log_probability(log_p[:0], [1]) == -INFINITY
    assert ctc.ctc_loss(log_p[:0, None], [[]], [0])[0] == 0
    assert ctc.ctc_loss(log_p[:0, None], [[1]], [0])[0] == INFINITY


@pytest.mark.parametrize(("text", "what"), [([1, 0], "label 1 is the blank"), ([3], "label 0 is 3"), ([-1], "is -1")])
def test_bad_labels_are_named(text: list[int], what: str) -> None:
    for way in (ctc.log_probability, ctc.brute_force):
        with pytest.raises(TalkError, match=what):
            way(log_probs(0, 5, 3), text)
    with pytest.raises(TalkError, match=what):
        ctc.ctc_loss(log_probs(0, 5, 3)[:, None], [text], [5])


def test_lengths_that_do_not_fit_are_named() -> None:
    log_p = log_probs(0, 5, 3)[:, None]
    with pytest.raises(TalkError, match="outside 0…5"):
        ctc.ctc_loss(log_p, [[1]], [6])
    with pytest.raises(TalkError, match="2 targets"):
        ctc.ctc_loss(log_p, [[1], [2]], [5])


def test_a_blank_may_be_any_token() -> None:
    log_p = log_probs(0, 6, 3)
    moved = np.roll(log_p, -1, axis=1)
    assert ctc.log_probability(moved, [0, 1, 0], blank=2) == pytest.approx(ctc.log_probability(log_p, [1, 2, 1]))
