"""A limit for what may hang: of this process's own time, for others may keep the machine busy."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TooLongError(BaseException):
    """It took longer. Nothing that is tried may take it for an error of its own."""


@contextmanager
def in_time(within_s: float) -> Iterator[None]:
    """Raises TooLongError where what is done inside takes over `within_s` of processor time."""

    def stop(*_: object) -> None:
        raise TooLongError

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, within_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
