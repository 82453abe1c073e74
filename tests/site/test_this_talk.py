"""The talk as it is committed: nothing mistaken, nothing typed, nothing stale, every claim true."""

from scripts.site.check import check


def test_talk_check_finds_nothing() -> None:
    assert [str(problem) for problem in check()] == []
