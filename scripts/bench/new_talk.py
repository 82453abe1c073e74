"""Goals of `talk new`: how soon a stranger has a talk of their own, and what it takes to set it up and to extend it."""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.project import last_line
from talk.errors import TalkError
from talk.paths import PACKAGE

Goal = tuple[str, str, str]

_ADDED = "another"
_PROGRAMS = Path(sys.executable).parent


def goals() -> Iterator[Goal]:
    """Make a talk, set it up from nothing, build and check it, and add an experiment: as a stranger does."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "mine")
        steps = (
            ("talk new to a green check and a built site", _until_checked, "at most 60 s, without the set-up"),
            ("first set-up of a new talk", _installed, "at most 500 MB"),
            ("files touched outside to add an experiment", _touched_by_adding, "0"),
        )
        for name, measure, target in steps:
            try:
                figure = measure(project)
            except TalkError as error:
                figure = str(error)
            yield name, figure, target


def _until_checked(project: Path) -> str:
    took_s = _run([_PROGRAMS / "python", "-m", "talk", "new", project], project.parent)
    _run(["make", "setup"], project)
    return f"{took_s + _run(['make', 'site'], project) + _run(['make', 'check'], project):.0f} s"


def _installed(project: Path) -> str:
    """The size of what the set-up installed, npm's packages too."""
    places = (path for folder in (".venv", ".talk") for path in (project / folder).rglob("*"))
    size_bytes = sum(path.lstat().st_size for path in places if path.is_file() and not path.is_symlink())
    return f"{size_bytes / 1e6:.0f} MB"


def _touched_by_adding(project: Path) -> str:
    """How many files that are not a new experiment's own are other than before, when it is there and measures."""
    talk = project / ".venv" / "bin" / "talk"
    before = _digests(project)
    _run([talk, "add", "experiment", _ADDED], project)
    after = _digests(project)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    own = (f"scripts/experiments/{_ADDED}/", f"tests/experiments/{_ADDED}/")
    outside = {path for path in changed if not path.startswith(own)}
    with tempfile.TemporaryDirectory() as results:
        _run([talk, "measure", _ADDED, "--quick", "--out", results], project)
    return f"{len(outside)} ({', '.join(sorted(outside))})" if outside else "0"


def _run(words: Sequence[str | Path], folder: Path) -> float:
    """Run a command in `folder`; returns the seconds it took. Raises TalkError with the last thing it said."""
    # The new talk sees nothing of this one's scripts; only `talk new` itself needs the generator.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if words[0] == _PROGRAMS / "python":
        env["PYTHONPATH"] = str(PACKAGE.parent)
    start = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        raise TalkError(" ".join(map(str, words)), f"failed ({last_line(done)})", "run it by hand")
    return time.perf_counter() - start


def _digests(project: Path) -> dict[str, str]:
    """The hash of every file that somebody wrote, by its path; nobody wrote what is installed."""
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in project.rglob("*")
        if path.is_file() and not {"__pycache__", ".talk", ".venv"} & set(path.parts)
    }
