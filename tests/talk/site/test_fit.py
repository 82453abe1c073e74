"""What does not fit, found without a browser; tests/browser/test_fit.py holds the estimates against one."""

import re
from pathlib import Path

import pytest
from markdown import Markdown

from talk.settings import Settings
from talk.site import fit
from talk.site.fit import convert_deck, find_misfits

EXTENSIONS = ["tables", "pymdownx.superfences", "pymdownx.highlight", "talk.markdown.slides"]


def table(rows: int, columns: int, cell: str = "1234") -> str:
    head = "|" + " Имя |" * columns + "\n|" + "---|" * columns + "\n"
    return head + ("|" + f" {cell} |" * columns + "\n") * rows


def code(lines: int, columns: int) -> str:
    return "```text\n" + ("x" * columns + "\n") * lines + "```\n"


def slide(layout: str, content: str) -> str:
    return f"/// slide | Слайд\n    layout: {layout}\n\n{content}\n///\n"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fit, "settings", lambda: Settings(slot_min=1))
    return tmp_path


def misfits(docs: Path, text: str) -> list[str]:
    (docs / "chapter.md").write_text(f"# Глава\n\n{text}", encoding="utf-8")
    return [str(error) for error in find_misfits(Markdown(extensions=EXTENSIONS).convert(text), docs)]


@pytest.mark.parametrize(
    ("layout", "content"),
    [
        ("table", table(9, 7)),
        ("table", table(3, 2, "слово")),
        ("code", code(12, 80)),
        ("text", "Текст.\n"),
    ],
)
def test_what_fits_is_not_spoken_of(docs: Path, layout: str, content: str) -> None:
    assert misfits(docs, slide(layout, content)) == []


@pytest.mark.parametrize(
    ("layout", "content", "said"),
    [
        (
            "table",
            table(14, 3),
            r"with its table of 15 rows it is about \d+ px of 1080 longer than the slide; shorten it",
        ),
        ("table", table(3, 7, "много букв в ячейке"), r"its table of 7 columns is about \d+ px of 1920 wider"),
        ("code", code(5, 120), r"its code of 5 lines × 120 columns would be set at 22 px of 1080, 6 px too small"),
        ("code", code(30, 20), r"its code of 30 lines × 20 columns would be set at 15 px of 1080, 13 px too small"),
        (
            "text",
            code(12, 40) + "\n" + table(4, 2),
            r"with its table of 5 rows and code of 12 lines it is about \d+ px",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_the_slide_and_by_how_much(
    docs: Path, layout: str, content: str, said: str
) -> None:
    (problem,) = misfits(docs, slide(layout, content))
    assert problem.startswith(f"{docs}/chapter.md:3: slide “Слайд”: ")
    assert re.search(said, problem)


def test_notes_take_no_room(docs: Path) -> None:
    text = f"//// slide | Слайд\n    layout: table\n\n{table(3, 3)}\n/// notes\n\n{table(30, 9)}\n///\n////\n"
    assert misfits(docs, text) == []


def test_time_over_the_slot_is_told(docs: Path) -> None:
    text = "/// slide | А\n    time: 45\n///\n\n/// slide | Б\n///\n"
    (problem,) = misfits(docs, text)
    said = "the deck is planned for 1:45, 0:45 over the slot of 1 min; shorten slides' `time:`"
    assert re.match(rf"mkdocs\.yml:\d+: extra\.talk\.slot: {re.escape(said)}", problem)


def test_a_talk_without_a_deck_fits(docs: Path) -> None:
    assert convert_deck(docs) == ""
    assert find_misfits("", docs) == []
