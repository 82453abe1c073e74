"""Typefaces: which of those that mkdocs.yml prefers are here, and the rules by which pages ask for their files.

A typeface from npm comes in files, one a script and weight; pages ask for those that hold the letters of the talk's
language. A typeface of one's own lies in docs/assets/fonts/, where a file is called by the family's name without its
spaces and by its weight: LabGrotesqueK-Regular.woff2. A single file serves every weight.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from talk.errors import TalkError
from talk.node import NODE_MODULES
from talk.paths import LICENSED_FONTS
from talk.settings import Settings, Typeface, refused
from talk.site.subset import GREEK, MATH_SIGNS, SMALL, letters_of
from talk.words import Language

# The weights that pages use of the typeface for each purpose.
_WEIGHTS = {"text": (400, 600), "display": (600,), "code": (400,)}
_GENERIC = {"text": "system-ui, sans-serif", "display": "system-ui, sans-serif", "code": "ui-monospace, monospace"}
_NAMES = "Thin ExtraLight Light Regular Medium SemiBold Bold ExtraBold Black".split()
_SUFFIXES = {".woff2": "woff2", ".woff": "woff", ".otf": "opentype", ".ttf": "truetype"}
SIGNS_FILE = "signs.woff2"


@dataclass(frozen=True)
class Cut:
    """A file of a typeface from npm: the letters of one script at one weight."""

    package: str
    subset: str
    weight: int

    @property
    def name(self) -> str:
        """The file's name, in the package and, with fewer letters, in docs/assets/vendor/fonts/."""
        return f"{self.package}-{self.subset}-{self.weight}-normal.woff2"

    @property
    def whole(self) -> Path:
        """The file in the package."""
        return _package(self.package) / "files" / self.name


def faces(chosen: Settings, fonts: Path = LICENSED_FONTS) -> dict[str, Typeface]:
    """Each purpose with the first of its typefaces that is here. Raises TalkError where none is."""
    found = {}
    for role, preferred in chosen.typefaces.items():
        face = next((face for face in preferred if face.package or own_files(face, fonts)), None)
        if face is None:
            name = preferred[-1].family
            raise refused(
                "typefaces",
                f"{role}: {name} is not here",
                f"put {_stem(name)}-Regular.woff2 into docs/assets/fonts/, or name its package and version",
            )
        found[role] = face
    return found


def own_files(face: Typeface, fonts: Path = LICENSED_FONTS) -> dict[int, Path]:
    """The typeface's files in docs/assets/fonts/ by their weights."""
    found = {}
    for weight, name in zip(range(100, 1000, 100), _NAMES, strict=True):
        files = (fonts / f"{_stem(face.family)}-{name}{suffix}" for suffix in _SUFFIXES)
        file = next((file for file in files if file.is_file()), None)
        if file is not None:
            found[weight] = file
    return found


def cuts(chosen: Settings, spoken: Language, fonts: Path = LICENSED_FONTS) -> dict[Typeface, list[Cut]]:
    """The typefaces from npm with the files that pages need of each.

    Raises TalkError where the packages were not fetched.
    """
    found: dict[Typeface, dict[Cut, None]] = {}
    for role, face in faces(chosen, fonts).items():
        if face.package:
            letters = letters_of(spoken) | (GREEK if role == "code" else frozenset())
            found.setdefault(face, {}).update(dict.fromkeys(_cuts(face.package, _WEIGHTS[role], letters)))
    return {face: list(files) for face, files in found.items()}


def font_faces(chosen: Settings, spoken: Language, fonts: Path = LICENSED_FONTS) -> str:
    """The @font-face rules of the typefaces that are here, so that no page asks for a file that is not.

    Raises TalkError as `faces` and `cuts` do.
    """
    rules = []
    for face in dict.fromkeys(faces(chosen, fonts).values()):
        if not face.package:
            own = own_files(face, fonts)
            for weight, file in own.items():
                reach = str(weight) if len(own) > 1 else "100 900"
                rules.append(_rule(face.family, reach, f"../fonts/{file.name}", _SUFFIXES[file.suffix], None))
    for face, files in cuts(chosen, spoken, fonts).items():
        ranges = _ranges(str(face.package))
        for cut in files:
            reach = f"{ranges[cut.subset]},{_listed(SMALL)}" if cut.subset == "latin" else ranges[cut.subset]
            rules.append(_rule(face.family, str(cut.weight), f"../vendor/fonts/{cut.name}", "woff2", reach))
        for weight in sorted({cut.weight for cut in files}):
            signs = f"../vendor/fonts/{SIGNS_FILE}"
            rules.append(_rule(face.family, str(weight), signs, "woff2", _listed(MATH_SIGNS)))
    return "\n".join(rules) + "\n"


def families(chosen: Settings) -> dict[str, str]:
    """Each purpose with the `font-family` of pages."""
    named = {role: [f'"{face.family}"' for face in preferred] for role, preferred in chosen.typefaces.items()}
    named["display"] += [name for name in named["text"][-1:] if name not in named["display"]]
    return {role: ", ".join([*names, _GENERIC[role]]) for role, names in named.items()}


def whole_files(chosen: Settings, spoken: Language, role: str) -> list[Path]:
    """The files of the typeface for one purpose, with all their letters, at the first of its weights."""
    face = faces(chosen)[role]
    if face.package is None:
        own = own_files(face)
        return [own[_nearest(_WEIGHTS[role][0], own)]]
    files = _cuts(face.package, _WEIGHTS[role][:1], letters_of(spoken))
    return [cut.whole.with_suffix(".woff") for cut in files]


def _cuts(package: str, wanted: tuple[int, ...], letters: frozenset[int]) -> Iterator[Cut]:
    ranges = _ranges(package)
    weights = {int(file.name.split("-")[-2]) for file in (_package(package) / "files").glob("*-normal.woff2")}
    for subset in _subsets({name: _covered(text) for name, text in ranges.items()}, letters):
        for weight in dict.fromkeys(_nearest(weight, weights) for weight in wanted):
            yield Cut(package, subset, weight)


def _nearest(weight: int, weights: Iterable[int]) -> int:
    return min(weights, key=lambda each: abs(each - weight))


def _subsets(covered: dict[str, frozenset[int]], letters: frozenset[int]) -> Iterator[str]:
    """The fewest subsets that hold the letters: that with the most of them, then that with the most of the rest."""
    left = letters
    while True:
        name = max(covered, key=lambda each: len(left & covered[each]))
        if not left & covered[name]:
            return
        yield name
        left -= covered[name]


def _covered(ranges: str) -> frozenset[int]:
    """The letters of a `unicode-range`: `U+0000-00FF,U+0131`."""
    letters: set[int] = set()
    for each in ranges.split(","):
        first, _, last = each.strip().removeprefix("U+").partition("-")
        letters.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(letters)


def _ranges(package: str) -> dict[str, str]:
    try:
        return dict(json.loads((_package(package) / "unicode.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise TalkError(NODE_MODULES, f"the typeface {package} is missing", "run `make setup`") from None


def _package(name: str) -> Path:
    return NODE_MODULES / "@fontsource" / name


def _stem(family: str) -> str:
    return family.replace(" ", "")


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
