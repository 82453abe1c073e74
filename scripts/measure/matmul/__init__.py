"""The matmul experiment: nine circles from a triple loop in Python to the limit of the hardware.

One file a circle, one signature: `multiply(a, b, out=None)`.
"""

import hashlib
import os
import sys
from pathlib import Path

from scripts.measure.machine import find_devices
from scripts.measure.progress import Progress
from scripts.paths import CACHE
from scripts.records.matmul import Matmul
from scripts.records.sources import hash_sources

# What Numba compiles is kept between runs. Its own cache is told of a change in a function's file, but not of one in a
# kernel that the function calls: so every state of the sources has a folder of its own.
_STATE = hashlib.sha256(repr(sorted(hash_sources("matmul").items())).encode()).hexdigest()[:16]
os.environ["NUMBA_CACHE_DIR"] = str(CACHE / "numba" / _STATE)
if "numba" in sys.modules:
    sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


def run(device: str, quick: bool, audio: Path | None, progress: Progress) -> Matmul:
    """Measure. Quick: fewer sizes and rounds, and no process is killed.

    Raises TalkError for a product that is wrong, and for a GPU that is not there.
    """
    del audio  # nothing is fed
    devices = find_devices(device)

    from scripts.measure.matmul.circle7_distributed import run_tasks
    from scripts.measure.matmul.circle8_gpu import measure_gpu
    from scripts.measure.matmul.experiment import measure_cpu, tiling

    on_cpu = measure_cpu(quick, progress) if "cpu" in devices else ([], [], [])
    on_gpu = measure_gpu(quick, progress, there="cuda" in devices)
    progress.say(
        "matmul: four processes under torchrun" + ("" if quick else ", then four more, of which one is killed")
    )
    return Matmul(
        tiling=tiling(),
        contenders=[*on_cpu[0], *on_gpu],
        peaks=on_cpu[1],
        bandwidths=on_cpu[2],
        distributed=list(run_tasks(n=512 if quick else 1024, with_death=not quick)) if "cpu" in devices else [],
    )
