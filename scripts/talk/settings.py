"""What a talk may set: `extra.talk` of its mkdocs.yml.

extra:
  talk:
    language: ru                    # of the interface, numbers, dates and typography: talk/words/
    slot: 40                        # minutes that the talk may take
    colours: ["#ff007f", "#9700ff"]
    typefaces: {text: Golos Text, display: Handjet, code: JetBrains Mono}  # or a list: the first that is here
    logo: assets/logo.svg           # under docs/; drawn in the two colours where none is named
    original: talk-2024             # the machine under whose name an older talk's published numbers are kept
    units: {energy: {J: 1, kJ: 1000}}  # dimensions beside those of talk/words/, each unit's size in the base unit
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml
from yaml_env_tag import construct_env_tag

from talk.errors import TalkError
from talk.paths import CONFIG, LANGUAGES

DEFAULT_SLOT_MIN = 40
LONGEST_SLOT_MIN = 600
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FAMILY = re.compile(r"\w[\w -]*")
# They become words of npm's command line.
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9-]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Typeface:
    """A typeface by its family's name: `package` is its name among npm's @fontsource, `version` of that package.

    Without a package its files lie in docs/assets/fonts/. The version of a package in OPEN_TYPEFACES is in npm's lock.
    """

    family: str
    package: str | None = None
    version: str | None = None


# What every talk has, whatever it sets.
OPEN_TYPEFACES = {
    each.family: each
    for each in (
        Typeface("Golos Text", "golos-text"),
        Typeface("Handjet", "handjet"),
        Typeface("JetBrains Mono", "jetbrains-mono"),
    )
}


@dataclass(frozen=True)
class Settings:
    """Everything a talk may set, with what holds where it sets nothing."""

    language: str = "en"
    slot_min: int = DEFAULT_SLOT_MIN
    colours: tuple[str, str] = ("#ff007f", "#9700ff")
    # For each use, in order of preference: pages take the first that is here.
    typefaces: Mapping[str, tuple[Typeface, ...]] = field(
        default_factory=lambda: {
            role: (face,) for role, face in zip(("text", "display", "code"), OPEN_TYPEFACES.values(), strict=True)
        }
    )
    logo: str | None = None
    original: str | None = None
    units: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without running what its tags name: `!!python/name:…`."""


_LOADER: Any = _Loader
_LOADER.add_constructor("!ENV", construct_env_tag)
_LOADER.add_multi_constructor("", lambda *_: None)


def settings(config: Path = CONFIG) -> Settings:
    """The settings in `config` as they are now. Raises TalkError naming the file and the line."""
    try:
        told = config.stat()  # once: every word of the interface asks
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    return _read(config, told.st_mtime_ns) if S_ISREG(told.st_mode) else Settings()


def _text(config: Path) -> str:
    try:
        return config.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TalkError(config, "is not UTF-8 text", "save it as UTF-8") from None


def _load(config: Path, text: str) -> dict[str, Any]:
    try:
        given = yaml.load(text, _LOADER) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TalkError(config, "is not YAML", "mend that line", line=mark.line + 1 if mark else None) from None
    if not isinstance(given, dict):
        raise TalkError(config, "has no settings", "write `site_name: …` and other lines of that kind")
    return given


@lru_cache(maxsize=4)
def _read(config: Path, _changed_ns: int) -> Settings:
    text = _text(config)
    given = _load(config, text)
    for name in ("extra", "talk"):
        given = given.get(name) or {}
        if not isinstance(given, dict):
            line = _line_of(text, name)
            raise TalkError(config, f"{name} is no table of settings", "write `name: value` lines under it", line=line)

    def refuse(name: str, what: str, mend: str) -> TalkError:
        return TalkError(config, f"extra.talk.{name}: {what}", mend, line=_line_of(text, name))

    for name in given:
        if name not in _READERS:
            raise refuse(name, "is no setting", f"use one of {', '.join(_READERS)}")
    found: dict[str, Any] = {
        _FIELDS.get(str(name), str(name)): _READERS[name](value, refuse) for name, value in given.items()
    }
    return Settings(**found)


def published_address(config: Path = CONFIG) -> str:
    """`site_url` of mkdocs.yml, empty where it has none: while serving, MkDocs' own configuration has the server's."""
    return str(_load(config, _text(config)).get("site_url") or "") if config.is_file() else ""


