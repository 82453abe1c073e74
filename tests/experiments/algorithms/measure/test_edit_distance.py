"""The edit distance against rapidfuzz, and alignments against what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from experiments.algorithms.measure import edit_distance as ed
from shared.levenshtein import edit_distance
from talk.errors import TalkError

TEXTS = st.text("абв", max_size=200) | st.text(max_size=70)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_every_way_finds_the_librarys_distance(a: str, b: str) -> None:
    expected = Levenshtein.distance(a, b)
    assert edit_distance(a, b) == edit_distance(b, a) == expected
    assert ed.distance(a, b) == expected
    assert ed.distance_of_texts(a, b) == expected


@pytest.mark.parametrize("length", [63, 64, 65, 127, 128, 129, 1000])
def test_words_of_64_bits_are_joined_without_a_seam(length: int) -> None:
    random = np.random.default_rng(length)
    a = random.integers(0, 4, length)
    for b in (random.integers(0, 4, length), random.integers(0, 4, length + 37), a[5:], np.roll(a, 1)):
        assert ed.distance(a, b) == ed.distance(b, a) == Levenshtein.distance(a.tolist(), b.tolist())


def replay(a: str, b: str, steps: list[ed.Step]) -> str:
    """`b`, made of `a` by the steps."""
    made, left, right = "", iter(a), iter(b)
    for step in steps:
        if step == "=":
            letter = next(left)
            assert next(right) == letter
            made += letter
        elif step == "~":
            letter = next(right)
            assert next(left) != letter
            made += letter
        elif step == "-":
            next(left)
        else:
            made += next(right)
    assert next(left, None) is None
    return made


@settings(max_examples=80, deadline=None)
@given(st.text("абвг", max_size=40), st.text("абвг", max_size=40))
def test_alignments_lead_from_one_to_the_other_in_no_more_steps_than_the_distance(a: str, b: str) -> None:
    for align in (ed.alignment, ed.alignment_by_table):
        steps = align(a, b)
        assert replay(a, b, steps) == b
        assert sum(step != "=" for step in steps) == Levenshtein.distance(a, b)


def test_words_are_compared_as_wholes() -> None:
    said = ["купить чугунный мост", "алло"]
    assert ed.word_error_rate(said, said) == 0
    assert ed.word_error_rate(said, ["купить чудный мост", ""]) == 0.5
    assert ed.word_error_rate(["алло"], ["алло как слышно"]) == 2


@pytest.mark.parametrize("references", [[], [""], ["  "]])
def test_the_error_rate_of_nothing_is_refused(references: list[str]) -> None:
    with pytest.raises(TalkError, match="no words"):
        ed.word_error_rate(references, [""] * len(references))
    with pytest.raises(TalkError, match="pair them"):
        ed.word_error_rate(references, ["лишняя", "и ещё"])


def test_texts_are_misheard_about_as_often_as_said() -> None:
    said, heard = ed._misheard(np.random.default_rng(0), 5000)
    assert 0.08 < ed.distance(said, heard) / len(said) < 0.12
