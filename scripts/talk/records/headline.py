"""Headline numbers of a record: what `headlines(data)` of an experiment's record module yields."""

from collections.abc import Iterator, Sequence
from statistics import median

from talk.records.doubts import FEWEST, middle

# A number, and how far its repeats lie apart as a share of it; None where nothing was repeated.
Quantity = tuple[float, float | None]
Headlines = Iterator[tuple[str, Quantity]]


def quantity_of(times_s: Sequence[float]) -> Quantity:
    """The median of repeats and their spread."""
    return median(times_s), spread_of(times_s) if len(times_s) > 1 else None


def spread_of(times_s: Sequence[float]) -> float:
    """How wide the middle half of the repeats is, as a share of their median; of fewer than five, how wide all are.

    A median stands whatever a single interrupted call took, and so does this. The median's own uncertainty is less, but
    only where nothing but chance tells one call from another: a neighbour or a clock that changed stays for a while.
    """
    return middle(times_s) if len(times_s) >= FEWEST else (max(times_s) - min(times_s)) / median(times_s)


def ratio(above: Quantity, below: Quantity) -> Quantity:
    """The ratio of two quantities; their spreads add up, as they do at worst."""
    spreads = [spread for _, spread in (above, below) if spread is not None]
    return above[0] / below[0], sum(spreads) if spreads else None
