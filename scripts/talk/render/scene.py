"""A scene: hand-drawn SVG beside large numbers, moving in steps on a slide.

The numbers stand beside the drawing, as HTML: however long a machine makes them, they meet nothing that is drawn.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from talk.render.svg import Point, named
from talk.words import Dimension, natural_units

WIDTH = 800

# Number of a colour of the theme: pink, violet, blue, cyan, green.
Tone = int


@dataclass(frozen=True)
class Figure:
    """A large number and what it counts. It comes with the frame `step`; without one it is there from the start."""

    number: str
    words: str
    tone: Tone = 1
    step: int | None = None
    part: str = ""  # by which a page's script finds it


@dataclass(frozen=True)
class Play:
    """What a page's script calls a picture that it lets the reader move, and what it reckons the moved states from.

    `facts` come from the record, as the picture itself does. `shown` are the dimensions whose units the script needs.
    """

    name: str
    facts: Mapping[str, object] = field(default_factory=dict)
    shown: Sequence[Dimension] = ()

    @property
    def attributes(self) -> str:
        """The attributes of the scene that the script reads."""
        facts = dict(self.facts)
        if self.shown:
            facts["units"] = {dimension: natural_units(dimension) for dimension in self.shown}
        return f' data-play="{self.name}"' + (
            f' data-facts="{escape(json.dumps(facts, ensure_ascii=False, separators=(",", ":")))}"' if facts else ""
        )


@dataclass(frozen=True)
class Scene:
    """A drawing in its own units, `width` wide, with the frames that come step by step and at most three figures.

    Frames with `passing` give way to the next. Words stay out of frames that pass: they would lie over each other.
    """

    title: str
    told: str
    base: str
    height: int
    frames: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    passing: bool = False
    # Where the reader may move it.
    play: Play | None = None
    width: int = WIDTH

    @property
    def html(self) -> str:
        """The body of a figure."""
        final = len(self.frames) - 1
        frames = "".join(
            f'<g class="{"fragment fade-in-then-out passing" if self.passing and at < final else "fragment"}" '
            f'data-fragment-index="{at}">{frame}</g>'
            for at, frame in enumerate(self.frames)
        )
        drawing = (
            f'<svg class="drawing" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-label="{escape(self.told)}" translate="no"><title>{escape(self.title)}</title>'
            f"{self.base}{frames}</svg>"
        )
        figures = "".join(map(_figure, self.figures))
        play = self.play.attributes if self.play else ""
        return f'<div class="scene"{play}>{drawing}' + (
            f'<div class="scene-figures">{figures}</div></div>' if figures else "</div>"
        )

    def unmeasured(self, caption: str) -> str:
        """The figure of a scene in which nothing is measured; `caption` is HTML."""
        return f'<figure class="drawn">{self.html}<figcaption>{caption}</figcaption></figure>\n'


def _figure(figure: Figure) -> str:
    comes = "" if figure.step is None else f' data-fragment-index="{figure.step}"'
    kind = f"scene-figure tone-{figure.tone}" + (" fragment" if comes else "")
    said = f"<b>{escape(figure.number)}</b><span>{escape(figure.words)}</span>"
    return f'<div class="{kind}"{named(figure.part)}{comes}>{said}</div>'


def slab(place: Point, size: Point, tone: Tone = 2, kind: str = "", part: str = "") -> str:
    """A rectangle by its left upper corner. `kind` is `lit` (filled), `solid` (filled up to the edge, however
    thin it is), `ghost` (scarcely seen), `waiting` (dashed).

    `part` is the name by which a page's script finds it.
    """
    (x, y), (width, height) = place, size
    return (
        f'<rect class="{f"slab tone-{tone} {kind}".strip()}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
        f'height="{max(height, 0):.1f}"{named(part)}/>'
    )


def words(
    place: Point, said: str, anchor: str = "start", kind: str = "", tone: Tone | None = None, part: str = ""
) -> str:
    """Words, escaped; `kind` is `quiet`, `large`, `small`, or `number` (of the height of a title)."""
    x, y = place
    classes = " ".join(filter(None, ("label", kind, f"tone-{tone}" if tone else "")))
    return f'<text class="{classes}"{named(part)} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def stroke(points: Sequence[Point], tone: Tone | None = None, kind: str = "", part: str = "") -> str:
    """A line through places of the drawing; `kind` is `dashed` or `thin`."""
    classes = " ".join(filter(None, ("stroke", kind, f"tone-{tone}" if tone else "")))
    return f'<path class="{classes}"{named(part)} d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def arrow(start: Point, end: Point, tone: Tone | None = None, kind: str = "") -> str:
    """A straight line with a head at its end."""
    (x, y), (to_x, to_y) = start, end
    length = math.hypot(to_x - x, to_y - y) or 1.0
    along, across = ((to_x - x) / length, (to_y - y) / length), (-(to_y - y) / length, (to_x - x) / length)
    neck = (to_x - 16 * along[0], to_y - 16 * along[1])
    wings = [(neck[0] + side * 9 * across[0], neck[1] + side * 9 * across[1]) for side in (1, -1)]
    tones = f" tone-{tone}" if tone else ""
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in (end, *wings))
    return stroke([start, neck], tone, kind) + f'<polygon class="head{tones}" points="{head}"/>'
