"""The matmul experiment: nine circles from a triple loop in Python to the limit of the hardware.

One file a circle, one signature: `multiply(a, b, out=None)`.
"""

import hashlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from scripts.errors import MissingError
from scripts.measure.launcher import Launcher
from scripts.measure.machine import find_devices
from scripts.measure.progress import Progress
from scripts.paths import CACHE
from scripts.records.matmul import Matmul
from scripts.records.sources import hash_sources

# What Numba compiles is kept between runs. Its own cache is told of a change in a function's file, but not of one in a
# kernel that the function calls: so every state of the sources has a folder of its own.
_STATE = hashlib.sha256(repr(sorted(hash_sources("matmul").items())).encode()).hexdigest()[:16]
os.environ["NUMBA_CACHE_DIR"] = str(CACHE / "numba" / _STATE)
if sys.modules.get("numba"):
    sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


# What only some circles need, as it is imported and as pip is asked for it.
_ON_CPU = {"numba": "numba", "threadpoolctl": "threadpoolctl"}
_WORKER = "scripts.measure.matmul.circle7_distributed"
FOR_PARTS = _ON_CPU | {"numba_cuda": "numba-cuda", "triton": "triton"}


def run(device: str, quick: bool, audio: Path | None, progress: Progress) -> Matmul:
    """Measure. Quick: fewer sizes and rounds, and no process is killed.

    What lacks a package is left out. Raises TalkError for a product that is wrong, and for a GPU that is not there;
    MissingError where nothing is left to measure.
    """
    del audio  # nothing is fed
    devices = find_devices(device)
    missing = [requirement for package, requirement in _ON_CPU.items() if find_spec(package) is None]
    on_cpu = "cpu" in devices and not missing
    if "cpu" in devices and missing:
        what, mend = f"{', '.join(missing)} must be installed first", f"`pip install {' '.join(missing)}`"
        if devices == ["cpu"]:
            raise MissingError("talk measure matmul", what, mend)
        progress.say(f"matmul: the CPU's circles are skipped, {what}: {mend}")

    with Launcher([_WORKER]) as launcher:
        # Its import and ours take a core each; nothing is measured yet.
        from scripts.measure.matmul.circle7_distributed import run_tasks
        from scripts.measure.matmul.circle8_gpu import measure_gpu

        if on_cpu:
            from scripts.measure.matmul import experiment
        distributed = list(run_tasks(launcher, devices, quick, progress))
    contenders, peaks, bandwidths = experiment.measure_cpu(quick, progress) if on_cpu else ([], [], [])
    contenders += measure_gpu(quick, progress, there="cuda" in devices)
    return Matmul(
        tiling=experiment.tiling() if on_cpu else None,
        contenders=contenders,
        peaks=peaks,
        bandwidths=bandwidths,
        distributed=distributed,
    )
