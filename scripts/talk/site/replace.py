"""A folder that is replaced whole, by one process at a time, whenever that process may die."""

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from talk.errors import TalkError
from talk.records.files import cannot_write

# Of Linux's <fcntl.h> and <linux/fs.h>.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold the file `lock`. The system takes it back from a process that dies, so none is ever left behind.

    Raises TalkError while another process holds it, or when it cannot be written.
    """
    with ExitStack() as stack:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(lock, timeout=0))
        except Timeout:
            raise TalkError(lock, "another build is at work in this folder", "wait until it ends") from None
        except OSError as error:
            raise cannot_write(lock, error) from None
        yield


def replace_folder(folder: Path, built: Path, former: Path) -> None:
    """Put the folder `built` in the place of `folder`; what was there is gone afterwards.

    On Linux the two change places in one step. Elsewhere there are two, and a kill between them leaves no `folder`,
    but its former content in `former`, which `restore_folder` brings back.
    """
    if folder.exists() and not _exchange(folder, built):
        folder.rename(former)
    if not folder.exists():
        built.rename(folder)
    shutil.rmtree(built, ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)


def restore_folder(folder: Path, built: Path, former: Path) -> None:
    """Clean up after a `replace_folder`, or a build before it, that was killed."""
    if former.exists() and not folder.exists():
        former.rename(folder)
    shutil.rmtree(former, ignore_errors=True)
    shutil.rmtree(built, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Two paths trade names in one step; False where the system or its file system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
