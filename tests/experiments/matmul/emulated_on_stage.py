"""Run as a program in emulation, where no GPU is: what `R` measures on circle 6's slide, by its own kernels."""

import pytest

from experiments.matmul import on_stage
from experiments.matmul.measure import circle6_triton, gpu_worker
from experiments.matmul.measure.tuning import Tuned
from tests.experiments.matmul.measure.pretended_cuda import pretended

SMALL = circle6_triton.Tiles(tall=16, wide=16, deep=16, group=2)

if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as monkeypatch, pretended(monkeypatch):
        monkeypatch.setattr(circle6_triton, "chosen", lambda _: (SMALL, Tuned(best=0, time_ms=1.0, tried=1, failed=0)))
        # One pair of operands and three visits: the simulator starts a thread for every thread of a block.
        monkeypatch.setattr(gpu_worker, "copies", lambda *_: 1)
        monkeypatch.setattr(gpu_worker, "_MOST_TURNS", 1)
        print(*on_stage._measure_on_gpu(on_stage._ON_GPU, 8), sep="\n")
