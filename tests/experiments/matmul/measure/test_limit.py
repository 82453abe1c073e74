"""The ceilings are measured by code that does what it says: every number loaded, stored or updated, once a pass."""

import numpy as np
import pytest

from experiments.matmul.measure.circle4_one_thread import multiply
from experiments.matmul.measure.circle8_arcane import addmm_silu, separate_addmm_silu
from experiments.matmul.measure.circle9_limit import (
    _ON_THREADS,
    STRIDE,
    PeakBetween,
    measure_bandwidths,
    measure_prices,
    whole_lines,
)
from experiments.matmul.measure.experiment import thread_limit


@pytest.mark.parametrize("rows", [1, 2])
def test_loading_sums_every_lane(rows: int) -> None:
    x = whole_lines(rows * 4 * STRIDE).reshape(rows, -1)
    x[:, ::STRIDE] = 5  # the first lane of the first vector, of which the total is told
    assert _ON_THREADS["load"](x, 3, np.float32(0)) >= 3 * rows * 4 * 5


def test_storing_writes_all_and_nothing_else() -> None:
    around = whole_lines(6 * STRIDE)
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


def test_every_level_is_gone_through_in_every_way_from_the_beginning_of_a_line() -> None:
    assert whole_lines(100).ctypes.data % 64 == 0
    with thread_limit(1):
        found = measure_bandwidths(1)
    assert {(each.level, each.traffic) for each in found} == {
        (level, traffic) for level in ("l1", "l2", "l3", "memory") for traffic in ("load", "store", "update")
    }
    assert all(each.bytes_per_s > 0 for each in found)


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


def test_prices_are_of_single_things() -> None:
    prices = measure_prices(1)
    assert 1e-8 < prices.operator_call_s < 1e-3
    assert 1e-10 < prices.addition_s < 1e-7
    assert prices.threads_start_s < 1e-2
    assert prices.page_bytes >= 4096


@pytest.mark.parametrize("shape", [(1, 1, 1), (6, 8, 64), (121, 33, 130)])
def test_the_epilogue_apart_is_the_epilogue_inside(shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    random = np.random.default_rng(0)
    a, b = random.standard_normal((n, m), np.float32), random.standard_normal((m, p), np.float32)
    bias = random.standard_normal(p, np.float32)
    apart = np.empty((n, p), np.float32)
    separate_addmm_silu(bias, a, b, apart)
    np.testing.assert_allclose(apart, addmm_silu(bias, a, b), rtol=1e-6, atol=1e-6)
