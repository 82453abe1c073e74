"""`numba.cuda` where it would not work as it is installed. Whoever needs it takes it from here.

Numba reads all of this while it compiles its first kernel: it has to be set before that.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numba import config

# Numba-CUDA 0.30 names np.row_stack, which NumPy 2.5 no longer has, whatever the kernel (NVIDIA/numba-cuda#907).
vars(np).setdefault("row_stack", np.vstack)


def _cuda_home() -> Path | None:
    """The CUDA toolkit of this machine: nvcc's, else the one in the usual place."""
    nvcc = shutil.which("nvcc")
    homes = [*([Path(nvcc).resolve().parents[1]] if nvcc else []), Path("/usr/local/cuda")]
    return next((home for home in homes if (home / "nvvm").is_dir()), None)


# Numba finds its compiler, libnvvm, in the toolkit that CUDA_HOME names, and asks no PATH for it.
if not os.environ.get("CUDA_HOME") and not os.environ.get("CUDA_PATH") and (_home := _cuda_home()):
    os.environ["CUDA_HOME"] = str(_home)

from numba import cuda  # noqa: E402

# A product of small matrices takes few blocks of threads: no news to who measures it.
config.CUDA_LOW_OCCUPANCY_WARNINGS = 0

# Without link-time optimisation what `compiled_numba` disassembles is what a GPU runs. The simulator has no such word.
gpu_kernel: Any = cuda.jit if config.ENABLE_CUDASIM else cuda.jit(lto=False)


def gpu_kernel_of(threads: int, blocks: int) -> Any:
    """`gpu_kernel` with few enough registers for this many blocks of this many threads in one multiprocessor."""
    return cuda.jit if config.ENABLE_CUDASIM else cuda.jit(lto=False, launch_bounds=(threads, blocks))


__all__ = ["cuda", "gpu_kernel", "gpu_kernel_of"]
