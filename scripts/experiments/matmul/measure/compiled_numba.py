"""Numba's kernels of circle 6, compiled for GPUs that are not there: what is promised of them can be checked anywhere.

Numba finds NVIDIA's compiler, libnvvm, in the package nvidia-nvvm or in a CUDA toolkit; Triton has the assembler.
"""

import ctypes
import os
import subprocess
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cuda import pathfinder  # type: ignore[import-untyped,unused-ignore]
from numba import float32, types

from talk.paths import CACHE

from ..record import Compiled
from . import circle6_gpu, sass
from .circle6_gpu import GpuStep
from .circle6_tile import DEEP, TILE
from .numba_gpu import cuda

ARCHITECTURES = (80, 86, 90)
_MATRIX = types.Array(float32, 2, "C", aligned=True)
_CACHE = CACHE / "cubins"
_SOURCES = ("circle6_gpu", "circle6_pipelined", "circle6_tile", "circle6_vector", "compiled_numba", "numba_gpu")


def steps() -> dict[str, GpuStep]:
    """Numba's steps of circle 6 by their names in `circle6_gpu`, in the order of the circle."""
    return {name: each for name, each in vars(circle6_gpu).items() if isinstance(each, GpuStep)}


def all_compiled() -> list[Compiled]:
    """Every step for every architecture, as a record tells of it."""
    return [described(name, arch) for name in steps() for arch in ARCHITECTURES]


def described(name: str, arch: int) -> Compiled:
    """What came out of the compiler. Its loop is one turn over a tile: an inner loop counts as often as it turns."""
    step, code = steps()[name], compiled(name, arch)
    threads = step.threads if isinstance(step.threads, int) else step.threads[0] * step.threads[1]
    multiplications = sass.count(code.loop, "FFMA")
    # How often the inner loop turns is known where a tile has to be multiplied by it; without tiles it is the only one.
    turns = TILE * TILE * DEEP // threads // multiplications if step.side == TILE else 1
    load = next((each for each in ("LDG.128", "LDG") if sass.count(code.around, each)), None)
    return Compiled(
        name=f"gpu_{name}",
        arch=f"sm_{arch}",
        tile=f"{step.side}x{step.side}x{DEEP}" if step.side == TILE else "",
        threads=threads,
        stages=None,
        registers=code.registers,
        stack_bytes=code.stack_bytes,
        shared_bytes=code.shared_bytes,
        instructions=len(code.around) + (turns - 1) * len(code.loop),
        multiplications=turns * multiplications,
        fetches=sass.count(code.around, "LDG"),
        tensor=None,
        load=load,
    )


@cache
def compiled(name: str, arch: int) -> sass.Code:
    """The kernel of a step for this architecture, 90 for sm_90.

    Raises ModuleNotFoundError where there is no libnvvm, CalledProcessError where Triton's assembler is too old for it.
    """
    kept = _CACHE / f"{name}-sm_{arch}-{_state()}.cubin"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = kept.with_suffix(f".{os.getpid()}")
        made.write_bytes(_cubin(steps()[name].kernel, arch))
        made.replace(kept)
    return sass.read(kept.read_bytes())


@cache
def _state() -> str:
    """Whatever a compiled kernel depends on, in short."""
    sources = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in _SOURCES]
    packages = [version(package) for package in ("numba", "numba-cuda", "triton")]
    return sha256(b"\0".join([*sources, *map(str.encode, packages)])).hexdigest()[:16]


def _cubin(kernel: Any, arch: int) -> bytes:
    _find_compiler()
    capability = divmod(arch, 10)
    signature = types.void(_MATRIX, _MATRIX, _MATRIX)
    bounds = kernel.targetoptions["launch_bounds"]
    ptx, _ = cuda.compile_ptx(kernel.py_func, signature, cc=capability, launch_bounds=bounds)
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "kernel.ptx"), Path(folder, "kernel.cubin")
        source.write_text(ptx)
        subprocess.run([_assembler(), f"--gpu-name=sm_{arch}", source, "--output-file", target], check=True)
        return target.read_bytes()


def _assembler() -> Path:
    """Triton has two; that for newer GPUs takes newer PTX too."""
    tools = sass.tools()
    return next(tool for tool in (tools / "ptxas-blackwell", tools / "ptxas") if tool.exists())


@cache
def _find_compiler() -> None:
    """Make libnvvm known to Numba, and NVRTC superfluous."""
    from numba.cuda import cuda_paths
    from numba.cuda.cudadrv import nvrtc

    try:
        pathfinder.load_nvidia_dynamic_lib("nvvm")
    except pathfinder.DynamicLibNotFoundError as error:
        # A toolkit may have it where nobody looks for it. Once it is loaded, it is found.
        home = os.environ.get("CUDA_PATH") or os.environ.get("CUDA_HOME")
        found = next(Path(home).glob("lib*/libnvvm.so*"), None) if home else None
        if found is None:
            raise ModuleNotFoundError("libnvvm is not installed: nvidia-nvvm has it", name="nvidia-nvvm") from error
        ctypes.CDLL(str(found), mode=ctypes.RTLD_GLOBAL)
    # Numba asks NVRTC which GPUs there are, and nothing else while it compiles Python: 90 MB that need not be there.
    nvrtc.get_supported_ccs = lambda: tuple(divmod(arch, 10) for arch in ARCHITECTURES)
    cuda_paths._get_nvrtc_path = lambda: cuda_paths._env_path_tuple("absent", None)
