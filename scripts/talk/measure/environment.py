"""Environment variables that choose kernels, instruction sets or threads for libraries are set aside for measuring.

One such variable halves a rival, and nothing in its record would tell. Libraries read them as they load, so the command
starts itself anew without them. What an experiment sets itself, its workers' threads say, stays.

Importing this needs the standard library alone.
"""

import os
import re
import sys
from collections.abc import Iterable

# Names of what has been set aside, for the process that is started anew.
_SET_ASIDE = "TALK_SET_ASIDE"

_CHOOSES = re.compile(
    r"""(?:OPENBLAS|GOTO|BLIS|FLEXIBLAS|NVPL|VECLIB|ARMPL|TBB|NNPACK|FBGEMM|MKL|ONEDNN|DNNL|ATEN|OMP|GOMP|KMP|NPY|NUMBA
    |TRITON|TORCH|TORCHINDUCTOR|TORCHDYNAMO|PYTORCH|CUDA|CUBLAS|CUBLASLT|CUDNN|MALLOC)_\w+
    |FLEXIBLAS|LRU_CACHE_CAPACITY|NVIDIA_TF32_OVERRIDE|GLIBC_TUNABLES|LD_PRELOAD|DYLD_INSERT_LIBRARIES
    |PYTHONMALLOC|PYTHONTRACEMALLOC|PYTHONDEVMODE|PYTHON_JIT|PYTHON_GIL|PYTHONOPTIMIZE""",
    re.VERBOSE,
)
# Of the same families, but where something lies, what is logged, and which device is meant.
_CHOOSES_NOTHING = re.compile(
    r".*(?:_HOME|_DIR|_ROOT|_PATH|_LOGS?|_LOG_LEVEL|_VERSION|_DEVICES|_DEVICE_ORDER|_ARCH_LIST|_BACKEND_AUTOLOAD)"
)


def chosen_for_libraries(names: Iterable[str]) -> list[str]:
    """Those variables that choose how a library computes, sorted."""
    return sorted(name for name in names if _CHOOSES.fullmatch(name) and not _CHOOSES_NOTHING.fullmatch(name))


def set_aside() -> list[str]:
    """Names of the variables that this process was started anew without."""
    return [name for name in os.environ.get(_SET_ASIDE, "").split(",") if name]


def start_anew_without_choices() -> None:
    """Replace this process by the same command where a variable chooses for a library; else return.

    One line on standard error names what is set aside.
    """
    names = chosen_for_libraries(os.environ)
    if not names:
        return
    print(f"set aside while measuring: {', '.join(names)}", file=sys.stderr, flush=True)
    kept = {name: value for name, value in os.environ.items() if name not in names}
    os.execve(sys.executable, sys.orig_argv, kept | {_SET_ASIDE: ",".join(names)})
