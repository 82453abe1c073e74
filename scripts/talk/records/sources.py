"""Which code measured a record, and whether it has changed since."""

import ast
import hashlib
import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from talk.experiment import Found, find_experiments
from talk.paths import PACKAGE, ROOT
from talk.records.notebooks import code_of
from talk.records.schema import AnyRecord, Code

_MEASURING = PACKAGE / "measure"
_RUNNER = _MEASURING / "run.py"  # runs every experiment and takes no part in measuring any
_PIN = re.compile(r"([\w.-]+)(?:\[[\w,-]+\])?\s*==\s*([\w.+!-]+)\s*(?:;.*)?")
_GROUP = "measure"  # the dependency group that `make site` installs
_NAMING = (ast.Import, ast.ImportFrom, ast.Constant)  # what names a module or a file
_FILE_NAME = re.compile(r"[\w-]+(?:[./][\w-]+)*\.\w+")  # inside the module's own folder


def hash_sources(experiment: Found, root: Path = ROOT) -> dict[str, str]:
    """File → SHA-256, for every file that takes part in measuring `experiment`.

    These are `measure.py` or `measure/__init__.py`, the experiment's `inputs`, every module that these import, however
    far, of the talk's scripts and of `talk.measure`, and the data that they read: files that lie beside a module and
    that it names, or that are called as it is. What describes, keeps or shows records is none of them, nor is what
    nothing imports: a new field or a mended word leaves a record fresh. Of a notebook the code alone counts. Line ends
    count for nothing. A file of the talk is named by its path inside the talk's folder, one of the generator by its
    path beside the package, as `talk/measure/clock.py`.
    """
    return {_name(path, root): _read(path, root).sha256 for path in _source_files(experiment, root)}


def _name(path: Path, root: Path) -> str:
    return path.relative_to(PACKAGE.parent if path.is_relative_to(PACKAGE) else root).as_posix()


@dataclass(frozen=True)
class _Source:
    sha256: str
    imported: frozenset[Path]  # where modules that it imports, at its top or inside, may lie
    data: frozenset[Path]  # files beside it that it names


def _read(path: Path, root: Path) -> _Source:
    status = path.stat()
    return _read_unless_read(path, root, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1024)  # a page asks once a number whether its record is stale
def _read_unless_read(path: Path, root: Path, _changed_ns: int, _size: int) -> _Source:
    is_notebook = path.suffix == ".ipynb"
    content = code_of(path).encode() if is_notebook else path.read_bytes()
    if b"\0" not in content:  # of a text
        content = content.replace(b"\r\n", b"\n")
    sha256 = hashlib.sha256(content).hexdigest()
    if path.suffix != ".py" and not is_notebook:
        return _Source(sha256, frozenset(), frozenset())
    try:
        nodes = [node for node in ast.walk(ast.parse(content)) if isinstance(node, _NAMING)]
    except SyntaxError:  # half-written code: its own hash has changed already, which is what matters
        return _Source(sha256, frozenset(), frozenset())
    return _Source(sha256, _imported_files(nodes, path, root), _named_files(nodes, path))


def _source_files(experiment: Found, root: Path) -> list[Path]:
    begun = (experiment.folder / "measure.py", experiment.folder / "measure" / "__init__.py", *experiment.inputs(root))
    files = {path for path in begun if path.is_file()}
    waiting = list(files)
    while waiting:
        source = _read(waiting.pop(), root)
        found = {path for path in (source.imported | source.data) - files if path.is_file()}
        files |= found
        waiting += found
    return sorted(files)


def _named_files(nodes: Sequence[ast.AST], path: Path) -> frozenset[Path]:
    """Files beside the module `path` that a string in it names, and those that are called as it is."""
    names = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    candidates = [path.parent / name for name in names if _FILE_NAME.fullmatch(name)]
    candidates += [path.with_suffix(suffix) for suffix in (".json", ".js")]
    return frozenset(each for each in candidates if each != path and each.is_file())


def _imported_files(nodes: Sequence[ast.AST], path: Path, root: Path) -> frozenset[Path]:
    """Where modules may lie that the source `nodes` of the file `path` imports, and that take part in measuring."""
    found = set()
    for place in {place for node in nodes for place in _imported_places(node, path, root)}:
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
    experiment = find_experiments()[record.experiment]
    now = hash_sources(experiment, root)
    before = record.code.sources
    changed = sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
    return [*changed, *experiment.changed_inputs(record)]


def old_versions(record: AnyRecord, root: Path = ROOT) -> list[str]:
    """Packages that were of another version than the talk pins, or where it pins none, than is installed here.

    Each as `torch 2.13.0, now 2.14.0`. The build of a version, as `+cpu`, makes no difference.
    """
    if record.origin == "published":
        return []
    pinned = _pinned(root / "pyproject.toml")
    found = []
    for requirement in find_experiments()[record.experiment].about.packages.values():
        package = requirement.partition("[")[0]
        was, now = record.versions.get(package), pinned.get(package) or _installed(package)
        if was and now and was.partition("+")[0] != now.partition("+")[0]:
            found.append(f"{package} {was}, now {now}")
    return found


def _pinned(project: Path) -> dict[str, str]:
    """Package → version, of what measuring installs by the talk's pyproject.toml in one version alone."""
    return _pinned_unless_read(project, project.stat().st_mtime_ns) if project.is_file() else {}


@lru_cache(maxsize=4)
def _pinned_unless_read(project: Path, _changed_ns: int) -> dict[str, str]:
    try:
        content = tomllib.loads(project.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    asked = content.get("project", {}).get("dependencies", [])
    asked = [*asked, *_of_group(_GROUP, content.get("dependency-groups", {}))]
    return {pin[1]: pin[2] for each in asked if (pin := _PIN.fullmatch(str(each).strip()))}


def _of_group(name: str, groups: dict[str, Any]) -> Iterator[str]:
    """What a dependency group asks for, with the groups that it includes."""
    for each in groups.get(name, []):
        if isinstance(each, dict):
            yield from _of_group(each.get("include-group", ""), {key: groups[key] for key in groups if key != name})
        else:
            yield str(each)


@lru_cache(maxsize=256)
def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
