"""The encoder run in other ways gives what it gives alone, and a way that cannot run here says why."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from experiments.profiling.measure import variants
from experiments.profiling.measure.variants import Way, measure_variants
from experiments.profiling.record import Variant
from shared.audio import synthetic_speech
from shared.model import Network, seeded
from talk.measure.progress import make_progress
from tests.shared.test_profiler import small

LENGTHS = [9_600, 20_480, 40_000]
REPEATS = [1, 2, 2]


@pytest.fixture(scope="module")
def network() -> Network:
    return seeded(small(3))


def measured(network: Network, *ways: Way, quick: bool = False) -> list[Variant]:
    utterances = network.spectrograms(synthetic_speech(LENGTHS, 16_000, seed=1))
    return measure_variants(
        network.encoder,
        utterances,
        REPEATS,
        device="cpu",
        passes=2,
        quick=quick,
        progress=make_progress(),
        ways=ways,
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
