"""Files that experiments bring: made when they have to be, and put where pages find them."""

from pathlib import Path
from typing import Any

import pytest

from talk import experiment
from talk.errors import MissingError, TalkError
from talk.experiment import Experiment, Found, find_experiments
from talk.site import assets
from talk.site.assets import write_experiments


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Writes files of the made experiment; returns them by path, and how often the experiment was asked."""
    asked = []
    make = Found.assets

    def counted(self: Found) -> dict[str, bytes]:
        asked.append(self.name)
        return make(self)

    monkeypatch.setattr(Found, "assets", counted)

    def write() -> tuple[dict[str, bytes], list[str]]:
        write_experiments(tmp_path / "generated", tmp_path / "stamps")
        files = (tmp_path / "generated").rglob("*")
        found = {
            path.relative_to(tmp_path / "generated").as_posix(): path.read_bytes() for path in files if path.is_file()
        }
        return found, asked

    return write


def test_an_experiments_files_lie_in_a_folder_of_its_name(written: Any) -> None:
    assert written() == ({"relay/relay.js": b'"use strict";\n'}, ["relay"])


def test_they_are_made_once(written: Any) -> None:
    written()
    assert written()[1] == ["relay"]


def test_they_are_made_again_where_one_is_gone(written: Any, tmp_path: Path) -> None:
    written()
    (tmp_path / "generated" / "relay" / "relay.js").unlink()
    assert written() == ({"relay/relay.js": b'"use strict";\n'}, ["relay", "relay"])


def test_they_are_made_again_where_the_experiment_changed(written: Any) -> None:
    written()
    added = find_experiments()["relay"].folder / "kernel.txt"
    added.write_text("faster")
    try:
        assert written()[1] == ["relay", "relay"]
    finally:
        added.unlink()


def test_a_file_outside_the_folder_is_refused(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Found, "assets", lambda _: {"../relay.js": b""})
    with pytest.raises(TalkError, match=r"'\.\./relay\.js' is no file's name; use a plain name"):
        written()


def test_a_folder_of_the_generators_own_is_refused(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_experiments()["relay"]
    monkeypatch.setattr(assets, "find_experiments", lambda: {"scripts": found})
    with pytest.raises(TalkError, match="call the experiment something else"):
        written()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_experiments()["relay"]
    about = Experiment(title="Relay", packages={"no_such_compiler": "no-such-compiler"})
    monkeypatch.setitem(found.__dict__, "about", about)
    with pytest.raises(MissingError, match="no-such-compiler must be installed first; run `make setup`"):
        found.assets()


def test_most_experiments_bring_none() -> None:
    assert [name for name, found in experiment.find_experiments().items() if found.has_assets] == ["relay"]
