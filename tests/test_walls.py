"""The walls of the house: who may import whom, and what the generator may not name.

Measuring runs where no page is made, and pages are made where nothing can be measured. The generator knows no talk.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from talk.experiment import find_experiments
from talk.paths import EXPERIMENTS, PACKAGE, SCRIPTS
from talk.words import LANGUAGES

ROOMS = ("talk", "shared", "experiments", "bench")
MODULES = sorted(path for room in ROOMS for path in (SCRIPTS / room).rglob("*.py"))
CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def parts_of(path: Path) -> tuple[str, ...]:
    """`scripts/talk/measure/run.py` is ("talk", "measure", "run")."""
    inside = path.relative_to(SCRIPTS).with_suffix("").parts
    return inside[:-1] if inside[-1] == "__init__" else inside


def imports_of(path: Path) -> Iterator[tuple[str, ...]]:
    """Modules that the module imports, anywhere in it; a name imported from a package counts as a module of it."""
    package = path.relative_to(SCRIPTS).parent.parts
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = (*above, *(node.module.split(".") if node.module else ()))
            yield from ((*module, alias.name) for alias in node.names)


def may_import(importer: tuple[str, ...], imported: tuple[str, ...]) -> bool:
    """Whether the wall between two modules of `ROOMS` is open in this direction."""
    room, other = importer[0], imported[0]
    if room == "bench":
        return True
    if {side_of(importer), side_of(imported)} == {"measure", "render"}:
        return False
    if room == "talk":
        knows_no_page = importer[1:2] in {("measure",), ("records",), ("experiment",)}
        makes_pages = imported[1:2] in {("render",), ("markdown",), ("site",)}
        return other == "talk" and not (knows_no_page and makes_pages)
    if room == "shared":
        return other in {"talk", "shared"}
    return other in {"talk", "shared"} or imported[:2] == importer[:2]


def side_of(module: tuple[str, ...]) -> str:
    """`measure` or `render`: the side that a module of the generator or of an experiment stands on; else nothing."""
    return next((part for part in module[1:3] if part in {"measure", "render"}), "")


@pytest.mark.parametrize(
    ("importer", "imported", "is_open"),
    [
        ("experiments.one.render.values", "experiments.one.record.Data", True),
        ("experiments.one.measure.clock", "talk.measure.clock.times_of", True),
        ("experiments.one.record", "shared.profile.Run", True),
        ("bench.goals", "experiments.one.measure", True),
        ("experiments.one.render", "experiments.one.measure.ways", False),
        ("experiments.one.measure", "talk.render.charts", False),
        ("experiments.one.render", "talk.measure.clock", False),
        ("experiments.one.record", "experiments.two.record", False),
        ("shared.model", "experiments.one.record", False),
        ("shared.model", "bench.goals", False),
        ("talk.labs.measure", "talk.render.charts", False),
        ("talk.records.store", "talk.site.check", False),
        ("talk.render.values", "shared.profile", False),
    ],
)
def test_a_wall_is_open_or_not(importer: str, imported: str, is_open: bool) -> None:
    assert may_import(tuple(importer.split(".")), tuple(imported.split("."))) == is_open


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_imports_through_a_wall(room: str) -> None:
    through = [
        f"{path.relative_to(SCRIPTS)} imports {'.'.join(imported)}"
        for path in MODULES
        if parts_of(path)[0] == room
        for imported in sorted(set(imports_of(path)))
        if imported[0] in ROOMS and not may_import(parts_of(path), imported)
    ]
    assert not through


def generator_lines() -> Iterator[tuple[str, str]]:
    """Each line of the generator's code, style sheets, scripts and templates, with its place.

    Not those of a language: its words, and what it brings to a new talk in folders called by its code.
    """
    of_languages = {"words", *LANGUAGES}
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE)
        if not path.is_file() or of_languages & set(inside.parts) or "__pycache__" in inside.parts:
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:  # a picture
            continue
        yield from ((f"{inside}:{number}", line) for number, line in enumerate(lines, start=1))


def test_the_generator_has_no_cyrillic_letter_outside_its_words() -> None:
    assert not [f"{place}: {line.strip()}" for place, line in generator_lines() if CYRILLIC.search(line)]


def test_the_generator_names_no_experiment_and_no_chapter_of_this_talk() -> None:
    experiments = {path.parent.name for path in EXPERIMENTS.glob("*/experiment.py")}
    chapters = {find_experiments()[name].about.chapter for name in experiments} - {None}
    chapters -= {path.stem for path in PACKAGE.glob("template/**/*.md")}  # pages of every talk, as the one of machines
    assert experiments
    assert chapters
    # `gpu` alone is a device: a chapter is named by its source or its address. `linear-gradient` is a word of CSS.
    # So is `browser` what opens pages: that experiment is named by its folder or its record.
    words = "|".join(experiments - {"browser"})
    named = re.compile(
        rf"(?<![\w-])(?:(?:{words})(?![\w-])|(?:{'|'.join(map(str, chapters))})(?:\.md|/)"
        rf"|experiments[./]browser|browser\.json)"
    )
    assert not [f"{place}: {line.strip()}" for place, line in generator_lines() if named.search(line)]


def test_an_experiment_imports_its_own_modules_relatively() -> None:
    """Else a copy of its folder under another name would run the code of the first."""
    absolute = re.compile(r"^\s*(?:from|import) experiments\b", re.MULTILINE)
    assert not [path for path in EXPERIMENTS.rglob("*.py") if absolute.search(path.read_text(encoding="utf-8"))]
