"""What takes long to make is made once for all processes of a run; what takes a network, not at all."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` that `make` fills, which gets its path: whole, or not there for whoever asks next."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not folder.is_dir():
            begun = factory.mktemp("begun") / name
            make(begun)
            begun.rename(folder)
    return folder


def share_packages(checkout: Path, folder: Path) -> None:
    """No test fetches packages from npm: those of `checkout` serve, and what is copied from them if it is there."""
    (folder / ".talk").mkdir(exist_ok=True)
    (folder / ".talk" / "npm").symlink_to(checkout / ".talk" / "npm")
    copied = Path("docs", "assets", "vendor")
    if (checkout / copied).is_dir():
        shutil.copytree(checkout / copied, folder / copied)
