"""The talk's brand as files: its two colours and typefaces as a style sheet, its drawings in these colours."""

from pathlib import Path

from talk.paths import ASSETS, DOCS, GENERATED_ASSETS
from talk.records.files import write_if_changed
from talk.settings import Settings
from talk.site.generated import write_folder
from talk.site.typefaces import families, font_faces
from talk.words import Language

SHEET = GENERATED_ASSETS / "brand.css"


def write_brand(chosen: Settings, spoken: Language) -> None:
    """Write generated/brand.css, which every bundle starts with, and generated/brand/, the drawings that pages show.

    Raises TalkError as `font_faces` does.
    """
    write_if_changed(SHEET, brand_sheet(chosen) + font_faces(chosen, spoken))
    drawings = {Path(file.name): file for file in (ASSETS / "brand").glob("*.svg")}
    if chosen.logo:
        drawings[Path("logo.svg")] = DOCS / chosen.logo
    painted_texts = {name: painted(file.read_text(encoding="utf-8"), chosen) for name, file in drawings.items()}
    write_folder(GENERATED_ASSETS / "brand", painted_texts)


def brand_sheet(chosen: Settings) -> str:
    """The rule that names the two colours and the typefaces; tokens.css makes all shades from it."""
    colours = [f"  --brand-{number}: {colour};" for number, colour in enumerate(chosen.colours, start=1)]
    faces = [f"  --{role}-face: {family};" for role, family in families(chosen).items()]
    return "\n".join([":root {", *colours, *faces, "}", ""])


def painted(drawing: str, chosen: Settings) -> str:
    """The SVG with the talk's colours in the places of `[[brand-1]]` and `[[brand-2]]`."""
    for number, colour in enumerate(chosen.colours, start=1):
        drawing = drawing.replace(f"[[brand-{number}]]", colour)
    return drawing
