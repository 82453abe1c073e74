"""One named value."""

from dataclasses import dataclass

from talk.words import Dimension


@dataclass(frozen=True)
class Value:
    """A number in the base unit of its dimension (seconds, bytes, 1) and, in Russian, how it was computed."""

    number: float
    dimension: Dimension
    how: str
