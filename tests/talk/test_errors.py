"""What a user is told when something is wrong."""

import re
from pathlib import Path
from runpy import run_path

import pytest

from talk.errors import SHOW_ALL, TalkError, told_in_one_line
from talk.paths import ROOT, SCRIPTS


@told_in_one_line
def command(ends: int | Exception) -> int:
    if isinstance(ends, Exception):
        raise ends
    return ends


def test_bad_input_is_one_line_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(TalkError(ROOT / "docs" / "gpu.md", "two\nlines", "mend it", line=7)) == 1
    assert capsys.readouterr() == ("", "docs/gpu.md:7: two lines; mend it\n")


def test_what_is_no_bad_input_goes_on() -> None:
    assert [command(status) for status in (0, 1, 130)] == [0, 1, 130]


def test_what_nobody_foresaw_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SHOW_ALL, raising=False)
    assert command(KeyError("a mistake\nof ours")) == 1
    assert re.fullmatch(r"talk: KeyError.*: 'a mistake.*; mend .*TALK_TRACEBACK=1.*\n", capsys.readouterr().err)
    monkeypatch.setenv(SHOW_ALL, "1")
    with pytest.raises(KeyError):
        command(KeyError("a mistake of ours"))


def test_the_file_in_hand_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    @told_in_one_line
    def read(path: Path) -> int:
        return len(path.read_text(encoding="utf-8"))

    path = ROOT / "docs" / "none.md"
    path.write_bytes(b"\xff")
    try:
        assert read(path) == 1
    finally:
        path.unlink()
    assert capsys.readouterr().err.startswith("docs/none.md: UnicodeDecodeError")


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        ("x = 1\ndef f(:\n", 2, "SyntaxError: invalid syntax; mend that line"),
        ("import nowhere\n", 1, "ModuleNotFoundError: No module named 'nowhere'; mend that line"),
        ("\n\nx = y\n", 3, "NameError: name 'y' is not defined; mend that line"),
        (
            "from talk.experiment import Experiment\n\nEXPERIMENT = Experiment(\n    title='A',\n    chapters=1,\n)\n",
            3,
            "TypeError: Experiment.__init__() got an unexpected keyword argument 'chapters'; mend that line",
        ),
        (
            "from talk.words import counted\n\ncounted('a', 'core')\n",
            3,
            "ValueError at talk/words/numbers.py:",
        ),
    ],
)
def test_a_mistake_in_code_of_the_talk_is_told_at_its_line(
    capsys: pytest.CaptureFixture[str], code: str, line: int, said: str
) -> None:
    module = SCRIPTS / "mistaken.py"
    module.write_text(code, encoding="utf-8")

    @told_in_one_line
    def load() -> int:
        run_path(str(module))
        return 0

    try:
        assert load() == 1
    finally:
        module.unlink()
    told = capsys.readouterr().err
    assert told.startswith(f"scripts/mistaken.py:{line}: {said}")
    assert told.count("\n") == 1
