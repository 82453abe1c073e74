"""What a page needs, in one file: style sheets and scripts joined into docs/assets/generated/.

A browser shows nothing before the last style sheet of the head is there, and on a phone every file is a wait of its
own. Sources stay as they are written, one file a concern; what is joined is made anew before every build. Of a sheet
its notes and its indents are left out, of a script its lines of notes. No minifier is asked: those for Python do not
know `@container`, and take the space out of `.a :is(.b)` in it; what they would save, compression saves as well.
"""

import posixpath
import re
from pathlib import Path
from urllib.parse import quote

from talk.errors import TalkError
from talk.paths import ASSETS, DOCS, GENERATED_ASSETS, VENDOR
from talk.records.files import write_if_changed
from talk.settings import Settings
from talk.site.brand import SHEET, painted
from talk.words import Language, fill

_OWN = DOCS / "assets" / "stylesheets"
_ADDRESS = re.compile(r"""url\((?P<quote>["']?)(?P<address>(?!["']|data:|#|/|[a-z]+:)[^"')]+)(?P=quote)\)""")

_NOTE = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
_INDENT = re.compile(r"\s*\n\s*")
_LINE_NOTE = re.compile(r"^[ \t]*//.*\n?", re.MULTILINE)  # a source map, too, which nobody published
_PLAIN = " !$&'()*+,-./:;=?@_~"  # what may stand as it is in an address between double quotes


def write_bundles(chosen: Settings, spoken: Language, target: Path = GENERATED_ASSETS) -> None:
    """Make every bundle anew, generated/brand.css and scripts/ being there; a file is written only where it changes.

    Raises TalkError where the packages from npm are missing.
    """
    for name, parts in bundles().items():
        write_if_changed(target / name, joined(parts, target, chosen, spoken))


def bundles(own: Path = _OWN) -> dict[str, list[Path]]:
    """Name in docs/assets/generated/ → its parts, in the order in which later rules win.

    The talk's own style sheets, those in `own`, come after the generator's and win over them.
    """
    slides = _sheets("tokens", "slides", "slides-phone")
    # What is below the first slide, or on another one.
    parts = _sheets("marks", "slide-parts", "figures", "machines", "contrast")
    talks = sorted(own.glob("*.css"))
    math = VENDOR / "katex" / "katex.css"
    return {
        # Articles. Formulas' sheet is of those that have formulas: theme/main.html.
        "page.css": [SHEET, *_sheets("brand", "page-machine"), *slides, *parts, *_sheets("labs"), *talks],
        # The deck: what its first slide waits for, and the rest.
        "deck.css": [SHEET, VENDOR / "reveal" / "reveal.css", *slides, *_sheets("deck", "page-machine")],
        "deck-parts.css": [math, *parts, *_sheets("stage"), *talks],
        "deck.js": [
            VENDOR / "reveal" / "reveal.js",
            *_scripts(
                *("words", "kept", "keys", "rehearsal", "pictures", "line", "overview", "stage", "formulas", "origins"),
                *("chosen", "machines", "deck"),
            ),
        ],
        "page.js": _scripts("words", "kept", "page", "lookup", "disk", "formulas", "origins", "chosen", "machines"),
        "search.js": [VENDOR / "minisearch" / "minisearch.js", *_scripts("search")],
        # The speaker's window, where slides wear what they wear in the deck.
        "speaker.css": [SHEET, *slides, math, *parts, *_sheets("stage", "speaker"), *talks],
    }


def _scripts(*names: str) -> list[Path]:
    return [GENERATED_ASSETS / "scripts" / f"{name}.js" for name in names]


def _sheets(*names: str) -> list[Path]:
    return [ASSETS / "stylesheets" / f"{name}.css" for name in names]


def joined(parts: list[Path], folder: Path, chosen: Settings, spoken: Language) -> str:
    """The style sheets, or the scripts, `parts` as one that lies in `folder`; licences' notes stay."""
    texts = []
    for part in parts:
        try:
            text = part.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise TalkError(part, "is missing", "run `make setup`") from None
        if part.is_relative_to(ASSETS):
            text = fill(text, spoken)
        sheet = part.suffix == ".css"
        texts.append(_short(_moved(text, part.parent, folder, chosen)) if sheet else f"{_LINE_NOTE.sub('', text)};")
    return "\n".join(texts) + "\n"


def _short(css: str) -> str:
    return _INDENT.sub("\n", _NOTE.sub("", css)).strip()


def _moved(css: str, source: Path, target: Path, chosen: Settings) -> str:
    """The sheet's addresses, relative to `source`, made relative to `target`; drawings are taken in whole."""

    def moved(match: re.Match[str]) -> str:
        address = posixpath.join(source.as_posix(), match["address"])
        if address.endswith(".svg"):
            # A slide is seen no sooner than its ground, and a drawing of ours is smaller than the asking for it.
            drawing = painted(Path(address).read_text(encoding="utf-8"), chosen).replace('"', "'").replace("\n", "")
            return f'url("data:image/svg+xml,{quote(drawing, safe=_PLAIN)}")'
        return f'url("{posixpath.relpath(address, target.as_posix())}")'

    return _ADDRESS.sub(moved, css)
