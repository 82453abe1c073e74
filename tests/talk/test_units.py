"""A dimension of the talk's own, from mkdocs.yml to the page."""

from pathlib import Path

import pytest

from tests.talk.conftest import run_talk

UNITS = "    # units: {energy: {J: 1, kJ: 1000}}"
VALUE = '    found: dict[str, Value] = {"energy": Value(2500.0, "energy", "as made up")}\n'


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def line_of(path: Path, part: str) -> int:
    return next(at for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if part in line)


@pytest.fixture
def energetic(new_talk: Path) -> Path:
    """A talk with the dimension `energy`, and an experiment and a page that show one."""
    edit(new_talk / "mkdocs.yml", UNITS, UNITS.replace("# ", ""))
    render = new_talk / "scripts" / "experiments" / "sorting" / "render.py"
    edit(render, "    found: dict[str, Value] = {}\n", VALUE)
    with (new_talk / "docs" / "reproduce.md").open("a", encoding="utf-8") as page:
        page.write("\nIt took {{ sorting.energy }}, {{ sorting.energy | J .0 }}.\n")
    return new_talk


def test_it_is_shown_in_its_units(energetic: Path) -> None:
    for command in (("build", "--no-measure"), ("check",)):
        done = run_talk(energetic, *command)
        assert done.returncode == 0, done.stderr
    page = (
        (energetic / "site" / "reproduce" / "index.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    )
    assert ">2.50 kJ</data>" in page
    assert ">2,500 J</data>" in page
    assert "2.50 kJ" in run_talk(energetic, "values", "energy").stdout


def test_an_unknown_unit_is_one_line_with_those_that_are_known(energetic: Path) -> None:
    page = energetic / "docs" / "reproduce.md"
    edit(page, "sorting.energy | J .0", "sorting.energy | MJ")
    for command in (("check",), ("build", "--no-measure")):
        done = run_talk(energetic, *command)
        assert done.returncode == 1
        (said,) = [line for line in done.stderr.splitlines() if "MJ" in line]
        place = f"docs/reproduce.md:{line_of(page, '| MJ')}: "
        assert said == f"{place}format «MJ» is unknown; write digits as .N, or a unit: kJ, J"


def test_an_unknown_dimension_is_one_line_with_those_that_are_known(energetic: Path) -> None:
    edit(energetic / "mkdocs.yml", UNITS.replace("# ", ""), "    units: {heat: {J: 1}}")
    for command in (("check",), ("build", "--no-measure"), ("values",)):
        done = run_talk(energetic, *command)
        assert done.returncode == 1
        (said,) = done.stderr.splitlines()
        assert said.startswith(
            "scripts/experiments/sorting: value sorting.energy: no dimension energy; use one of time, "
        )
        assert said.endswith("heat, or add it under extra.talk.units")
