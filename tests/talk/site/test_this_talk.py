"""The talk as it is committed: nothing mistaken, nothing typed, nothing stale, every claim true."""

from mkdocs.config import load_config

from talk.paths import ROOT
from talk.site.check import check


def test_talk_check_finds_nothing() -> None:
    problems, _ = check()
    assert [str(problem) for problem in problems] == []


def test_the_development_server_is_for_this_machine_alone() -> None:
    assert load_config(str(ROOT / "mkdocs.yml")).dev_addr.host == "127.0.0.1"
