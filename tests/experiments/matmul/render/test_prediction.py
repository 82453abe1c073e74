"""Predictions follow from counts and prices alone: made machines whose times are computed by hand, and any others."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.matmul.record import Bandwidth, Matmul, Peak, Prices, Walk
from experiments.matmul.render import predictions
from experiments.matmul.render.prediction import _PHASES, StepPrediction, model_of, step_predictions
from experiments.matmul.render.values import named_values
from experiments.matmul.sample import sample
from talk.render.prediction import Prediction, Unmade
from tests.experiments.matmul.samples import matmul_record


def promised(data: Matmul) -> dict[str, StepPrediction]:
    return {each.name: each for each in step_predictions(data)}


def test_the_tile_is_held_by_its_own_loads_and_without_their_price_by_the_median_peak() -> None:
    """94 GFLOP/s over packed blocks, 100 of bare FMAs, 1024³ multiply-adds. B is copied at 1.5 · 20 GB/s.

    Six rows of C hide under the copy, all others come after it.
    """
    data = sample()
    copied_s, multiplied_s = 2 * 4 * 1024**2 / 30e9, 2 * 1024**2 * (1024 - 6) / 94e9
    overlap = promised(data)["overlap"]
    assert overlap.promised == pytest.approx(copied_s + multiplied_s)
    assert (overlap.binds, overlap.regime) == ("issue", "arithmetic")
    assert overlap.ratio == pytest.approx(2 * 1024**3 / 90e9 / (copied_s + multiplied_s))
    assert overlap.holds
    assert overlap.suspected is None
    before = promised(replace(data, peaks=[replace(each, tile_flops_per_s=None) for each in data.peaks]))["overlap"]
    assert before.promised == pytest.approx(copied_s + 2 * 1024**2 * (1024 - 6) / 100e9)
    assert before.binds == "arithmetic"


def test_a_tile_over_b_as_it_lies_waits_for_lines_down_its_rows() -> None:
    """A row of 64 numbers is four lines of 4 ns, for each step along the sum and six rows of A; then C and A.

    Nothing hides them: multiplications come on top, as fast as over packed blocks.
    """
    data = sample()
    lines_s = 1024**3 / 6 / 16 * 4e-9
    found = promised(data)
    hidden_s = 2 * 1024**2 * 6 / 94e9  # the first row of tiles, under packing
    trips_s = found["packing"].promised - found["overlap"].promised - hidden_s
    tiles_s = found["registers"].promised - trips_s
    multiplied_s = 2 * 1024**3 / 94e9
    assert tiles_s == pytest.approx(lines_s + multiplied_s)
    assert found["registers"].binds == "l3"
    without = promised(replace(data, walks=[]))["registers"]
    assert without.promised - trips_s == pytest.approx(4 * 1024**3 / 6 / 20e9 + multiplied_s)


def test_sums_of_quarters_move_what_they_read_and_write_and_half_of_what_they_hold_is_new_memory() -> None:
    """A level over tiles, n = 1024, quarters of 1 MB; L3 updates 30 GB/s, a page of 4 kB costs half a microsecond.

    18 sums of four quarters and 8 copies of three, then the result: looked through, and copied. Fifteen are held.
    """
    data = sample()
    over = promised(data)["strassen_over_tiles"]
    point = next(each for each in data.contenders if each.name == "strassen_over_tiles").squares[-1]
    quarter = 4 * (point.n // 2) ** 2
    moved_s = (18 * 4 + 8 * 3 + 4 + 4 * 3) * quarter / 30e9
    fresh_s = (15 - 8) * quarter / 4096 * 5e-7
    half = _PHASES["overlap"](point.n // 2, model_of(data, 1))  # type: ignore[arg-type]
    products_s = 7 * sum(max(phase.values()) for phase in half)
    assert over.promised == pytest.approx(moved_s + fresh_s + 25 * 1e-6 + products_s)


def test_nothing_calls_c_and_a_before_packing_needs_them() -> None:
    """C comes and goes for each block along the sum, A comes for each block of columns; prefetched, they cost nothing.

    L3 loads 20 GB/s and updates 30.
    """
    data = sample()
    assert data.tiling is not None
    along, across = -(-1024 // data.tiling.block_depth), -(-1024 // data.tiling.block_columns)
    trips_s = 4 * 1024**2 * (2 * along / 30e9 + across / 20e9)
    hidden_s = 2 * 1024**2 * 6 / 94e9  # the first row of tiles, under packing
    found = promised(data)
    assert found["packing"].promised - found["overlap"].promised == pytest.approx(trips_s + hidden_s)


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


def test_or_for_a_line_of_each_number_of_the_column() -> None:
    """Two nanoseconds a line, which are more than one of an addition; the whole of B comes besides, from L2."""
    data = replace(sample(), walks=[Walk(n=512, width=1, line_s=2e-9)])
    compiled = promised(data)["compiled"]
    assert compiled.promised == pytest.approx(512**3 * (2e-9 + 4 / 100e9), rel=0.02)
    assert compiled.regime == "memory"


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
    bandwidths: list[Bandwidth] = [
        replace(each, median_bytes_per_s=rate) for each, rate in zip(alone, rates, strict=True)
    ]
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


def test_every_measured_step_of_ours_is_promised_or_says_what_is_missing() -> None:
    data = sample()
    record = replace(matmul_record(), data=data)
    told = {each.name: each for each in predictions(record, {})}
    ours = [each for each in data.contenders if each.squares and not each.library]
    assert {each.name for each in ours} - told.keys() <= {"silu_fused", "silu_unfused", "searched"}
    assert isinstance(told["python"], Unmade)
    assert isinstance(told["distributed_cpu.sent"], Prediction)
    of_before = replace(record, data=replace(data, prices=None, compiled=[]))
    unmade = {each.name for each in predictions(of_before, {}) if isinstance(each, Unmade)}
    assert unmade >= {each.name for each in ours if each.device == "cuda"}
