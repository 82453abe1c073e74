"""Names of points and lines of a chart, placed so that none lies on another or on a point, and its key."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from talk.render.charts import INK, MUTED, PAPER, SMALL, lay_out

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


_DISC = 25.0  # points across
_DISC_PAD = 0.12  # between a disc and its sign, in letters
_TURNS, _SPREADS = 12, 8  # ways from a point in which its disc may give way, and how far, in discs


def disc(axes: Axes, place: tuple[float, float], sign: str, colour: str) -> None:
    """A disc with a sign, a number say, of what is named elsewhere."""
    axes.text(
        *place, sign, ha="center", va="center", color=INK, fontsize=SMALL, fontweight="bold", zorder=5,
        bbox={"boxstyle": f"circle,pad={_DISC_PAD}", "facecolor": PAPER, "edgecolor": colour, "linewidth": 3},
    )  # fmt: skip


def discs(axes: Axes, points: Iterable[tuple[float, float, str, str]], highest: float) -> None:
    """A disc at each point (x, y, sign, colour), none over another: it gives way, and a line leads to its point.

    It gives way to where y is at most `highest`. Limits and layout of the axes must be final.
    """
    across = (_DISC + 2) * axes.figure.dpi / 72
    top = axes.transData.transform((1.0, highest))[1]
    inside = Bbox.from_extents(axes.bbox.x0, axes.bbox.y0, axes.bbox.x1, top + 1)
    placed: list[tuple[float, float]] = []
    for x, y, sign, colour in points:
        at_x, at_y = axes.transData.transform((x, y))
        found = [(at_x, at_y)] + [
            (at_x + across * far * math.cos(angle), at_y + across * far * math.sin(angle))
            for far in range(1, _SPREADS)
            for angle in (2 * math.pi * turn / _TURNS for turn in range(_TURNS))
        ]
        free = (each for each in found if inside.contains(*each) and all(math.dist(each, o) >= across for o in placed))
        placed.append(next(free, found[0]))
        shown_x, shown_y = axes.transData.inverted().transform(placed[-1])
        if placed[-1] != found[0]:
            axes.plot([x, shown_x], [y, shown_y], color=colour, linewidth=1.5, zorder=3)
            axes.plot(x, y, "o", color=colour, markersize=7, zorder=3)
        disc(axes, (shown_x, shown_y), sign, colour)


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


@dataclass(frozen=True)
class End:
    """Where a line ends, in the units of the axes, and the name that is written there, in one line or two."""

    x: float
    y: float
    name: str
    colour: str
    marker: str = ""


_NAME_HEIGHT = 0.22  # of two lines of a name, as a share of the axes
_BETWEEN = 12  # places between two points of a line
_ENDS_EARLY = 0.7  # of the axes' width: a line that ends before has its name inside


def name_ends(axes: Axes, ends: Iterable[End]) -> None:
    """The name of each line beside its end, with the line's marker; names of lines that end close are moved apart.

    The name of a line that ends early stands among the others, where none of them is. All else has to be drawn: the
    figure gets its layout here where there is such a name.
    """
    to_axes = axes.transData + axes.transAxes.inverted()
    found = [(each, *to_axes.transform((each.x, each.y))) for each in ends]
    late = [each for each in found if each[1] >= _ENDS_EARLY]
    places = apart([y for _, _, y in late], [_NAME_HEIGHT] * len(late), 0.0, 1.0)
    columns = [(end, 1.0, place) for (end, _, _), place in zip(late, places, strict=True)]
    style: dict[str, Any] = {"fontsize": SMALL, "fontweight": "bold", "linespacing": 1.05}
    for end, x, y in columns:
        if end.marker:
            axes.plot(x + 0.035, y, end.marker, color=end.colour, transform=axes.transAxes, clip_on=False)
        beside = 0.065 if end.marker else 0.02
        axes.text(x + beside, y, end.name, transform=axes.transAxes, color=end.colour, va="center", **style)
    early = [end for end, x, _ in found if x < _ENDS_EARLY]
    if early:
        figure = axes.get_figure(root=True)
        assert figure is not None
        lay_out(figure)
    for end in early:
        along = places_along(axes)
        label_points(axes, [(end.x, end.y, end.name)], axes.texts, along, color=end.colour, **style)


def places_along(axes: Axes) -> list[tuple[float, float]]:
    """Places on the lines of a chart, in the units of its axes, which no label should cover."""
    to_data = axes.transData.inverted()
    found: list[tuple[float, float]] = []
    for line in axes.lines:
        for start, end in pairwise(line.get_transform().transform(line.get_xydata())):
            found += map(tuple, to_data.transform(np.linspace(start, end, _BETWEEN + 1)))
    return found


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
