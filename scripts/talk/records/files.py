"""Files that are written whole or not at all, and read only where they are files, and not too large."""

import os
import stat
import tempfile
import time
from pathlib import Path

from talk.errors import TalkError

LARGEST_BYTES = 16_000_000  # of a file that is kept in git
_PARTIAL = ".partial"
_WRITING_TAKES_LESS_S = 60


def read_regular(path: Path) -> bytes:
    """What the file holds. Raises TalkError for a folder, a link, a pipe, and for more than LARGEST_BYTES.

    Whatever it is, it is not waited for: a pipe that nobody writes into would never end.
    """
    mend = "put a plain file there, or delete it"
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise TalkError(path, f"is {_kind(status.st_mode)}, no plain file", mend)
        if status.st_size > LARGEST_BYTES:
            what = f"takes {status.st_size / 1e6:.0f} MB, more than {LARGEST_BYTES / 1e6:.0f}"
            raise TalkError(path, what, "keep less in it, or delete it")
        return path.read_bytes()
    except OSError as error:
        raise TalkError(path, f"cannot be read ({error.strerror})", "mend its permissions") from None


def _kind(mode: int) -> str:
    return "a folder" if stat.S_ISDIR(mode) else "a link" if stat.S_ISLNK(mode) else "a pipe or a device"


def cannot_write(path: Path, error: OSError) -> TalkError:
    """What a user is told of a full disk or a read-only folder."""
    return TalkError(path, f"cannot be written ({error.strerror})", "free the disk or mend the permissions")


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace `path` by `content` in one step: whoever is killed, or out of disk, leaves the old file whole.

    Raises TalkError naming the file when the disk is full or the folder cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_PARTIAL, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """`write_whole` unless the file already holds `content`, so that a watcher sees real changes only."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return False
    write_whole(path, data)
    return True


def remove_partials(folder: Path) -> None:
    """Remove what kills amid `write_whole` left under `folder`; a file that somebody may be writing stays."""
    for path in folder.rglob(f".*{_PARTIAL}"):
        try:
            if time.time() - path.stat().st_mtime > _WRITING_TAKES_LESS_S:
                path.unlink()
        except OSError:  # its writer was the quicker, or the folder is read-only, which who writes there will say
            continue
