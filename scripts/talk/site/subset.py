"""Open typefaces cut down to the letters of the talk's language, of code and of what lies between: half as long."""

from pathlib import Path
from typing import TYPE_CHECKING

from talk.words import Language

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_ASCII = range(0x20, 0x7F)
GREEK = frozenset(range(0x3B1, 0x3CA))  # of code alone: formulas have a typeface of their own
SIGNS = frozenset(
    map(ord, "«»„“”‘’—–…×÷±−·°№€₽©µ½¹²³ⁿ≈≤≥→←′\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{HAIR SPACE}")
)
MATH_SIGNS = frozenset(map(ord, "→∂≈"))  # the typefaces for text lack them, the one for formulas has them
_RAISED = dict(zip("⁰⁴⁵⁶⁷⁸⁹⁻ˣᵀ", "0456789−xT", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
SMALL = frozenset(map(ord, (*_RAISED, *_LOWERED)))
# Ligatures of code and fractions are left out: nobody asks for them, and they are half of a typeface for code.
_FEATURES = ("ccmp", "kern", "locl", "mark", "tnum")


def letters_of(spoken: Language) -> frozenset[int]:
    """What prose in the language is written with, signs aside."""
    return frozenset(_ASCII) | spoken.letters


def cut_down(font: Path, letters: frozenset[int], heavier: Path) -> None:
    """Write the WOFF2 file `font` anew with `letters` alone, as far as it has them, and with SMALL made of `heavier`:
    the same typeface so much heavier that its figures made small are as bold as those around them.
    """
    from fontTools.subset import Options, Subsetter, load_font, save_font

    options = Options(flavor="woff2", layout_features=_FEATURES, hinting=False, notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx"]  # no page is set from top to bottom
    typeface = load_font(str(font), options)
    has = set(typeface.getBestCmap())
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters & has)
    subsetter.subset(typeface)
    if letters & has >= set(map(ord, "2²")) and "glyf" in typeface:
        _add_small(typeface, load_font(str(heavier), options))
    save_font(typeface, str(font), options)


def _add_small(typeface: "TTFont", heavier: "TTFont") -> None:
    """Powers and indices that the typeface lacks: figures, as small as its own `²` is beside its `2`, and as high.

    Without them a browser takes them from whatever typeface the reader's machine has, `10⁻²` from two.
    """
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    models, model_names = heavier.getGlyphSet(), heavier.getBestCmap()
    names, outlines, widths = typeface.getBestCmap(), typeface["glyf"], typeface["hmtx"].metrics
    two, square = names[ord("2")], names[ord("²")]
    scale = (outlines[square].yMax - outlines[square].yMin) / (outlines[two].yMax - outlines[two].yMin)
    narrower = widths[square][0] / widths[two][0]  # 1 where all letters are of one width
    raised = outlines[square].yMin - scale * outlines[two].yMin
    lowered = -0.15 * typeface["head"].unitsPerEm
    for made, lift in ((_RAISED, raised), (_LOWERED, lowered)):
        for letter, model in made.items():
            if ord(letter) in names:
                continue
            shape = DecomposingRecordingPen(models)
            models[model_names[ord(model)]].draw(shape)
            width = models[model_names[ord(model)]].width
            pen = TTGlyphPen(None)
            shape.replay(TransformPen(pen, (scale, 0, 0, scale, (narrower - scale) * width / 2, lift)))
            name = f"uni{ord(letter):04X}"
            outlines[name] = pen.glyph()
            outlines[name].recalcBounds(outlines)
            widths[name] = (round(narrower * width), outlines[name].xMin)
            for table in typeface["cmap"].tables:
                if table.isUnicode():
                    table.cmap[ord(letter)] = name
