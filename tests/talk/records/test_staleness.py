"""A record knows all that it was made of: data that modules read, whatever its kind, and versions; nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from talk.experiment import Found
from talk.records.sources import hash_sources, old_versions
from tests.talk import samples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts" / "experiments" / "race"
    folder.mkdir(parents=True)
    (folder / "measure.py").write_text("from shared import track\nKERNEL = 'kernels/race.cu'\nnone = 'none.txt'\n")
    (folder / "kernels").mkdir()
    (folder / "kernels" / "race.cu").write_text("one\n")
    (folder / "notes.txt").write_text("one\n")
    shared = tmp_path / "scripts" / "shared"
    shared.mkdir()
    (shared / "track.py").write_text("from pathlib import Path\nFILE = Path(__file__).with_name('track.npy')\n")
    (shared / "track.npy").write_bytes(b"\0\r\n")
    return folder


def hashed(folder: Path) -> dict[str, str]:
    return hash_sources(Found("race", "experiments.race", folder), folder.parents[2])


def test_data_that_a_module_names_is_a_source(folder: Path) -> None:
    assert list(hashed(folder)) == [
        "scripts/experiments/race/kernels/race.cu",
        "scripts/experiments/race/measure.py",
        "scripts/shared/track.npy",
        "scripts/shared/track.py",
    ]


@pytest.mark.parametrize("file", ["scripts/shared/track.npy", "scripts/experiments/race/kernels/race.cu"])
def test_its_change_is_a_change(folder: Path, file: str) -> None:
    before = hashed(folder)
    (folder.parents[2] / file).write_bytes(b"\0other")
    after = hashed(folder)
    assert [name for name in after if after[name] != before[name]] == [file]


def test_line_ends_change_no_text_and_unused_files_nothing(folder: Path) -> None:
    before = hashed(folder)
    for path in (folder / "measure.py", folder / "kernels" / "race.cu"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (folder / "notes.txt").write_text("two\n")
    (folder / "unused.py").write_text("")
    assert hashed(folder) == before
    (folder.parents[1] / "shared" / "track.npy").write_bytes(b"\0\n")  # bytes of numbers are no line ends
    assert hashed(folder) != before


def test_a_record_of_other_versions_than_are_pinned_is_old(tmp_path: Path) -> None:
    record = samples.record(versions={"pyyaml": "6.0.1+local"})
    pins = tmp_path / "pyproject.toml"
    pins.write_text('[project]\ndependencies = [\n  "pyyaml==6.0.1",\n]\n')
    assert old_versions(record, tmp_path) == []
    pins.write_text('[project]\ndependencies = ["pyyaml[fast]==6.1.0"]\n')
    assert old_versions(record, tmp_path) == ["pyyaml 6.0.1+local, now 6.1.0"]
    assert old_versions(replace(record, origin="published"), tmp_path) == []


def test_pins_are_those_of_what_measuring_installs(tmp_path: Path) -> None:
    record = samples.record(versions={"pyyaml": "6.0.1"})
    pins = tmp_path / "pyproject.toml"
    groups = '[dependency-groups]\nfast = ["pyyaml == 6.2.0; python_version > \'3\'"]\ntest = ["pyyaml==5.0"]\n'
    pins.write_text(f'{groups}measure = ["rich", {{ include-group = "fast" }}]\n')
    assert old_versions(record, tmp_path) == ["pyyaml 6.0.1, now 6.2.0"]
    pins.write_text(f'[project]\ndependencies = ["pyyaml==6.0.1"]\n{groups}')
    assert old_versions(record, tmp_path) == []


def test_without_a_pin_what_is_installed_is_asked(tmp_path: Path) -> None:
    [old] = old_versions(samples.record(versions={"pyyaml": "1.0.0"}), tmp_path)
    assert old.startswith("pyyaml 1.0.0, now ")
