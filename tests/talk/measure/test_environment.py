"""Variables that choose kernels for libraries are set aside before a library loads, and said."""

import os
import subprocess
import sys

import pytest

from talk.measure.environment import chosen_for_libraries
from talk.paths import python_path

_CHOOSING = [
    "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "GOTO_NUM_THREADS", "MKL_NUM_THREADS", "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "OMP_NUM_THREADS", "KMP_AFFINITY",
    "NUMBA_CPU_NAME", "NUMBA_NUM_THREADS", "NUMBA_DISABLE_JIT", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
    "NVIDIA_TF32_OVERRIDE", "CUDA_LAUNCH_BLOCKING", "PYTORCH_CUDA_ALLOC_CONF", "MALLOC_ARENA_MAX", "LD_PRELOAD",
    "NPY_DISABLE_CPU_FEATURES", "NVPL_BLAS_DEBUG_CPU_TYPE",
    "FLEXIBLAS", "FLEXIBLAS_VERBOSE", "TBB_NUM_THREADS", "LRU_CACHE_CAPACITY", "PYTHON_JIT", "BLIS_ARCH_TYPE",
    "CUBLAS_WORKSPACE_CONFIG", "CUBLASLT_LOG_MASK", "GOMP_CPU_AFFINITY", "VECLIB_MAXIMUM_THREADS", "TRITON_INTERPRET",
]  # fmt: skip
_KEPT = [
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_HOME", "CUDA_PATH", "NUMBA_CACHE_DIR", "TORCH_HOME",
    "TORCH_LOGS", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR", "UV_TORCH_BACKEND", "PATH", "HOME", "MKLROOT",
    "PYTHONPATH", "NVIDIA_VISIBLE_DEVICES", "TORCH_CPP_LOG_LEVEL", "LD_LIBRARY_PATH", "SITE_URL",
]  # fmt: skip


@pytest.mark.parametrize("name", _CHOOSING)
def test_what_chooses_for_libraries_is_known(name: str) -> None:
    assert chosen_for_libraries([name]) == [name]


def test_places_logs_and_devices_are_kept() -> None:
    assert chosen_for_libraries(_KEPT) == []


_PROGRAM = """
import os, sys
from talk.measure.environment import set_aside, start_anew_without_choices
start_anew_without_choices()
print(set_aside(), os.environ.get("OPENBLAS_CORETYPE"), os.environ.get("CUDA_VISIBLE_DEVICES"), sys.argv[1:])
"""


def _run(**variables: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not chosen_for_libraries([name])}
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM, "one", "two words"],
        env=plain | {"PYTHONPATH": python_path()} | variables,
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_process_starts_anew_without_them_and_names_them_once() -> None:
    ran = _run(OPENBLAS_CORETYPE="Haswell", MKL_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")
    assert ran.stdout == "['MKL_NUM_THREADS', 'OPENBLAS_CORETYPE'] None  ['one', 'two words']\n"
    assert ran.stderr == "set aside while measuring: MKL_NUM_THREADS, OPENBLAS_CORETYPE\n"


def test_nothing_is_said_where_nothing_was_chosen() -> None:
    ran = _run()
    assert ran.stdout == "[] None None ['one', 'two words']\n"
    assert ran.stderr == ""
