"""The one kind of error a user is shown: a single line that says where, what is wrong and how to mend it."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from talk.paths import shown

P = ParamSpec("P")


class TalkError(Exception):
    """Bad input. `str(error)` is one line: `WHERE: what is wrong; how to mend it`.

    `where` is a file (with `line`, counted from 1) or a record's name and field.
    """

    def __init__(self, where: Path | str, what: str, mend: str, line: int | None = None) -> None:
        self.where = shown(where) if isinstance(where, Path) else where
        self.line = line
        self.what = what
        self.mend = mend
        place = self.where if line is None else f"{self.where}:{line}"
        super().__init__(" ".join(f"{place}: {what}; {mend}".split()))


class MissingError(TalkError):
    """A package that is not installed here: `talk measure all` leaves out what needs it."""


class NoDeviceError(TalkError):
    """A device that is not here: nothing can be measured on it, whatever the experiment."""


def told_in_one_line(command: Callable[P, int]) -> Callable[P, int]:
    """Decorate the entry of a command, which returns its exit status: a TalkError is one line on stderr, and 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except TalkError as error:
            print(error, file=sys.stderr)
            return 1

    return run
