"""Run as a program in emulation, where no GPU is: every step of circle 6 against float64. One line a step."""

import sys
from dataclasses import replace

import numpy as np
import pytest

SHAPES = [(1, 1, 1), (5, 3, 7), (33, 17, 40), (64, 64, 64)]
# The simulator starts a real thread for every thread of a block: some steps can be asked for one small shape only.
_IN_FOURS = [(5, 12, 136), (5, 3, 8)]  # more than a block, and rows that are not made of whole fours
_SHAPES_OF = {
    "gpu_thread_tile": [(5, 3, 7)],
    "gpu_vectorised": _IN_FOURS,
    "gpu_pipelined": _IN_FOURS,
    "gpu_warp_tiles": _IN_FOURS,
}


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


def numba_tiles() -> None:
    """Steps that multiply by tiles, where C is taller than a tile and none of its sides is a multiple of it."""
    from experiments.matmul.measure import circle6_gpu

    a, b, exact = operands(132, 20, 8)
    for name in ("thread_tile", "vectorised", "pipelined", "warp_tiles"):
        c = np.full(exact.shape, np.nan, np.float32)
        getattr(circle6_gpu, name)(a, b, c)
        check(name, c, exact, 1e-6)


def numba_mistakes() -> None:
    """Operands that are none, empty, transposed, and not finite."""
    from experiments.matmul.measure import circle6_gpu
    from experiments.matmul.measure.circle6_gpu import coalesced, naive

    a, b, c = np.ones((3, 4), np.float32), np.ones((4, 6), np.float32), np.ones((3, 6), np.float32)
    for step in [each for each in vars(circle6_gpu).values() if isinstance(each, circle6_gpu.GpuStep)]:
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
    with pytest.raises(ValueError, match="precision is 'fp8': one of ieee, tf32, tf32x3, bf16x3, bf16x6 is expected"):
        multiply(a, b, c, precision="fp8", tiles=tiles)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"bias is \(5,\)"):
        multiply(a, b, c, bias=torch.ones(5), tiles=tiles)
    assert multiply(a[:0], b, c[:0], tiles=tiles).shape == (0, 6)
    assert not multiply(a[:, :0], b[:0], c, tiles=tiles).any()
    a[1, 2], a[2, 3] = torch.nan, torch.inf
    multiply(a, b, c, tiles=tiles)
    assert [bool(c[0].isfinite().all()), bool(c[1].isnan().all()), bool(c[2].isposinf().all())] == [True] * 3
    print("mistakes")


def triton_steps() -> None:
    """Each kernel at each shape; descriptors need rows of whole 16 bytes, which `multiply` does not check."""
    import torch

    from experiments.matmul.measure.circle6_triton import Precision, Product, Tiles, candidates, multiply
    from experiments.matmul.measure.tuning import Card

    tiles = Tiles(tall=16, wide=32, deep=16, group=2)
    several: list[Precision] = ["tf32x3", "bf16x3", "bf16x6"]
    ways = {
        "tile": tiles,
        "split": replace(tiles, splits=3),
        "bulk": replace(tiles, bulk=True),
        "halves": replace(tiles, bulk=True, halves=True),
        "persistent": replace(tiles, bulk=True, flat=True, halves=True),
    }
    for shape in [*SHAPES, (33, 40, 72)]:
        a, b, exact = operands(*shape)
        left, right = torch.from_numpy(a), torch.from_numpy(b)
        bias = torch.arange(shape[2], dtype=torch.float32) / 10
        shifted = exact + bias.numpy()
        transposed = right.T.contiguous().T
        for name, way in ways.items():
            if way.bulk and any(side % 8 for side in shape[1:]):
                product = Product(left, right, torch.empty(exact.shape), precision="tf32x3")
                assert not any(each.bulk for each in candidates(product, Card(90, 232_448, 132)))
                continue
            c = torch.full(exact.shape, torch.nan)
            for of_b in (right, transposed):
                multiply(left, of_b, c.fill_(torch.nan), tiles=way)
                check(name, c.numpy(), exact, 1e-6)
            for precision in several:
                multiply(left, right, c.fill_(torch.nan), precision=precision, tiles=way)
                check(name, c.numpy(), exact, 1e-6)
            # Not bfloat16: the interpreter's tl.dot takes its bits for whole numbers.
            half = torch.full(exact.shape, torch.nan, dtype=torch.float16)
            multiply(left.half(), right.half(), half, tiles=way)
            check(name, half.float().numpy(), exact, 4e-3)
            if not way.bulk:
                multiply(left, right, c.fill_(torch.nan), bias=bias, tiles=way)
                check(f"{name}_silu", c.numpy(), shifted / (1 + np.exp(-shifted)), 1e-6)


def triton_again() -> None:
    """A prepared call launches as often as it is asked to, on what the operands hold by then."""
    import torch

    from experiments.matmul.measure.circle6_triton import Tiles, prepared

    a, b, exact = operands(33, 70, 40)
    left, c = torch.from_numpy(a), torch.full((33, 40), torch.nan)
    call = prepared(left, torch.from_numpy(b), c, tiles=Tiles(tall=16, wide=32, deep=16, group=2, splits=4))
    for factor in (1, 2, 4):
        call()
        check("again", c.numpy(), exact * factor, 1e-6)
        left *= 2


def triton_chase() -> None:
    """Each launch of the chase goes on where the one before it stopped, and comes to every line once in a round."""
    import torch

    from experiments.matmul.measure.ceilings_triton import chase_kernel, ring

    lines = 12
    numbers, place, seen = ring(lines, "cpu"), torch.zeros(1, dtype=torch.int32), []
    for _ in range(lines):
        chase_kernel[(1,)](numbers, place, 5)
        seen.append(int(place))
    assert sorted(seen) == [32 * line for line in range(lines)]  # five and twelve have no common divisor
    chase_kernel[(1,)](numbers, place.zero_(), lines)
    assert int(place) == 0
    print("chase")


def triton_entries() -> None:
    """What a GPU is asked for, as it is asked: the calls that are timed against what each of them has to give."""
    import torch

    from experiments.matmul.measure import circle6_triton, circle8_gpu
    from experiments.matmul.measure.tuning import Tuned

    small = circle6_triton.Tiles(tall=16, wide=32, deep=16, group=2)
    circle6_triton.chosen = lambda _: (small, Tuned(best=0, time_ms=1.0, tried=1, failed=0))
    for entry in circle8_gpu.entries():
        if entry.package == "triton" and entry.dtype != "bfloat16":
            a, b = (torch.from_numpy(x) for x in operands(33, 17, 40)[:2])
            c = torch.full((33, 40), torch.nan)
            entry.make(a, b, c)()
            check(entry.name, c.numpy(), entry.exact(a, b).numpy(), entry.tolerance)


if __name__ == "__main__":
    if sys.argv[1] == "triton":
        triton_steps()
        triton_again()
        triton_chase()
        triton_entries()
        triton_mistakes()
    else:
        numba_steps()
        numba_tiles()
        numba_mistakes()
