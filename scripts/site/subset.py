"""Open typefaces cut down to the letters of Russian, of code and of what lies between: half of their bytes."""

from pathlib import Path

_ASCII = range(0x20, 0x7F)
_RUSSIAN = (0x401, *range(0x410, 0x450), 0x451)
_SIGNS = map(
    ord, "«»„“”‘’—–…×÷±−·°№€©µ½¹²³ⁿ≈≤≥→←\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{HAIR SPACE}"
)
LETTERS = frozenset((*_ASCII, *_RUSSIAN, *_SIGNS))
# Ligatures of code and fractions are left out: nobody asks for them, and they are half of a typeface for code.
_FEATURES = ("ccmp", "kern", "locl", "mark", "tnum")


def cut_down(font: Path) -> None:
    """Write the WOFF2 file `font` anew with LETTERS alone, as far as it has them."""
    from fontTools.subset import Options, Subsetter, load_font, save_font

    options = Options(flavor="woff2", layout_features=_FEATURES, hinting=False, notdef_outline=True)
    typeface = load_font(str(font), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS & set(typeface.getBestCmap()))
    subsetter.subset(typeface)
    save_font(typeface, str(font), options)
