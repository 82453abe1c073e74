"""What lies under docs/results/, looked at before anything reads it: of the folder, only what has a place there counts.

    <machine>/<experiment>.json     a record
    <machine>/history/*.json        summaries of former ones
    <machine>/<name>                what an experiment keeps beside its record: `Experiment.keeps`

Everything else is told by name, and never copied into the site.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from talk.errors import TalkError
from talk.experiment import find_experiments
from talk.paths import RESULTS

HISTORY = "history"


def machine_folders(results: Path = RESULTS) -> list[Path]:
    """Folders of machines. Raises TalkError for one that cannot be looked into."""
    return [path for path in _inside(results) if _is_folder(path)] if results.is_dir() else []


def record_files(results: Path = RESULTS) -> list[Path]:
    """Files of the records whose experiments are there: deleting an experiment breaks no page of the others."""
    return [path for path in _json_files(machine_folders(results)) if path.stem in find_experiments()]


def orphan_files(results: Path = RESULTS) -> list[Path]:
    """Files of records that no experiment of the talk can read."""
    return [path for path in _json_files(machine_folders(results)) if path.stem not in find_experiments()]


def summary_files(results: Path = RESULTS) -> list[Path]:
    """Files of the summaries of former measurements."""
    folders = (folder / HISTORY for folder in machine_folders(results))
    return _json_files(folder for folder in folders if os.path.lexists(folder))


def is_kept(path: Path, results: Path = RESULTS) -> bool:
    """Whether the file `path`, somewhere under `results`, has a place there, and so on the site."""
    inside = path.relative_to(results).parts
    if any(map(Path.is_symlink, (path, *path.parents[: len(inside) - 1]))) or not path.is_file():
        return False
    if len(inside) == 2:
        return path.suffix == ".json" or inside[1] in _kept_names()
    return len(inside) == 3 and inside[1] == HISTORY and path.suffix == ".json"


def find_strays(results: Path = RESULTS) -> list[TalkError]:
    """What lies under `results` without a place there."""
    mend = "delete it: nothing but records, and what their experiments keep, is published"
    return [
        TalkError(path, "has no place among records", mend)
        for path in _all_inside(results)
        if not is_kept(path, results)
    ]


def _kept_names() -> set[str]:
    return {name for experiment in find_experiments().values() for name in experiment.about.keeps}


def _json_files(folders: Iterable[Path]) -> list[Path]:
    return sorted(path for folder in folders for path in _inside(folder) if path.suffix == ".json")


def _inside(folder: Path) -> list[Path]:
    """What lies in the folder and is not hidden. Raises TalkError where it cannot be looked into."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise TalkError(folder, f"cannot be looked into ({error.strerror})", "mend its permissions") from None


def _is_folder(path: Path) -> bool:
    if path.is_symlink():
        raise TalkError(path, "is a link, no folder of a machine", "put the folder itself there, or delete the link")
    return path.is_dir()


def _all_inside(folder: Path) -> Iterator[Path]:
    for path in _inside(folder) if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            yield from _all_inside(path)
        else:
            yield path
