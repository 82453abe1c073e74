"""The picture that a messenger shows of a link to a page: one PNG a page, in the talk's look, under assets/generated/.

Drawn by Pillow from filled squares and the pages' own typefaces: no browser, and the same bytes for the same words.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from talk.markdown.locate import read_source
from talk.markdown.prose import front_matter
from talk.paths import DOCS, GENERATED_ASSETS
from talk.records.files import write_if_changed
from talk.settings import Settings, settings
from talk.site.contrast import rgb
from talk.site.typefaces import whole_files
from talk.words import NBSP, Language, bind, language

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = (1200, 630)  # what Open Graph's readers ask for
SHARING = GENERATED_ASSETS / "sharing"

_BLACK, _WHITE, _GREY = (0, 0, 0), (255, 255, 255), (179, 179, 179)
_SQUARE = 30
_LEFT, _WIDTH = 70, 960
_TITLE_SIZES = (150, 128, 108, 92, 78, 66)
_MOST_TITLE_PX = 330


_Rgb = tuple[int, int, int]
_Face = tuple[Path, ...]  # files of one typeface, each with some of the letters


@dataclass(frozen=True)
class Look:
    """What pictures are drawn with: the talk's two colours, its typefaces for text and for headings."""

    first: _Rgb
    second: _Rgb
    text: _Face
    display: _Face


@dataclass(frozen=True)
class Shared:
    """What is written on a page's picture, and the page's address, `part/page/` say."""

    address: str
    title: str
    site: str
    author: str


def look_of(chosen: Settings, spoken: Language) -> Look:
    """The look of pictures in a talk of these settings. Raises TalkError where a typeface is missing."""
    first, second = map(rgb, chosen.colours)
    text, display = (tuple(whole_files(chosen, spoken, role)) for role in ("text", "display"))
    return Look(first, second, text, display)


def write_sharing_pictures(site: str, author: str | None, docs: Path = DOCS, target: Path = SHARING) -> bool:
    """Draw the picture of every page into `target`, at the page's own address; False when all were there already."""
    look = look_of(settings(), language())
    shared = list(_pages(docs, site, author or ""))
    stamp = target / ".stamp"
    digest = hashlib.sha256(repr((shared, look)).encode() + Path(__file__).read_bytes()).hexdigest()
    pictures = {page: target / page.address / "picture.png" for page in shared}
    if stamp.is_file() and stamp.read_text() == digest and all(path.is_file() for path in pictures.values()):
        return False
    for page, path in pictures.items():
        write_if_changed(path, draw_picture(page, look))
    for path in target.rglob("*.png"):
        if path not in pictures.values():
            path.unlink()
    write_if_changed(stamp, digest)
    return True


def draw_picture(page: Shared, look: Look) -> bytes:
    """The PNG's bytes."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, _BLACK)
    draw = ImageDraw.Draw(image)
    _draw_glow(draw, look)
    _draw_stairs(draw, look)
    size, lines = _fit(page.title.upper(), look.display)
    top = 90
    if page.title != page.site:
        _write(draw, (_LEFT, 84), page.site, look.text, 28, _mixed(look.second, _GREY, 0.09))
        top = 130
    for number, line in enumerate(lines, start=1):
        _write(draw, (_LEFT, top + round(number * size * 0.92)), line, look.display, size, _WHITE)
    _write(draw, (_LEFT, 520), page.author, look.text, 32, _WHITE)
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _pages(docs: Path, site: str, author: str) -> Iterator[Shared]:
    """Every page with the title that its front matter gives it."""
    for path in sorted(docs.rglob("*.md")):
        inside = path.relative_to(docs)
        if inside.parts[0] in ("assets", "theme", "results"):
            continue
        at = inside.with_suffix("")
        address = "" if at.name == "index" and at.parent == Path() else f"{at.as_posix().removesuffix('/index')}/"
        yield Shared(address, _title(path) or site, site, author)


def _title(path: Path) -> str | None:
    return front_matter(path, read_source(path)).get("title")


def _draw_glow(draw: "ImageDraw", look: Look) -> None:
    """Squares that fade away from the lower right corner, the first colour below, the second above, a few brighter."""
    columns, rows = SIZE[0] // _SQUARE, SIZE[1] // _SQUARE
    for column in range(columns):
        for row in range(rows):
            away = ((columns - column) / columns) ** 2 + ((rows - row) / rows) ** 2
            light = max(0.0, 1 - away * 1.9) ** 2 * (1.0 if (column * 7 + row * 13) % 11 else 1.6)
            base = _mixed(look.first, look.second, row / rows)
            colour = _mixed(base, _BLACK, min(light, 1.0) * 0.85)
            x, y = column * _SQUARE, row * _SQUARE
            draw.rectangle((x, y, x + _SQUARE - 1, y + _SQUARE - 1), fill=colour)


def _draw_stairs(draw: "ImageDraw", look: Look) -> None:
    """The pixel stairs along the bottom."""
    for step, height in enumerate((3, 3, 2, 2, 2, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1)):
        x = step * _SQUARE
        if height:
            draw.rectangle((x, SIZE[1] - height * _SQUARE // 2, x + _SQUARE - 1, SIZE[1]), fill=look.first)


def _mixed(colour: _Rgb, other: _Rgb, share: float) -> _Rgb:
    """`share` of the colour, and of the other what is left."""
    red, green, blue = (round(share * one + (1 - share) * two) for one, two in zip(colour, other, strict=True))
    return red, green, blue


def _fit(title: str, face: _Face) -> tuple[int, list[str]]:
    """The largest size at which the title has room, and its lines."""
    for size in _TITLE_SIZES:
        lines = _broken(title, face, size)
        if len(lines) * size * 0.92 <= _MOST_TITLE_PX and all(_length(line, face, size) <= _WIDTH for line in lines):
            break
    return size, lines


def _broken(text: str, face: _Face, size: int) -> list[str]:
    lines: list[str] = []
    for word in (bound.replace(NBSP, " ") for bound in bind(" ".join(text.split())).split(" ")):
        if lines and _length(f"{lines[-1]} {word}", face, size) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _write(draw: "ImageDraw", place: tuple[int, int], text: str, face: _Face, size: int, colour: _Rgb) -> None:
    x = float(place[0])
    for run, font in _runs(text, face, size):
        draw.text((x, place[1]), run, font=font, fill=colour, anchor="ls")
        x += font.getlength(run)


def _length(text: str, face: _Face, size: int) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, face, size))


def _runs(text: str, face: _Face, size: int) -> Iterator[tuple[str, "FreeTypeFont"]]:
    """The text in pieces, each with the first font of the face that has its letters."""
    from PIL import ImageFont

    fonts = [_font(file) for file in face]
    run, chosen = "", 0
    for letter in text:
        has = next((at for at, (letters, _) in enumerate(fonts) if ord(letter) in letters), chosen)
        if run and has != chosen:
            yield run, ImageFont.truetype(io.BytesIO(fonts[chosen][1]), size)
            run = ""
        run, chosen = run + letter, has
    if run:
        yield run, ImageFont.truetype(io.BytesIO(fonts[chosen][1]), size)


@cache
def _font(file: Path) -> tuple[frozenset[int], bytes]:
    """The letters that a font file has, and its bytes unpacked."""
    from fontTools.ttLib import TTFont

    font = TTFont(file)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    return frozenset(font.getBestCmap()), out.getvalue()
