"""Circle 6 in front of the hall, on a GPU that is pretended; its Triton step is Triton's own interpreter's work."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch

from experiments.matmul import on_stage
from experiments.matmul.measure import circle8_gpu, gpu_timing
from experiments.matmul.measure.circle8_gpu import GpuEntry
from talk.errors import TalkError
from talk.paths import ROOT
from tests.experiments.matmul.measure.pretended_cuda import pretended

SIDE = 32
NAMES = ("gpu_naive", "cublas")


def right(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    return lambda: torch.mm(a, b, out=c)


def wrong(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    return lambda: c.copy_(1.01 * (a @ b))


def measured(monkeypatch: pytest.MonkeyPatch, *those: GpuEntry) -> dict[str, float]:
    monkeypatch.setattr(circle8_gpu, "entries", lambda: list(those))
    monkeypatch.setattr(gpu_timing, "GAP_S", 0.0)
    with pretended(monkeypatch):
        return on_stage._measure_on_gpu(NAMES, SIDE)


def test_numbers_are_operations_a_second_of_those_that_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    others = GpuEntry("gpu_shared", 6, wrong)
    found = measured(monkeypatch, GpuEntry("gpu_naive", 6, right), others, GpuEntry("cublas", 9, right))
    assert list(found) == [f"gpu_naive.n{SIDE}.flop_rate", f"cublas.n{SIDE}.flop_rate"]
    assert all(1e6 < each < 1e13 for each in found.values()), "of a CPU, or of a pause that stands for a graph"


def test_a_wrong_product_is_one_line_and_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TalkError, match="gpu_naive: broke:its product is off by") as error:
        measured(monkeypatch, GpuEntry("gpu_naive", 6, wrong), GpuEntry("cublas", 9, right))
    assert "\n" not in str(error.value)


def test_the_kernels_themselves_run_in_triton_s_interpreter_and_numba_s_simulator() -> None:
    pytest.importorskip("triton")
    command = [sys.executable, "-m", "tests.experiments.matmul.emulated_on_stage"]
    switches = {"TRITON_INTERPRET": "1", "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | switches, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [f"{name}.n8.flop_rate" for name in on_stage._ON_GPU]
