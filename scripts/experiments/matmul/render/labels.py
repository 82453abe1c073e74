"""Labels beside the points of a chart, placed so that none lies on another label, on a point or on a line."""

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

_BESIDE = 12.0  # points between a point and its label
_STEP, _STEPS = 5.0, 12  # a label moves up and down by so many points, so often at most
_MARGIN = 3.0  # points between a label and what it avoids
_ROOM = 10.0  # half the side of the square, in points, that a point takes

Label = tuple[float, float, str]  # x and y in the units of the axes, and the text


def label_points(axes: Axes, labels: Iterable[Label], avoid: Iterable[Any], **style: Any) -> None:
    """Write each label beside its point, from the top down: at the nearest place to it that is free.

    Limits and layout of the axes must be final. `avoid` are artists, texts and lines, that no label may cover.
    Where all places are taken a label stands where it covers the least.
    """
    points = axes.figure.dpi / 72  # pixels in a point
    waiting = [(axes.transData.transform((x, y)), text, (x, y)) for x, y, text in labels]
    room = _ROOM * points
    taken = [each.get_window_extent().padded(_MARGIN * points) for each in avoid]
    taken += [Bbox.from_extents(x - room, y - room, x + room, y + room) for (x, y), _, _ in waiting]
    for (_, _), text, place in sorted(waiting, key=lambda each: -each[0][1]):
        shown = axes.annotate(text, place, xytext=(0, 0), textcoords="offset points", va="center", **style)
        shown.set_in_layout(False)
        found: list[tuple[float, Bbox, tuple[float, float, str]]] = []
        for height in sorted((_STEP * step for step in range(-_STEPS, _STEPS + 1)), key=abs):
            for side, align in ((_BESIDE, "left"), (-_BESIDE, "right")):
                shown.set(position=(side, height), horizontalalignment=align)
                box = shown.get_window_extent()
                found.append((_covered(box, taken, axes.bbox), box, (side, height, align)))
        _, box, (side, height, align) = min(found, key=lambda each: each[0])  # the nearest of those that cover least
        shown.set(position=(side, height), horizontalalignment=align)
        taken.append(box)


def _covered(box: Bbox, taken: list[Bbox], inside: Bbox) -> float:
    """How much of the box lies on what is taken, or outside the axes, in square pixels."""
    overlaps = (Bbox.intersection(box, each) for each in taken)
    shown = Bbox.intersection(box, inside)
    outside = box.width * box.height - (shown.width * shown.height if shown else 0)
    return outside + sum(overlap.width * overlap.height for overlap in overlaps if overlap)
