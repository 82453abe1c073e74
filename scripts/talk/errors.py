"""The one kind of error a user is shown: a single line that says where, what is wrong and how to mend it."""

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from talk.paths import PACKAGE, ROOT, SCRIPTS, shown

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
    """An error that is none of ours in one line.

    Without `where` it names the line of the talk's own code that the error came through; else the file that was in
    hand, the innermost path that a function on the way to it held, and the line of the generator.
    """
    whole = f"with {SHOW_ALL}=1 set all of it is shown"
    if isinstance(error, SyntaxError) and error.filename and _is_ours(Path(error.filename)):
        return TalkError(Path(error.filename), f"{type(error).__name__}: {error.msg}", "mend that line", error.lineno)
    ours = [each for each in traceback.extract_tb(error.__traceback__) if _is_ours(Path(each.filename))]
    at = f" at {_called(Path(ours[-1].filename))}:{ours[-1].lineno}" if ours else ""
    in_hand = _in_hand(error)
    told = str(error)[:500]
    own = [each for each in ours if Path(each.filename).is_relative_to(SCRIPTS)]
    own = [each for each in own if not Path(each.filename).is_relative_to(PACKAGE)]
    if where is None and own:
        at = "" if own[-1] is ours[-1] else at
        held = f" ({shown(in_hand)} in hand)" if in_hand and in_hand.suffix != ".py" else ""
        what = f"{type(error).__name__}{at}: {told}{held}"
        return TalkError(Path(own[-1].filename), what, f"mend that line; {whole}", line=own[-1].lineno)
    what = f"{type(error).__name__}{at}: {told}"
    return TalkError(where or in_hand or "talk", what, f"mend that file, or the code; {whole}")


def _called(file: Path) -> str:
    """A file of code as messages name it: one of the generator by its path beside the package."""
    return str(file.relative_to(PACKAGE.parent)) if file.is_relative_to(PACKAGE) else shown(file)


def _in_hand(error: BaseException) -> Path | None:
    """The innermost file of the talk that a function on the way to the error held."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    held = [value for frame in reversed(frames) for value in frame.f_locals.values() if isinstance(value, Path)]
    return next((path for path in held if path.suffix and path.is_relative_to(ROOT)), None)


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
