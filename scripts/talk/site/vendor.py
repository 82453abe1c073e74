"""The pages' parts from npm: the deck's engine, math, open typefaces.

The generator's package.json, lock file and KaTeX runner are copied to .talk/npm/ of the talk, where npm installs what
they name; versions and checksums are held by the lock file. A typeface that mkdocs.yml names by its package is added,
at its exact version. What pages need is copied to docs/assets/vendor/, which is published with the site. Both folders
are git-ignored.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from talk.errors import TalkError
from talk.node import NODE_MODULES, npm
from talk.paths import NPM, PACKAGE, VENDOR, WORKSHOP
from talk.records.files import cannot_write
from talk.settings import Settings, refused, settings
from talk.site.replace import alone, replace_folder
from talk.site.subset import GREEK, MATH_SIGNS, SIGNS, cut_down, letters_of
from talk.site.typefaces import SIGNS_FILE, cuts, faces
from talk.words import Language, language

_SOURCES = tuple(PACKAGE / "npm" / name for name in ("package.json", "package-lock.json", "katex.mjs"))
_INSTALLED = NPM / ".stamp"
_LOCK = WORKSHOP / "npm.lock"
_COPIERS = tuple(Path(__file__).with_name(name) for name in ("vendor.py", "subset.py", "typefaces.py"))
_RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>(?:[^{}]|\{[^{}]*\})*)\}")
# Its overview, its scroll and its paper, windows over a slide, transitions other than a fade.
_UNUSED = re.compile(
    r"\.overview|reveal-scroll|scroll-|reveal-print|print|\.r-overlay"
    r"|[=^]\"?(?:convex|concave|cube|zoom|page)"
)


def vendor() -> bool:
    """Fetch the packages and copy what pages need; False when everything was there already.

    Raises TalkError when npm fails, with the first thing it said, or the copies cannot be written.
    """
    chosen, spoken = settings(), language()
    added = sorted(f"@fontsource/{face.package}@{face.version}" for face in faces(chosen).values() if face.version)
    installed = _digest(*(source.read_bytes() for source in _SOURCES), repr(added).encode())
    fetching = not (NODE_MODULES.is_dir() and _INSTALLED.is_file() and _INSTALLED.read_text() == installed)
    if fetching:
        with alone(_LOCK):
            _INSTALLED.unlink(missing_ok=True)  # whoever stops npm, or fails, leaves nothing that looks whole
            _install(added)
            _INSTALLED.write_text(installed)
    letters = letters_of(spoken) | SIGNS | GREEK
    copies = list(_copies(chosen, spoken))
    copied = _digest(installed.encode(), repr((copies, sorted(letters))).encode(), *(p.read_bytes() for p in _COPIERS))
    stamp = VENDOR / ".stamp"
    copying = not (stamp.is_file() and stamp.read_text() == copied)
    if copying:
        try:
            with TemporaryDirectory(dir=WORKSHOP) as temporary:  # of this process alone: another may be copying too
                built = Path(temporary, "built")
                _copy(copies, letters, built)
                (built / stamp.name).write_text(copied)
                VENDOR.parent.mkdir(parents=True, exist_ok=True)
                replace_folder(VENDOR, built, Path(temporary, "former"))
        except OSError as error:
            raise cannot_write(VENDOR, error) from None
    return fetching or copying


def without_unused(css: str) -> str:
    """reveal.js' styles without those of what the deck has in another way, or not at all: more than half of them."""
    kept = []
    for rule in _RULE.finditer(css):
        selectors = [selector for selector in rule["selectors"].split(",") if not _UNUSED.search(selector)]
        if selectors:
            kept.append(f"{','.join(selectors)}{{{rule['body']}}}")
    return "".join(kept)


def _install(added: list[str]) -> None:
    NPM.mkdir(parents=True, exist_ok=True)
    for source in _SOURCES:
        shutil.copyfile(source, NPM / source.name)
    npm(["ci"], NPM)
    if added:
        try:
            npm(["install", "--save-exact", *added], NPM)
        except TalkError as error:
            raise refused("typefaces", error.what, "check their packages and versions, and the network") from None


def _copies(chosen: Settings, spoken: Language) -> Iterator[tuple[str, str]]:
    """Every file taken from npm: where it lies in node_modules, where in docs/assets/vendor/."""
    for name in ("reveal.js", "reveal.css"):
        yield f"reveal.js/dist/{name}", f"reveal/{name}"
    yield "katex/dist/katex-swap.min.css", "katex/katex.css"
    for font in sorted((NODE_MODULES / "katex" / "dist" / "fonts").glob("*.woff2")):
        yield f"katex/dist/fonts/{font.name}", f"katex/fonts/{font.name}"
    yield "katex/dist/fonts/KaTeX_Main-Regular.woff2", f"fonts/{SIGNS_FILE}"
    for face, files in cuts(chosen, spoken).items():
        for cut in files:
            yield cut.whole.relative_to(NODE_MODULES).as_posix(), f"fonts/{cut.name}"
        yield f"@fontsource/{face.package}/LICENSE", f"fonts/{face.package}-LICENSE.txt"
    yield "minisearch/dist/umd/index.js", "minisearch/minisearch.js"
    for package in ("katex", "reveal.js"):  # every licence asks that its text travels with the copies
        yield f"{package}/LICENSE", f"{package.removesuffix('.js')}/LICENSE.txt"
    yield "minisearch/LICENSE.txt", "minisearch/LICENSE.txt"


def _copy(copies: list[tuple[str, str]], letters: frozenset[int], folder: Path) -> None:
    for source, target in copies:
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE_MODULES / source, folder / target)
        if target.startswith("fonts/") and target.endswith(".woff2"):
            whole = NODE_MODULES / source
            cut_down(folder / target, MATH_SIGNS if target.endswith(SIGNS_FILE) else letters, _heavier(whole))
    styles = folder / "reveal" / "reveal.css"
    styles.write_text(without_unused(styles.read_text(encoding="utf-8")), encoding="utf-8")


def _heavier(font: Path) -> Path:
    """The file of the same letters two weights heavier, or `font` itself where its package has none."""
    found = font.with_name(re.sub(r"-(\d+)-normal", lambda weight: f"-{int(weight[1]) + 200}-normal", font.name))
    return found if found.is_file() else font


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
