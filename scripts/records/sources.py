"""Which code measured a record, and whether it has changed since."""

import ast
import hashlib
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scripts.paths import ROOT
from scripts.records.notebooks import code_of, find_notebooks
from scripts.records.schema import AnyRecord, Code

_MEASURING = "scripts.measure"
# An experiment that `talk measure` does not run: the package that does.
_ELSEWHERE = {"decks": "scripts.bench.peers"}


def measuring_command(experiment: str) -> str:
    """What measures the experiment anew, as it is typed."""
    elsewhere = _ELSEWHERE.get(experiment)
    return f"python -m {elsewhere}" if elsewhere else f"talk measure {experiment}"


def hash_sources(experiment: str, root: Path = ROOT) -> dict[str, str]:
    """Path inside the project → SHA-256, for every file that takes part in measuring `experiment`.

    That is all of the experiment's own folder, and every module of `scripts.measure` that it imports, however far:
    the list of experiments is not among them, so a new one leaves the others' records fresh. The labs' are their
    notebooks too, of which the code alone counts.
    """
    return {path.relative_to(root).as_posix(): _read(path, root).sha256 for path in _source_files(experiment, root)}


@dataclass(frozen=True)
class _Source:
    sha256: str
    imported: frozenset[Path]  # where modules of `scripts.measure` that it imports, at its top or inside, may lie


def _read(path: Path, root: Path) -> _Source:
    status = path.stat()
    return _read_unless_read(path, root, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1024)  # a page asks once a number whether its record is stale
def _read_unless_read(path: Path, root: Path, _changed_ns: int, _size: int) -> _Source:
    content = code_of(path).encode() if path.suffix == ".ipynb" else path.read_bytes()
    imported = _imported_files(content, root) if path.suffix in {".py", ".ipynb"} else frozenset()
    return _Source(hashlib.sha256(content).hexdigest(), imported)


def _source_files(experiment: str, root: Path) -> list[Path]:
    folder = root.joinpath(*_ELSEWHERE.get(experiment, f"{_MEASURING}.{experiment}").split("."))
    files = {path for path in folder.rglob("*") if path.suffix in {".py", ".json", ".js"}}
    if experiment == "labs":
        files |= set(find_notebooks(root / "docs"))
    waiting = list(files)
    while waiting:
        imported = {path for path in _read(waiting.pop(), root).imported - files if path.is_file()}
        files |= imported
        waiting += imported
    return sorted(files)


def _imported_files(module: bytes, root: Path) -> frozenset[Path]:
    names: set[str] = set()
    try:
        tree = ast.parse(module)
    except SyntaxError:  # half-written code: its own hash has changed already, which is what matters
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    paths = [root.joinpath(*name.split(".")) for name in names if name.startswith(f"{_MEASURING}.")]
    return frozenset(file for path in paths for file in (path.with_suffix(".py"), path / "__init__.py"))


def current_code(experiment: str, root: Path = ROOT) -> Code:
    """The code that is about to measure `experiment`. Outside a git checkout the commit is None."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    sources = hash_sources(experiment, root)
    return Code(
        commit=git("rev-parse", "HEAD"),
        dirty=bool(git("status", "--porcelain", "--", *sources)),
        sources=sources,
    )


def changed_sources(record: AnyRecord, root: Path = ROOT) -> list[str]:
    """Sources that changed, appeared or vanished since the record was measured; empty when it is fresh.

    A table quoted from the talk was measured by code that is not ours and never goes stale.
    """
    if record.origin == "published":
        return []
    now = hash_sources(record.experiment, root)
    before = record.code.sources
    return sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
