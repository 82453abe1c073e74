"""Predictions follow from counts and prices alone: made machines whose times are computed by hand, and any others."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.matmul.record import Bandwidth, Matmul, Peak, Prices
from experiments.matmul.render.prediction import _PHASES, StepPrediction, model_of, step_predictions
from experiments.matmul.render.values import named_values
from experiments.matmul.sample import sample
from tests.experiments.matmul.samples import matmul_record


def promised(data: Matmul) -> dict[str, StepPrediction]:
    return {each.name: each for each in step_predictions(data)}


def test_the_tile_is_held_by_arithmetic_at_the_median_peak() -> None:
    """100 GFLOP/s, 1024³ multiply-adds, and before them 4 MB of B copied at 1.5 · 20 GB/s of L3."""
    overlap = promised(sample())["overlap"]
    copied_s, multiplied_s = 2 * 4 * 1024**2 / 30e9, 2 * 1024**3 / 100e9
    assert overlap.promised == pytest.approx(copied_s + multiplied_s)
    assert overlap.binds == "arithmetic"
    assert overlap.ratio == pytest.approx(2 * 1024**3 / 90e9 / (copied_s + multiplied_s))
    assert overlap.holds
    assert overlap.suspected is None


def test_nothing_calls_c_and_a_before_packing_needs_them() -> None:
    """C comes and goes for each block along the sum, A comes for each block of columns; prefetched, they cost nothing.

    L3 loads 20 GB/s and updates 30.
    """
    data = sample()
    assert data.tiling is not None
    along, across = -(-1024 // data.tiling.block_depth), -(-1024 // data.tiling.block_columns)
    trips_s = 4 * 1024**2 * (2 * along / 30e9 + across / 20e9)
    found = promised(data)
    assert found["packing"].promised - found["overlap"].promised == pytest.approx(trips_s)


def test_the_order_of_loops_waits_for_b() -> None:
    """4 MB of B live in L3, 20 GB/s, and come anew for each of 1024 rows; the updates alone would take half of that."""
    order = promised(sample())["order"]
    assert order.promised == pytest.approx(4 * 1024**3 / 20e9)
    assert order.binds == "l3"
    assert order.holds


def test_a_step_that_takes_twice_its_promise_says_what_is_suspected() -> None:
    data = sample()
    cheaper = replace(data, prices=replace(data.prices, row_update_s=1e-12))  # type: ignore[type-var]
    assert promised(data)["blocking"].suspected is None
    blocking = promised(cheaper)["blocking"]
    assert blocking.ratio > 1.25
    assert blocking.suspected


def test_the_compiled_loops_wait_for_their_own_sum() -> None:
    compiled = promised(sample())["compiled"]
    assert compiled.promised == pytest.approx(512**3 * 1e-9)
    assert compiled.binds == "arithmetic"


def test_predictions_do_not_look_at_what_is_measured() -> None:
    data = sample()
    slower = replace(
        data,
        contenders=[
            replace(each, points=[replace(p, times_s=[9 * t for t in p.times_s]) for p in each.points])
            for each in data.contenders
        ],
    )
    before, after = promised(data), promised(slower)
    for name, each in before.items():
        assert after[name].promised == each.promised
        assert after[name].ratio == pytest.approx(9 * each.ratio)


@pytest.mark.parametrize("lacks", [{"prices": None}, {"tiling": None}, {"peaks": []}, {"bandwidths": []}])
def test_a_record_without_the_model_promises_nothing(lacks: dict[str, Any]) -> None:
    data = replace(sample(), **lacks)
    assert step_predictions(data) == []
    assert not [name for name in named_values(matmul_record(data)) if ".predicted." in f".{name}"]


def test_a_record_that_knows_loads_alone_promises_nothing() -> None:
    data = sample()
    loads = [each for each in data.bandwidths if each.traffic == "load"]
    assert step_predictions(replace(data, bandwidths=loads)) == []


def test_shares_of_regimes_are_the_whole() -> None:
    values = named_values(matmul_record(sample()))
    for name in promised(sample()):
        shares = [values[f"{name}.predicted.share.{regime}"].number for regime in ("arithmetic", "memory", "overhead")]
        assert sum(shares) == pytest.approx(1)


_RATES = st.floats(1e8, 1e13)
_TIMES = st.floats(1e-10, 1e-3)


@given(
    n=st.integers(65, 8192),
    peak=_RATES,
    rates=st.lists(_RATES, min_size=12, max_size=12),
    times=st.lists(_TIMES, min_size=5, max_size=5),
    caches=st.tuples(st.integers(1, 1 << 20), st.integers(0, 1 << 24), st.integers(0, 1 << 30)),
    name=st.sampled_from(sorted(_PHASES)),
)
def test_any_machine_gets_a_promise_that_no_resource_could_beat(
    n: int, peak: float, rates: list[float], times: list[float], caches: tuple[int, int, int], name: str
) -> None:
    """Slow memories, no L2 and no L3, one core: every phase takes as long as what it needs most."""
    data = sample()
    assert data.tiling is not None
    call_s, page_s, start_s, addition_s, update_s = times
    tiling = replace(data.tiling, l1_bytes=caches[0], l2_bytes=caches[1], l3_bytes=caches[2])
    alone = [each for each in data.bandwidths if each.threads == 1]
    bandwidths: list[Bandwidth] = [replace(each, bytes_per_s=rate) for each, rate in zip(alone, rates, strict=True)]
    prices = Prices(
        operator_call_s=call_s, fresh_page_s=page_s, page_bytes=4096, threads_start_s=start_s,
        addition_s=addition_s, row_update_s=update_s,
    )  # fmt: skip
    peaks = [Peak(device="cpu", threads=1, flops_per_s=peak)]
    model = model_of(replace(data, tiling=tiling, bandwidths=bandwidths, prices=prices, peaks=peaks), 1)
    assert model is not None
    phases = _PHASES[name](n, model)
    assert phases
    assert all(time_s >= 0 for phase in phases for time_s in phase.values())
    assert sum(max(phase.values()) for phase in phases) > 0
