"""Circle 6 without a GPU: Numba's simulator and Triton's interpreter, each in a process of its own.

Both are switched on by a variable that is read when the library is loaded.
"""

import os
import subprocess
import sys

import pytest

from experiments.matmul.measure.circle8_gpu import entries
from talk.paths import ROOT

_KERNELS = {"tile", "tile_silu", "split", "split_silu", "bulk", "halves", "persistent"}


def emulate(switch: str, *words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.experiments.matmul.measure.emulated", *words],
        cwd=ROOT,
        env=os.environ | {switch: "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.split()[0] for line in done.stdout.splitlines()]


def test_numba_steps_in_the_simulator() -> None:
    steps = {entry.name for entry in entries() if entry.package == "numba-cuda"}
    tiles = {"thread_tile", "vectorised", "pipelined", "warp_tiles"}
    assert set(emulate("NUMBA_ENABLE_CUDASIM", "numba")) == {*steps, *tiles, "transposed"}


def test_triton_step_in_the_interpreter() -> None:
    pytest.importorskip("triton")
    steps = {entry.name for entry in entries() if entry.package == "triton" and entry.dtype != "bfloat16"}
    assert set(emulate("TRITON_INTERPRET", "triton")) == _KERNELS | {"again", "chase", "mistakes"} | steps
