"""What a user is told when something is wrong."""

import pytest

from talk.errors import TalkError, told_in_one_line
from talk.paths import ROOT


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
    with pytest.raises(KeyError):
        command(KeyError("a mistake of ours"))
