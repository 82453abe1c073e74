"""How many times faster one thing is than another, and by how much their times vary: the margin of a claim of it."""

from collections.abc import Iterator, Sequence

from talk.records.headline import quantity_of, ratio
from talk.render.value import Value


def gain_values(
    name: str, theirs_s: Sequence[float], ours_s: Sequence[float], what: str
) -> Iterator[tuple[str, Value]]:
    """The ratio of their median time to ours, and the spreads of both together; `what` is «их / наше»."""
    gain, spread = ratio(quantity_of(theirs_s), quantity_of(ours_s))
    yield name, Value(gain, "ratio", f"медиана времени {what}")
    yield f"{name}_spread", Value(spread or 0.0, "share", f"сумма межквартильных размахов к медианам, {what}")
