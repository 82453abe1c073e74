"""Whether the talk's two colours can be read where pages use them: WCAG's contrast against white and against black."""

from dataclasses import dataclass

from talk.errors import TalkError
from talk.settings import Settings, refused

_BLACK, _WHITE = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)
_TEXT, _SHAPES = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
# How much of the first colour is in `--accent` of a light page, the rest being black: tokens.css.
ACCENT_SHARE = 0.85

_Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class _Use:
    """What pages show in a colour: in the first as it is (`share` 1) or mixed with black, or in the second."""

    number: int
    ground: _Rgb
    needed: float
    what: str
    share: float = 1.0


_USES = (
    _Use(1, _BLACK, _TEXT, "links on black: dark pages and slides"),
    _Use(1, _WHITE, _SHAPES, "large type and shapes on white"),
    _Use(1, _WHITE, _TEXT, "emphasized text on white, where it is darkened", ACCENT_SHARE),
    _Use(2, _WHITE, _TEXT, "links on white: light pages"),
    _Use(2, _BLACK, _SHAPES, "lines and shapes on black"),
)


def find_low_contrast(chosen: Settings) -> list[TalkError]:
    """One error for every use of a brand colour in which it cannot be told well enough from what it stands on."""
    found = []
    for use in _USES:
        colour = chosen.colours[use.number - 1]
        ratio = contrast(_mixed(rgb(colour), use.share), use.ground)
        if ratio < use.needed:
            which = ("first", "second")[use.number - 1]
            change = "lighter" if use.ground == _BLACK else "darker"
            what = f"{colour} has a contrast of {ratio:.1f}:1 for {use.what}; {use.needed:g}:1 is needed"
            found.append(refused("colours", what, f"take a {change} {which} colour"))
    return found


def rgb(colour: str) -> tuple[int, int, int]:
    """The three parts of `#rrggbb`, 0 to 255."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def contrast(first: _Rgb, second: _Rgb) -> float:
    """WCAG's contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: _Rgb) -> float:
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: _Rgb, share: float) -> _Rgb:
    red, green, blue = colour
    return red * share, green * share, blue * share
