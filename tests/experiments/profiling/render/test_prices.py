"""Prices follow from pieces of network, and promises from prices: made pieces, whose prices are known beforehand."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.profiling.record import Profiling
from experiments.profiling.render.prediction import encoder_frames, frames_of
from experiments.profiling.render.prices import EXPONENTS, ROWS, Prices
from experiments.profiling.sample import pieces, sample
from talk.experiment import find_experiment
from talk.render.prediction import NotMeasuredError, Prediction, Unmade
from tests.experiments.profiling import samples
from tests.experiments.test_promises import CARD, PRICES, PRODUCT, RATES, numbers_of

NUMBERS = numbers_of(dict.fromkeys((*RATES, *PRICES, *CARD, *PRODUCT), 1e-15), "profiling")
_S = st.floats(1e-9, 1e-5)


def prices_of(data: Profiling) -> Prices:
    found = Prices.of(data)
    assert found is not None
    return found


def promised(data: Profiling, numbers: dict[str, float] = NUMBERS) -> dict[str, Prediction | Unmade]:
    found = find_experiment("profiling").predictions(samples.record(slug="box", data=data), numbers)
    return {each.name: each for each in found}


@given(weight_s=_S, multiply_add_s=_S, call_s=_S, number_s=_S, arranging_s=_S, waking_s=_S)
def test_a_price_is_what_the_pieces_cost(
    weight_s: float, multiply_add_s: float, call_s: float, number_s: float, arranging_s: float, waking_s: float
) -> None:
    made = pieces(weight_s, multiply_add_s, call_s, number_s, arranging_s, waking_s)
    found = prices_of(replace(sample(), pieces=made))
    assert found.product.fma_s == pytest.approx(multiply_add_s)
    assert found.product.weight_s == pytest.approx(weight_s)
    assert found.convolution.fma_s == pytest.approx(2 * multiply_add_s)
    for operator in (EXPONENTS, ROWS):
        assert found.passing(operator).number_s == pytest.approx(number_s)
        assert found.passing(operator).call_s == pytest.approx(call_s, rel=1e-3)
    assert found.arranging_s == pytest.approx(arranging_s)
    assert found.waking_s == pytest.approx(waking_s)


def test_a_record_of_before_has_no_prices() -> None:
    assert Prices.of(replace(sample(), pieces=[])) is None


def test_what_is_too_noisy_promises_nothing_and_says_so() -> None:
    many, few = (piece for piece in reversed(pieces()) if piece.kind == "halves")
    noisy = replace(sample(), pieces=[*pieces()[2:], few, replace(many, operators=few.operators)])
    with pytest.raises(NotMeasuredError, match="шумно"):
        _ = prices_of(noisy).product
    addmm = promised(noisy)["cpu.addmm"]
    assert isinstance(addmm, Unmade)
    assert "шумно" in addmm.missing


def test_a_linear_layer_costs_its_weights_and_its_multiply_adds() -> None:
    """Eighteen layers of 10.5 million weights but for attention's positions, and 512 × 20 × 512 of the first linear."""
    data = replace(sample(), pieces=pieces(weight_s=1e-10, multiply_add_s=1e-15))
    utterances = sum(data.workload.repeats)
    weights = 18 * (4 * 512 * 2048 + 4 * 512 * 512) + 512 * 20 * 512
    addmm = promised(data)["cpu.addmm"]
    assert isinstance(addmm, Prediction)
    assert addmm.promised == pytest.approx(utterances * weights * 1e-10, rel=0.01)
    assert addmm.regime == "memory"


def test_arranging_costs_its_calls_and_a_waking_for_each_product() -> None:
    data = replace(sample(), pieces=pieces(arranging_s=1e-9, waking_s=1e-5))
    utterances = sum(data.workload.repeats)
    arranging = promised(data)["cpu.arranging"]
    assert isinstance(arranging, Prediction)
    # Of a layer: eight linear ones, the positions', three convolutions; then the first linear, two convolutions.
    most = utterances * (18 * 12 + 3) * 1e-5
    assert 0.9 * most < arranging.promised < 1.01 * most  # a short utterance's convolutions are not oneDNN's


def test_an_exponent_is_paid_for_each_number_and_a_norm_for_each_call() -> None:
    data = replace(sample(), pieces=pieces(call_s=1e-12, number_s=1e-10))
    numbers = 0
    for length, repeats in zip(data.workload.file_lengths_samples, data.workload.repeats, strict=True):
        steps = encoder_frames(data.model.encoder, frames_of(length, data.workload.hop_samples))
        exponents = steps * (2 * 2048 + 512 + 512) + 8 * steps * steps
        numbers += repeats * 18 * (exponents + 6 * steps * 512)  # five norms of a layer and that of the batch
    elementwise = promised(data)["cpu.elementwise"]
    assert isinstance(elementwise, Prediction)
    assert elementwise.promised == pytest.approx(numbers * 1e-10, rel=0.01)


@settings(max_examples=15, deadline=None)
@given(seconds=st.lists(st.floats(1e-12, 1e-4), min_size=6, max_size=6), raised=st.integers(0, 5))
def test_a_dearer_piece_never_makes_a_cheaper_promise(seconds: list[float], raised: int) -> None:
    dearer = [10 * each if index == raised else each for index, each in enumerate(seconds)]
    before, after = (promised(replace(sample(), pieces=pieces(*each))) for each in (seconds, dearer))
    for name, each in before.items():
        if name.startswith("cpu."):
            then = after[name]
            assert isinstance(each, Prediction)
            assert isinstance(then, Prediction)
            assert then.promised >= each.promised * (1 - 1e-6)
