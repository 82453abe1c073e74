"""Every CPU circle against float64, for square, odd and rectangular shapes, and for operands that are none."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.matmul.measure import (
    circle2_compiled,
    circle3_strassen,
    circle4_one_thread,
    circle5_threads,
    circle8_search,
)
from experiments.matmul.measure.circle4_one_thread import COLUMNS, DEPTH, TILE
from experiments.matmul.measure.contenders import all_threads, one_thread, searched
from experiments.matmul.measure.operands import Matrix, Multiply, at_a_line

# Every step of ours that is a circle's own function: a step that is added is tested with the others.
STEPS = {
    entry.name: entry.multiply for entry in [*one_thread(), *all_threads(), *searched()] if entry.multiply is not None
}
COMPILED = {name: multiply for name, multiply in STEPS.items() if name not in ("python", "strassen")}
ALL = STEPS | {"strassen_deeper": circle3_strassen.with_leaf(circle2_compiled.multiply, cutoff=16)}
# One less, one more and exactly what tiles and blocks are made of.
EDGES = [
    (TILE.rows, 2, TILE.columns),
    (TILE.rows - 1, 3, TILE.columns - 1),
    (TILE.rows + 1, 1, TILE.columns + 1),
    (2 * TILE.rows + 1, DEPTH + 1, TILE.columns),
    (TILE.rows, DEPTH, COLUMNS + TILE.columns + 3),
    (37, 2 * DEPTH + 3, COLUMNS + 1),
    # Few rows over whole tiles: B is read as it lies. Many, of which the last one or two are multiplied by themselves.
    *((rows, 2 * DEPTH + 4, 2 * TILE.columns) for rows in (1, 2 * TILE.rows - 1, 2 * TILE.rows + 2, 4 * TILE.rows)),
    *((rows, DEPTH + 4, COLUMNS + TILE.columns + 3) for rows in (4 * TILE.rows + 1, 5 * TILE.rows + 2)),
]


def random(*shape: int) -> Matrix:
    return np.random.default_rng(abs(hash(shape))).standard_normal(shape, dtype=np.float32)


def assert_product(c: Matrix, a: Matrix, b: Matrix, slack: float = 1) -> None:
    """Within the error bound of a float32 sum of m products (Higham, Accuracy and Stability, §3.1)."""
    left, right = a.astype(np.float64), b.astype(np.float64)
    bound = slack * np.finfo(np.float32).eps * (a.shape[1] + 1) * (np.abs(left) @ np.abs(right))
    assert (np.abs(c - left @ right) <= bound).all()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 1), (5, 3, 2), (16, 16, 16), (33, 65, 17), (70, 20, 130)])
def test_product_is_right(name: str, shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    a, b = random(n, m), random(m, p)
    assert_product(ALL[name](a, b), a, b, slack=50 if "strassen" in name else 1)


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("shape", EDGES)
def test_edges_of_tiles_and_blocks(name: str, shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    a, b = random(n, m), random(m, p)
    assert_product(COMPILED[name](a, b), a, b)


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("beyond_a_line", [0, 1])
@pytest.mark.parametrize("shape", [(8 * TILE.rows + 2, 64, 2 * TILE.columns), (9 * TILE.rows - 1, DEPTH + 4, 256)])
def test_b_is_read_as_it_lies_where_its_rows_begin_at_cache_lines(
    name: str, shape: tuple[int, int, int], beyond_a_line: int
) -> None:
    n, m, p = shape
    a, b, c = random(n, m), at_a_line((m * p + beyond_a_line,))[beyond_a_line:].reshape(m, p), at_a_line((n, p))
    b[:] = random(m, p)
    c.fill(np.nan)
    assert COMPILED[name](a, b, c) is c
    assert_product(c, a, b)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 80), m=st.integers(1, 80), p=st.integers(1, 200), name=st.sampled_from(sorted(COMPILED)))
def test_any_shape(n: int, m: int, p: int, name: str) -> None:
    a, b = random(n, m), random(m, p)
    assert_product(COMPILED[name](a, b), a, b)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0)])
def test_empty_operands(name: str, shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    c = ALL[name](random(n, m), random(m, p), np.full((n, p), 7, np.float32))
    assert c.shape == (n, p)
    assert (c == 0).all()


@pytest.mark.parametrize("name", ALL)
def test_strided_transposed_and_read_only_operands(name: str) -> None:
    a, b = random(40, 26).T, random(53, 110)[:-13, ::2]
    b.flags.writeable = False
    slack = 50 if "strassen" in name else 1
    assert_product(ALL[name](a, b), a, b, slack)
    out = np.zeros((55, 26), np.float32).T
    assert ALL[name](a, b, out) is out
    assert_product(out, a, b, slack)


@pytest.mark.parametrize("name", ALL)
def test_result_over_an_operand(name: str) -> None:
    a = random(23, 23)
    b = random(23, 23)
    expected = ALL[name](a, b)
    kept = a.copy()
    ALL[name](a, b, a)
    np.testing.assert_array_equal(a, expected)
    assert not np.array_equal(a, kept)
    again = kept.copy()
    ALL[name](again[:], b, again)  # which is not the operand, but shares its memory
    np.testing.assert_array_equal(again, expected)
    memory = np.concatenate([kept.ravel(), np.zeros(23, np.float32)])
    left, out = memory[:-23].reshape(23, 23), memory[23:].reshape(23, 23)  # of which all rows but one are shared
    ALL[name](left, b, out)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("odd_one", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_go_where_they_belong(name: str, odd_one: float) -> None:
    a, b = random(13, 21), random(21, 70)
    a[4, 20] = odd_one
    b[3, 69] = odd_one
    with np.errstate(invalid="ignore"):
        expected = a.astype(np.float64) @ b.astype(np.float64)
    c = ALL[name](a, b)
    np.testing.assert_array_equal(np.isfinite(c), np.isfinite(expected))
    np.testing.assert_array_equal(c[~np.isfinite(c)], expected[~np.isfinite(expected)].astype(np.float32))


@pytest.mark.parametrize("name", ALL)
def test_mistaken_operands_are_refused(name: str) -> None:
    multiply: Multiply = ALL[name]
    with pytest.raises(ValueError, match=r"a is 3×4, b is 5×6"):
        multiply(random(3, 4), random(5, 6))
    with pytest.raises(ValueError, match=r"a is 4, b is 4×2"):
        multiply(random(4), random(4, 2))
    with pytest.raises(ValueError, match=r"out has to be 3×5"):
        multiply(random(3, 4), random(4, 5), random(5, 3))
    with pytest.raises(TypeError, match=r"b is float64"):
        multiply(random(3, 4), random(4, 5).astype(np.float64))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a is a list"):
        multiply([[1.0]], random(1, 1))  # type: ignore[arg-type]


def test_strassen_refuses_a_cutoff_below_one() -> None:
    with pytest.raises(ValueError, match="cutoff is 0"):
        circle3_strassen.with_leaf(circle2_compiled.multiply, cutoff=0)


@given(side=st.integers(1, 5000), cutoff=st.integers(1, 300))
def test_strassen_pads_little(side: int, cutoff: int) -> None:
    whole = circle3_strassen.padded(side, cutoff)
    leaf, levels = whole, 0
    while leaf > cutoff:
        assert leaf % 2 == 0
        leaf, levels = leaf // 2, levels + 1
    assert side <= whole < side + 2**levels


def test_strassen_where_its_sums_overflow_and_the_product_does_not() -> None:
    a = np.full((8, 8), 2e38, np.float32)
    b = np.eye(8, dtype=np.float32) / 2
    multiply = circle3_strassen.with_leaf(circle2_compiled.multiply, cutoff=2)
    np.testing.assert_array_equal(multiply(a, b), np.full((8, 8), 1e38, np.float32))


@given(threads=st.integers(1, 64), n=st.integers(1, 5000), p=st.integers(1, 5000))
def test_grid_uses_every_thread(threads: int, n: int, p: int) -> None:
    down, across = circle5_threads.grid(threads, n, p)
    assert down * across == threads


@pytest.mark.parametrize("threads", [1, 2, 6])
def test_every_cut_that_is_searched_gives_the_product(threads: int) -> None:
    a, b = random(29, DEPTH + 5), random(DEPTH + 5, 2 * TILE.columns + 3)
    c = np.empty((29, b.shape[1]), np.float32)
    found = circle8_search.cuts(threads)
    assert {cut.down * cut.across for cut in found} == {threads}
    assert len(set(found)) == len(found) > threads
    for cut in found:
        c.fill(np.nan)
        circle8_search._multiply(cut, a, b, c)
        assert_product(c, a, b)


def test_products_of_two_threads_at_once_keep_out_of_each_others_room() -> None:
    pairs = [(random(60, 200 + at), random(200 + at, 150)) for at in range(8)]
    with ThreadPoolExecutor(4) as pool:
        products = list(pool.map(lambda pair: circle4_one_thread.multiply(*pair), pairs * 8))
    for (a, b), c in zip(pairs * 8, products, strict=True):
        assert_product(c, a, b)


@pytest.mark.parametrize("shape", [(1,), (3, 5), (0, 4), (128, 128)])
def test_operands_begin_at_a_cache_line(shape: tuple[int, ...]) -> None:
    x = at_a_line(shape)
    assert x.shape == shape
    assert x.ctypes.data % 64 == 0
    assert x.flags.carray
