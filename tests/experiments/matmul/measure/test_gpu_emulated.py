"""Circle 6 without a GPU: Numba's simulator and Triton's interpreter, each in a process of its own.

Both are switched on by a variable that is read when the library is loaded.
"""

import os
import subprocess
import sys

import pytest

from experiments.matmul.measure.circle8_gpu import entries
from talk.paths import ROOT


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
    assert set(emulate("NUMBA_ENABLE_CUDASIM", "numba")) == {*steps, "transposed"}


def test_triton_step_in_the_interpreter() -> None:
    pytest.importorskip("triton")
    steps = {entry.name for entry in entries() if entry.package == "triton" and entry.dtype != "bfloat16"}
    assert set(emulate("TRITON_INTERPRET", "triton")) == {"ieee", "float16", "silu", "mistakes"} | steps
