"""Drawn scenes of decoding, held against every alignment counted one by one."""

from collections import defaultdict
from itertools import groupby, product
from math import prod

import pytest

from experiments.algorithms.render import scenes


def reads(alignment: tuple[str, ...]) -> str:
    return "".join(letter for letter, _ in groupby(alignment) if letter != "·")


def test_the_two_alignments_of_the_blank_read_as_drawn() -> None:
    assert [reads(tuple(spoken)) for spoken, _ in scenes._SPOKEN] == ["ана", "анна"]
    picture = scenes.blank()
    assert "«ана»" in picture
    assert "«анна»" in picture


def test_a_beam_wide_enough_sums_all_alignments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "_KEPT", 1000)
    expected: dict[str, float] = defaultdict(float)
    for path in product(range(len(scenes._TOKENS)), repeat=len(scenes._SAID)):
        text = reads(tuple(scenes._TOKENS[token] for token in path))
        expected[text] += prod(said[token] for said, token in zip(scenes._SAID, path, strict=True))
    found, _ = scenes.beam_steps()[-1]
    assert found == pytest.approx(dict(expected))


def test_the_beam_shows_a_merge_and_a_dropped_beginning() -> None:
    picture = scenes.beam()
    assert "slab tone-4 lit" in picture
    assert "slab tone-1 waiting" in picture
    assert any(len(sources) > 1 for _, came in scenes.beam_steps() for sources in came.values())
