"""What a page needs, in one file: style sheets and scripts joined into docs/assets/generated/.

A browser shows nothing before the last style sheet of the head is there, and on a phone every file is a wait of its
own. Sources stay as they are written, one file a concern; what is joined is made anew before every build. Of a sheet
its notes and its indents are left out. No minifier is asked: those for Python do not know `@container`, and take the
space out of `.a :is(.b)` in it; what they would save, compression saves as well.
"""

import posixpath
import re
from pathlib import Path
from urllib.parse import quote

from scripts.errors import TalkError
from scripts.paths import DOCS, GENERATED_ASSETS
from scripts.records.files import write_if_changed

_ASSETS = DOCS / "assets"
_FACES = "generated/fonts.css"
_SLIDES = tuple(f"stylesheets/{name}.css" for name in "tokens slides slides-phone".split())
# What is below the first slide, or on another one.
_PARTS = tuple(
    f"stylesheets/{name}.css" for name in "marks slide-parts figures matmul derivative algorithms machines".split()
)
_MATH = "vendor/katex/katex.css"

# Name in docs/assets/generated/ → its parts, under docs/assets/, in the order in which later rules win.
BUNDLES = {
    # Articles. Formulas' sheet is of those that have formulas: docs/theme/main.html.
    "page.css": (_FACES, "stylesheets/brand.css", *_SLIDES, *_PARTS, "stylesheets/labs.css"),
    # The deck: what its first slide waits for, and the rest.
    "deck.css": (_FACES, "vendor/reveal/reveal.css", *_SLIDES, "stylesheets/deck.css"),
    "deck-parts.css": (_MATH, *_PARTS),
    "deck.js": (
        "vendor/reveal/reveal.js",
        *(f"scripts/{name}.js" for name in ("rehearsal", "pictures", "overview", "deck")),
    ),
    # The speaker's window, where slides wear what they wear in the deck.
    "speaker.css": (_FACES, *_SLIDES, _MATH, *_PARTS, "stylesheets/speaker.css"),
}  # fmt: skip
_ADDRESS = re.compile(r"""url\((?P<quote>["']?)(?P<address>(?!["']|data:|#|/|[a-z]+:)[^"')]+)(?P=quote)\)""")

_NOTE = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
_INDENT = re.compile(r"\s*\n\s*")
_PLAIN = " !$&'()*+,-./:;=?@_~"  # what may stand as it is in an address between double quotes


def write_bundles() -> None:
    """Make every bundle anew, the rules of typefaces being there; a file is written only where it changes.

    Raises TalkError where the packages from npm are missing.
    """
    for name, parts in BUNDLES.items():
        write_if_changed(GENERATED_ASSETS / name, joined([_ASSETS / part for part in parts], GENERATED_ASSETS))


def joined(parts: list[Path], folder: Path) -> str:
    """The style sheets, or the scripts, `parts` as one that lies in `folder`; licences' notes stay."""
    texts = []
    for part in parts:
        try:
            text = part.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise TalkError(part, "is missing", "run `make setup`") from None
        texts.append(_short(_moved(text, part.parent, folder)) if part.suffix == ".css" else f"{text};")
    return "\n".join(texts) + "\n"


def _short(css: str) -> str:
    return _INDENT.sub("\n", _NOTE.sub("", css)).strip()


def _moved(css: str, source: Path, target: Path) -> str:
    """The sheet's addresses, relative to `source`, made relative to `target`; drawings are taken in whole."""

    def moved(match: re.Match[str]) -> str:
        address = posixpath.join(source.as_posix(), match["address"])
        if address.endswith(".svg"):
            # A slide is seen no sooner than its ground, and a drawing of ours is smaller than the asking for it.
            drawing = Path(address).read_text(encoding="utf-8").replace('"', "'").replace("\n", "")
            return f'url("data:image/svg+xml,{quote(drawing, safe=_PLAIN)}")'
        return f'url("{posixpath.relpath(address, target.as_posix())}")'

    return _ADDRESS.sub(moved, css)
