"""What the drawn lattices and the ring show, against the code that the page explains."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure import ctc as measured_ctc
from experiments.algorithms.measure import decoding, edit_distance
from experiments.algorithms.render import lattices
from experiments.algorithms.render.ring_picture import holdings, ring_picture

WORDS = st.text("абв ", max_size=5)


def outputs(said: list[dict[str, float]]) -> np.ndarray:
    """Log probabilities, frames × tokens, the blank first."""
    return np.log([[frame[token] for token in lattices.TOKENS] for frame in said])


def labels(word: str) -> list[int]:
    return [lattices.TOKENS.index(letter) for letter in word]


def test_the_pictures_network_has_the_pages_alphabet() -> None:
    assert sorted(lattices.TOKENS) == sorted(lattices.BLANK + decoding.ALPHABET)


@given(WORDS, st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_what_is_heard_is_a_distribution_in_every_frame(word: str, frames: int) -> None:
    for frame in lattices.heard(word, frames):
        assert sum(frame.values()) == pytest.approx(1)
        assert set(frame) == set(lattices.TOKENS)


@given(WORDS, WORDS, st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_the_lattice_is_the_measured_one(word: str, said: str, frames: int) -> None:
    heard = lattices.heard(said, frames)
    found, log_probs, text = lattices.ctc(word, heard), outputs(heard), labels(word)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(np.log(found.sums), measured_ctc.lattice(log_probs, text), rtol=1e-9)
    assert found.alignments == measured_ctc.count_alignments(frames, text)
    path, score = decoding.force_align(log_probs, text)
    assert np.isneginf(score) == (not found.best)
    if found.best:
        drawn = sum(np.log(frame[found.states[s]]) for s, frame in zip(found.best, heard, strict=True))
        assert drawn == pytest.approx(score)
        assert {(s, t) for t, s in enumerate(found.best)} <= found.alive
    assert len(path) == len(found.best)


def test_the_probability_is_torchs() -> None:
    heard = lattices.heard("мост", 7)
    loss = torch.nn.functional.ctc_loss(
        torch.from_numpy(outputs(heard))[:, None], torch.tensor([labels("мост")]), [7], [4], reduction="sum"
    )
    assert lattices.ctc("мост", heard).probability == pytest.approx(float(torch.exp(-loss)))


def test_a_letter_that_the_network_has_not_never_occurs() -> None:
    found = lattices.ctc("moст", lattices.heard("мост", 7))
    assert found.probability == 0
    assert found.best == []


@given(st.text("абв", max_size=7), st.text("абв", max_size=7))
@settings(max_examples=100, deadline=None)
def test_distances_and_edits_are_the_measured_ones(said: str, heard: str) -> None:
    table, cells = lattices.distances(said, heard), lattices.edits(said, heard)
    assert table[-1][-1] == edit_distance.distance(said, heard)
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(cells)]
    steps = edit_distance.alignment_by_table(said, heard)
    assert moves == [{"-": (1, 0), "+": (0, 1)}.get(step, (1, 1)) for step in steps]


def test_a_slides_steps_come_in_order_and_the_articles_picture_is_alive() -> None:
    for draw in (lattices.ctc_picture, lattices.edit_picture):
        stepped, still = draw(True), draw(False)
        places = [stepped.index(f'data-fragment-index="{step}"') for step in range(4)]
        assert places == sorted(places)
        # The first picture has a place for every cell, and at one step it is shown which cells one is made of.
        first = stepped[: places[0]]
        assert first.count('class="cell ghost"') == still.count("<rect") - still.count('class="cell best"')
        assert stepped.count('<rect class="cell near"') == 3
        assert 'class="fragment"' not in still
        assert 'data-live="' in still
        assert stepped.count('class="cell best"') == still.count('class="cell best"') > 4


@pytest.mark.parametrize("workers", [2, 4, 5])
def test_the_ring_ends_with_every_sum_everywhere(workers: int) -> None:
    moments = holdings(workers)
    assert len(moments) == 2 * (workers - 1) + 1
    assert moments[-1] == [[workers] * workers] * workers
    gathered = moments[workers - 1]
    assert all(row.count(workers) == 1 for row in gathered)
    assert all(sum(part) >= workers for part in zip(*gathered, strict=True))


def test_the_rings_slide_changes_only_what_was_sent() -> None:
    drawn = ring_picture(True)
    assert drawn.count('class="cell"') == 4 * 4 + 6 * 4
