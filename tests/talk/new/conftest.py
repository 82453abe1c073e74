"""A stranger's machine: the generator installed from its wheel, and talks made by it."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from talk.template import LANGUAGES
from talk.template.wheel import make_wheel
from tests.browser.conftest import browser as browser
from tests.talk.conftest import CHECKOUT

UV = Path(sys.executable).with_name("uv")
SHARED = [path for path in sys.path if path.endswith("site-packages")]

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Room:
    """A folder, and the commands of the installed generator that are run in it."""

    folder: Path
    bin: Path

    def run(self, *words: str, **variables: str) -> Done:
        """A command of the environment, by its name."""
        outside = {"PYTHONPATH", "VIRTUAL_ENV"}
        environment = {name: value for name, value in os.environ.items() if name not in outside} | variables
        command = [str(self.bin / words[0]), *words[1:]]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)

    def talk(self, *words: str) -> Done:
        """`talk …`."""
        return self.run("talk", *words)

    def at(self, folder: Path) -> "Room":
        """The same commands, run in another folder."""
        return Room(folder, self.bin)


def make_environment(folder: Path, wheel: Path) -> Path:
    """An environment with the wheel alone, which borrows other packages of the running one; returns its bin/.

    Borrowed folders come after its own, and the checkout, which the running one reaches by a .pth file, is in none.
    """
    venv.create(folder, with_pip=False)
    words = [
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--python",
        str(folder / "bin" / "python"),
        str(wheel),
    ]
    subprocess.run([UV, *words], check=True)
    (site_packages,) = folder.glob("lib/python3*/site-packages")
    (site_packages / "borrowed.pth").write_text("\n".join(SHARED))
    return folder / "bin"


def share_packages(talk: Path) -> None:
    """Spare the talk the fetching of npm's packages. A copy: its generator is of another moment than the checkout."""
    shutil.copytree(CHECKOUT / ".talk" / "npm", talk / ".talk" / "npm", symlinks=True)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """An empty folder on a machine where the generator is installed."""
    folder = tmp_path_factory.mktemp("installed")
    name, content = make_wheel()
    (folder / name).write_bytes(content)
    (folder / "empty").mkdir()
    return Room(folder / "empty", make_environment(folder / "venv", folder / name))


@pytest.fixture(scope="session")
def made(installed: Room, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Room]:
    """The talk in a language: new, measured, built and checked. Tests leave it as it is."""
    rooms: dict[str, Room] = {}

    def make(language: str) -> Room:
        if language not in rooms:
            folder = tmp_path_factory.mktemp("made") / "my-talk"
            room = installed.at(folder)
            for at, words in (
                (installed, ("new", str(folder), "--lang", language)),
                (room, ("measure",)),
                (room, ("build", "--no-measure")),
                (room, ("check",)),
            ):
                done = at.talk(*words)
                assert done.returncode == 0, done.stderr
                if words[0] == "new":
                    share_packages(folder)
            assert "no problems" in done.stdout
            rooms[language] = room
        return rooms[language]

    return make


@pytest.fixture(params=LANGUAGES)
def talk(request: pytest.FixtureRequest, made: Callable[[str], Room]) -> Room:
    """The talk in each language. Tests leave it as it is."""
    return made(request.param)


@pytest.fixture
def copied(made: Callable[[str], Room], tmp_path: Path) -> Room:
    """The English talk to change."""
    original = made("en")
    shutil.copytree(original.folder, tmp_path / "my-talk", symlinks=True)
    return original.at(tmp_path / "my-talk")
