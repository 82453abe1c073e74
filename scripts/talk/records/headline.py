"""Headline numbers of a record: what `headlines(data)` of an experiment's record module yields."""

from collections.abc import Iterator, Sequence
from statistics import median

# A number, and how far its repeats lie apart as a share of it; None where nothing was repeated.
Quantity = tuple[float, float | None]
Headlines = Iterator[tuple[str, Quantity]]


def quantity_of(times_s: Sequence[float]) -> Quantity:
    """The median of repeats and their spread."""
    middle = median(times_s)
    return middle, (max(times_s) - min(times_s)) / middle if len(times_s) > 1 else None


def ratio(above: Quantity, below: Quantity) -> Quantity:
    """The ratio of two quantities that vary independently."""
    spreads = [spread for _, spread in (above, below) if spread is not None]
    return above[0] / below[0], sum(spreads) if spreads else None
