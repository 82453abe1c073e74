"""The wheel that a new talk carries."""

import hashlib
import sys
import zipfile
from base64 import urlsafe_b64encode
from io import BytesIO
from pathlib import Path

from talk.paths import PACKAGE
from talk.template.wheel import make_wheel
from tests.talk.conftest import CHECKOUT
from tests.talk.new.conftest import Room, make_environment


def test_the_same_files_give_the_same_bytes() -> None:
    assert make_wheel() == make_wheel()


def test_it_holds_what_it_says_and_every_file_of_the_generator() -> None:
    name, content = make_wheel()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    (record,) = [each for each in files if each.endswith(".dist-info/RECORD")]
    told = {line.split(",")[0]: line.split(",")[1:] for line in files[record].decode().splitlines()}
    assert told.pop(record) == ["", ""]
    for each, (digest, size) in told.items():
        sha256 = urlsafe_b64encode(hashlib.sha256(files[each]).digest()).decode().rstrip("=")
        assert (digest, int(size)) == (f"sha256={sha256}", len(files[each]))
    assert {*told, record} == {*files}
    ours = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}
    assert {each for each in ours if "__pycache__" not in each} == {each for each in files if each.startswith("talk/")}
    assert name.startswith("measured_talk-")
    assert len(content) < 1e6


def test_only_its_files_are_used(installed: Room) -> None:
    asked = "import sys, talk; print(talk.__file__, *sys.path, sep='\\n')"
    file, *path = installed.run("python", "-c", asked).stdout.splitlines()
    assert Path(file).is_relative_to(installed.bin.parent)
    assert str(CHECKOUT / "scripts") not in path


def test_an_installed_one_makes_the_same(installed: Room, tmp_path: Path) -> None:
    for name in ("first", "second"):
        assert installed.talk("new", str(tmp_path / name)).returncode == 0
    (first,), (second,) = ((tmp_path / name / "wheels").iterdir() for name in ("first", "second"))
    (original,) = installed.folder.parent.glob("*.whl")
    assert first.read_bytes() == second.read_bytes() == original.read_bytes()
    again = Room(tmp_path, make_environment(tmp_path / "venv", first))
    assert again.talk("new", "third").returncode == 0
    (third,) = (tmp_path / "third" / "wheels").iterdir()
    assert third.read_bytes() == first.read_bytes()


def test_no_registry_is_asked_for_it(installed: Room) -> None:
    """With the wheel gone the set-up fails: uv looks for the generator nowhere else."""
    talk = installed.folder.parent / "lonely"
    assert installed.talk("new", str(talk)).returncode == 0
    (wheel,) = (talk / "wheels").iterdir()
    wheel.unlink()
    uv = Room(talk, Path(sys.executable).parent)
    done = uv.run("uv", "pip", "compile", "--quiet", "--no-cache", "pyproject.toml")
    assert done.returncode != 0
    assert wheel.name in done.stderr
