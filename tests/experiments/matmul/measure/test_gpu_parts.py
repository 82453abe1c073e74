"""What is kept of the GPU's part, whatever becomes of the process that measures, and where nothing is installed."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from typing import Any

import pytest
import torch

from experiments.matmul import measure
from experiments.matmul.measure import gpu_part
from experiments.matmul.measure.circle8_gpu import entries
from experiments.matmul.measure.gpu_part import OnGpu, measure_gpu
from experiments.matmul.measure.gpu_worker import Begins, Ends, Knows, Left, Measured, Plan
from experiments.matmul.measure.operands import CONFORMER, Shape
from experiments.matmul.record import Contender, Point
from experiments.matmul.sample import sample
from talk.errors import MissingError, TalkError
from talk.experiment import Task
from talk.measure.progress import make_progress

GPU = sample().gpu
SQUARE: Shape = (2048, 2048, 2048)


def asked(**changes: Any) -> Task:
    found = Task(progress=make_progress(), quick=True, **changes)
    vars(found)["devices"] = ["cpu", "cuda"]
    return found


@pytest.fixture(autouse=True)
def _workers_start_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_part, "get_context", lambda _: multiprocessing.get_context("fork"))


def points(plan: Plan, shape: Shape, time_s: float = 0.1) -> Measured:
    n, m, p = shape
    present = [entry.name for entry in entries() if entry.takes(shape) and entry.name not in plan.without]
    return Measured(shape, {name: Point(n=n, m=m, p=p, times_s=[time_s], error=0.0) for name in present})


def ends_well(wires: Any, plan: Plan) -> None:
    wires.send(Knows(GPU))
    for shape in plan.shapes:
        wires.send(points(plan, shape))
    wires.send(Ends())


def by_name(found: OnGpu) -> dict[str, Contender]:
    return {each.name: each for each in found.contenders}


def test_what_a_worker_tells_is_the_record_s_and_a_line_each(capfd: pytest.CaptureFixture[str]) -> None:
    def work(wires: Any, plan: Plan) -> None:
        wires.send(Left("gpu_naive", "no_package:numba-cuda"))
        wires.send(Left("gpu_triton", "failed:RuntimeError: Failed to find C compiler"))
        ends_well(wires, replace(plan, without=frozenset(["gpu_naive", "gpu_triton"])))

    task = asked()
    found = by_name(measure_gpu(task, work))
    assert found["gpu_naive"].skipped == "no_package:numba-cuda"
    assert found["gpu_triton"].skipped == "failed:RuntimeError: Failed to find C compiler"
    assert {each.name for each in found.values() if each.points} == {entry.name for entry in entries()} - {
        "gpu_naive",
        "gpu_triton",
    }
    assert [(point.n, point.square) for point in found["cublas"].points] == [(2048, True), (24, False)]
    assert [point.n for point in found["cublas_silu"].points] == [24]
    assert task.broken == []
    said = capfd.readouterr().err
    assert "gpu_naive is left out: no_package:numba-cuda" in said
    assert "2048×2048×2048 gpu_triton_bfloat16: 0.17 TFLOP/s, 1.000 of the library (goal 0.95)" in said


def test_who_ends_the_process_is_left_out_and_another_one_measures_the_rest() -> None:
    def work(wires: Any, plan: Plan) -> None:
        assert plan.gpu == (GPU if plan.without else None)
        if "gpu_vectorised" in plan.without:
            assert plan.shapes == (CONFORMER[0],)  # what was measured is not measured again
            ends_well(wires, plan)
            return
        wires.send(Knows(GPU))
        wires.send(points(plan, SQUARE))
        wires.send(Begins("gpu_vectorised"))
        os.kill(os.getpid(), signal.SIGKILL)

    task = asked()
    found = by_name(measure_gpu(task, work))
    assert found["gpu_vectorised"].skipped == "broke:its process ended with status -9"
    assert [point.n for point in found["gpu_vectorised"].points] == [2048]
    assert [point.n for point in found["cublas"].points] == [2048, 24]
    assert task.broken == ["gpu_vectorised: its process ended with status -9"]


def test_a_kernel_that_never_ends_is_killed_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_part, "_SILENCE_S", 1.0)

    def work(wires: Any, plan: Plan) -> None:
        if plan.without:
            ends_well(wires, plan)
            return
        wires.send(Begins("gpu_shared"))
        time.sleep(60)

    task = asked()
    found = by_name(measure_gpu(task, work))
    assert found["gpu_shared"].skipped == "broke:nothing was heard for 1 s"
    assert found["cublas"].points
    assert len(task.broken) == 1


def test_what_is_wrong_once_counts_for_nothing() -> None:
    def work(wires: Any, plan: Plan) -> None:
        wires.send(points(plan, SQUARE))
        wires.send(
            Left("gpu_shared", "broke:its product is off by 1e-1 of the largest number", CONFORMER[0], wrong=True)
        )
        wires.send(Ends())

    task = asked()
    found = by_name(measure_gpu(task, work))
    assert found["gpu_shared"].points == []
    assert found["gpu_shared"].skipped == "broke:its product is off by 1e-1 of the largest number"
    assert task.broken == ["gpu_shared at 24×512×2048: its product is off by 1e-1 of the largest number"]


def test_time_that_is_up_leaves_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_part, "_ENDING_S", 0.5)

    def work(wires: Any, plan: Plan) -> None:
        wires.send(points(plan, SQUARE))
        time.sleep(60)

    task = asked(until=time.monotonic() + 1)
    found = by_name(measure_gpu(task, work))
    assert [point.n for point in found["cublas"].points] == [2048]
    assert found["cublas_silu"].skipped == "failed:its time was up"
    assert task.broken == ["the GPU's part: its time was up"]


def test_a_gpu_where_nothing_can_run_is_one_reason_for_all() -> None:
    def work(wires: Any, plan: Plan) -> None:
        assert plan.until is None
        wires.send(Ends(failure="out_of_memory"))

    task = asked()
    found = measure_gpu(task, work)
    assert {each.skipped for each in found.contenders} == {"out_of_memory"}
    assert found.gpu is None
    assert task.broken == ["the GPU's part: out_of_memory"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_the_worker_itself_starts_and_tells_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_part, "get_context", multiprocessing.get_context)
    found = measure_gpu(asked())
    assert len({each.skipped for each in found.contenders}) == 1
    assert all((each.skipped or "").startswith("failed:") for each in found.contenders)


def test_a_machine_without_a_gpu_names_the_steps_that_it_skips() -> None:
    found = measure_gpu(Task(progress=make_progress(), device="cpu"))
    assert {(each.device, each.library, each.skipped) for each in found.contenders} == {("cuda", False, "no_gpu")}
    assert len(found.contenders) == sum(not entry.library for entry in entries())


@pytest.mark.parametrize("name", [entry.name for entry in entries() if entry.library])
def test_what_the_libraries_are_asked_for_is_the_product_even_on_a_cpu(name: str) -> None:
    entry = next(entry for entry in entries() if entry.name == name)
    a, b = torch.randn(33, 48), torch.randn(48, 40)
    call, c = entry.makes(a, b)
    assert c.isnan().all()
    call()
    exact = entry.exact(a, b)
    assert float((c - exact).abs().max() / exact.abs().max()) <= entry.tolerance


def test_the_cpu_needs_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "missing_packages", lambda _: ["numba"])
    with pytest.raises(MissingError, match="talk measure matmul: numba must be installed first"):
        measure.run(Task(progress=make_progress(), device="cpu", quick=True))


class _NoWorkers:
    def __init__(self, _: object) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def measured_gpu(monkeypatch: pytest.MonkeyPatch) -> OnGpu:
    """The GPU's part ends at once; no process is started for the others."""
    found = OnGpu([each for each in sample().contenders if each.device == "cuda"], GPU)
    monkeypatch.setattr(measure, "Launcher", _NoWorkers)
    monkeypatch.setattr(gpu_part, "measure_gpu", lambda _: found)
    monkeypatch.setattr("experiments.matmul.measure.circle7_distributed.run_tasks", lambda *_: iter(()))
    return found


