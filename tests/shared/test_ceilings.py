"""Ceilings are read from the machine's named values; whatever it has not measured is called in words."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ceilings import PAGE_BYTES, Ceilings
from talk.render.prediction import NotMeasuredError

# Two products by weights of 500 × 2000: a million numbers at 1 ns each to lay out, and 10 ps a multiply-add.
LAYS_OUT_S, MULTIPLIES_S = 1e-9, 10e-12
NUMBERS = {
    "matmul.machine_threads": 2.0,
    "matmul.peak.one_thread": 100e9,
    "matmul.peak.all_threads": 190e9,
    "matmul.tiling.l1": 32e3,
    "matmul.tiling.l2": 1e6,
    "matmul.tiling.l3": 0.0,  # there is none
    "matmul.bandwidth.l1.all_threads": 400e9,
    "matmul.bandwidth.memory.all_threads": 20e9,
    "matmul.bandwidth.memory.update.all_threads": 30e9,
    "matmul.price.fresh_page": 1e-6,
    "matmul.price.operator_call": 2e-6,
} | {
    f"matmul.torch_all_threads.s{n}_500_2000.time": 1e6 * (LAYS_OUT_S + n * MULTIPLIES_S) for n in (20, 120)
}  # fmt: skip


def test_a_product_costs_its_weights_and_its_multiply_adds() -> None:
    product = Ceilings(NUMBERS, 2).product()
    assert product.weight_s == pytest.approx(LAYS_OUT_S)
    assert product.fma_s == pytest.approx(MULTIPLIES_S)
    assert product.level == "memory"
    layout, multiplied = product.phases(1e6, 5e7)
    assert layout == {"memory": pytest.approx(1e-3)}
    assert multiplied == {"arithmetic": pytest.approx(5e-4)}


# As above, where 22.5 MB of L3 hold one product's weights: there a number is fetched in 50 ps, from memory in 200 ps.
WITH_L3 = NUMBERS | {"matmul.tiling.l3": 30e6, "matmul.bandwidth.l3.all_threads": 80e9}


def test_weights_of_a_network_are_fetched_from_where_all_of_them_live() -> None:
    ceilings = Ceilings(WITH_L3, 2)
    assert ceilings.product().level == ceilings.product(network_bytes=20e6).level == "l3"
    assert ceilings.product(network_bytes=20e6).weight_s == pytest.approx(LAYS_OUT_S)
    far = ceilings.product(network_bytes=400e6)
    assert far.level == "memory"
    assert far.weight_s == pytest.approx(LAYS_OUT_S - 50e-12 + 200e-12)
    assert far.fma_s == pytest.approx(MULTIPLIES_S)


def test_weights_that_came_for_nothing_still_come_from_memory() -> None:
    free = {f"matmul.torch_all_threads.s{n}_500_2000.time": 1e6 * n * MULTIPLIES_S for n in (20, 120)}
    assert Ceilings(WITH_L3 | free, 2).product(network_bytes=400e6).weight_s == pytest.approx(200e-12)


def test_an_activation_is_what_a_product_with_it_takes_beyond_one_without() -> None:
    alone_s = NUMBERS["matmul.torch_all_threads.s120_500_2000.time"]
    activated = {"matmul.silu_separate.s120_500_2000.time": alone_s + 120 * 2000 * 3e-10}
    assert Ceilings(NUMBERS | activated, 2).activation_s() == pytest.approx(3e-10)
    noisy = {"matmul.silu_separate.s120_500_2000.time": alone_s / 2}
    with pytest.raises(NotMeasuredError, match="SiLU"):
        Ceilings(NUMBERS | noisy, 2).activation_s()


def test_anyone_who_multiplies_faster_sets_the_price() -> None:
    ours = {f"matmul.threads.s{n}_500_2000.time": 1e6 * (LAYS_OUT_S + n * MULTIPLIES_S / 2) for n in (20, 120)}
    ceilings = Ceilings(NUMBERS | ours, 2)
    assert ceilings.product(by_anyone=True).fma_s == pytest.approx(MULTIPLIES_S / 2)
    assert ceilings.product().fma_s == pytest.approx(MULTIPLIES_S)


def test_bytes_move_at_the_rate_of_where_they_live() -> None:
    ceilings = Ceilings(NUMBERS, 2)
    assert ceilings.moves(4e9, "load", 20e3) == {"l1": pytest.approx(0.01)}
    assert ceilings.moves(3e9, "update", 5e6) == {"memory": pytest.approx(0.1)}  # without L3
    assert ceilings.fresh(10 * PAGE_BYTES) == pytest.approx(1e-5 / 2)  # each thread touches its own
    assert ceilings.peak_flops_per_s == 190e9
    assert Ceilings(NUMBERS, 1).peak_flops_per_s == 100e9


ASKED: list[Callable[[Ceilings], object]] = [
    lambda ceilings: ceilings.peak_flops_per_s,
    lambda ceilings: ceilings.product(),
    lambda ceilings: ceilings.product(by_anyone=True),
    lambda ceilings: ceilings.activation_s(),
    lambda ceilings: ceilings.moves(1.0, "load", 1.0),
    lambda ceilings: ceilings.fresh(1.0),
    lambda ceilings: ceilings.price_s("addition"),
]


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("threads", [1, 2, 16])
def test_nothing_comes_of_nothing(ask: Callable[[Ceilings], object], threads: int) -> None:
    with pytest.raises(NotMeasuredError, match=r"[а-я]"):
        ask(Ceilings({}, threads))


def test_ceilings_of_other_threads_are_no_ceilings() -> None:
    with pytest.raises(NotMeasuredError, match="потоков: 3"):
        _ = Ceilings(NUMBERS, 3).peak_flops_per_s
    with pytest.raises(NotMeasuredError, match="потоков: 1"):
        Ceilings(NUMBERS, 1).product()


@given(few_s=st.floats(1e-9, 1e3), many_s=st.floats(1e-9, 1e3))
def test_prices_of_a_product_are_never_below_nothing(few_s: float, many_s: float) -> None:
    """A noisy machine may take no longer for six times the rows: then there is no price."""
    noisy = {f"matmul.torch_all_threads.s{n}_500_2000.time": time_s for n, time_s in ((20, few_s), (120, many_s))}
    try:
        product = Ceilings(NUMBERS | noisy, 2).product()
    except NotMeasuredError:
        assert many_s <= few_s
    else:
        assert product.weight_s >= 0
        assert product.fma_s > 0


def test_the_one_thread_of_a_machine_that_has_no_more_is_all_of_them() -> None:
    """What was timed on all threads prices it; one thread of two has no such price."""
    several = {name.replace("all_threads", "one_thread", 1) if "bandwidth" in name else name: number
               for name, number in NUMBERS.items()}  # fmt: skip
    with pytest.raises(NotMeasuredError, match="потоков: 1"):
        Ceilings(several, 1).product()
    assert Ceilings(several | {"matmul.machine_threads": 1.0}, 1).product().fma_s > 0
