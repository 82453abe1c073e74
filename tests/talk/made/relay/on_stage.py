"""What may come of a measurement in front of the hall."""

import os
import time

from talk.experiment import OnStage


def _fine() -> dict[str, float]:
    return {"cpu.time": 4.2, "cpu.pace": 3 / 4.2}


def _fails() -> dict[str, float]:
    raise RuntimeError("the track is wet")


def _dies() -> dict[str, float]:
    os.abort()


def _sleeps() -> dict[str, float]:
    time.sleep(30)
    return _fine()


def _slow() -> dict[str, float]:
    time.sleep(2)
    return _fine()


def _other() -> dict[str, float]:
    return {"cpu.time": 4.2}


def _infinite() -> dict[str, float]:
    return {"cpu.time": float("inf"), "cpu.pace": 0.0}


def _chatters() -> dict[str, float]:
    print("warming up")
    return _fine()


_ROWS = {"cpu.time": "race", "cpu.pace": "pace"}

ON_STAGE = {
    name: OnStage(title="one race", rows=_ROWS, measure=measure)
    for name, measure in {
        "fine": _fine,
        "fails": _fails,
        "dies": _dies,
        "sleeps": _sleeps,
        "slow": _slow,
        "other": _other,
        "infinite": _infinite,
        "chatters": _chatters,
    }.items()
} | {
    "unrecorded": OnStage(title="a dive", rows={"cuda.time": "race"}, measure=lambda: {"cuda.time": 1.0}),
    "lacking": OnStage(
        title="", rows=_ROWS, measure=_fine, packages={"no_such_package": "no-such-package", "nor_such": "nor-such"}
    ),
    "on_gpu": OnStage(title="one race", rows=_ROWS, measure=_fine, device="cuda"),
}
