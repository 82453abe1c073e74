"""The ratios to the libraries: one a run, of every size and shape, on one thread and on all."""

import json
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from bench import rivals
from experiments.matmul.measure import experiment, operands
from talk.errors import TalkError
from talk.measure.machine import current_machine


def test_each_shape_has_a_ratio_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "FULL", replace(experiment.FULL, sides=(32,), budget_s=0.1))
    monkeypatch.setattr(operands, "CONFORMER", ((5, 64, 64),))
    found = rivals.measure(runs=2, rounds=1)
    cores = current_machine().cpu_cores
    assert list(found) == [
        f"matmul, {shape}, threads: {threads}" for threads in sorted({1, cores}) for shape in ("32×32×32", "5×64×64")
    ]
    for name, ratios in found.items():
        assert len(ratios) == 2, name
        assert all(0 < ratio < np.inf for ratio in ratios), name


def test_a_line_tells_the_median_and_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(status: int, stdout: str, stderr: str) -> None:
        done = subprocess.CompletedProcess([], status, stdout, stderr)
        monkeypatch.setattr(rivals.subprocess, "run", lambda *_, **__: done)

    said(0, json.dumps({"matmul, 8×8×8, threads: 1": [0.9, 1.2, 1.1]}), "")
    assert [*rivals.goals()] == [
        ("matmul, 8×8×8, threads: 1: to the faster library, 3 runs", "1.10 (0.90–1.20)", "at least 1.00")
    ]
    said(1, "", "Traceback\nMemoryError: no room\n")
    with pytest.raises(TalkError, match=r"MemoryError: no room"):
        [*rivals.goals()]
