"""Work in a process of its own: what it gives, and what is left of it when it gives nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from talk.errors import MissingError
from talk.measure.apart import in_process_of_its_own
from talk.paths import ROOT, python_path


def is_alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status


def waits_for_ever(told: Path) -> None:
    told.write_text(str(subprocess.Popen(["sleep", "600"]).pid))
    time.sleep(600)


def test_it_gives_what_the_work_gives_errors_too() -> None:
    error = MissingError(Path("here.py"), "nothing is installed", "install it", line=3)
    found = in_process_of_its_own(lambda: (os.getpid(), error))
    assert isinstance(found, tuple)
    assert found[0] != os.getpid()
    assert (type(found[1]), str(found[1])) == (MissingError, "here.py:3: nothing is installed; install it")


@pytest.mark.parametrize(("how", "status"), [(signal.SIGKILL, -9), (signal.SIGSTOP, None)])
def test_what_ends_it_or_stops_it_is_told(how: signal.Signals, status: int | None) -> None:
    told = in_process_of_its_own(lambda: os.kill(os.getpid(), how), time.monotonic() + 5)
    assert told == (f"its process ended with status {status}" if status else "did not end within its time")


def test_what_it_has_started_ends_with_it(tmp_path: Path) -> None:
    told = tmp_path / "process"
    assert in_process_of_its_own(lambda: waits_for_ever(told), time.monotonic() + 2) == "did not end within its time"
    assert not is_alive(int(told.read_text()))


def test_who_is_ended_while_waiting_ends_it_too(tmp_path: Path) -> None:
    told = tmp_path / "process"
    program = f"""
from pathlib import Path
from talk.measure.apart import in_process_of_its_own
from tests.talk.measure.test_apart import waits_for_ever
in_process_of_its_own(lambda: waits_for_ever(Path({str(told)!r})))
"""
    path = os.pathsep.join([python_path(), str(Path(__file__).parents[3])])
    asks = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"PYTHONPATH": path})
    while not told.exists() or not told.read_text():
        assert asks.poll() is None
        time.sleep(0.05)
    asks.terminate()
    assert asks.wait(60) == 128 + signal.SIGTERM
    assert not is_alive(int(told.read_text()))
