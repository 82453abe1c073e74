"""Circle 8 on a CPU: the fused epilogue and numbers of fewer bits."""

import numpy as np
import pytest
import torch

from experiments.matmul.measure.circle8_arcane import addmm_silu, bfloat16_product, int8_product, torch_addmm_silu
from experiments.matmul.measure.circle8_sparse import two_of_four


def silu(x: np.ndarray) -> np.ndarray:
    return x / (1 + np.exp(-x))


@pytest.mark.parametrize("shape", [(1, 1, 1), (7, 33, 130), (24, 70, 515)])
def test_fused_epilogue(shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    random = np.random.default_rng(n)
    a, b = random.standard_normal((n, m), np.float32), random.standard_normal((m, p), np.float32)
    bias = random.standard_normal(p, np.float32)
    exact = silu(a.astype(np.float64) @ b + bias)
    np.testing.assert_allclose(addmm_silu(bias, a, b), exact, rtol=0, atol=3e-5)
    c = np.zeros((n, p), np.float32)
    assert addmm_silu(bias, a, b, c) is c
    np.testing.assert_allclose(c, exact, rtol=0, atol=3e-5)
    strided, read_only = np.repeat(bias, 2)[::2], bias.astype(np.float64)
    read_only.flags.writeable = False
    for same in (strided, read_only):
        np.testing.assert_array_equal(addmm_silu(same, a, b), c)
    torch_addmm_silu(bias, a, b, c)()
    np.testing.assert_allclose(c, exact, rtol=0, atol=3e-5)


def test_silu_far_from_zero() -> None:
    a = np.float32([[-1e30], [-200], [-80], [0], [80], [1e30], [np.inf], [np.nan]])
    c = addmm_silu(np.zeros(1, np.float32), a, np.ones((1, 1), np.float32)).ravel()
    np.testing.assert_allclose(c[:6], [0, 0, 0, 0, 80, 1e30], rtol=1e-6, atol=1e-6)
    assert c[6] == np.inf
    assert np.isnan(c[7])


def test_mistaken_bias() -> None:
    square = np.ones((3, 3), np.float32)
    with pytest.raises(ValueError, match="bias is 2: 3 numbers are expected"):
        addmm_silu(np.ones(2, np.float32), square, square)
    with pytest.raises(ValueError, match="a is 3×3, b is 2×2"):
        addmm_silu(np.ones(2, np.float32), square, np.ones((2, 2), np.float32))


@pytest.mark.parametrize(("make", "tolerance"), [(int8_product, 0.05), (bfloat16_product, 0.02)])
def test_fewer_bits_err_within_their_step(make: object, tolerance: float) -> None:
    random = np.random.default_rng(1)
    a, b = random.standard_normal((64, 96), np.float32), random.standard_normal((96, 48), np.float32)
    exact = a.astype(np.float64) @ b
    c = np.zeros(exact.shape, np.float32)
    make(a, b, c)()  # type: ignore[operator]
    error = np.abs(c - exact).max() / np.abs(exact).max()
    assert 1e-5 < error < tolerance  # not float32 in disguise


def test_two_of_every_four_stay_and_they_are_the_largest() -> None:
    x = torch.from_numpy(np.random.default_rng(3).standard_normal((7, 36), np.float32))
    pruned = two_of_four(x)
    fours, kept = x.reshape(-1, 4), pruned.reshape(-1, 4)
    assert ((kept != 0).sum(1) == 2).all()
    assert (kept[kept != 0] == fours[kept != 0]).all()
    largest = fours.abs().sort(1).values[:, 2:].sum(1)
    torch.testing.assert_close(kept.abs().sum(1), largest)


def test_two_of_four_of_odd_rows_and_infinities() -> None:
    with pytest.raises(ValueError, match="x is 2×6: rows of whole fours are expected"):
        two_of_four(torch.ones(2, 6))
    with pytest.raises(ValueError, match="x is 8: rows"):
        two_of_four(torch.ones(8))
    assert two_of_four(torch.ones(0, 4)).shape == (0, 4)
    infinite = two_of_four(torch.tensor([[1.0, torch.inf, 2.0, -3.0]]))
    assert infinite.tolist() == [[0.0, torch.inf, 0.0, -3.0]]


@pytest.mark.parametrize("make", [int8_product, bfloat16_product])
def test_fewer_bits_of_mistaken_operands(make: object) -> None:
    a, b, c = np.ones((20, 24), np.float32), np.ones((24, 32), np.float32), np.zeros((20, 32), np.float32)
    with pytest.raises(ValueError, match="a is 20×24, b is 32×24"):
        make(a, b.T, c)  # type: ignore[operator]
    with pytest.raises(TypeError, match="b is float64"):
        make(a, b.astype(np.float64), c)  # type: ignore[operator]
    make(a, np.ones((32, 24), np.float32).T, c)()  # type: ignore[operator]
    np.testing.assert_allclose(c, 24, rtol=1e-2)


@pytest.mark.parametrize("odd_one", [np.nan, np.inf, -np.inf])
def test_eight_bits_have_no_nan_and_no_infinity(odd_one: float) -> None:
    a, b, c = np.ones((20, 24), np.float32), np.ones((24, 32), np.float32), np.zeros((20, 32), np.float32)
    b[3, 4] = odd_one
    with pytest.raises(ValueError, match="whole numbers of 8 bits have no such thing"):
        int8_product(a, b, c)
    bfloat16_product(a, b, c)()
    assert np.isfinite(c[:, 5]).all()
    np.testing.assert_array_equal(c[:, 4], np.full(20, odd_one))
