"""Hand-drawn SVG: a plane with axes on which pictures put curves and points, in the page's colours and typefaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from talk.words import number

WIDTH, HEIGHT = 800, 450

Point = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Part of a plane, `left` to `right` and `bottom` to `top`, over the whole picture but its margins."""

    left: float
    right: float
    bottom: float
    top: float
    margin: float = 34

    def at(self, x: float, y: float) -> Point:
        """Where (x, y) lies in the picture."""
        across = (x - self.left) / (self.right - self.left)
        up = (y - self.bottom) / (self.top - self.bottom)
        return (
            self.margin + across * (WIDTH - 2 * self.margin),
            HEIGHT - self.margin - up * (HEIGHT - 2 * self.margin),
        )

    @property
    def attribute(self) -> str:
        """The plane as the page's script reads it."""
        return f'data-plane="{self.left:g} {self.right:g} {self.bottom:g} {self.top:g} {self.margin:g}"'

    def axes(self, across: str, up: str, origin: Point = (0.0, 0.0), below: bool = True) -> str:
        """Both axes through `origin`, with what they measure; not `below` leaves room for words there."""
        x0, y0 = self.at(*origin)
        right, top = self.at(self.right, self.top)
        left, bottom = self.at(self.left, self.bottom if below else origin[1])
        return (
            line((left, y0), (right, y0), "axis")
            + line((x0, bottom), (x0, top), "axis")
            + text((right, y0 + 27), across, "end")
            + text((x0 + 12, top + 6), up, "start")
        )

    def curve(self, points: Iterable[Point], kind: str, part: str = "") -> str:
        """A line through points of the plane."""
        return path([self.at(*point) for point in points], kind, part)

    def through(self, point: Point, slope: float, kind: str, part: str = "", reach: float | None = None) -> str:
        """A straight line through `point`, as far as the picture goes or `reach` to both sides."""
        x, y = point
        ends = (self.left, self.right) if reach is None else (x - reach, x + reach)
        return self.curve([(end, y + slope * (end - x)) for end in ends], kind, part)

    def dot(self, point: Point, kind: str = "point", part: str = "") -> str:
        """A point."""
        return dot(self.at(*point), kind, part)


def path(points: Iterable[Point], kind: str, part: str = "", closed: bool = False) -> str:
    """A polyline, given where it lies in the picture."""
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="{kind}"{named(part)} d="M{way}{"Z" if closed else ""}"/>'


def line(start: Point, end: Point, kind: str, part: str = "") -> str:
    """A straight line between two places of the picture."""
    return path([start, end], kind, part)


def dot(place: Point, kind: str = "point", part: str = "") -> str:
    """A point: a pixel, as all the talk's ornaments are."""
    size = 18 if "handle" in kind else 14
    x, y = place[0] - size / 2, place[1] - size / 2
    return f'<rect class="{kind}"{named(part)} x="{x:.1f}" y="{y:.1f}" width="{size}" height="{size}"/>'


def text(place: Point, words: str, anchor: str = "start", kind: str = "", part: str = "") -> str:
    """Words, escaped."""
    return (
        f'<text class="{f"label {kind}".strip()}"{named(part)} x="{place[0]:.1f}" y="{place[1]:.1f}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def shown(value: float, decimals: int = 1) -> str:
    """A number as the picture writes it: without a tail of zeros."""
    kept = next(digits for digits in range(decimals + 1) if round(value, digits) == round(value, decimals))
    return number(value, kept)


@dataclass(frozen=True)
class Picture:
    """A picture: what is always there, and the frames that come one by one.

    A frame with `passing` gives way to the next. `last` is what the article shows of the frames, with the parts that
    the reader moves; without it the article shows them all.
    """

    name: str
    title: str
    told: str
    base: str
    frames: tuple[str, ...] = ()
    passing: bool = False
    last: str = ""
    plane: Plane | None = None

    def still(self, caption: str) -> str:
        """The figure in an article, which the page's script lets the reader drag."""
        content = self.base + (self.last or "".join(self.frames))
        caption = f"<figcaption>{caption}</figcaption>"
        return f'<figure class="drawn live" data-live="{self.name}">{self._svg(content)}{caption}</figure>\n'

    def stepped(self) -> str:
        """The figure on a slide: each frame is a step."""
        final = len(self.frames) - 1
        frames = []
        for index, frame in enumerate(self.frames):
            passes = self.passing and index < final
            kind = "fragment fade-in-then-out passing" if passes else "fragment"
            frames.append(f'<g class="{kind}">{frame}</g>')
        return f'<figure class="drawn">{self._svg(self.base + "".join(frames))}</figure>\n'

    def _svg(self, content: str) -> str:
        plane = f" {self.plane.attribute}" if self.plane else ""
        return (
            f'<svg class="drawing" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.told)}" '
            f'translate="no"{plane}>'
            f"<title>{escape(self.title)}</title>{content}</svg>"
        )


def named(part: str) -> str:
    """The attribute by which a page's script finds a part of a picture."""
    return f' data-part="{part}"' if part else ""
