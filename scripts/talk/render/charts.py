"""The house style of charts: matplotlib drawings turned into inline SVG that takes type and colours from the page.

Charts are drawn with marker colours, one for each role, and every marker becomes a CSS variable in the SVG: a
chart follows the page's scheme without being drawn again. Text stays text, so it takes the page's typeface.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any, Literal, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator

from talk.errors import TalkError
from talk.render.captions import Provenance
from talk.words import Dimension, decimals_for, language, natural_unit, number, quantity, units

# Role → (marker colour the chart is drawn with, what stands in the SVG).
_COLOURS = {
    "ink": ("#0a0b01", "var(--chart-ink, currentColor)"),
    "muted": ("#0a0b02", "var(--chart-muted, currentColor)"),
    "grid": ("#0a0b03", "var(--chart-grid, currentColor)"),
    "paper": ("#0a0b04", "var(--chart-paper, transparent)"),
    "on_colour": ("#0a0b0a", "var(--chart-on-colour, #ffffff)"),
    "pink": ("#0a0b05", "var(--chart-1)"),
    "violet": ("#0a0b06", "var(--chart-2)"),
    "blue": ("#0a0b07", "var(--chart-3)"),
    "cyan": ("#0a0b08", "var(--chart-4)"),
    "green": ("#0a0b09", "var(--chart-5)"),
}
INK, MUTED, GRID, PAPER, ON_COLOUR, PINK, VIOLET, BLUE, CYAN, GREEN = (marker for marker, _ in _COLOURS.values())

# Points of a drawing 576 points wide: legible at 390 px and from the last row of a hall.
SIZE, SMALL = 18.5, 16.5
THICK = 3.5
_MARGIN = 0.1  # inches: a browser's line is taller than the letters that matplotlib makes room for
_MOST_TICKS = 7  # of a logarithmic axis
_EVERYDAY = (5e-4, 5e6)  # numbers from here to there are read at a glance
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_DECIMALS = 1  # of a coordinate: a tenth of a point is a third of a pixel of a slide 1920 wide

P = ParamSpec("P")

_STYLE: Any = {
    "text.parse_math": False,  # a machine may be called «$x$»
    "svg.fonttype": "none",
    "path.simplify_threshold": 0.5,
    "svg.hashsalt": "talk",
    "font.size": SIZE,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.edgecolor": VIOLET,
    "axes.linewidth": THICK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": VIOLET,
    "ytick.color": VIOLET,
    "xtick.major.width": THICK / 2,
    "ytick.major.width": THICK / 2,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 1,
    "axes.axisbelow": True,
    "hatch.linewidth": 2.5,
    "lines.linewidth": THICK,
    "lines.markersize": 11,
}


_drawing = True


def in_house_style(draw: Callable[P, str]) -> Callable[P, str]:
    """Decorate a function that draws: whatever it makes is in the house style, whatever the user's own matplotlibrc.

    Where its first argument is a Provenance it returns that record's figure, else the chart alone (see `undrawn`).
    """

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> str:
        if not _drawing:
            return args[0].figure("", "", "chart") if args and isinstance(args[0], Provenance) else ""
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(_STYLE)
            return draw(*args, **kwargs)

    return styled


@contextmanager
def undrawn() -> Iterator[None]:
    """Within it figures are without their charts: which there are is told at once, drawing them takes seconds."""
    global _drawing
    _drawing = False
    try:
        yield
    finally:
        _drawing = True


def sheet(height: float) -> Figure:
    """An empty figure, 8 inches wide and `height` inches high, for several charts."""
    figure = Figure(figsize=(8, height), layout=ConstrainedLayoutEngine(h_pad=_MARGIN, w_pad=_MARGIN))
    FigureCanvasSVG(figure)
    return figure


def canvas(height: float = 3.7) -> tuple[Figure, Axes]:
    """A figure of one empty chart; 3.7 inches of height fill the body of a slide."""
    figure = sheet(height)
    return figure, figure.add_subplot()


def bare(axes: Axes) -> None:
    """Take axes, ticks and frame away: the chart labels its shapes directly."""
    axes.set_axis_off()


def log_axis(axis: Axis, dimension: Dimension | None = None) -> None:
    """Make `axes.xaxis` or `axes.yaxis` logarithmic, its ticks written as the page writes quantities of `dimension`.

    Without a dimension they are plain numbers, and powers of ten where some would not be read at a glance.
    """
    axes = axis.axes
    (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
    axis.set_major_locator(_Ticks(numticks=_MOST_TICKS))
    low, high = _EVERYDAY

    def everyday() -> bool:
        shown = axis.get_view_interval()
        return low <= min(shown) and max(shown) <= high

    def written(value: float, _: int | None) -> str:
        if value <= 0:
            return ""
        if dimension is not None:
            unit = "" if "" in units(dimension) else natural_unit(value, dimension)
            return quantity(value, dimension, unit, decimals_for(value / units(dimension)[unit], 1))
        return number(value, decimals_for(value, 1)) if everyday() else _power(value)

    axis.set_major_formatter(FuncFormatter(written))


class _Ticks(LogLocator):
    """Powers of ten, and 2 and 5 times these where the axis is short."""

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """Where the ticks of an axis from `vmin` to `vmax` are."""
        self.set_params(subs=(1.0, 2.0, 5.0) if vmax / vmin < 10 ** (_MOST_TICKS / 3) else (1.0,))
        return super().tick_values(vmin, vmax)


def lay_out(figure: Figure) -> None:
    """Give everything its final place: what is placed between other things, and saving, find it there."""
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine(None)


def _power(value: float) -> str:
    """A number of one significant digit by its power of ten: 10⁻⁷, 2·10⁻⁷."""
    mantissa, exponent = f"{value:.0e}".split("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}{language().power}{power}"


@dataclass(frozen=True)
class Scale:
    """How a page's script finds the place of a value on a chart: the attribute `data-x` or `data-y` of its `<svg>`.

    The attribute reads `KIND FROM TO AT_FROM AT_TO`, as `log 0.1 40 98.2 560.1`: KIND is `log` or `linear`, FROM and TO
    are two values, AT_FROM and AT_TO where they lie in the view box. `axis` has the values on it; where the chart
    computes its places itself, `places` are those of FROM and TO on the axis.
    """

    axis: Axis
    kind: Literal["linear", "log"]
    ends: tuple[float, float]
    places: tuple[float, float] | None = None

    @property
    def attribute(self) -> str:
        """The attribute, the chart's layout being final."""
        axes = self.axis.axes
        figure, first, second = axes.figure, *(self.places or self.ends)
        points = 72 / figure.dpi  # of a pixel
        if self.axis is axes.xaxis:
            name, drawn = "x", [axes.get_xaxis_transform().transform((value, 0))[0] for value in (first, second)]
        else:
            pixels = [axes.get_yaxis_transform().transform((0, value))[1] for value in (first, second)]
            name, drawn = "y", [figure.bbox.height - pixel for pixel in pixels]
        at = " ".join(f"{pixel * points:.{_DECIMALS}f}" for pixel in drawn)
        return f' data-{name}="{self.kind} {self.ends[0]:.6g} {self.ends[1]:.6g} {at}"'


