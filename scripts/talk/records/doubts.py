"""What in a measurement contradicts itself. A record that does is measured again, and marked where it still does.

Each experiment says what would: `doubts(data)` in its `record.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal, get_args

# Each has words of its own in `talk.words`.
Kind = Literal["above_ceiling", "more_than_cores", "parts_unlike_whole", "wide_spread"]

MOST = 1.2  # times its peak: what is said to compute faster was not measured
_WIDEST_MIDDLE = 0.5  # half of the times lie farther apart than this share of their median: it is none
FEWEST = 5  # times that quarters are told of


@dataclass(frozen=True)
class Doubt:
    """One contradiction: its kind, and in English what it is about, with both numbers where there are two.

    What is impossible is no noise: a record is refused that says so nowhere itself.
    """

    kind: Kind
    about: str
    is_impossible: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}"


Doubts = Iterable[Doubt]


def check_doubts(written: Iterable[str]) -> None:
    """Raises ValueError for a line of a record that is no doubt of a kind that there is."""
    for line in written:
        if line.partition(": ")[0] not in get_args(Kind):
            raise ValueError(f"doubtful: {line[:80]!r} begins with none of {', '.join(get_args(Kind))}")


def above(
    about: str,
    measured: float,
    ceiling: float,
    bears: float,
    kind: Kind = "above_ceiling",
    most: float | None = None,
) -> Iterator[Doubt]:
    """A doubt where `measured` is above `ceiling` by more than the share `bears` of it, which noise explains.

    More than `most` times the ceiling is impossible.
    """
    if measured > ceiling * (1 + bears):
        is_impossible = most is not None and measured > ceiling * most
        yield Doubt(kind, f"{about}, {measured:.4g} against {ceiling:.4g}", is_impossible)


def unlike(about: str, parts: float, whole: float, bears: float) -> Iterator[Doubt]:
    """A doubt where the sum of parts is not the whole, up to the share `bears` of it."""
    if abs(parts - whole) > bears * whole:
        yield Doubt("parts_unlike_whole", f"{about}, {parts:.4g} against {whole:.4g}")


def middle(times_s: Sequence[float]) -> float:
    """How wide the middle half of the times is, as a share of their median; 0 where too few tell."""
    if len(times_s) < FEWEST:
        return 0.0
    first, _, third = quantiles(times_s, n=4, method="inclusive")
    return (third - first) / median(times_s)


def wide(about: str, times_s: Sequence[float]) -> Iterator[Doubt]:
    """A doubt where the middle half of the times is so wide that their median says nothing."""
    if (spread := middle(times_s)) > _WIDEST_MIDDLE:
        yield Doubt("wide_spread", f"{about}, {100 * spread:.0f} %")
