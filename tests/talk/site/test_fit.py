"""What does not fit, found without a browser; tests/browser/test_fit.py holds the estimates against one."""

import re
from pathlib import Path

import pytest
from markdown import Markdown

from talk.settings import Settings
from talk.site import fit
from talk.site.fit import MainLine, convert_deck, find_misfits, main_line

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
    return told(docs, text)[0]


def told(docs: Path, text: str) -> tuple[list[str], list[str]]:
    """Problems and notes of a deck with these slides."""
    (docs / "chapter.md").write_text(f"# Глава\n\n{text}", encoding="utf-8")
    problems, notes = find_misfits(Markdown(extensions=EXTENSIONS).convert(text), docs)
    return [str(error) for error in problems], [str(error) for error in notes]


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
        ("text", f"Слово {'о' * 70}.", r"“о{70}\.” is about \d+ px of 1920 wider than its place; write it shorter"),
        ("text", "Строка.\n\n" * 20, r"with its text it is about \d+ px of 1080 longer than the slide; shorten it"),
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


def test_a_slide_that_waits_for_its_numbers_is_judged_when_it_has_them(docs: Path) -> None:
    words = "Строка.\n\n" * 20
    (problem,) = misfits(docs, slide("text", f"{words}2,1 с"))
    assert "longer than the slide" in problem
    assert misfits(docs, slide("text", f'{words}<span class="unmeasured">не измерено</span>')) == []


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
    assert find_misfits("", docs) == ([], [])


def noted(title: str, words: int, **options: object) -> str:
    header = "".join(f"    {name}: {str(value).lower()}\n" for name, value in options.items())
    return f"//// slide | {title}\n{header}\n/// notes\n\n{'слово ' * words}\n///\n////\n\n"


@pytest.mark.parametrize(("words", "problems", "notes"), [(20, 0, 0), (25, 0, 0), (30, 0, 1), (40, 0, 1), (42, 1, 0)])
def test_notes_are_held_against_the_slides_time(docs: Path, words: int, problems: int, notes: int) -> None:
    """Twenty words take ten seconds."""
    found = told(docs, noted("А", words, time=10))
    assert (len(found[0]), len(found[1])) == (problems, notes)
    if words == 30:
        said = "slide “А”: its notes take 0:15 aloud, 0:05 over its time of 0:10; shorten them"
        assert found[1][0].startswith(f"{docs}/chapter.md:3: {said}")


def test_only_what_is_spoken_takes_time(docs: Path) -> None:
    quiet = f"```text\n{'слово ' * 90}\n```\n\n{table(30, 9)}\n\n<svg><text>{'слово ' * 90}</text></svg>\n"
    text = f"//// slide | А\n    time: 10\n\n/// notes\n\nПять слов, и одно — 2,5.\n\n{quiet}\n///\n////\n"
    assert told(docs, text) == ([], [])
    html = Markdown(extensions=EXTENSIONS).convert(text)
    assert main_line(html, 1).spoken_s == round(5 * 60 / 120)


def test_backup_slides_take_no_time(docs: Path) -> None:
    text = noted("А", 100, time=50) + noted("Б", 500, time=60, backup=True)
    assert told(docs, text) == ([], [])
    assert main_line(Markdown(extensions=EXTENSIONS).convert(text), 1) == MainLine(1, 50, 50)


def test_a_shorter_slot_has_to_hold_too(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "settings", lambda: Settings(slot_min=2))
    fits = noted("А", 1, time=60) + noted("Б", 1, time=45, cut=1)
    assert told(docs, fits) == ([], [])
    html = Markdown(extensions=EXTENSIONS).convert(fits)
    assert [main_line(html, slot).slides for slot in (2, 1)] == [2, 1]
    (problem,), _ = told(docs, fits + noted("В", 1, time=15))
    said = "the deck for 1 min, as `cut` has it, is planned for 1:15, 0:15 over the slot of 1 min"
    assert said in problem


def test_a_slide_cut_from_the_whole_talk_is_a_backup(docs: Path) -> None:
    (problem,), _ = told(docs, noted("А", 1) + noted("Б", 1, cut=1))
    assert problem.endswith("slide “Б”: it is cut from the talk's own slot of 1 min; write `backup: true`")


def test_notes_over_the_slot_are_told(docs: Path) -> None:
    (problem,), _ = told(docs, noted("А", 140, time=60))
    assert "the deck takes, its notes read aloud, 1:10, 0:10 over the slot of 1 min" in problem
