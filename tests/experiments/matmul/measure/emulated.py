"""Run as a program in emulation, where no GPU is: every step of circle 6 against float64. One line a step."""

import sys

import numpy as np
import pytest

SHAPES = [(1, 1, 1), (5, 3, 7), (33, 17, 40), (64, 64, 64)]
# The simulator starts a real thread for every thread of a block: some steps can be asked for one small shape only.
_SHAPES_OF = {"gpu_thread_tile": [(5, 3, 7)], "gpu_vectorised": [(5, 12, 136), (5, 3, 8)]}


def check(name: str, c: np.ndarray, exact: np.ndarray, tolerance: float) -> None:
    np.testing.assert_allclose(c, exact, rtol=0, atol=tolerance * max(1.0, float(np.abs(exact).max())))
    print(name, exact.shape)


def operands(n: int, m: int, p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng([n, m, p])
    a, b = random.standard_normal((n, m), np.float32), random.standard_normal((m, p), np.float32)
    return a, b, a.astype(np.float64) @ b


def numba_steps() -> None:
    from experiments.matmul.measure import circle8_gpu

    for entry in circle8_gpu.entries():
        if entry.package == "numba-cuda":
            for shape in _SHAPES_OF.get(entry.name, SHAPES[:3]):
                a, b, exact = operands(*shape)
                c = np.full(exact.shape, np.nan, np.float32)
                entry.make(a, b, c)()
                check(entry.name, c, exact, 1e-6)


def numba_mistakes() -> None:
    """Operands that are none, empty, transposed, and not finite."""
    from experiments.matmul.measure.circle6_gpu import coalesced, naive, shared, thread_tile, vectorised

    a, b, c = np.ones((3, 4), np.float32), np.ones((4, 6), np.float32), np.ones((3, 6), np.float32)
    for step in (naive, coalesced, shared, thread_tile, vectorised):
        with pytest.raises(ValueError, match="a is 3×4, b is 6×4"):
            step(a, b.T, c)
        with pytest.raises(ValueError, match="out has to be 3×6"):
            step(a, b, c.T)
        with pytest.raises(TypeError, match="b is float64"):
            step(a, b.astype(np.float64), c)
        assert step(a[:0], b, c[:0]).shape == (0, 6)
    a[1, 2], a[2, 3] = np.nan, np.inf
    for step in (naive, coalesced):  # a block of threads takes seconds to simulate
        step(a, b, c)
        assert [np.isfinite(c[0]).all(), np.isnan(c[1]).all(), np.isposinf(c[2]).all()] == [True] * 3
        assert not step(a[:, :0], b[:0], c).any()
        x, y, exact = operands(6, 5, 8)
        transposed = np.empty((8, 6), np.float32).T
        step(np.asfortranarray(x), np.asfortranarray(y), transposed)
        check("transposed", transposed, exact, 1e-6)


def triton_mistakes() -> None:
    import torch

    from experiments.matmul.measure.circle6_triton import Tiles, multiply

    tiles = Tiles(tall=16, wide=32, deep=16, group=2)
    a, b, c = torch.ones(3, 4), torch.ones(4, 6), torch.full((3, 6), torch.nan)
    with pytest.raises(ValueError, match="3×4, 3×6, 3×6: n×m, m×p and n×p are expected"):
        multiply(a, b[:3], c, tiles=tiles)
    with pytest.raises(ValueError, match="3×4, 4×6, 6×3"):
        multiply(a, b, c.T, tiles=tiles)
    with pytest.raises(ValueError, match="rows have to be contiguous"):
        multiply(a.T.contiguous().T, b, c, tiles=tiles)
    with pytest.raises(TypeError, match=r"a is torch\.float64"):
        multiply(a.double(), b, c, tiles=tiles)
    with pytest.raises(TypeError, match=r"b is torch\.float16"):
        multiply(a, b.half(), c, tiles=tiles)
    with pytest.raises(ValueError, match=r"bias is \(5,\)"):
        multiply(a, b, c, bias=torch.ones(5), tiles=tiles)
    assert multiply(a[:0], b, c[:0], tiles=tiles).shape == (0, 6)
    assert not multiply(a[:, :0], b[:0], c, tiles=tiles).any()
    a[1, 2], a[2, 3] = torch.nan, torch.inf
    multiply(a, b, c, tiles=tiles)
    assert [bool(c[0].isfinite().all()), bool(c[1].isnan().all()), bool(c[2].isposinf().all())] == [True] * 3
    print("mistakes")


def triton_steps() -> None:
    import torch

    from experiments.matmul.measure.circle6_triton import Tiles, multiply

    tiles = Tiles(tall=16, wide=32, deep=16, group=2)
    for shape in SHAPES:
        a, b, exact = operands(*shape)
        left, right = torch.from_numpy(a), torch.from_numpy(b)
        c = torch.full(exact.shape, torch.nan)
        multiply(left, right, c, tiles=tiles)
        check("ieee", c.numpy(), exact, 1e-6)
        # Not bfloat16: the interpreter's tl.dot takes its bits for whole numbers.
        multiply(left.half(), right.half(), c, tiles=tiles)
        check("float16", c.numpy(), exact, 4e-3)
        bias = torch.arange(shape[2], dtype=torch.float32) / 10
        multiply(left, right, c, bias=bias, tiles=tiles)
        shifted = exact + bias.numpy()
        check("silu", c.numpy(), shifted / (1 + np.exp(-shifted)), 1e-6)


def triton_entries() -> None:
    """What a GPU is asked for, as it is asked: the calls that are timed against what each of them has to give."""
    import torch

    from experiments.matmul.measure import circle6_triton, circle8_gpu

    circle6_triton._tune = lambda *_: circle6_triton.Tiles(tall=16, wide=32, deep=16, group=2)
    for entry in circle8_gpu.entries():
        if entry.package == "triton" and entry.dtype != "bfloat16":
            a, b = (torch.from_numpy(x) for x in operands(33, 17, 40)[:2])
            c = torch.full((33, 40), torch.nan)
            entry.make(a, b, c)()
            check(entry.name, c.numpy(), entry.exact(a, b).numpy(), entry.tolerance)


if __name__ == "__main__":
    if sys.argv[1] == "triton":
        triton_steps()
        triton_entries()
        triton_mistakes()
    else:
        numba_steps()
        numba_mistakes()
