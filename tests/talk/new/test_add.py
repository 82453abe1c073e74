"""One more experiment, chapter and lab."""

from pathlib import Path

import pytest

from tests.talk.new.conftest import Room
from tests.talk.new.test_new import refused


def state(folder: Path) -> dict[Path, bytes]:
    """Every file that somebody wrote."""
    parts = [folder / name for name in ("docs", "scripts", "tests")]
    files = [*folder.glob("*.*"), *(path for part in parts for path in part.rglob("*"))]
    return {path: path.read_bytes() for path in files if path.is_file() and path.suffix != ".pyc"}


def test_one_more_of_each_is_green_too(copied: Room) -> None:
    before = state(copied.folder)
    for words in (
        ("chapter", "searching"),
        ("experiment", "searching"),
        ("experiment", "other"),
        ("lab", "binary_search"),
    ):
        done = copied.talk("add", *words)
        assert done.returncode == 0, done.stderr
        assert words[1] in done.stdout
        if words == ("experiment", "searching"):
            snippet = done.stdout.split("\n\n", 1)[1]
    after = state(copied.folder)
    changed = {path.relative_to(copied.folder).as_posix() for path in before if before[path] != after[path]}
    assert changed == {"mkdocs.yml", "docs/slides.md"}
    chapter = copied.folder / "docs" / "searching.md"
    chapter.write_text(f"{chapter.read_text(encoding='utf-8')}\n{snippet}", encoding="utf-8")
    for command in (("build",), ("check",)):
        done = copied.talk(*command)
        assert done.returncode == 0, done.stderr
    site = copied.folder / "site"
    page = (site / "searching" / "index.html").read_text(encoding="utf-8")
    assert "/searching" in page.partition('data-record="')[2][:80]
    assert (site / "labs" / "binary_search" / "index.html").is_file()
    assert "Searching" in (site / "slides" / "index.html").read_text(encoding="utf-8")
    tested = copied.run("python", "-m", "pytest", "scripts")
    assert tested.returncode == 0, tested.stdout
    assert "21 passed" in tested.stdout


def test_lines_of_the_menu_stand_beside_their_like(copied: Room) -> None:
    config = copied.folder / "mkdocs.yml"
    lines = config.read_text(encoding="utf-8").splitlines()
    copied.talk("add", "chapter", "searching")
    copied.talk("add", "lab", "trying")
    after = config.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in lines] == [
        "  - Searching: searching.md",
        "  - Trying: labs/trying.md",
    ]
    assert [line for line in after if line in lines] == lines
    at = after.index("  - Searching: searching.md")
    assert "sorting.md" in after[at - 1]
    assert "labs/sorting.md" in after[at + 1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chapter", "sorting"), "docs/sorting.md: is there already"),
        (("experiment", "sorting"), "scripts/experiments/sorting: there is an experiment of this name"),
        (("experiment", "labs"), "there is an experiment of this name"),
        (("lab", "sorting"), "docs/labs/sorting"),
        (("chapter", "Bad-Name"), "'Bad-Name' cannot be a name"),
        (("experiment", "class"), "'class' cannot be a name"),
    ],
)
def test_what_cannot_be_added_changes_nothing(talk: Room, words: tuple[str, str], told: str) -> None:
    before = state(talk.folder)
    assert told in refused(talk.talk("add", *words))
    assert state(talk.folder) == before


def test_a_talk_without_a_menu_or_a_deck_is_told_so(copied: Room) -> None:
    config, deck = copied.folder / "mkdocs.yml", copied.folder / "docs" / "slides.md"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("nav:", "navigation:"), encoding="utf-8")
    assert refused(copied.talk("add", "chapter", "more")).startswith("mkdocs.yml: has no `nav`")
    config.write_text(text, encoding="utf-8")
    deck.unlink()
    assert refused(copied.talk("add", "chapter", "more")).startswith("docs/slides.md: no page gathers")
    assert not (copied.folder / "docs" / "more.md").exists()


def test_outside_of_a_talk_nothing_is_added(installed: Room) -> None:
    assert "there is no talk here" in refused(installed.talk("add", "chapter", "more"))
