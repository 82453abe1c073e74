"""Drawn scenes of decoding, held against every alignment counted one by one."""

import re
from collections import defaultdict
from dataclasses import replace
from html import unescape
from itertools import groupby, product
from math import prod

import pytest

from experiments.algorithms.measure.ctc import count_alignments
from experiments.algorithms.record import Algorithms
from experiments.algorithms.render import scenes
from talk.records.schema import Record
from talk.render.captions import Provenance
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


def test_each_power_of_ten_takes_a_digit_off_the_strip(record: Record[Algorithms]) -> None:
    measured = replace(record.data.ctc, frames=120, labels=30)
    picture = scenes.digits_left(Provenance(record), measured)
    digits = len(str(count_alignments(measured.frames, list(range(1, measured.labels + 1)))))
    assert digits > 7
    assert re.findall(r"label number[^>]*>(\d+)<", picture) == [str(digits - powers) for powers in (0, 1, 7)]
    kept = [float(wide) for wide in re.findall(r'class="slab tone-2"[^>]* width="([\d.]+)"', picture)]
    taken = [float(wide) for wide in re.findall(r'class="slab tone-1 solid"[^>]* width="([\d.]+)"', picture)]
    assert [wide / kept[0] * digits for wide in kept] == pytest.approx([digits, digits - 1, digits - 7], abs=0.05)
    assert [a + b for a, b in zip(kept[1:], taken, strict=True)] == pytest.approx([kept[0]] * 2, abs=0.2)
