"""The command: what it says, where, and with which status it ends."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from talk.cli import main
from talk.paths import REMOTE, RESULTS
from talk.records.store import write_record
from talk.render.listing import find_values, lines
from talk.render.values import Values
from tests.talk import samples

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def measured() -> Iterator[None]:
    """Two machines have measured relay."""
    write_record(samples.record(slug="cpu-box", measured_at="2026-11-22T06:00:00Z"))
    write_record(
        samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-21T06:00:00Z")
    )
    yield
    shutil.rmtree(RESULTS)


def listed(capsys: Capture, *words: str) -> list[list[str]]:
    assert main(["values", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return [line.split("  ") for line in out.splitlines()]


@pytest.mark.usefixtures("measured")
def test_values_are_listed_with_number_unit_machine_and_way(capsys: Capture) -> None:
    head, *rows = [[cell.strip() for cell in row if cell.strip()] for row in listed(capsys)]
    assert head == ["name", "number", "machine", "how it was computed"]
    assert [row for row in rows if row[0] in ("relay.cpu.time", "relay.speedup")] == [
        ["relay.cpu.time", "2.10 s", "cpu-box", "median of the repeats"],  # whom pages ask first
        ["relay.cpu.time", "2.10 s", "gpu-box", "median of the repeats"],
        ["relay.speedup", "10.5", "gpu-box", "CPU / GPU"],
    ]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("speed", {"relay.speedup"}),
        ("cuda.*share", set()),
        ("*.cuda.*share", {"relay.cuda.climb.share", "relay.cuda.dive.share", "relay.cuda.idle_share"}),
        ("relay.c*.time", {"relay.cpu.time", "relay.cuda.time"}),
        ("relay.c??.time", {"relay.cpu.time"}),
    ],
)
def test_a_pattern_is_a_part_of_the_name_or_a_whole_name_with_wildcards(
    capsys: Capture, pattern: str, names: set[str]
) -> None:
    if names:
        assert {row[0].strip() for row in listed(capsys, pattern)[1:]} == names
    else:
        assert main(["values", pattern]) == 1


@pytest.mark.usefixtures("measured")
def test_nothing_found_is_one_line_with_the_nearest(capsys: Capture) -> None:
    assert main(["values", "relay.cpu.tame"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("talk values: no value's name matches relay.cpu.tame; the nearest names are relay.cpu.time")
    assert err.count("\n") == 1
    assert main(["values", "zzz"]) == 1
    assert capsys.readouterr().err == ("talk values: no value's name matches zzz; `talk values` alone lists them all\n")


def test_where_nobody_has_measured_that_is_said(capsys: Capture) -> None:
    assert main(["values"]) == 1
    assert capsys.readouterr() == (
        "",
        "talk values: nothing has been measured yet; measure with `talk measure`\n",
    )


def test_columns_are_as_wide_as_their_cells() -> None:
    rows = list(find_values(Values([samples.record()]), "lanes"))
    assert list(lines(rows)) == [
        "name         number  machine   how it was computed",
        "relay.lanes  2       test-box  sum of the lanes",
    ]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["paint"],
        ["measure", "--device", "tpu"],
        ["add", "page", "x"],
        ["new"],
        ["build", "--short"],
        ["values", "a", "b"],
    ],
)
def test_wrong_usage_is_status_2(capsys: Capture, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: talk")


@pytest.mark.parametrize("words", [["--help"], ["measure", "--help"], ["values", "--help"]])
def test_help_is_status_0(capsys: Capture, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: talk")


@pytest.mark.parametrize(
    "raised", [KeyboardInterrupt, lambda: RuntimeError("class")], ids=["anywhere", "as a class is made"]
)
def test_interrupted_is_status_130(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, raised: Callable[[], BaseException]
) -> None:
    def interrupted(*_: object) -> None:
        error = raised()
        raise error from KeyboardInterrupt()

    monkeypatch.setattr("talk.render.values.current_values", interrupted)
    assert main(["values"]) == 130
    assert capsys.readouterr() == ("", "interrupted; records and site/ are whole\n")


@pytest.mark.usefixtures("measured")
def test_whoever_has_read_enough_hears_nothing_of_it() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-m", "talk", "values"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("words", "remote", "more"),
    [
        ([], None, []),
        (["--remote"], "1", []),
        (["--remote", "192.168.1.5"], "192.168.1.5", []),
        (["--at", "127.0.0.1:8001"], None, ["--dev-addr", "127.0.0.1:8001"]),
    ],
)
def test_serving_listens_for_a_phone_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, words: list[str], remote: str | None, more: list[str]
) -> None:
    monkeypatch.delenv(REMOTE, raising=False)
    environment = dict(os.environ)
    monkeypatch.setattr(os, "environ", environment)
    started: list[list[str]] = []

    def start(_: str, command: list[str]) -> None:
        started.append(command)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "execv", start)
    assert main(["serve", *words]) == 130
    assert started == [[sys.executable, "-m", "mkdocs", "serve", *more]]
    assert environment.get(REMOTE) == remote
