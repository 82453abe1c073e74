"""A talk's own two colours are wherever colours are shown, and no shade of the default pair stays behind."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from talk.paths import ASSETS, PACKAGE
from talk.render import charts
from talk.settings import Settings
from talk.site.assets import write_assets
from talk.site.brand import brand_sheet, painted
from talk.site.bundles import bundles, joined
from talk.site.sharing import Shared, draw_picture, look_of
from talk.words import language

OWN = Settings(colours=("#0055ff", "#00a86b"))
DEFAULT = re.compile(r"ff007f|9700ff|255[ ,]+0[ ,]+127|151[ ,]+0[ ,]+255", re.IGNORECASE)
SHEETS = [*(ASSETS / "stylesheets").glob("*.css"), *(PACKAGE / "site").glob("*.css")]
# The same in every talk: the charts' other three colours, code's, and the colour of warnings.
SHARED = re.compile(r"\s*--(chart-[345]|code-(string|function|number)|warn): (light-dark\(.*)?#")


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    write_assets()


def test_no_source_but_the_settings_names_the_default_pair() -> None:
    files = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".css", ".svg", ".js", ".html", ".mjs"}]
    named = {path.name for path in files if DEFAULT.search(path.read_text(encoding="utf-8"))}
    assert named == {"settings.py"}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_other_shade_is_grey_or_mixed_from_the_two(sheet: Path) -> None:
    for line in sheet.read_text(encoding="utf-8").splitlines():
        for literal in re.findall(r"#([0-9a-fA-F]{3,8})\b", line):
            digits = literal if len(literal) > 4 else "".join(digit * 2 for digit in literal)
            assert SHARED.match(line) or digits[:2] == digits[2:4] == digits[4:6], line
        assert not re.search(r"rgba?\(|hsla?\(", line), line


@pytest.mark.parametrize("name", [name for name in bundles() if name.endswith(".css")])
def test_bundles_have_the_talks_colours(name: str, tmp_path: Path) -> None:
    sheet = tmp_path / "brand.css"
    sheet.write_text(brand_sheet(OWN), encoding="utf-8")
    parts = [
        sheet if part.name == "brand.css" and part.parent.name == "generated" else part for part in bundles()[name]
    ]
    css = joined(parts, tmp_path, OWN, language())
    assert not DEFAULT.search(css)
    assert name == "deck-parts.css" or "--brand-1: #0055ff;\n--brand-2: #00a86b;" in css
    assert ('url("data:image/svg+xml,' not in css) or "%230055ff" in css


@pytest.mark.parametrize("drawing", sorted((ASSETS / "brand").glob("*.svg")), ids=lambda drawing: drawing.name)
def test_drawings_have_the_talks_colours(drawing: Path) -> None:
    own = painted(drawing.read_text(encoding="utf-8"), OWN)
    assert "#00a86b" in own
    assert not DEFAULT.search(own)
    assert "[[" not in own


def test_pictures_that_messengers_show_have_the_talks_colours() -> None:
    def pixels(chosen: Settings) -> set[tuple[int, int, int]]:
        picture = draw_picture(Shared("", "Title", "Site", "Author"), look_of(chosen, language()))
        with Image.open(io.BytesIO(picture)) as image:
            colours = image.convert("RGB").getcolors(1 << 20)
        assert colours is not None
        return {colour for _, colour in colours}  # type: ignore[misc]

    def reddish(colours: set[tuple[int, int, int]]) -> bool:
        return any(red > green + 60 and red > 100 for red, green, _ in colours)

    assert reddish(pixels(Settings()))
    assert not reddish(pixels(OWN))


@charts.in_house_style
def _chart() -> str:
    figure, axes = charts.canvas()
    for colour in (charts.PINK, charts.VIOLET, charts.INK):
        axes.plot([1, 2], [1, 2], color=colour)
    return charts.svg(figure, "two-lines", "Two lines", "Both rise")


def test_charts_take_their_colours_from_the_page() -> None:
    drawing = _chart()
    assert "var(--chart-1)" in drawing
    assert "var(--chart-2)" in drawing
    assert not DEFAULT.search(drawing)
    assert not re.search("#0a0b", drawing)
