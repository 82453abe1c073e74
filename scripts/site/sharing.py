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

import yaml

from scripts.markdown.deck import FRONT_MATTER
from scripts.markdown.typography import bind
from scripts.paths import DOCS, GENERATED_ASSETS
from scripts.records.files import write_if_changed
from scripts.records.notebooks import cells_of, read_notebook
from scripts.render.russian import NBSP
from scripts.site.vendor import FACES, NODE_MODULES, SUBSETS, Face, licensed_file

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = (1200, 630)  # what Open Graph's readers ask for
SHARING = GENERATED_ASSETS / "sharing"

_BLACK, _WHITE, _MUTED = (0, 0, 0), (255, 255, 255), (173, 163, 189)
_PINK, _VIOLET = (255, 0, 127), (151, 0, 255)
_SQUARE = 30
_LEFT, _WIDTH = 70, 960
_TITLE_SIZES = (150, 128, 108, 92, 78, 66)
_MOST_TITLE_PX = 330
_TEXT, _DISPLAY = FACES[0], FACES[1]
_READ_BY_PILLOW = (".woff", ".otf", ".ttf")


@dataclass(frozen=True)
class Shared:
    """What is written on a page's picture, and the page's address, `gpu/` say."""

    address: str
    title: str
    site: str
    author: str


def write_sharing_pictures(site: str, author: str, docs: Path = DOCS, target: Path = SHARING) -> bool:
    """Draw the picture of every page into `target`, at the page's own address; False when all were there already."""
    shared = list(_pages(docs, site, author))
    stamp = target / ".stamp"
    digest = hashlib.sha256(repr((shared, *map(str, _files()))).encode() + Path(__file__).read_bytes()).hexdigest()
    pictures = {page: target / page.address / "picture.png" for page in shared}
    if stamp.is_file() and stamp.read_text() == digest and all(path.is_file() for path in pictures.values()):
        return False
    for page, path in pictures.items():
        write_if_changed(path, draw_picture(page))
    for path in target.rglob("*.png"):
        if path not in pictures.values():
            path.unlink()
    write_if_changed(stamp, digest)
    return True


def draw_picture(page: Shared) -> bytes:
    """The PNG's bytes."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, _BLACK)
    draw = ImageDraw.Draw(image)
    _draw_glow(draw)
    _draw_stairs(draw)
    size, lines = _fit(page.title.upper())
    top = 90
    if page.title != page.site:
        _write(draw, (_LEFT, 84), page.site, _TEXT, 28, _MUTED)
        top = 130
    for number, line in enumerate(lines, start=1):
        _write(draw, (_LEFT, top + round(number * size * 0.92)), line, _DISPLAY, size, _WHITE)
    _write(draw, (_LEFT, 520), page.author, _TEXT, 32, _WHITE)
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _pages(docs: Path, site: str, author: str) -> Iterator[Shared]:
    """Every page with the title that its front matter, or a notebook's first heading, gives it."""
    for path in sorted([*docs.rglob("*.md"), *docs.rglob("*.ipynb")]):
        inside = path.relative_to(docs)
        if inside.parts[0] in ("assets", "theme", "results"):
            continue
        at = inside.with_suffix("")
        address = "" if at.name == "index" and at.parent == Path() else f"{at.as_posix().removesuffix('/index')}/"
        yield Shared(address, _title(path) or site, site, author)


def _title(path: Path) -> str | None:
    if path.suffix == ".ipynb":
        prose = "\n".join(cell.source for cell in cells_of(read_notebook(path)) if cell.kind == "markdown")
        return next((line[2:].strip() for line in prose.splitlines() if line.startswith("# ")), None)
    matter = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    return (yaml.safe_load(matter[0].strip().strip("-")) or {}).get("title") if matter else None


def _draw_glow(draw: "ImageDraw") -> None:
    """Squares that fade away from the lower right corner, pink below and violet above, a few of them brighter."""
    columns, rows = SIZE[0] // _SQUARE, SIZE[1] // _SQUARE
    for column in range(columns):
        for row in range(rows):
            away = ((columns - column) / columns) ** 2 + ((rows - row) / rows) ** 2
            light = max(0.0, 1 - away * 1.9) ** 2 * (1.0 if (column * 7 + row * 13) % 11 else 1.6)
            base = [(_PINK[part] * row + _VIOLET[part] * (rows - row)) / rows for part in range(3)]
            colour = tuple(min(255, round(part * min(light, 1.0) * 0.85)) for part in base)
            x, y = column * _SQUARE, row * _SQUARE
            draw.rectangle((x, y, x + _SQUARE - 1, y + _SQUARE - 1), fill=colour)


def _draw_stairs(draw: "ImageDraw") -> None:
    """The pink pixel stairs along the bottom."""
    for step, height in enumerate((3, 3, 2, 2, 2, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1)):
        x = step * _SQUARE
        if height:
            draw.rectangle((x, SIZE[1] - height * _SQUARE // 2, x + _SQUARE - 1, SIZE[1]), fill=_PINK)


def _fit(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title has room, and its lines."""
    for size in _TITLE_SIZES:
        lines = _broken(title, size)
        if len(lines) * size * 0.92 <= _MOST_TITLE_PX and all(
            _length(line, _DISPLAY, size) <= _WIDTH for line in lines
        ):
            break
    return size, lines


def _broken(text: str, size: int) -> list[str]:
    lines: list[str] = []
    for word in (bound.replace(NBSP, " ") for bound in bind(" ".join(text.split())).split(" ")):
        if lines and _length(f"{lines[-1]} {word}", _DISPLAY, size) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _write(
    draw: "ImageDraw", place: tuple[int, int], text: str, face: Face, size: int, colour: tuple[int, int, int]
) -> None:
    x = float(place[0])
    for run, font in _runs(text, face, size):
        draw.text((x, place[1]), run, font=font, fill=colour, anchor="ls")
        x += font.getlength(run)


def _length(text: str, face: Face, size: int) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, face, size))


def _runs(text: str, face: Face, size: int) -> Iterator[tuple[str, "FreeTypeFont"]]:
    """The text in pieces, each with the first font of the face that has its letters."""
    from PIL import ImageFont

    fonts = [_font(file) for file in _files_of(face)]
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


def _files() -> list[Path]:
    return [*_files_of(_TEXT), *_files_of(_DISPLAY)]


def _files_of(face: Face) -> list[Path]:
    """The licensed face's file where Pillow reads its kind, else the open one's."""
    licensed = licensed_file(face)
    if licensed is not None and licensed.suffix in _READ_BY_PILLOW:
        return [licensed]
    folder = NODE_MODULES / "@fontsource" / face.package / "files"
    return [folder / f"{face.package}-{subset}-{face.weights[0]}-normal.woff" for subset in SUBSETS]
