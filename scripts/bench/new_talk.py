"""Goals of `talk new`: how soon a stranger has a talk of their own, and what it takes to set it up and to extend it."""

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.project import environment, last_line, run_talk, share_packages

Goal = tuple[str, str, str]

_ADDED = "another"


def goals() -> Iterator[Goal]:
    """Make a talk and time it until it is built and checked; add an experiment to it; set it up from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "mine")
        name, target = "talk new to a green check and a built site", "at most 60 s"
        start = time.perf_counter()
        failure = _make(project)
        yield name, failure or f"{time.perf_counter() - start:.0f} s", target
        yield "files touched outside to add an experiment", _touched_by_adding(project), "0"
    with tempfile.TemporaryDirectory() as folder:
        yield "first set-up of a new talk", _set_up(Path(folder, "mine")), "at most 500 MB"


def _make(project: Path) -> str | None:
    """Make a talk, build it and check it; what failed, None where nothing did."""
    made = _new(project)
    if made.returncode:
        return f"talk new: {last_line(made)}"
    share_packages(project)
    for words in (["build"], ["check"]):
        done = run_talk(project, *words)
        if done.returncode:
            return f"talk {words[0]}: {last_line(done)}"
    return None


def _new(project: Path) -> "subprocess.CompletedProcess[str]":
    # No talk lies around the folder: the generator's own room is the working directory.
    command = [sys.executable, "-m", "talk", "new", str(project)]
    env = environment(project)
    return subprocess.run(command, cwd=project.parent, env=env, capture_output=True, text=True)


def _touched_by_adding(project: Path) -> str:
    """How many files differ outside of the new experiment's folder once it is there, measured and shown by name."""
    if not project.is_dir():
        return "no talk"
    before = _digests(project)
    done = run_talk(project, "add", "experiment", _ADDED)
    if done.returncode:
        return f"talk add: {last_line(done)}"
    after = _digests(project)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    outside = {path for path in changed if not path.startswith(f"scripts/experiments/{_ADDED}/")}
    with tempfile.TemporaryDirectory() as results:
        measured = run_talk(project, "measure", _ADDED, "--quick", "--out", results)
    if measured.returncode:
        return f"talk measure: {last_line(measured)}"
    return f"{len(outside)} ({', '.join(sorted(outside))})" if outside else "0"


def _digests(project: Path) -> dict[str, str]:
    """The hash of every file that somebody wrote, by its path; caches are nobody's."""
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in project.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".talk" not in path.parts
    }


def _set_up(project: Path) -> str:
    """The size of what `make setup` installs into a new talk, npm's packages too."""
    made = _new(project)
    if made.returncode:
        return f"talk new: {last_line(made)}"
    done = subprocess.run(["make", "setup"], cwd=project, capture_output=True, text=True)
    if done.returncode:
        return f"make setup: {last_line(done)}"
    installed = (path for folder in (".venv", ".talk") for path in (project / folder).rglob("*"))
    size_bytes = sum(path.lstat().st_size for path in installed if path.is_file() and not path.is_symlink())
    return f"{size_bytes / 1e6:.0f} MB"
