"""A command run to its end: how long it took, and how much memory all its processes held at once."""

import subprocess
import time
from dataclasses import dataclass

import psutil

from talk.paths import ROOT

_EVERY_S = 0.1


@dataclass(frozen=True)
class Watched:
    """`peak_bytes` counts memory that processes share once (Linux), as often as it is shared elsewhere."""

    status: int
    stderr: str
    wall_time_s: float
    peak_bytes: int


def watch(command: list[str]) -> Watched:
    """Run `command` in the project's root, looking at its memory ten times a second."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        process = psutil.Process(running.pid)
        while True:
            try:
                _, stderr = running.communicate(timeout=_EVERY_S)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, _held_bytes(process))
    return Watched(running.returncode, stderr, time.perf_counter() - start, peak)


def _held_bytes(process: psutil.Process) -> int:
    held = 0
    for each in [process, *_children(process)]:
        try:
            memory = each.memory_full_info()
            held += getattr(memory, "pss", memory.rss)
        except psutil.Error:
            continue  # it has ended meanwhile
    return held


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []
