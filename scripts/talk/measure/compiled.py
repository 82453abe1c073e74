"""Where compilers keep what they compiled: `.cache/` of the talk, or a temporary folder where that cannot be written.

Numba takes the folder of the sources, else the home; where neither can be written, nothing that is cached compiles.
Importing this needs the standard library alone.
"""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from talk.paths import CACHE

_VARIABLE = "NUMBA_CACHE_DIR"
_temporary: list[TemporaryDirectory[str]] = []  # each as long as this process


@cache
def compiled_folder(parent: Path = CACHE) -> Path:
    """The folder, made."""
    folder = parent / "numba"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass  # a checkout that may only be read
    _temporary.append(TemporaryDirectory(prefix="compiled-"))
    return Path(_temporary[-1].name)


def keep_compiled() -> None:
    """Have Numba keep it there, in this process and those that it starts."""
    os.environ[_VARIABLE] = str(compiled_folder())
