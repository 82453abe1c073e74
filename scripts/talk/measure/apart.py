"""Work in a process of its own: what ends it, a driver's error say, or never ends, leaves who asked for it whole.

Importing this needs the standard library alone.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")

_ENDING_S = 10.0  # for what ends well once it is told to


def in_process_of_its_own(work: Callable[[], T], until: float | None = None) -> T | str:
    """What `work` gives, or in words how its process ended without giving anything.

    The process is forked, so it starts at once with all that is here; with what it has started itself it is ended at
    `until`, by `time.monotonic()`, and when this one is interrupted. Where processes cannot be forked it is done here.
    """
    if not hasattr(os, "fork"):
        return work()
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(work, ours, theirs))
    sys.stdout.flush()
    sys.stderr.flush()
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        process.start()
        theirs.close()
        if not ours.poll(None if until is None else max(0.0, until - time.monotonic())):
            return "did not end within its time"
        found: T = ours.recv()
        process.join(_ENDING_S)
        return found
    except EOFError:
        process.join(_ENDING_S)
        return f"its process ended with status {process.exitcode}"
    finally:
        signal.signal(signal.SIGTERM, before)
        _end(process)
        ours.close()


def _run(work: Callable[[], Any], ours: Connection, theirs: Connection) -> None:
    ours.close()
    os.setpgrp()  # what it starts belongs to it, and ends with it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(KeyboardInterrupt, BrokenPipeError):
        theirs.send(work())


def _end(process: Any) -> None:
    """End the process and all that it has started, by and by."""
    if process.pid is None:
        return
    for how, end in ((signal.SIGTERM, process.terminate), (signal.SIGKILL, process.kill)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, how)
        end()
        process.join(_ENDING_S)
