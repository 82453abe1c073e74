"""Starts workers by torchrun's own launcher, but forked from one process that has imported for all of them.

Under the command `torchrun` each worker imports torch and NeMo for itself, which takes longer than what it is to do.
Here a fresh process imports them once, at the same time as whoever asked for it, and waits; when it is told to, it
becomes torchrun's agent, and its workers begin where it stands. It must be a fresh one: threads do not survive a fork,
and OpenMP hangs in a process whose parent has used them.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from talk.errors import TalkError
from talk.paths import ROOT, python_path
from talk.records.schema import Device

NEIGHBOUR_DIED = 75  # exit status of a worker that ends because another one did

_ANSWER = "answer of the workers: "
_TIMEOUT_S = 300
_SURROUNDINGS = {
    "OMP_NUM_THREADS": "1",
    "GLOO_SOCKET_IFNAME": "lo0" if sys.platform == "darwin" else "lo",  # a host need not know its own name
    "TORCH_CPP_LOG_LEVEL": "ERROR",
    "KINETO_LOG_LEVEL": "99",
    # A store shared with the launcher keeps the addresses of the dead: https://github.com/pytorch/pytorch/issues/135712
    "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",
}


class Launcher:
    """A process that imports `modules` at once, and starts workers whenever `run` asks it to; one thread each.

    `peaks_bytes` has of every run the memory of all its processes together at their fullest, 0 where the system does
    not tell.
    """

    def __init__(self, modules: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        self.peaks_bytes: list[int] = []
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *modules],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": python_path()} | _SURROUNDINGS | dict(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.terminate()  # it takes its workers with it
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def run(
        self, module: str, arguments: Sequence[str], workers: int, device: Device = "cpu", restarts: int = 0
    ) -> Any:
        """`module.main(arguments)` in so many processes of this machine; returns what it gives worker 0.

        When one dies all are started anew, at most `restarts` times. Raises TalkError naming the worker that died.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        alarm = threading.Timer(_TIMEOUT_S, self._process.terminate)
        alarm.start()
        try:
            with suppress(BrokenPipeError):
                task = json.dumps([module, list(arguments), workers, device, restarts])
                print(task, file=self._process.stdin, flush=True)
            said = next((line for line in self._process.stdout if line.startswith(_ANSWER)), None)
        finally:
            in_time = not alarm.finished.is_set()
            alarm.cancel()
        if said is None:
            self._process.wait()
            self._errors.seek(0)
            what = _obituary(self._errors.read(), workers) if in_time else f"{workers} workers took over {_TIMEOUT_S} s"
            raise TalkError(module, what, "see to what ended it, then run again")
        answer, peak_bytes = json.loads(said.removeprefix(_ANSWER))
        self.peaks_bytes.append(peak_bytes)
        return answer


def _obituary(errors: str, workers: int) -> str:
    """Who died of what, by the launcher's list of failures; those that only followed another one are passed over."""
    failures = re.findall(r"^ +rank +: (\d+).*?exitcode +: (-?\d+)", errors, re.DOTALL | re.MULTILINE)
    first = [(rank, int(code)) for rank, code in failures if int(code) != NEIGHBOUR_DIED]
    if not first:
        return f"{workers} workers did not end well ({(errors.strip().splitlines() or ['no word why'])[-1]})"
    rank, code = first[0]
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    reasons = re.findall(r"^ *(\w[\w.]*(?:Error|Exception): .+)", errors, re.MULTILINE)
    return f"worker {rank} of {workers} {how}" + (f" ({reasons[0]})" if code > 0 and reasons else "")


def _work(module: str, arguments: Sequence[str]) -> tuple[Any, int]:
    """What a worker does: its answer, and how much memory it had to itself at its fullest."""
    answer = import_module(module).main(arguments)
    return answer, _memory_bytes("status", "VmHWM") - _memory_bytes("smaps_rollup", "Shared_Clean", "Shared_Dirty")


def _memory_bytes(file: str, *fields: str) -> int:
    """The sum of `fields`, as the kernel tells them of this process; 0 where it does not."""
    try:
        told = Path("/proc/self", file).read_text()
    except OSError:
        return 0
    return sum(int(kilobytes) * 1024 for kilobytes in re.findall(rf"^(?:{'|'.join(fields)}):\s+(\d+) kB", told, re.M))


def _launch(module: str, arguments: Sequence[str], workers: int, device: Device, restarts: int) -> tuple[Any, int]:
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=workers,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=restarts,
        monitor_interval=0.1,
        start_method="fork" if device == "cpu" else "spawn",  # CUDA does not survive a fork either
    )
    answers = elastic_launch(config, _work)(module, arguments)
    own_bytes = sum(each for _, each in answers.values())
    return answers[0][0], own_bytes + _memory_bytes("status", "VmHWM")


def main() -> None:
    """Import what the command line names, then do what comes line by line."""
    for name in sys.argv[1:]:
        import_module(name)
    for line in sys.stdin:
        print(_ANSWER + json.dumps(_launch(*json.loads(line))), flush=True)
    os._exit(0)  # at once: taking the libraries down would take two seconds


if __name__ == "__main__":
    main()
