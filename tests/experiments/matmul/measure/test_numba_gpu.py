"""numba.cuda on a machine where it would not work as it is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from talk.paths import ROOT

pytest.importorskip("numba.cuda")


def told(program: str, **environment: str) -> str:
    """What the program prints in a process of its own, with this environment and no CUDA_HOME besides."""
    mine = {name: value for name, value in os.environ.items() if name not in {"CUDA_HOME", "CUDA_PATH"}}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "scripts",
        env=mine | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_kernels_are_typed_by_a_numpy_that_has_no_row_stack() -> None:
    # Typing needs neither a GPU nor NVIDIA's compiler, and loads all that Numba knows of NumPy.
    program = """
import warnings
warnings.simplefilter("ignore")
import numpy
vars(numpy).pop("row_stack", None)
from experiments.matmul.measure import circle6_gpu
from numba import float32, types
from numba.cuda.compiler import compile_cuda
matrix = types.Array(float32, 2, "C", aligned=True)
compile_cuda(circle6_gpu._naive.py_func, types.void, (matrix,) * 3, cc=(9, 0))
print(numpy.row_stack is numpy.vstack)
"""
    assert told(program) == "True"


@pytest.mark.parametrize("set_already", [None, "/elsewhere"])
def test_the_toolkit_is_the_one_of_nvcc(tmp_path: Path, set_already: str | None) -> None:
    toolkit = tmp_path / "cuda"
    nvcc = toolkit / "bin" / "nvcc"
    nvcc.parent.mkdir(parents=True)
    (toolkit / "nvvm").mkdir()
    nvcc.touch(mode=0o755)
    link = tmp_path / "path" / "nvcc"
    link.parent.mkdir()
    link.symlink_to(nvcc)
    program = "from experiments.matmul.measure import numba_gpu; import os; print(os.environ['CUDA_HOME'])"
    given = {"CUDA_HOME": set_already} if set_already else {}
    assert told(program, PATH=str(link.parent), **given) == (set_already or str(toolkit))
