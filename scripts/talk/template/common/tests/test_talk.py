"""The talk as a whole."""

from talk.cli import main


def test_check_finds_nothing() -> None:
    """`talk check`: names, claims, stale records, typed numbers, slides that do not fit."""
    assert main(["check"]) == 0
