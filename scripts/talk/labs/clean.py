"""HTML and drawings that a notebook's cell left, without anything that acts, loads, or reaches beyond its place.

What is allowed is listed: text, tables, pictures that are data, and SVG. The rest is dropped, scripts and style sheets
with their content.
"""

import nh3

_TEXT = nh3.ALLOWED_TAGS - {"map", "area"} | {"figure", "figcaption", "mark", "data", "section"}
_SVG = frozenset(
    "svg g defs symbol title desc path rect circle ellipse line polyline polygon text tspan textPath use image marker "
    "pattern clipPath mask linearGradient radialGradient stop filter feGaussianBlur feOffset feMerge "
    "feMergeNode".split()
)
_EVERYWHERE = frozenset(
    # HTML
    "class id title lang dir role tabindex style width height colspan rowspan scope align valign border datetime value "
    "alt src href "
    # SVG
    "viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points transform fill fill-opacity "
    "fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-miterlimit opacity color clip-path clip-rule clipPathUnits mask maskUnits maskContentUnits filter "
    "filterUnits stdDeviation in result offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod "
    "patternUnits patternContentUnits patternTransform marker-start marker-mid marker-end markerWidth markerHeight "
    "markerUnits orient refX refY font-family font-size font-weight font-style text-anchor dominant-baseline "
    "letter-spacing rotate textLength lengthAdjust startOffset version xmlns xlink:href".split()
)
_STYLES = frozenset(
    "color background-color fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray "
    "stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit opacity stop-color stop-opacity font "
    "font-family font-size font-weight font-style text-anchor text-align vertical-align white-space border "
    "border-collapse padding margin width height max-width max-height line-height".split()
)
_LOADED = frozenset({"src", "xlink:href"})  # and `href` of everything but a link


def _within_the_page(tag: str, attribute: str, value: str) -> str | None:
    """The value, unless a browser would load it from elsewhere."""
    loads = attribute in _LOADED or (attribute == "href" and tag != "a")
    return value if not loads or value.startswith(("#", "data:image/")) else None


_CLEANER = nh3.Cleaner(
    tags=set(_TEXT | _SVG),
    attributes={"*": set(_EVERYWHERE)},
    attribute_filter=_within_the_page,
    generic_attribute_prefixes={"aria-", "data-"},
    url_schemes={"http", "https", "mailto", "data"},
    filter_style_properties=set(_STYLES),
)


def clean(html: str) -> str:
    """The HTML with what is allowed of it."""
    return _CLEANER.clean(html)
