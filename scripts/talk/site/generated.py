"""Folders that the generator alone writes, file by file, so that a watcher sees only what has changed."""

from collections.abc import Mapping
from pathlib import Path

from talk.records.files import write_if_changed


def write_folder(folder: Path, files: Mapping[Path, str | bytes]) -> None:
    """Make `folder` hold `files`, by their paths inside it, and nothing else. Raises TalkError where it cannot."""
    for name, content in files.items():
        write_if_changed(folder / name, content)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder) not in files:
            path.unlink()
