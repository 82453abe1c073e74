"""Which libraries compute here, and which of their kernels: found by asking them, after they have run.

Importing this needs the standard library alone; what is not loaded is not asked.
"""

import os
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from typing import Any

from talk.records.conditions import Library

# A product in float32, which MKL computes, and one in bfloat16, which oneDNN does.
_PRODUCTS = "import torch; a = torch.ones(64, 64); torch.mm(a, a); b = a.bfloat16(); torch.mm(b, b)"
_VERBOSE = {"MKL_VERBOSE": "1", "ONEDNN_VERBOSE": "1"}
_WITHIN_S = 60

# From the widest on: what a library says of itself names the narrower ones too.
_WIDTHS = (
    ("AMX", r"\bAMX\b|Advanced Matrix Extensions"),
    ("AVX-512", r"AVX-?512|AVX10"),
    ("AVX2", r"AVX-?2|Advanced Vector Extensions 2"),
    ("AVX", r"\bAVX\b|Advanced Vector Extensions"),
    ("SSE4", r"SSE-?4"),
    ("SVE", r"\bSVE\b"),
    ("NEON", r"NEON|ASIMD"),
)
_OPENBLAS, _MKL, _ONEDNN = "OpenBLAS", "MKL", "oneDNN"
_TITLES = {"openblas": _OPENBLAS, "mkl": _MKL, "blis": "BLIS", "flexiblas": "FlexiBLAS", "openmp": "OpenMP"}


def find_libraries() -> list[Library]:
    """What the process has loaded that computes: kernels as the libraries name them, threads as they have them."""
    found: list[Library] = []
    for loaded, ask in {"threadpoolctl": _thread_pools, "torch": _of_torch, "numba": _of_numba}.items():
        # Of a version that answers otherwise nothing is told: what has been measured is worth more.
        if loaded in sys.modules or loaded == "threadpoolctl":
            with suppress(Exception):
                found += ask()
    return found


def _thread_pools() -> list[Library]:
    from threadpoolctl import threadpool_info

    return [
        Library(
            name=_TITLES.get(pool["internal_api"], pool["internal_api"]),
            serves=_served(pool["filepath"]),
            version=pool["version"],
            kernel=pool.get("architecture"),
            threads=pool["num_threads"],
        )
        for pool in threadpool_info()
    ]


def _served(path: str) -> str | None:
    """The package that brings the library in `path` along; None for one of the system."""
    match = re.search(r"(?:site|dist)-packages/([A-Za-z0-9_]+)", path.replace("\\", "/"))
    return match[1] if match else None


def _of_torch() -> list[Library]:
    import torch

    threads = torch.get_num_threads()
    capability = str(torch.backends.cpu.get_cpu_capability())
    aten = Library(name="ATen", serves="torch", version=str(torch.__version__), kernel=capability, threads=threads)
    return [aten, *told_by_torch(_said_by_torch(), threads)]


def told_by_torch(said: str, threads: int) -> list[Library]:
    """MKL and oneDNN, by the lines in which they speak of themselves."""
    found = []
    mkl = re.search(r"MKL_VERBOSE oneMKL (?P<version>\S+).*? for (?P<kernel>.*?), (?:Lnx|Win|OSX)", said)
    if mkl is not None:
        found.append(_told(_MKL, mkl["version"], mkl["kernel"], threads, least="AVX-512"))
    onednn = re.search(r"info,cpu,isa:(?P<kernel>.+)", said)
    version = re.search(r"oneDNN v(?P<version>[\d.]+)", said)
    if onednn is not None:
        found.append(_told(_ONEDNN, version["version"] if version else None, onednn["kernel"], threads))
    return found


def _told(name: str, version: str | None, said: str, threads: int, least: str | None = None) -> Library:
    """The library, its kernel in one word. `least`: a float32 product runs on this where matrices have a wider one."""
    kernel = next((width for width, pattern in _WIDTHS if re.search(pattern, said, re.IGNORECASE)), None)
    if kernel == "AMX" and least is not None:
        kernel = least
    return Library(name=name, serves="torch", version=version, kernel=kernel, threads=threads, said=said.strip()[:200])


@cache
def _said_by_torch() -> str:
    """What MKL and oneDNN say of themselves in a process of their own: they read that wish as they load."""
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _PRODUCTS],
            env=os.environ | _VERBOSE,
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout


def _of_numba() -> list[Library]:
    import numba
    from llvmlite import binding

    config: Any = numba.config
    features = {name for name, has in dict(binding.get_host_cpu_features()).items() if has}
    widest = next((title for feature, title in _NUMBA_WIDTHS if feature in features), None)
    return [
        Library(
            name="Numba",
            serves="numba",
            version=numba.__version__,
            kernel=config.CPU_NAME or widest,
            threads=numba.get_num_threads(),
            said=str(binding.get_host_cpu_name()),
        )
    ]


_NUMBA_WIDTHS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"), ("sse4.2", "SSE4"), ("neon", "NEON"))
