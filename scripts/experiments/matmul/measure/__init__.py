"""The matmul experiment: nine circles from a triple loop in Python to the limit of the hardware.

One file a circle, one signature: `multiply(a, b, out=None)`.
"""

import hashlib
import os
import sys

from talk.errors import MissingError
from talk.experiment import Task, find_experiment, missing_packages
from talk.measure.launcher import Launcher
from talk.paths import CACHE
from talk.records.sources import hash_sources

from ..experiment import ON_CPU
from ..record import Matmul

# What Numba compiles is kept between runs. Its own cache is told of a change in a function's file, but not of one in a
# kernel that the function calls: so every state of the sources has a folder of its own.
_STATE = hashlib.sha256(repr(sorted(hash_sources(find_experiment(__name__.split(".")[1])).items())).encode()).hexdigest()[:16]
os.environ["NUMBA_CACHE_DIR"] = str(CACHE / "numba" / _STATE)
if sys.modules.get("numba"):
    sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


_WORKER = f"{__name__}.circle7_distributed"


def run(task: Task) -> Matmul:
    """Measure. Quick: fewer sizes and rounds, and no process is killed.

    What lacks a package is left out. Raises TalkError for a product that is wrong, and for a GPU that is not there;
    MissingError where nothing is left to measure.
    """
    devices, quick, progress = task.devices, task.quick, task.progress
    missing = missing_packages(ON_CPU)
    on_cpu = "cpu" in devices and not missing
    if "cpu" in devices and missing:
        what, mend = f"{', '.join(missing)} must be installed first", f"`pip install {' '.join(missing)}`"
        if devices == ["cpu"]:
            raise MissingError("talk measure matmul", what, mend)
        progress.say(f"matmul: the CPU's circles are skipped, {what}: {mend}")

    with Launcher([_WORKER]) as launcher:
        # Its import and ours take a core each; nothing is measured yet.
        from .circle7_distributed import run_tasks
        from .circle8_gpu import measure_gpu

        if on_cpu:
            from . import experiment
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
