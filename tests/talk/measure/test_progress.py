"""What is said while it runs, with rich and without."""

import sys
from contextlib import suppress

import pytest

from talk.measure import progress


@pytest.fixture(params=["rich", "bare"])
def shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> progress.Progress:
    if request.param == "bare":
        for module in [name for name in sys.modules if name.split(".")[0] == "rich"]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setitem(sys.modules, "rich", None)
    made = progress.make_progress()
    assert (type(made).__name__ == "_Lines") == (request.param == "bare")
    return made


def test_everything_is_said_on_standard_error(shown: progress.Progress, capsys: pytest.CaptureFixture[str]) -> None:
    shown.say("[begins] now")
    with shown.bar("the work", 3) as advance:
        for _ in range(3):
            advance(1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "[begins] now" in err
    assert "the work" in err


def test_a_bar_whose_work_is_done_is_full_whatever_was_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with progress.make_progress().bar("the work", 10) as advance:
        advance(9)
    assert "100%" in capsys.readouterr().err
    with suppress(KeyError), progress.make_progress().bar("the work", 10) as advance:
        advance(9)
        raise KeyError
    assert "100%" not in capsys.readouterr().err


def test_plain_lines_come_seldom_and_estimate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 2))  # every look at the clock is two seconds later
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    with progress._Lines().bar("the work", 10) as advance:
        for _ in range(10):
            advance(1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "the work …"
    assert lines[1] == "the work: 30 %, about 14 s left"
    assert len(lines) == 4
