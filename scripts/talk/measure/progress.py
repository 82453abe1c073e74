"""What a measurement says while it runs, on standard error: with rich where it is installed, else in plain lines."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[float], None]
_PLAIN_EVERY_S = 5.0


class Progress(Protocol):
    """Tells the user what is going on and how long it will take."""

    def say(self, text: str) -> None:
        """Show one line: what begins now, or what to know."""

    def bar(self, title: str, total: float) -> AbstractContextManager[Advance]:
        """A bar of `total` parts of any unit, with an estimate. The function it gives says that more of them are done.

        It is drawn in those calls only and by no thread of its own, so that nothing disturbs what is measured
        between them.
        """


def make_progress() -> Progress:
    """Bars where rich is installed, plain lines on a bare machine."""
    try:
        return _Bars()
    except ImportError:
        return _Lines()


class _Lines:
    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @contextmanager
    def bar(self, title: str, total: float) -> Iterator[Advance]:
        done, start = 0.0, time.monotonic()
        shown = start

        def advance(amount: float) -> None:
            nonlocal done, shown
            done += amount
            now = time.monotonic()
            if now - shown >= _PLAIN_EVERY_S and 0 < done < total:
                left_s = (now - start) * (total - done) / done
                self.say(f"{title}: {100 * done / total:.0f} %, about {left_s:.0f} s left")
                shown = now

        self.say(f"{title} …")
        yield advance


class _Bars:
    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True)

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def bar(self, title: str, total: float) -> Iterator[Advance]:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console, auto_refresh=False) as bars:
            task = bars.add_task(title, total=total)
            yield lambda amount: bars.update(task, advance=amount, refresh=True)
            bars.update(task, completed=total, refresh=True)  # parts may have been left out: there was no GPU, say
