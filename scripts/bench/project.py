"""Talks in folders of their own: a copy of this one, and the commands that run there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from talk.errors import TalkError
from talk.paths import NPM, PACKAGE, ROOT, SCRIPTS

_SOURCES = ("scripts", "docs", "snippets", "mkdocs.yml")


def copy_project(folder: Path) -> None:
    """Copy the talk into `folder`, with its records and without what is built of them; the generator stays outside."""

    def built(place: str, names: list[str]) -> set[str]:
        return _built(place, names) | ({PACKAGE.name} if Path(place) == SCRIPTS else set())

    folder.mkdir(parents=True)
    for name in _SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=built)
        else:
            shutil.copy(source, folder / name)
    share_packages(folder)


_built = shutil.ignore_patterns("__pycache__", "generated", "machines", "*.partial")


def share_packages(project: Path) -> None:
    """Let the talk in `project` use the npm packages that were fetched for this one."""
    place = project / NPM.relative_to(ROOT)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(NPM)


def environment(project: Path) -> dict[str, str]:
    """The environment of a command in `project`: it imports the scripts there, and the generator that runs here."""
    return os.environ | {"PYTHONPATH": os.pathsep.join((str(project / SCRIPTS.name), str(PACKAGE.parent)))}


def set_up(project: Path) -> None:
    """What `make setup` does once Python's packages are there: theme, style sheets and typefaces. Raises TalkError."""
    command = [sys.executable, "-m", "talk.site.assets"]
    done = subprocess.run(command, cwd=project, env=environment(project), capture_output=True, text=True)
    if done.returncode:
        raise TalkError("make setup", last_line(done), "run it by hand")


def run_talk(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """`talk …` in `project`."""
    command = [sys.executable, "-m", "talk", *words]
    return subprocess.run(command, cwd=project, env=environment(project), capture_output=True, text=True)


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    """The last line that a command wrote to standard error, without make's own."""
    said = [line for line in done.stderr.strip().splitlines() if not line.startswith("make: ***")]
    return said[-1] if said else "it said nothing"