def test_what_the_gpu_has_shown_is_kept_at_once_and_outlives_a_failure_beside_it(
    monkeypatch: pytest.MonkeyPatch, measured_gpu: OnGpu
) -> None:
    def wrong(*_: object) -> None:
        raise TalkError("talk measure matmul: overlap", "its product is off", "mend the circle")

    kept: list[Any] = []
    monkeypatch.setattr("experiments.matmul.measure.experiment.measure_cpu", wrong)
    task = asked(keep=kept.append)
    found = measure.run(task)
    assert found == kept[0]
    assert (found.contenders, found.gpu, found.tiling) == (measured_gpu.contenders, GPU, None)
    (line,) = task.broken
    assert line.startswith("matmul, the CPU's circles: TalkError: talk measure matmul: overlap: its product is off")


@pytest.mark.usefixtures("measured_gpu")
def test_the_cpu_s_circles_are_left_out_where_no_time_is_left(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.matmul.measure.experiment.measure_cpu", lambda *_: pytest.fail("it is measured"))
    task = asked(until=time.monotonic() + 5)
    assert measure.run(task).tiling is None
    assert task.broken == []
    assert "the CPU's circles are left out: they take about 30 s, " in capfd.readouterr().err


@pytest.mark.usefixtures("measured_gpu")
def test_a_compiler_that_is_not_here_leaves_out_what_it_would_have_compiled(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Numba:
        @staticmethod
        def all_compiled() -> list[Any]:
            return sample().compiled

    def load(module: str, _: str) -> Any:
        if module == ".compiled_triton":
            raise ModuleNotFoundError("triton is not installed")
        return Numba

    monkeypatch.setattr(measure, "import_module", load)
    task = replace(asked(), quick=False)
    vars(task)["devices"] = ["cuda"]
    assert measure.run(task).compiled == sample().compiled
    assert "compiled_triton is left out: ModuleNotFoundError: triton is not installed" in capfd.readouterr().err
