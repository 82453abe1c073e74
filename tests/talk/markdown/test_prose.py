"""What of a Markdown source is code, and what only goes on indented."""

import pytest

from talk.markdown.prose import without_code


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\n    @",
        "word\n\n    x\n\n    @",
        "---\ntitle: A\n---\n\n    @",
        "`@`",
        "```\n@\n```",
        "<!-- @ -->",
        "a\n\n\t@",
    ],
)
def test_code_and_comments_are_no_prose(text: str) -> None:
    without = without_code(text)
    assert "@" not in without
    assert [len(line) for line in without.splitlines()] == [len(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "before",
    ["- a", "* a", "1. a", "!!! note", "??? note", ": a", "[^1]: a", "/// slide | A\n    id: x", "- a\n\n    b"],
)
def test_what_goes_on_indented_is_no_code(before: str) -> None:
    assert without_code(f"{before}\n\n    @\n").endswith("    @\n")


def test_a_paragraph_that_is_indented_goes_on() -> None:
    assert without_code("a\n    @\n") == "a\n    @\n"