def refused(name: str, what: str, mend: str) -> TalkError:
    """The error that says what is wrong with the setting `name`, for what is found only where it is used."""
    text = CONFIG.read_text(encoding="utf-8") if CONFIG.is_file() else ""
    return TalkError(CONFIG, f"extra.talk.{name}: {what}", mend, line=_line_of(text, name))


def _line_of(text: str, name: str) -> int | None:
    """The line of `extra`, of `talk` in it, or of a setting in that."""
    within = {"extra": (), "talk": ("extra",)}.get(name, ("extra", "talk"))
    waiting = [*within, name]
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().startswith(f"{waiting[0]}:"):
            waiting.pop(0)
        if not waiting:
            return number
    return None


Refuse = Callable[[str, str, str], TalkError]


def _language(value: Any, refuse: Refuse) -> str:
    if value not in LANGUAGES:
        raise refuse("language", f"{value!r} is not known", f"use one of {', '.join(LANGUAGES)}, or add its file")
    return str(value)


def _slot(value: Any, refuse: Refuse) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LONGEST_SLOT_MIN:
        raise refuse("slot", f"{value!r} is not a time", f"write whole minutes, 1 to {LONGEST_SLOT_MIN}")
    return value


def _colours(value: Any, refuse: Refuse) -> tuple[str, str]:
    colours = value if isinstance(value, list) else []
    if len(colours) != 2 or not all(isinstance(each, str) and _COLOUR.fullmatch(each) for each in colours):
        raise refuse("colours", f"{value!r} are not two colours", 'write two, as ["#ff007f", "#9700ff"]')
    return colours[0].lower(), colours[1].lower()


def _typefaces(value: Any, refuse: Refuse) -> dict[str, tuple[Typeface, ...]]:
    roles = dict(Settings().typefaces)
    if not isinstance(value, dict) or not value.keys() <= roles.keys():
        raise refuse("typefaces", f"{value!r} are none", f"name {', '.join(roles)}")
    for role, given in value.items():
        preferred = given if isinstance(given, list) and given else [given]
        roles[role] = tuple(_typeface(role, each, refuse) for each in preferred)
    return roles


def _typeface(role: str, given: Any, refuse: Refuse) -> Typeface:
    if isinstance(given, str) and _FAMILY.fullmatch(given):
        return OPEN_TYPEFACES.get(given, Typeface(given))
    if isinstance(given, dict) and given.keys() == {"family", "package", "version"}:
        family, package, version = (str(given[name]) for name in ("family", "package", "version"))
        if _FAMILY.fullmatch(family) and _PACKAGE.fullmatch(package) and _VERSION.fullmatch(version):
            return Typeface(family, package, version)
    mend = "write the family's name, or {family: Inter, package: inter, version: 5.2.8}"
    raise refuse("typefaces", f"{role}: {given!r} is no typeface", mend)


def _logo(value: Any, refuse: Refuse) -> str:
    from talk.paths import DOCS

    drawing = (DOCS / str(value)).resolve()
    if drawing.suffix != ".svg" or not drawing.is_relative_to(DOCS) or not drawing.is_file():
        raise refuse("logo", f"there is no drawing {value}", "name an SVG file under docs/, or leave it out")
    return str(value)


def _original(value: Any, refuse: Refuse) -> str:
    from talk.paths import RESULTS

    machines = {path.name for path in RESULTS.glob("*/")}
    if not isinstance(value, str) or value not in machines:
        raise refuse("original", f"there is no machine {value!r}", "name a folder of docs/results/, or leave it out")
    return value


def _units(value: Any, refuse: Refuse) -> dict[str, dict[str, float]]:
    sane = isinstance(value, dict) and all(
        isinstance(units, dict)
        and units
        and all(
            isinstance(size, int | float) and not isinstance(size, bool) and 0 < size < inf for size in units.values()
        )
        for units in value.values()
    )
    if not sane:
        raise refuse("units", f"{value!r} are no units", "write {energy: {J: 1, kJ: 1000}}: sizes in the base unit")
    return {
        str(dimension): {str(unit): float(size) for unit, size in sorted(units.items(), key=lambda each: -each[1])}
        for dimension, units in value.items()
    }


_READERS: dict[str, Callable[[Any, Refuse], Any]] = {
    "language": _language,
    "slot": _slot,
    "colours": _colours,
    "typefaces": _typefaces,
    "logo": _logo,
    "original": _original,
    "units": _units,
}
_FIELDS = {"slot": "slot_min"}
