"""No source ends in a traceback, a hang or several lines, whatever is written in it; the rest is for `make bench`."""

import re
from pathlib import Path

import pytest

from bench.sources import PAGE, REFUSED_TEXTS, SHOWN_TEXTS, Case, answer, made_cases
from talk.errors import TalkError
from talk.paths import ROOT
from talk.site.mistakes import find_mistakes

IN_SILENCE = "it is passed in silence"  # by this part of the check; others look at pages
TEXTS = [*REFUSED_TEXTS[::4], *(text for text, _ in SHOWN_TEXTS[::4])]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_told_in_one_line_or_passed(text: str, tmp_path: Path) -> None:
    case = Case(PAGE, f"# Odd\n\n{text}\n".encode())
    assert answer(case, ROOT, find_mistakes, tmp_path) in (None, IN_SILENCE)


def test_made_texts_are_too(tmp_path: Path) -> None:
    answers = {case.about: answer(case, ROOT, find_mistakes, tmp_path) for case in made_cases(24)}
    assert len(answers) > 20
    assert {about: told for about, told in answers.items() if told not in (None, IN_SILENCE)} == {}


def test_what_is_no_answer_is_told(tmp_path: Path) -> None:
    def look(error: BaseException | None = None, *told: str) -> list[TalkError]:
        if error is not None:
            raise error
        return [TalkError("a", each, "b") for each in told]

    case, shown = Case(PAGE, b"x"), Case(PAGE, b"x", "x")
    assert answer(case, ROOT, lambda: look(None, "so"), tmp_path) is None
    assert answer(case, ROOT, lambda: look(TalkError("a", "b", "c")), tmp_path) is None
    assert answer(case, ROOT, look, tmp_path) == IN_SILENCE
    assert "raises" in str(answer(case, ROOT, lambda: look(ValueError("x")), tmp_path))
    assert "refused" in str(answer(shown, ROOT, lambda: look(None, "so"), tmp_path))
    assert "does not show" in str(answer(shown, ROOT, look, tmp_path))
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "index.html").write_text("<p>x</p>", encoding="utf-8")
    assert answer(shown, ROOT, look, tmp_path) is None
    assert not (ROOT / PAGE).exists()


def test_no_made_case_is_an_open_block_and_its_end() -> None:
    whole = re.compile(r"(?m)^/// (?:slide|details|measured) \| .*\n+\w\n\n///$")
    made = [case.content.decode().replace("\r\n", "\n") for case in made_cases(3000)]
    assert len(made) > 2900
    assert [text for text in made if whole.search(text)] == []
