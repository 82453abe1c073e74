"""The ceilings are measured by code that does what it says: every number loaded, stored or updated, once a pass."""

import numpy as np
import pytest

from experiments.matmul.measure.circle4_one_thread import COLUMNS, DEPTH, TILE, multiply
from experiments.matmul.measure.circle8_arcane import addmm_silu, separate_addmm_silu
from experiments.matmul.measure.circle9_limit import (
    _ON_THREADS,
    STRIDE,
    InTurn,
    PeakBetween,
    Stream,
    _tiles_on_threads,
    _walking,
    found_prices,
    found_walks,
    prices,
    streams,
    threads_start,
    walks,
)
from experiments.matmul.measure.experiment import thread_limit
from experiments.matmul.measure.operands import at_a_line


@pytest.mark.parametrize("rows", [1, 2])
def test_loading_sums_every_lane(rows: int) -> None:
    x = at_a_line((rows, 4 * STRIDE))
    x.fill(1)
    x[:, ::STRIDE] = 5  # the first lane of the first vector, of which the total is told
    assert _ON_THREADS["load"](x, 3, np.float32(0)) >= 3 * rows * 4 * 5


def test_storing_writes_all_and_nothing_else() -> None:
    around = np.ones(6 * STRIDE, np.float32)
    x = around[STRIDE : 5 * STRIDE].reshape(2, -1)
    _ON_THREADS["store"](x, 1, np.float32(0.25))
    assert (x == 0.25).all()
    assert (around[:STRIDE] == 1).all()
    assert (around[5 * STRIDE :] == 1).all()


def test_updating_adds_the_first_half_to_the_second() -> None:
    x = np.arange(8 * STRIDE, dtype=np.float32).reshape(2, -1)
    first, second = np.hsplit(x.copy(), 2)
    _ON_THREADS["update"](x, 2, np.float32(0.5))
    np.testing.assert_array_equal(x[:, : 2 * STRIDE], first)
    np.testing.assert_allclose(x[:, 2 * STRIDE :], second + first)


def test_every_level_is_gone_through_in_every_way() -> None:
    with thread_limit(1):
        in_turn = InTurn(streams(1))
    found = [stream.bandwidth(times_s) for stream, times_s in in_turn.found.items()]
    assert {(each.level, each.traffic) for each in found} == {
        (level, traffic) for level in ("l1", "l2", "l3", "memory") for traffic in ("load", "store", "update")
    }
    assert all(each.bytes_per_s >= each.typical_bytes_per_s > 0 for each in found)


def test_an_update_asks_for_half_as_many_bytes_again() -> None:
    """16 MB four times in 40 ms, then in 80 and 60: the best is 1.68 GB/s of loads, the median two thirds of it."""
    loads, updates = (
        Stream("l3", traffic, 1, 16 << 20).bandwidth([0.04, 0.08, 0.06]) for traffic in ("load", "update")
    )
    assert loads.bytes_per_s == (64 << 20) / 0.04
    assert loads.typical_bytes_per_s == (64 << 20) / 0.06
    assert updates.bytes_per_s == 1.5 * loads.bytes_per_s


def test_each_kind_is_measured_in_its_turn() -> None:
    seconds = iter(range(1, 100))
    in_turn = InTurn({"a": lambda: float(next(seconds)), "b": lambda: -float(next(seconds))})
    in_turn()
    assert in_turn.found == {"a": [1, 3, 5, 7], "b": [-2, -4, -6]}


@pytest.mark.parametrize("threads", [1, 2])
def test_the_tile_multiplies_a_whole_block(threads: int) -> None:
    """Where A is one row of twos above rows of zeros, the tile of C is the sums of the block's last strip, doubled."""
    a, b, c = TILE.rows * DEPTH, DEPTH * (COLUMNS // TILE.columns) * TILE.columns, TILE.rows * TILE.columns
    rooms = np.zeros((threads, a + b + c), np.float32)
    rooms[:, :DEPTH] = 2
    rooms[:, a : a + b] = 3
    _tiles_on_threads(rooms, 2)
    tile = rooms[:, a + b :].reshape(threads, TILE.rows, TILE.columns)
    assert (tile[:, 0] == 2 * 3 * DEPTH).all()
    assert (tile[:, 1:] == 0).all()


@pytest.mark.parametrize("width", [1, 48])
def test_a_walk_touches_the_first_number_of_every_line_once(width: int) -> None:
    random = np.random.default_rng(0)
    x = random.integers(0, 9, (12, 96)).astype(np.float32)
    rows, columns = 8, 96
    touched = range(columns) if width == 1 else range(0, columns, 16)
    assert _walking(width)(x, rows, columns) == x[:rows, list(touched)].sum()


def test_walks_are_of_the_sides_that_are_asked_for() -> None:
    found = found_walks(InTurn(walks(np.ones((64, 64), np.float32), np.ones((128, 128), np.float32))).found)
    assert [(each.n, each.width) for each in found] == [(64, 1), (128, TILE.columns)]
    assert all(1e-11 < each.line_s < 1e-5 for each in found)


def test_the_best_of_a_peak_is_no_lower_than_its_median() -> None:
    a = np.ones((64, 64), np.float32)
    between = PeakBetween(1, lambda: multiply(a, a))
    between()
    between()
    peak = between.peak
    assert peak.median_flops_per_s is not None
    assert peak.flops_per_s >= peak.median_flops_per_s
    assert peak.after_products_flops_per_s is not None
    assert PeakBetween(1).peak.after_products_flops_per_s is None
    assert peak.tile_flops_per_s is not None
    assert peak.tile_flops_per_s < 2 * peak.flops_per_s


def test_prices_are_of_single_things() -> None:
    found = found_prices(InTurn(prices() | {"threads_start_s": threads_start(1)}).found)
    assert 1e-8 < found.operator_call_s < 1e-3
    assert 1e-10 < found.addition_s < 1e-7
    assert found.short_sum_s is not None
    assert 1e-11 < found.short_sum_s < 1e-7
    assert found.threads_start_s < 1e-2
    assert found.page_bytes >= 4096


@pytest.mark.parametrize("shape", [(1, 1, 1), (6, 8, 64), (121, 33, 130)])
def test_the_epilogue_apart_is_the_epilogue_inside(shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    random = np.random.default_rng(0)
    a, b = random.standard_normal((n, m), np.float32), random.standard_normal((m, p), np.float32)
    bias = random.standard_normal(p, np.float32)
    apart = np.empty((n, p), np.float32)
    separate_addmm_silu(bias, a, b, apart)
    np.testing.assert_allclose(apart, addmm_silu(bias, a, b), rtol=1e-6, atol=1e-6)