def svg(figure: Figure, name: str, title: str, description: str, scales: Iterable[Scale] = ()) -> str:
    """The chart as one inline `<svg>` element of full width, on one line.

    `name` makes its ids unique on a page; `title` and `description` are its alternative text, plain prose. `scales` are
    for a script that puts something more on the chart. The same chart gives the same bytes. Raises TalkError where
    matplotlib wrote a number in TeX, which would show.
    """
    for axes in figure.axes:
        axes.minorticks_off()  # they would not show, but take a third of the time
    lay_out(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    if r"\mathdefault" in buffer.getvalue():
        raise TalkError(
            f"chart {name}",
            r"an axis has ticks in TeX, $\mathdefault{10^{0}}$ say",
            "make it logarithmic by charts.log_axis(axes.xaxis) or charts.log_axis(axes.yaxis)",
        )
    attributes = "".join(scale.attribute for scale in scales)
    return _inline(buffer.getvalue(), re.sub(r"[^a-z0-9]+", "-", name), title, description, attributes)


def _inline(drawing: str, prefix: str, title: str, description: str, attributes: str) -> str:
    viewbox, content = re.search(r'<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>', drawing, re.DOTALL).groups()  # type: ignore[union-attr]
    content = re.sub(r"<metadata>.*?</metadata>", "", content, flags=re.DOTALL)
    # matplotlib's rule is for every element, and a style of an inline SVG holds for the whole page.
    content = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", content, flags=re.DOTALL)
    content = re.sub(r"font-family: [^;\"]*;? ?", "", content)
    content = re.sub(r"<!--.*?-->", "", content, flags=re.DOTALL)
    content = re.sub(r' transform="rotate\(-?0 [^"]*"', "", content)
    content = re.sub(r' d="([^"]*)"', lambda found: f' d="{_shortened(found[1])}"', content)
    content = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.{_DECIMALS}f}", content)
    content = content.replace("xlink:href", "href")
    content = _own_ids(content, prefix)
    for marker, variable in _COLOURS.values():
        content = re.sub(rf'\b(fill|stroke)="{marker}"', rf'style="\1: {variable}"', content)
        content = content.replace(marker, variable)
    content = re.sub(r">\s+<", "><", re.sub(r"\s+", " ", content)).strip()
    label = escape(f"{title}. {description}")
    return (
        f'<svg class="chart" viewBox="{viewbox}" role="img" aria-label="{label}" translate="no"{attributes} '
        f'xmlns="http://www.w3.org/2000/svg" stroke-linejoin="round">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{content}</svg>"
    )


def _shortened(path: str) -> str:
    """A path of straight lines with each point told from the one before, which takes half the letters."""
    words = path.split()
    if not set(filter(str.isalpha, words)) <= {"M", "L", "z"}:
        return path
    parts: list[str] = []
    at, command = (0, 0), "M"
    scale = 10**_DECIMALS
    numbers: list[float] = []
    for word in words:
        if word == "z":
            parts.append("z")
        elif word.isalpha():
            command = word
        else:
            numbers.append(float(word))
            if len(numbers) == 2:
                x, y = (round(number * scale) for number in numbers)
                from_x, from_y = (0, 0) if command == "M" else at
                parts.append(f"{command if command == 'M' else 'l'}{(x - from_x) / scale:g} {(y - from_y) / scale:g}")
                at, numbers = (x, y), []
    return "".join(parts)


def _own_ids(content: str, prefix: str) -> str:
    """Drop ids that nothing refers to and put `prefix` before the others."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', content))
    content = re.sub(r' id="([^"]*)"', lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "", content)
    return re.sub(r'(url\(#|href="#)', rf"\1{prefix}-", content)


def swatch(axes: Axes, x: float, y: float, colour: str, hatch: str | None) -> Rectangle:
    """A small filled (or hatched) box for a key, at (x, y) in fractions of the axes."""
    fill: dict[str, Any] = {"facecolor": "none", "edgecolor": colour, "hatch": hatch, "linewidth": 0}
    if hatch is None:
        fill = {"facecolor": colour}
    return Rectangle((x, y), 0.04, 0.06, transform=axes.transAxes, clip_on=False, **fill)
