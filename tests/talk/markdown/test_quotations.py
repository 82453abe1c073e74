"""What a page says that a slide says, the slide says."""

from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.markdown.quotations import is_said, said_on_slides

SLIDE = ["2235/(148.755+146.863) ≈ 7.56", "45.62%", "Name Self CPU"]


@pytest.mark.parametrize("quoted", ["7.56", "2235 / (148.755 + 146.863) ≈ 7.56", "45.62%", "Self CPU", "≈ 7.56"])
def test_what_is_said_is_a_quotation(quoted: str) -> None:
    assert is_said(quoted, SLIDE)


@pytest.mark.parametrize(
    "quoted", ["в 100 раз быстрее", "", " ", "7.5", "56", "7.56 раза", "8.755", "235", "45.6", "5"]
)
def test_what_is_not_said_is_none(quoted: str) -> None:
    assert not is_said(quoted, SLIDE)


@pytest.mark.parametrize(
    "text", ["8 =", "a = 1", "[slides]\nx = ['a']", "[slides]\n8 = 'a'", "[slides]\n8 = [1]", "[q]"]
)
def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "talk.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TalkError, match=r"talk\.toml"):
        said_on_slides(path)


def test_without_the_file_nothing_is_said(tmp_path: Path) -> None:
    assert said_on_slides(tmp_path / "talk.toml") == {}
