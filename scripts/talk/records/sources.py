"""Which code measured a record, and whether it has changed since."""

import ast
import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from talk.experiment import Found, find_experiments
from talk.paths import PACKAGE, ROOT
from talk.records.notebooks import code_of
from talk.records.schema import AnyRecord, Code

_MEASURING = PACKAGE / "measure"
_RUNNER = _MEASURING / "run.py"  # runs every experiment and takes no part in measuring any
_SUFFIXES = {".py", ".json", ".js"}


def hash_sources(experiment: Found, root: Path = ROOT) -> dict[str, str]:
    """File → SHA-256, for every file that takes part in measuring `experiment`.

    These are `measure.py` or all of `measure/`, the experiment's `inputs`, and every module that these import, however
    far, of the talk's scripts and of `talk.measure`. What describes, keeps or shows records is none of them: a new
    field or a mended word leaves a record fresh. Of a notebook the code alone counts. A file of the talk is named by
    its path inside the talk's folder, one of the generator by its path beside the package, as `talk/measure/clock.py`.
    """
    return {_name(path, root): _read(path, root).sha256 for path in _source_files(experiment, root)}


def _name(path: Path, root: Path) -> str:
    return path.relative_to(PACKAGE.parent if path.is_relative_to(PACKAGE) else root).as_posix()


@dataclass(frozen=True)
class _Source:
    sha256: str
    imported: frozenset[Path]  # where modules that it imports, at its top or inside, may lie


def _read(path: Path, root: Path) -> _Source:
    status = path.stat()
    return _read_unless_read(path, root, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1024)  # a page asks once a number whether its record is stale
def _read_unless_read(path: Path, root: Path, _changed_ns: int, _size: int) -> _Source:
    is_notebook = path.suffix == ".ipynb"
    content = code_of(path).encode() if is_notebook else path.read_bytes()
    imported = _imported_files(content, path, root) if path.suffix == ".py" or is_notebook else frozenset()
    return _Source(hashlib.sha256(content).hexdigest(), imported)


def _source_files(experiment: Found, root: Path) -> list[Path]:
    files = {path for path in (experiment.folder / "measure").rglob("*") if path.suffix in _SUFFIXES}
    files |= {path for path in (experiment.folder / "measure.py", *experiment.inputs(root)) if path.is_file()}
    waiting = list(files)
    while waiting:
        imported = {path for path in _read(waiting.pop(), root).imported - files if path.is_file()}
        for module in list(imported):  # data that lies beside a module, as workload.json does, is read by it
            imported |= {data for suffix in _SUFFIXES - {".py"} if (data := module.with_suffix(suffix)).is_file()}
        files |= imported
        waiting += imported
    return sorted(files)


def _imported_files(module: bytes, path: Path, root: Path) -> frozenset[Path]:
    """Where modules may lie that the source `module` of the file `path` imports, and that take part in measuring."""
    try:
        tree = ast.parse(module)
    except SyntaxError:  # half-written code: its own hash has changed already, which is what matters
        return frozenset()
    found = set()
    for place in {place for node in ast.walk(tree) for place in _imported_places(node, path, root)}:
        found |= {file for file in (place.with_suffix(".py"), place / "__init__.py") if _takes_part(file, root)}
    return frozenset(found)


def _imported_places(node: ast.AST, path: Path, root: Path) -> Iterator[Path]:
    """Paths without suffix of the modules, and of the names in them, that an import statement asks for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from (base.joinpath(*alias.name.split(".")) for base in (root / "scripts", PACKAGE.parent))
    elif isinstance(node, ast.ImportFrom):
        words = node.module.split(".") if node.module else []
        bases = [path.parents[node.level - 1]] if node.level else [root / "scripts", PACKAGE.parent]
        for base in bases:
            yield base.joinpath(*words)
            yield from (base.joinpath(*words, alias.name) for alias in node.names)


def _takes_part(file: Path, root: Path) -> bool:
    if file.is_relative_to(PACKAGE):
        return file.is_relative_to(_MEASURING) and file != _RUNNER
    inside = file.relative_to(root / "scripts").parts if file.is_relative_to(root / "scripts") else ()
    is_record = inside[:1] == ("experiments",) and inside[2:3] in (("record",), ("record.py",), ("experiment.py",))
    return bool(inside) and not is_record


def current_code(experiment: Found, root: Path = ROOT) -> Code:
    """The code that is about to measure `experiment`. Outside a git checkout the commit is None."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    inside = [str(path) for path in _source_files(experiment, root) if path.is_relative_to(root)]
    return Code(
        commit=git("rev-parse", "HEAD"),
        dirty=bool(git("status", "--porcelain", "--", *inside)),
        sources=hash_sources(experiment, root),
    )


def changed_sources(record: AnyRecord, root: Path = ROOT) -> list[str]:
    """Sources that changed, appeared or vanished since the record was measured; empty when it is fresh.

    A table quoted from the talk was measured by code that is not ours and never goes stale.
    """
    if record.origin == "published":
        return []
    now = hash_sources(find_experiments()[record.experiment], root)
    before = record.code.sources
    return sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
