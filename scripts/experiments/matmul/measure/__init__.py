"""The matmul experiment: nine circles from a triple loop in Python to the limit of the hardware.

One file a circle, one signature: `multiply(a, b, out=None)`.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from talk.errors import MissingError
from talk.experiment import Task, find_experiment, missing_packages
from talk.measure.compiled import compiled_folder
from talk.measure.launcher import Launcher
from talk.records.sources import hash_sources

from ..experiment import NAME, ON_CPU
from ..record import Distributed, Matmul, Tiling

if TYPE_CHECKING:
    from .experiment import OnCpu
    from .gpu_part import OnGpu

# What Numba compiles is kept between runs. Its own cache sees a change in a function's file, but not one in a kernel
# that the function calls, so every state of the sources has a cache of its own.
_STATE = hashlib.sha256(repr(sorted(hash_sources(find_experiment(NAME)).items())).encode()).hexdigest()[:16]
os.environ["NUMBA_CACHE_DIR"] = str(compiled_folder() / _STATE)
if sys.modules.get("numba"):
    sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


_WORKER = f"{__name__}.circle7_distributed"


def run(task: Task) -> Matmul:
    """Measure. A quick run has fewer sizes and rounds, and kills no process.

    What lacks a package is left out. Raises TalkError for a wrong product on the CPU and for a GPU that is not there,
    and MissingError where nothing is left to measure.
    """
    devices, quick, progress = task.devices, task.quick, task.progress
    missing = missing_packages(ON_CPU)
    on_cpu = "cpu" in devices and not missing
    if "cpu" in devices and missing:
        what, mend = f"{', '.join(missing)} must be installed first", f"`pip install {' '.join(missing)}`"
        if devices == ["cpu"]:
            raise MissingError(f"talk measure {NAME}", what, mend)
        progress.say(f"{NAME}: the CPU's circles are skipped, {what}: {mend}")

    with Launcher([_WORKER]) as launcher:
        # The workers import on one core while this process imports on another; nothing is measured yet.
        from .circle7_distributed import run_tasks
        from .gpu_part import measure_gpu

        if on_cpu:
            from . import experiment
        # What is scarcest first: what a GPU has shown is written before anything else is measured.
        gpu = measure_gpu(task)
        if gpu.gpu is not None:
            task.keep(_found(gpu))
        distributed = list(run_tasks(launcher, devices, quick, progress))
    cpu = experiment.measure_cpu(quick, progress) if on_cpu else None
    return _found(gpu, cpu, experiment.tiling() if on_cpu else None, distributed)


def _found(
    gpu: "OnGpu", cpu: "OnCpu | None" = None, tiling: Tiling | None = None, distributed: Sequence[Distributed] = ()
) -> Matmul:
    return Matmul(
        tiling=tiling,
        contenders=[*cpu.contenders, *gpu.contenders] if cpu else gpu.contenders,
        peaks=cpu.peaks if cpu else [],
        bandwidths=cpu.bandwidths if cpu else [],
        distributed=list(distributed),
        prices=cpu.prices if cpu else None,
        gpu=gpu.gpu,
    )
