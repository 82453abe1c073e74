"""Run as a program in emulation, where no GPU is: every step of circle 6 against float64. One line a step."""

import sys

import numpy as np

SHAPES = [(1, 1, 1), (5, 3, 7), (33, 17, 40), (64, 64, 64)]
# The simulator starts a real thread for every thread of a block: some steps can be asked for one small shape only.
_SHAPES_OF = {"thread_tile": [(5, 3, 7)], "vectorised": [(5, 12, 136), (5, 3, 8)]}


def check(name: str, c: np.ndarray, exact: np.ndarray, tolerance: float) -> None:
    np.testing.assert_allclose(c, exact, rtol=0, atol=tolerance * max(1.0, float(np.abs(exact).max())))
    print(name, exact.shape)


def operands(n: int, m: int, p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng([n, m, p])
    a, b = random.standard_normal((n, m), np.float32), random.standard_normal((m, p), np.float32)
    return a, b, a.astype(np.float64) @ b


def numba_steps(names: list[str]) -> None:
    from scripts.measure.matmul import circle6_gpu

    for name in names:
        for shape in _SHAPES_OF.get(name, SHAPES[:3]):
            a, b, exact = operands(*shape)
            c = np.full(exact.shape, np.nan, np.float32)
            getattr(circle6_gpu, name)(a, b, c)
            check(name, c, exact, 1e-6)


def triton_steps() -> None:
    import torch

    from scripts.measure.matmul.circle6_triton import Tiles, multiply

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


if __name__ == "__main__":
    if sys.argv[1] == "triton":
        triton_steps()
    else:
        numba_steps(sys.argv[2:])
