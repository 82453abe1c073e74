"""Processes that torchrun started: which device each has, and how they talk.

gloo between processes of a CPU; NCCL where each has a GPU of its own.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from scripts.errors import TalkError
from scripts.measure.memory import HIGH_WATER
from scripts.paths import ROOT
from scripts.records.profiling import Device

BACKENDS: dict[Device, str] = {"cpu": "gloo", "cuda": "nccl"}
NEIGHBOUR_DIED = 75  # exit status of a worker that ends because another one did

_RESULT = "result of the workers: "
_TIMEOUT_S = 300
_QUIET = {"TORCH_CPP_LOG_LEVEL": "ERROR", "KINETO_LOG_LEVEL": "99"}
_PEAKS = "WORKERS_PEAKS"  # a folder where each worker notes how much memory it took

peaks_bytes: list[int] = []  # of every launch, all its workers together; 0 where the system does not tell


def launch(
    module: str, arguments: Sequence[str], workers: int, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run `module` in so many processes of this machine under torchrun, one thread each; returns what one `tell`s.

    Raises TalkError naming the worker that died.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={workers}"]
    command += ["--monitor-interval=0.1", "-m", module, *arguments]
    with tempfile.TemporaryDirectory() as folder:
        surroundings = {"OMP_NUM_THREADS": "1", _PEAKS: folder, **_QUIET, **(environment or {})}
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=os.environ | surroundings, capture_output=True, text=True, timeout=_TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            raise TalkError(module, f"{workers} workers took over {_TIMEOUT_S} s", "stop what else runs here") from None
        peaks_bytes.append(sum(int(path.read_text()) for path in Path(folder).iterdir()))
    told = [line for line in done.stdout.splitlines() if line.startswith(_RESULT)]
    if done.returncode or not told:
        raise TalkError(module, _obituary(done.stderr, workers), "see to what ended it, then run again")
    result: dict[str, Any] = json.loads(told[0].removeprefix(_RESULT))
    return result


def tell(result: dict[str, Any]) -> None:
    """Hand `result` to who launched the workers. One of them does."""
    print(_RESULT + json.dumps(result), flush=True)


def _obituary(errors: str, workers: int) -> str:
    """Who died of what, by torchrun's list of failures; those that only followed another one are passed over."""
    failures = re.findall(r"^ +rank +: (\d+).*?exitcode +: (-?\d+)", errors, re.DOTALL | re.MULTILINE)
    first = [(rank, int(code)) for rank, code in failures if int(code) != NEIGHBOUR_DIED]
    if not first:
        return f"{workers} workers did not end well ({(errors.strip().splitlines() or ['no word why'])[-1]})"
    rank, code = first[0]
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    reasons = re.findall(r"^(?:\[rank\d+\]: )?(\w[\w.]*(?:Error|Exception): .*)", errors, re.MULTILINE)
    return f"worker {rank} of {workers} {how}" + (f" ({reasons[0]})" if code > 0 and reasons else "")


@contextmanager
def process_group(kind: Device, patience_s: float) -> Iterator[torch.device]:
    """Inside, this process is one of the group and has this device: the GPU of its number, or the CPU."""
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if kind == "cuda" else torch.device("cpu")
    if kind == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group(BACKENDS[kind], timeout=timedelta(seconds=patience_s))
    try:
        yield device
    finally:
        peak, folder = HIGH_WATER.peak_bytes(), os.environ.get(_PEAKS)
        if folder and peak:
            Path(folder, str(dist.get_rank())).write_text(str(peak))
        dist.destroy_process_group()


def meet(device: torch.device, group: dist.ProcessGroup | None = None) -> None:
    """Wait for all processes of the group, all there are by default, and for what this one gave its GPU to do."""
    dist.barrier(group)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
