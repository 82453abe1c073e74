"""What the experiment finds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Data:
    sizes: list[int]
