"""The matmul experiment: nine circles from a triple loop in Python to the limit of the hardware.

One file a circle, one signature: `multiply(a, b, out=None)`.
"""

import hashlib
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from talk.errors import MissingError
from talk.experiment import Task, find_experiment, in_short, missing_packages
from talk.measure.compiled import compiled_folder
from talk.measure.launcher import Launcher
from talk.records.sources import hash_sources

from ..experiment import NAME, ON_CPU
from ..record import Compiled, Distributed, Matmul, Tiling

if TYPE_CHECKING:
    from .experiment import OnCpu
    from .gpu_part import OnGpu

# What Numba compiles is kept between runs. Its own cache sees a change in a function's file, but not one in a kernel
# that the function calls, so every state of the sources has a cache of its own.
_STATE = hashlib.sha256(repr(sorted(hash_sources(find_experiment(NAME)).items())).encode()).hexdigest()[:16]
os.environ["NUMBA_CACHE_DIR"] = str(compiled_folder() / _STATE)
if sys.modules.get("numba"):
    sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


T = TypeVar("T")
# What the CPU's circles take, about, and compiling for GPUs that are not here.
_CPU_S, _CPU_QUICK_S, _COMPILING_S = 100, 30, 60
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
            on_cpu = on_cpu and _has_time(task, "the CPU's circles", _CPU_QUICK_S if quick else _CPU_S)

        def aside(part: str, work: Callable[[], T]) -> T | None:
            """What `work` finds; what the GPU has shown is not lost to what fails beside it."""
            try:
                return work()
            except Exception as error:
                if gpu.gpu is None:
                    raise
                task.broke(part, error)
                return None

        distributed = aside(f"{NAME}, many processes", lambda: list(run_tasks(launcher, devices, quick, progress)))
    cpu = aside(f"{NAME}, the CPU's circles", lambda: experiment.measure_cpu(quick, progress)) if on_cpu else None
    found = _found(gpu, cpu, experiment.tiling() if cpu else None, distributed or [])
    if quick:
        return found
    task.keep(found)
    return replace(found, compiled=_compiled(task) if _has_time(task, "compiled kernels", _COMPILING_S) else [])


def _has_time(task: Task, part: str, takes_s: float) -> bool:
    """Whether so much of `--minutes` is left; says so where it is not."""
    left_s = math.inf if task.until is None else task.until - time.monotonic()
    if left_s < takes_s:
        task.progress.say(f"{NAME}: {part} are left out: they take about {takes_s} s, {left_s:.0f} s are left")
    return left_s >= takes_s


def _compiled(task: Task) -> list[Compiled]:
    """What came out of the compilers for GPUs that need not be here."""
    found: list[Compiled] = []
    for name in ("compiled_triton", "compiled_numba"):
        try:
            found += import_module(f".{name}", __package__).all_compiled()
        except Exception as error:  # of a compiler that is not here: nothing that runs needs this
            task.progress.say(f"{NAME}: {name} is left out: {in_short(error)}")
    return found


def _found(
    gpu: "OnGpu",
    cpu: "OnCpu | None" = None,
    tiling: Tiling | None = None,
    distributed: Sequence[Distributed] = (),
) -> Matmul:
    return Matmul(
        tiling=tiling,
        contenders=[*cpu.contenders, *gpu.contenders] if cpu else gpu.contenders,
        peaks=cpu.peaks if cpu else [],
        bandwidths=cpu.bandwidths if cpu else [],
        distributed=list(distributed),
        prices=cpu.prices if cpu else None,
        walks=cpu.walks if cpu else [],
        gpu=gpu.gpu,
    )
