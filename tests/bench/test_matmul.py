"""The goals of the nine circles, read from one record; and the watch that weighs what a run holds."""

import sys
from dataclasses import replace

from bench.matmul import measured
from bench.watched import watch
from experiments.matmul.record import Contender
from experiments.matmul.sample import point
from tests.experiments.matmul.samples import contender, matmul_record


def on_gpu(name: str, giga_flops: float, library: bool = False) -> Contender:
    made = contender(name, 6, [point(n, giga_flops) for n in (4096, 8192)], library=library)
    return replace(made, device="cuda", dtype="bfloat16" if "bfloat16" in name else "float32")


def test_every_goal_has_a_line_and_those_of_a_gpu_wait() -> None:
    figures = {name: figure for name, figure, _ in measured(matmul_record(), 80.4, 18.2, 1.5 * 2**30)}
    assert figures["matmul, one thread, 1024: to the faster library"] == "1.20"
    assert figures["matmul, one thread, 1024: of the FMA peak"] == "0.90"
    assert figures["matmul, one thread, 1024: of the FMA peak at the same clock"] == "0.95"
    assert figures["matmul, one thread, 2048: to the faster library"] == "not measured"
    assert figures["matmul, all threads, 1024: to the faster library"] == "1.20"
    assert figures["matmul, GPU, fp32, 4096: to cuBLAS"] == "waits for a GPU"
    assert figures["matmul, GPU, bf16, 8192: to cuBLAS"] == "waits for a GPU"
    assert figures["matmul, four processes: bytes sent, off the theory"] == "1.00 %"
    assert figures["matmul, a process killed: error of the product"] == "1e-06"
    assert figures["talk measure matmul"] == "80 s"
    assert figures["talk measure matmul, peak memory"] == "1.50 GiB"


def test_the_best_fp32_step_speaks_for_a_gpu() -> None:
    record = matmul_record()
    takers = [
        on_gpu("gpu_triton", 90.0),
        on_gpu("cublas", 100.0, library=True),
        on_gpu("gpu_triton_bfloat16", 520.0),
        on_gpu("cublas_bfloat16", 500.0, library=True),
    ]
    others = [each for each in record.data.contenders if each.name not in {taker.name for taker in takers}]
    record = replace(record, data=replace(record.data, contenders=[*others, *takers]))
    figures = {name: figure for name, figure, _ in measured(record, 80, 18, 0)}
    assert figures["matmul, GPU, fp32, 4096: to cuBLAS"] == "0.90"
    assert figures["matmul, GPU, bf16, 4096: to cuBLAS"] == "1.04"


def test_memory_of_all_processes_is_weighed() -> None:
    child = "x = bytearray(80 << 20); import time; time.sleep(1.0)"
    parent = f"import subprocess, sys; y = bytearray(80 << 20); subprocess.run([sys.executable, '-c', {child!r}])"
    watched = watch([sys.executable, "-c", parent])
    assert watched.status == 0
    assert watched.wall_time_s > 1
    assert 160 << 20 < watched.peak_bytes < 320 << 20
    assert watch([sys.executable, "-c", "import sys; sys.exit('gone wrong')"]).stderr.strip() == "gone wrong"
