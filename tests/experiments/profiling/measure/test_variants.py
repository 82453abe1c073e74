"""The encoder run in other ways gives what it gives alone, and a way that cannot run here says why."""

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

from experiments.profiling.measure import variants
from experiments.profiling.measure.variants import Way, at_most, measure_variants
from experiments.profiling.record import Launching, Precision, Variant
from shared.audio import synthetic_speech
from shared.model import Network, seeded
from talk.experiment import Task
from talk.measure.progress import make_progress
from tests.shared.test_profiler import small

LENGTHS = [9_600, 20_480, 40_000]
REPEATS = [1, 2, 2]


@pytest.fixture(scope="module")
def network() -> Network:
    return seeded(small(3))


def measured(
    network: Network, *ways: Way, task: Task | None = None, quick: bool = False, longest_s: float = 1e6
) -> list[Variant]:
    utterances = network.spectrograms(synthetic_speech(LENGTHS, 16_000, seed=1))
    return measure_variants(
        network.encoder,
        utterances,
        REPEATS,
        device="cpu",
        passes=2,
        task=task or Task(progress=make_progress(), quick=quick),
        ways=ways,
        longest_s=longest_s,
    )


def test_batches_and_short_numbers_give_the_same(network: Network) -> None:
    found = measured(network, Way(), Way(batch_size=2), Way(precision="bf16"), Way(batch_size=4, precision="bf16"))
    assert [each.name for each in found] == ["plain", "batched", "bf16", "batched_bf16"]
    errors = [each.error for each in found]
    assert errors[0] == 0
    assert errors[1] < 1e-5  # type: ignore[operator]
    assert 1e-4 < errors[2] < 0.1  # type: ignore[operator]
    assert 1e-4 < errors[3] < 0.1  # type: ignore[operator]
    assert all(len(each.pass_times_s) == 2 and min(each.pass_times_s) > 0 for each in found)
    # What a GPU would be asked for.
    assert {(each.kernels, each.launches, each.peak_memory_bytes) for each in found} == {(None, None, None)}
    assert next(network.encoder.parameters()).dtype == torch.float32


def test_what_cannot_run_here_says_why_and_the_others_are_measured(network: Network) -> None:
    graphs, plain = measured(network, Way(launching="graphs"), Way())
    assert graphs.pass_times_s == []
    assert graphs.skipped == "failed"
    assert "Error" in (graphs.message or "")
    assert plain.skipped is None


def test_after_a_way_that_broke_the_gpu_no_other_is_tried(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """An illegal address ends all that a process does on the GPU, freeing memory included."""
    settled: list[str] = []

    def settle(device: str) -> None:
        settled.append(device)
        if len(settled) == 2:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(variants, "_settle", settle)
    task = Task(progress=make_progress())
    found = measured(network, Way(), Way(launching="graphs"), Way(batch_size=2), Way(precision="bf16"), task=task)
    assert [each.skipped for each in found] == [None, "failed", "failed", "failed"]
    assert found[2].message == found[3].message == "RuntimeError: CUDA error: an illegal memory access was encountered"
    assert settled == ["cpu", "cpu"]
    assert task.broken == [f"the way graphs and those after it: {found[2].message}"]


def test_a_gpu_that_computes_nothing_leaves_every_way_its_reason(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> Any:
        raise RuntimeError("CUDA error: misaligned address")

    monkeypatch.setattr(network.encoder, "forward", broken)
    task = Task(progress=make_progress())
    found = measured(network, Way(), Way(batch_size=2), task=task)
    assert {each.message for each in found} == {"RuntimeError: CUDA error: misaligned address"}
    assert len(task.broken) == 1


def test_what_takes_too_long_is_left() -> None:
    with pytest.raises(TimeoutError, match="are over"), at_most(0.01):
        time.sleep(60)
    with at_most(1e6):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_no_way_is_begun_for_which_no_time_is_left(network: Network) -> None:
    compiled, plain = measured(network, Way(launching="compiled"), Way(), longest_s=30.0)
    assert compiled.skipped == "late"
    assert plain.skipped is None
    assert [each.skipped for each in measured(network, Way(), longest_s=-1.0)] == ["late"]


def test_a_way_that_does_not_end_is_left_when_the_time_is_over(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(function: Callable[..., Any], *, dynamic: bool) -> Any:
        assert dynamic
        while function:
            time.sleep(0.01)

    monkeypatch.setattr(torch, "compile", endless)
    monkeypatch.setattr(variants, "at_most", lambda left_s: at_most(min(left_s, 1.0)))
    kept: list[list[str]] = []
    utterances = network.spectrograms(synthetic_speech(LENGTHS, 16_000, seed=1))
    (found,) = measure_variants(
        network.encoder,
        utterances,
        REPEATS,
        device="cpu",
        passes=1,
        task=Task(progress=make_progress()),
        ways=(Way(launching="compiled"),),
        longest_s=1e6,
        keep=lambda found: kept.append([each.name for each in found]),
    )
    assert found.skipped == "late"
    assert kept == [[]]  # before: the compiler may take the process with it


def counted(
    kernels: int | None, launching: Launching = "eager", precision: Precision = "fp32", batch_size: int = 1
) -> Variant:
    return Variant(
        device="cuda",
        batch_size=batch_size,
        launching=launching,
        precision=precision,
        pass_times_s=[1.0],
        kernels=kernels,
    )


def test_a_graph_whose_kernels_the_profiler_lost_has_no_busy_time() -> None:
    eager = [counted(900), counted(300, batch_size=16), counted(700, precision="bf16")]
    assert variants._has_twins_kernels(counted(900, "graphs"), eager)
    assert not variants._has_twins_kernels(counted(300, "graphs"), eager)  # as many as another way's
    assert not variants._has_twins_kernels(counted(700, "graphs"), eager)
    assert variants._has_twins_kernels(counted(None, "graphs"), eager)
    assert variants._has_twins_kernels(counted(450, "compiled"), eager)


def test_every_way_has_its_format_and_no_other(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[tuple[bool, bool]] = set()
    forward = network.encoder.forward

    def watched(**given: Any) -> Any:
        seen.add((torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32))
        return forward(**given)

    monkeypatch.setattr(network.encoder, "forward", watched)
    measured(network, Way())
    assert seen == {(False, False)}
    measured(network, Way(precision="tf32"))
    assert seen == {(False, False), (True, True)}
    assert torch.backends.cudnn.allow_tf32  # PyTorch's own default stays


def test_a_wrong_answer_is_not_timed(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(variants._TOLERANCE, "bf16", 1e-9)
    (found,) = measured(network, Way(precision="bf16"))
    assert found.pass_times_s == []
    assert found.skipped == "inexact"
    assert 1e-4 < (found.error or 0) < 0.1


def test_layers_are_compiled_once_for_all_of_them_and_for_every_length(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs: list[Any] = []
    real = torch.compile

    def as_it_is(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph

    def compiled(function: Callable[..., Any], *, dynamic: bool) -> Any:
        return real(function, dynamic=dynamic, backend=as_it_is)

    monkeypatch.setattr(torch, "compile", compiled)
    (found,) = measured(network, Way(launching="compiled"))
    assert found.error is not None
    assert found.error < 1e-5
    assert len(graphs) == 1
    assert not any("forward" in vars(layer) for layer in network.encoder.layers)


def test_a_quick_run_compiles_nothing(network: Network) -> None:
    (found,) = measured(network, Way(launching="compiled"), quick=True)
    assert found.skipped == "quick"
