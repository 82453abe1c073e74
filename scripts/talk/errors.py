"""The one kind of error a user is shown: a single line that says where, what is wrong and how to mend it."""

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from talk.paths import PACKAGE, ROOT, shown

P = ParamSpec("P")
SHOW_ALL = "TALK_TRACEBACK"  # the environment variable that lets what was not foreseen through as it is


class TalkError(Exception):
    """Bad input. `str(error)` is one line: `WHERE: what is wrong; how to mend it`.

    `where` is a file (with `line` and `column`, counted from 1) or a record's name and field.
    """

    def __init__(
        self, where: Path | str, what: str, mend: str, line: int | None = None, column: int | None = None
    ) -> None:
        self.where = shown(where) if isinstance(where, Path) else where
        self.line = line
        self.column = column
        self.what = what
        self.mend = mend
        place = ":".join(str(each) for each in (self.where, line, column) if each is not None)
        super().__init__(" ".join(f"{place}: {what}; {mend}".split()))

    def __reduce__(self) -> tuple[Any, ...]:
        """How another process has it."""
        return type(self), (self.where, self.what, self.mend, self.line, self.column)


class MissingError(TalkError):
    """A package that is not installed here: `talk measure all` leaves out what needs it."""


class NoDeviceError(TalkError):
    """A device that is not here: nothing can be measured on it, whatever the experiment."""


def unforeseen(error: BaseException, where: Path | str | None = None) -> TalkError:
    """An error that is none of ours in one line, with the line of our code that it came through.

    Without `where` it names the file that was in hand: the innermost path that a function on the way to it held.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [each for each in traceback.extract_tb(error.__traceback__) if _is_ours(Path(each.filename))]
    if where is None:
        held = [value for frame in reversed(frames) for value in frame.f_locals.values() if isinstance(value, Path)]
        where = next((path for path in held if path.suffix and path.is_relative_to(ROOT)), "talk")
    at = f" at {shown(Path(ours[-1].filename))}:{ours[-1].lineno}" if ours else ""
    what = f"{type(error).__name__}{at}: {str(error)[:500]}"
    return TalkError(where, what, f"mend that file, or the code; with {SHOW_ALL}=1 set all of it is shown")


def is_to_be_shown_whole() -> bool:
    """Whether who runs the command wants to see tracebacks."""
    return bool(os.environ.get(SHOW_ALL))


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(PACKAGE) or (file.is_relative_to(ROOT) and not file.is_relative_to(sys.prefix))


def told_in_one_line(command: Callable[P, int]) -> Callable[P, int]:
    """Decorate the entry of a command, which returns its exit status: any error is one line on stderr, and 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except TalkError as error:
            print(error, file=sys.stderr)
            return 1
        except Exception as error:
            if is_to_be_shown_whole():
                raise
            print(unforeseen(error), file=sys.stderr)
            return 1

    return run
