"""The experiment against an independent truth. A copy of this folder tests itself."""

import random
from types import SimpleNamespace
from typing import Any

import pytest

from .measure import insertion_sort
from .render import named_values
from .sample import sample


@pytest.mark.parametrize("size", [0, 1, 2, 3, 10, 100])
def test_it_sorts_as_python_does(size: int) -> None:
    """Equal numbers among them; the list that was given stays as it was."""
    numbers = [float(number) for number in random.Random(size).choices(range(20), k=size)]
    given = list(numbers)
    assert insertion_sort(numbers) == sorted(numbers)
    assert numbers == given


def test_values_of_a_made_record() -> None:
    """Numbers that one can foresee."""
    record: Any = SimpleNamespace(data=sample())
    values = named_values(record)
    assert values["largest.ratio"].number == pytest.approx(256)
    assert values["growth.insertion"].number == pytest.approx(values["growth.promised"].number)
