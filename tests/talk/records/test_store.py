"""Records are written whole or not at all, and read only when whole and sane."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from talk.errors import TalkError
from talk.records import store
from talk.records.files import write_if_changed, write_whole
from talk.records.store import read_record, write_record
from tests.talk import samples


def write_raw(folder: Path, content: Any, machine: str = "test-box") -> Path:
    path = folder / machine / "relay.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def assert_refused(path: Path, *words: str) -> None:
    with pytest.raises(TalkError) as caught:
        read_record(path)
    message = str(caught.value)
    assert "\n" not in message
    assert "relay.json" in message
    for word in words:
        assert word in message


def test_a_record_too_large_for_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST_BYTES", 1000)
    with pytest.raises(TalkError, match=r"relay\.json: would take 0 MB of git"):
        write_record(samples.record(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = samples.record(samples.cpu_run(), samples.cuda_run())
    assert read_record(write_record(record, tmp_path)) == record


def test_a_truncated_record_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write_record(samples.record(), tmp_path)
    path.write_text(path.read_text(encoding="utf-8")[:400], encoding="utf-8")
    assert_refused(path, "relay.json:", "not whole JSON")


@pytest.mark.parametrize("version", [0, 3, "2", None])
def test_an_unknown_version_is_refused(tmp_path: Path, version: object) -> None:
    content = asdict(samples.record()) | {"schema_version": version}
    assert_refused(write_raw(tmp_path, content), f"schema_version is {version!r}, this code reads 1 to 2")


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_an_impossible_time_is_refused_by_its_field(tmp_path: Path, value: float) -> None:
    content = asdict(samples.record())
    content["data"]["runs"][0]["legs"][1]["time_s"] = value
    assert_refused(write_raw(tmp_path, content), "data.runs.0.legs.1.time_s")


def test_a_leg_never_called_is_refused(tmp_path: Path) -> None:
    content = asdict(samples.record())
    content["data"]["runs"][0]["legs"][0]["calls"] = 0
    assert_refused(write_raw(tmp_path, content), "legs.0.calls")


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    content = asdict(samples.record())
    del content["data"]["runs"][0]["device"]
    assert_refused(write_raw(tmp_path, content), "data.runs.0.device")


def test_a_field_nobody_knows_is_named(tmp_path: Path) -> None:
    content = asdict(samples.record())
    content["machine"]["hostname"] = "secret"
    assert_refused(write_raw(tmp_path, content), "machine.hostname")


def test_a_number_written_as_text_is_refused(tmp_path: Path) -> None:
    content = asdict(samples.record())
    content["data"]["runs"][0]["legs"][0]["time_s"] = "2.5"
    assert_refused(write_raw(tmp_path, content), "legs.0.time_s")


def test_what_the_experiment_itself_asks_of_its_data_is_asked(tmp_path: Path) -> None:
    content = asdict(samples.record())
    content["data"]["lanes"] = [1]
    assert_refused(write_raw(tmp_path, content), "field data", "lanes are not as many as runners")


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("machine", "slug", "../../etc"),
        ("record", "measured_at", "yesterday"),
        ("data", "runs", []),
        ("record", "experiment", "astrology"),
    ],
)
def test_an_inconsistent_record_is_refused(tmp_path: Path, part: str, field: str, value: object) -> None:
    content = asdict(samples.record())
    (content if part == "record" else content[part])[field] = value
    assert_refused(write_raw(tmp_path, content), field)


def test_a_record_in_another_machines_folder_is_refused(tmp_path: Path) -> None:
    assert_refused(write_raw(tmp_path, asdict(samples.record()), machine="other-box"), "machine.slug")


def test_writing_refuses_nan_and_keeps_the_former_record(tmp_path: Path) -> None:
    path = write_record(samples.record(), tmp_path)
    before = path.read_bytes()
    run = samples.cpu_run()
    run.times_s[0] = float("nan")
    with pytest.raises(TalkError, match=r"relay\.json: field data\.runs\.0\.times_s\.0: nan"):
        write_record(samples.record(run), tmp_path)
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_former_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    write_whole(path, "former")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TalkError, match=r"record\.json: cannot be written \(No space left on device\)"):
        write_whole(path, "fresh")
    assert path.read_text() == "former"
    assert [entry.name for entry in tmp_path.iterdir()] == ["record.json"]


def test_a_kill_leaves_one_whole_file(tmp_path: Path) -> None:
    """SIGKILL at any moment of writing the same file over and over: what is there is one version, whole."""
    path = tmp_path / "record.json"
    versions = ["a" * 2_000_000, "b" * 2_000_000]
    write_whole(path, versions[0])
    script = (
        "import sys; from pathlib import Path; from talk.records.files import write_whole\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for letter in 'ba': write_whole(Path(sys.argv[1]), letter * 2_000_000)\n"
    )
    for delay_s in (0.003, 0.011, 0.02, 0.047):
        writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(delay_s)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert path.read_text() in versions


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "fragment.html"
    assert write_if_changed(path, "one")
    os.utime(path, (1, 1))
    assert not write_if_changed(path, "one")
    assert path.stat().st_mtime == 1
    assert write_if_changed(path, "two")
