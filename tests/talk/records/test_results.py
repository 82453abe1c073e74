"""Of docs/results/ only what has a place there is read and published; whatever else lies there is one line."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.records.results import find_strays, record_files, summary_files
from talk.records.store import read_record, read_records, write_record
from talk.records.summary import keep_summary, read_summaries
from tests.talk import samples

BOX = "test-box"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    record = samples.record()
    write_record(record, tmp_path)
    keep_summary(record, tmp_path)
    return tmp_path


def test_records_and_their_history_have_their_places(results: Path) -> None:
    assert [path.name for path in record_files(results)] == ["relay.json"]
    assert len(summary_files(results)) == 1
    (results / ".hidden").write_text("")
    assert find_strays(results) == []


@pytest.mark.parametrize(
    "name", ["x.html", f"{BOX}/x.html", f"{BOX}/relay.svg", f"{BOX}/history/x.htm", f"{BOX}/a/b.json"]
)
def test_what_has_no_place_is_named(results: Path, name: str) -> None:
    (results / name).parent.mkdir(exist_ok=True)
    (results / name).write_text("<script>alert(1)</script>")
    [stray] = find_strays(results)
    assert str(stray).startswith(f"{results / name}: has no place among records; ")


def test_what_experiments_keep_has_a_place(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (results / BOX / "network.bin").write_bytes(b"")
    assert len(find_strays(results)) == 1
    about = find_experiment("relay").about
    monkeypatch.setitem(about.__dict__, "keeps", ("network.bin",))
    assert find_strays(results) == []


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_large_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(16_000_001)


NOT_PLAIN: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": a_pipe,
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a link that leads nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a large file": a_large_file,
}


@pytest.mark.parametrize("kind", NOT_PLAIN)
@pytest.mark.parametrize("place", [f"{BOX}/relay.json", f"{BOX}/history/relay-x.json"])
def test_what_is_no_plain_file_is_refused_at_once(results: Path, kind: str, place: str) -> None:
    (results / place).unlink(missing_ok=True)
    NOT_PLAIN[kind](results / place)
    with pytest.raises(TalkError) as refusal:
        _ = read_records(results), read_summaries(results)
    assert str(refusal.value).startswith(f"{results / place}: ")
    assert "\n" not in str(refusal.value)


def test_a_machines_folder_is_no_link(results: Path) -> None:
    (results / "linked").symlink_to(results / BOX)
    with pytest.raises(TalkError, match="linked: is a link, no folder of a machine"):
        read_records(results)


def spoilt(results: Path, **changes: Any) -> Path:
    path = results / BOX / "relay.json"
    content = asdict(samples.record()) | changes
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_hand_edit_is_told(results: Path) -> None:
    path = results / BOX / "relay.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(json.dumps(json.loads(text)), encoding="utf-8")  # set out otherwise
    read_record(path)
    path.write_text(text.replace('"calls": 100', '"calls": 101'), encoding="utf-8")
    with pytest.raises(TalkError, match=r"relay\.json: was changed by hand since it was measured"):
        read_record(path)


def test_a_key_that_comes_twice_is_refused(results: Path) -> None:
    path = results / BOX / "relay.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"calls": 100', '"calls": 100, "calls": 1'), encoding="utf-8")
    with pytest.raises(TalkError, match="the key 'calls' comes twice in one object"):
        read_record(path)


@pytest.mark.parametrize(
    "moment",
    ["2099-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-29T::::Z", "2026-11-29T25:61:61Z",
     "２０２６-11-01T00:00:00Z", "0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-11", "yesterday",
     "2026-11-01T00:00:00+03:00"],
)  # fmt: skip
def test_a_moment_that_cannot_be_is_refused(results: Path, moment: str) -> None:
    with pytest.raises(TalkError, match=r"relay\.json: field measured_at: "):
        read_record(spoilt(results, measured_at=moment))
    if moment == "2026-11":
        return
    [summary] = summary_files(results)
    summary.write_text(json.dumps(json.loads(summary.read_text()) | {"measured_at": moment}))
    with pytest.raises(TalkError, match=r"history/relay-\S+\.json: field measured_at: "):
        read_summaries(results)


@pytest.mark.parametrize(
    "changes",
    [{"schema_version": 7}, {"headlines": [{"name": "a", "number": 1.0, "spread": -1.0}]},
     {"headlines": [{"name": "a", "number": float("nan"), "spread": None}]}],
)  # fmt: skip
def test_a_summary_that_cannot_be_is_refused(results: Path, changes: dict[str, Any]) -> None:
    [summary] = summary_files(results)
    summary.write_text(json.dumps(json.loads(summary.read_text()) | changes))
    with pytest.raises(TalkError, match=r"history/relay-\S+\.json: field "):
        read_summaries(results)


def test_only_the_original_talk_is_published(results: Path) -> None:
    with pytest.raises(TalkError, match=r"field origin: published are the tables of the machine"):
        read_record(spoilt(results, origin="published"))


def test_a_commit_is_a_commit(results: Path) -> None:
    code = {"commit": "gggg", "dirty": False, "sources": {}}
    with pytest.raises(TalkError, match=r"field code\.commit"):
        read_record(spoilt(results, code=code))
