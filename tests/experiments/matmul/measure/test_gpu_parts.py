"""What of matmul is measured where a compiler is not installed."""

import pytest
import torch

from experiments.matmul import measure
from experiments.matmul.measure import circle8_gpu
from experiments.matmul.measure.circle8_gpu import GpuEntry, measure_gpu
from experiments.matmul.measure.operands import Shape
from experiments.matmul.record import Point
from talk.errors import MissingError
from talk.experiment import Task
from talk.measure.progress import make_progress


def test_steps_whose_compiler_is_missing_say_so_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def measure_shape(
        present: list[GpuEntry], shape: Shape, rounds: int
    ) -> tuple[dict[str, Point], dict[str, Exception]]:
        assert rounds > 0
        failed: dict[str, Exception] = {"gpu_triton": RuntimeError("Failed to find\nC compiler")}
        ran = [entry.name for entry in present if entry.name not in failed]
        n, m, p = shape
        return {name: Point(n=n, m=m, p=p, times_s=[0.1], error=0.0) for name in ran}, failed

    monkeypatch.setattr(circle8_gpu, "_is_installed", lambda package: package != "numba-cuda")
    monkeypatch.setattr(circle8_gpu, "_measure_shape", measure_shape)
    found = {each.name: each for each in measure_gpu(True, make_progress(), there=True)}
    assert found["gpu_naive"].skipped == "no_package:numba-cuda"
    assert found["gpu_triton"].skipped == "failed:RuntimeError: Failed to find C compiler"
    assert [name for name, each in found.items() if each.points] == [
        "gpu_triton_tf32",
        "gpu_triton_bfloat16",
        "gpu_silu",
        "gpu_sparse",
        "cublas",
        "cublas_tf32",
        "cublas_bfloat16",
        "cublas_silu",
    ]
    assert [(point.n, point.square) for point in found["cublas"].points] == [(2048, True), (24, False)]
    assert [point.n for point in found["cublas_silu"].points] == [24]
    assert [point.n for point in found["cublas_tf32"].points] == [2048]
    said = " ".join(capfd.readouterr().err.split())
    assert "gpu_naive, gpu_coalesced, gpu_shared, gpu_thread_tile, gpu_vectorised skipped" in said
    assert "`pip install numba-cuda`" in said


def test_a_gpu_whose_memory_is_too_small_is_a_reason_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_small(present: list[GpuEntry], shape: Shape, rounds: int) -> tuple[dict[str, Point], dict[str, Exception]]:
        assert (len(shape), rounds) == (3, 2)
        return {}, {entry.name: torch.cuda.OutOfMemoryError("tried to allocate") for entry in present}

    monkeypatch.setattr(circle8_gpu, "_measure_shape", too_small)
    found = measure_gpu(True, make_progress(), there=True)
    assert {each.skipped for each in found if not (each.skipped or "").startswith("no_package")} == {"out_of_memory"}


def test_a_machine_without_a_gpu_names_the_steps_that_it_skips() -> None:
    found = measure_gpu(True, make_progress(), there=False)
    assert {(each.device, each.library, each.skipped) for each in found} == {("cuda", False, "no_gpu")}
    assert len(found) == 10


@pytest.mark.parametrize("name", [entry.name for entry in circle8_gpu.entries() if entry.library])
def test_what_the_libraries_are_asked_for_is_the_product_even_on_a_cpu(name: str) -> None:
    entry = next(entry for entry in circle8_gpu.entries() if entry.name == name)
    a, b = torch.randn(33, 48), torch.randn(48, 40)
    c = torch.full((33, 40), torch.nan)
    entry.make(a, b, c)()
    exact = entry.exact(a, b)
    assert float((c - exact).abs().max() / exact.abs().max()) <= entry.tolerance


def test_the_cpu_needs_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "missing_packages", lambda _: ["numba"])
    with pytest.raises(MissingError, match="talk measure matmul: numba must be installed first"):
        measure.run(Task(progress=make_progress(), device="cpu", quick=True))
