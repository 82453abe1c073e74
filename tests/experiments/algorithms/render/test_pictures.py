"""Drawn scenes of decoding, held against every alignment counted one by one."""

from collections import defaultdict
from html import unescape
from itertools import groupby, product
from math import prod

import pytest

from experiments.algorithms.render import scenes
from talk.words import number


def reads(alignment: tuple[str, ...]) -> str:
    return "".join(letter for letter, _ in groupby(alignment) if letter != "·")


def test_the_two_alignments_of_the_blank_read_as_drawn() -> None:
    assert [reads(tuple(spoken)) for spoken, _ in scenes._SPOKEN] == ["ана", "анна"]
    picture = scenes.blank()
    assert "«ана»" in picture
    assert "«анна»" in picture


def summed() -> dict[str, float]:
    """What each text has of the probability, over all alignments."""
    expected: dict[str, float] = defaultdict(float)
    for path in product(range(len(scenes._TOKENS)), repeat=len(scenes._SAID)):
        text = reads(tuple(scenes._TOKENS[token] for token in path))
        expected[text] += prod(said[token] for said, token in zip(scenes._SAID, path, strict=True))
    return expected


def test_a_beam_wide_enough_sums_all_alignments() -> None:
    found, _ = scenes.beam_steps(1000)[-1]
    assert found == pytest.approx(summed())


def test_each_width_of_the_beam_tells_its_winner_and_the_widest_is_right() -> None:
    picture = unescape(scenes.beam())
    winners = [next(iter(scenes.beam_steps(width)[-1][0])) for width in range(1, scenes._KEPT + 1)]
    assert len(set(winners)) == scenes._KEPT, "each width is worth trying"
    right = max(summed().items(), key=lambda each: each[1])
    assert winners[-1] == right[0]
    for width, text in enumerate(winners, start=1):
        assert f"Ширина {width}: победило «{text}»" in picture
    said = number(right[1], 2)
    assert picture.count(f"победит «{right[0]}», {said}") == len(winners) - 1


def test_the_beam_shows_a_merge_and_a_dropped_beginning() -> None:
    picture = scenes.beam()
    assert "slab tone-4 lit" in picture
    assert "slab tone-1 waiting" in picture
    assert any(len(sources) > 1 for _, came in scenes.beam_steps() for sources in came.values())
