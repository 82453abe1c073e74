"""Names of points and lines of a chart, placed so that none lies on another or on a point, and its key."""

from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from talk.render.charts import INK, MUTED, PAPER, SMALL

_BESIDE = 12.0  # points between a point and its label
_STEP, _STEPS = 5.0, 30  # a label moves up and down by so many points, so often at most
_FAR = 22.0  # points from where a label needs a line to its point
_MARGIN = 3.0  # points between a label and what it avoids
_ROOM = 10.0  # half the side of the square, in points, that a point takes
_SAME = 6.0  # points nearer than this share a label

# Where a label may stand, in points from its point, with the side that it is set by; the nearest first.
_ABOVE = [(0.0, 1.5 * _BESIDE, "center"), (0.0, -1.5 * _BESIDE, "center")]
_SIDES = [(_BESIDE, 0.0, "left"), (-_BESIDE, 0.0, "right")]
_AROUND = [
    (side, sign * _STEP * step, align) for step in range(1, _STEPS + 1) for sign in (1, -1) for side, _, align in _SIDES
]

# A label covers the lines that it lies on.
OVER_LINES = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}

Label = tuple[float, float, str]  # x and y in the units of the axes, and the text


def label_points(
    axes: Axes,
    labels: Iterable[Label],
    avoid: Iterable[Any] = (),
    points_too: Iterable[tuple[float, float]] = (),
    above: bool = False,
    **style: Any,
) -> None:
    """Write each label beside its point, from the top down: at the nearest place to it that is free.

    Limits and layout of the axes must be final. `avoid` are artists that no label may cover, `points_too` points
    without a label. Points in one place share a label; one that is far from its point has a line to it. `above`: it
    stands over its point or under it where it can, as numbers along a line do.
    """
    points = axes.figure.dpi / 72  # pixels in a point
    waiting = [(axes.transData.transform((x, y)), text, (x, y)) for x, y, text in labels]
    waiting = _together(sorted(waiting, key=lambda each: -each[0][1]), _SAME * points)
    room = _ROOM * points
    taken = [each.get_window_extent().padded(_MARGIN * points) for each in avoid]
    places = [place for place, _, _ in waiting] + [axes.transData.transform(each) for each in points_too]
    taken += [Bbox.from_extents(x - room, y - room, x + room, y + room) for x, y in places]
    for (_, _), text, place in waiting:
        shown = axes.annotate(
            text, place, xytext=(0, 0), textcoords="offset points", va="center", zorder=5, bbox=OVER_LINES, **style
        )
        shown.set_in_layout(False)
        found: list[tuple[float, Bbox, tuple[float, float, str]]] = []
        for side, height, align in (*(_ABOVE + _SIDES if above else _SIDES + _ABOVE), *_AROUND):
            shown.set(position=(side, height), horizontalalignment=align)
            box = shown.get_window_extent().frozen()
            found.append((_covered(box, taken, axes.bbox), box, (side, height, align)))
            if not found[-1][0]:
                break
        _, box, (side, height, align) = min(found, key=lambda each: each[0])  # the nearest of those that cover least
        shown.set(position=(side, height), horizontalalignment=align)
        if abs(height) > _FAR:
            x, y = (box.x0 if align == "left" else box.x1), (box.y0 + box.y1) / 2
            to_x, to_y = axes.transData.inverted().transform((x, y))
            axes.plot([place[0], to_x], [place[1], to_y], color=MUTED, linewidth=1.5, zorder=2)
        taken.append(box.padded(points))


def _together(waiting: list[Any], near: float) -> list[Any]:
    """Of points within `near` pixels of each other the first, with all their texts."""
    kept: list[Any] = []
    for (x, y), text, place in waiting:
        twin = next((at for at, ((a, b), _, _) in enumerate(kept) if max(abs(a - x), abs(b - y)) < near), None)
        if twin is None:
            kept.append(((x, y), text, place))
        else:
            found, others, where = kept[twin]
            kept[twin] = (found, f"{others}, {text}", where)
    return kept


def _covered(box: Bbox, taken: list[Bbox], inside: Bbox) -> float:
    """How much of the box lies on what is taken, or outside the axes, in square pixels."""
    overlaps = (Bbox.intersection(box, each) for each in taken)
    shown = Bbox.intersection(box, inside)
    outside = box.width * box.height - (shown.width * shown.height if shown else 0)
    return outside + sum(overlap.width * overlap.height for overlap in overlaps if overlap)


def apart(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels that want to stand at `places`, moved as little as keeps them apart, from `low` to `high`.

    `sizes` are what they take along the line. Where there is no room for all they go beyond `high`.
    """
    order = sorted(range(len(places)), key=lambda at: places[at])
    placed = list(places)
    edge = low
    for at in order:  # up from the lowest
        placed[at] = max(placed[at], edge + sizes[at] / 2)
        edge = placed[at] + sizes[at] / 2
    edge = max(high, low + sum(sizes))
    for at in reversed(order):  # and back down, where the topmost went too far
        placed[at] = min(placed[at], edge - sizes[at] / 2)
        edge = placed[at] - sizes[at] / 2
    return placed


def legend(axes: Axes, columns: int = 3) -> None:
    """The key of all lines that have a name, over the whole figure, `columns` to a line."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.legend(
        *axes.get_legend_handles_labels(),
        frameon=False,
        fontsize=SMALL,
        ncols=columns,
        loc="outside upper center",
        labelcolor=INK,
        columnspacing=1.2,
        handlelength=2.0,
        handletextpad=0.4,
    )
