"""The spread of repeats, which a difference of two medians has to exceed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talk.records.headline import quantity_of, ratio, spread_of

# What a product of two threads took on a machine that once gave one of them to somebody else.
INTERRUPTED = [0.043, 0.0435, 0.044, 0.0445, 0.045, 0.0455, 0.046, 0.0465, 0.047] * 2 + [0.099]


def test_one_interrupted_call_of_nineteen_is_no_spread() -> None:
    assert spread_of(INTERRUPTED) == pytest.approx(spread_of(INTERRUPTED[:-1]), rel=0.3)
    assert spread_of(INTERRUPTED) < 0.1 < 1 < (max(INTERRUPTED) - min(INTERRUPTED)) / np.median(INTERRUPTED)


def test_half_of_the_calls_interrupted_are_one() -> None:
    assert spread_of([0.043] * 10 + [0.099] * 9) > 1


@given(st.lists(st.floats(1e-6, 1e3), min_size=5, max_size=60))
def test_it_is_the_middle_half_to_the_median(times_s: list[float]) -> None:
    first, middle, third = np.percentile(times_s, [25, 50, 75])
    assert quantity_of(times_s) == pytest.approx((middle, (third - first) / middle), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("times_s", [[1.0, 3.0], [1.0, 2.0, 5.0], [1.0, 2.0, 2.0, 5.0]])
def test_quarters_of_a_few_say_nothing_so_all_of_them_count(times_s: list[float]) -> None:
    assert spread_of(times_s) == pytest.approx((max(times_s) - min(times_s)) / np.median(times_s))


def test_who_repeated_nothing_knows_no_spread() -> None:
    assert quantity_of([2.0]) == (2.0, None)
    assert ratio((6.0, None), (2.0, None)) == (3.0, None)


def test_a_ratio_is_as_wide_as_both_its_sides() -> None:
    value, spread = ratio((6.0, 0.1), (2.0, 0.05))
    assert (value, spread) == (3.0, pytest.approx(0.15))
    assert ratio((6.0, None), (2.0, 0.05)) == (3.0, 0.05)
    assert math.isclose(ratio((2.0, 0.05), (6.0, 0.1))[1] or 0, spread or 1)
