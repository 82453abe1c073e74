"""Circle 6, step 6, and circle 8 on a GPU: Triton runs a program for each tile, vectorises its reads and overlaps them.

The same kernel multiplies float32 (IEEE, no TF32), TF32 and bfloat16 on tensor cores, and ends in SiLU where asked to.
Under TRITON_INTERPRET=1 it runs on tensors in the memory of the CPU.
"""

from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, Literal

import torch
import triton
import triton.language as tl

Precision = Literal["ieee", "tf32"]
_DTYPES = (torch.float32, torch.bfloat16, torch.float16)
_MOST_UNROLLED = 2048  # multiplications per thread: more take minutes to compile, and more registers than there are


@dataclass(frozen=True)
class Tiles:
    """What is tuned: the tile of C, the depth of a step, how many rows of tiles share B's columns, warps and stages."""

    tall: int = 128
    wide: int = 128
    deep: int = 32
    group: int = 8
    num_warps: int = 8
    num_stages: int = 3


CANDIDATES = [
    *(
        Tiles(tall, wide, deep, num_warps=num_warps, num_stages=num_stages)
        for (tall, wide, num_warps), deep, num_stages in product(
            [(64, 64, 4), (128, 64, 4), (128, 128, 8), (128, 256, 8)], [32, 64], [3, 4]
        )
    ),
    # Without tensor cores operands take registers too: shallow steps leave more of them.
    Tiles(tall=128, wide=64, deep=16, num_warps=4),
    Tiles(tall=128, wide=128, deep=16, num_warps=8),
]


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def _tile(  # type: ignore[no-untyped-def]
    a, b, c, bias, n, m, p, a_stride, b_stride, c_stride,
    tall: tl.constexpr, wide: tl.constexpr, deep: tl.constexpr, group: tl.constexpr,
    silu: tl.constexpr, precision: tl.constexpr,
):  # fmt: skip
    # Programs go down `group` tiles before they go right: their columns of B are still in L2.
    tiles_down, tiles_across = tl.cdiv(n, tall), tl.cdiv(p, wide)
    first = tl.program_id(0) // (group * tiles_across) * group
    height = min(tiles_down - first, group)
    place = tl.program_id(0) % (group * tiles_across)
    i = (first + place % height) * tall + tl.arange(0, tall)[:, None]
    j = place // height * wide + tl.arange(0, wide)[None, :]
    across, down = tl.arange(0, deep)[None, :], tl.arange(0, deep)[:, None]
    # --8<-- [start:heart]
    total = tl.zeros((tall, wide), dtype=tl.float32)
    for k0 in range(0, m, deep):
        x, y = k0 + across, k0 + down
        a_tile = tl.load(a + i * a_stride + x, (i < n) & (x < m), 0.0)
        b_tile = tl.load(b + y * b_stride + j, (y < m) & (j < p), 0.0)
        total = tl.dot(a_tile, b_tile, total, precision)
    if silu:
        total += tl.load(bias + j, j < p, 0.0)
        total *= tl.sigmoid(total)
    tl.store(c + i * c_stride + j, total, (i < n) & (j < p))
    # --8<-- [end:heart]


_tuned: dict[Any, Tiles] = {}


def multiply(
    a: torch.Tensor,
    b: torch.Tensor,
    out: torch.Tensor,
    *,
    bias: torch.Tensor | None = None,
    precision: Precision = "ieee",
    tiles: Tiles | None = None,
) -> torch.Tensor:
    """out = A·B, or SiLU(bias + A·B) where `bias` is given; tiles are tuned once a shape where none are given.

    Raises ValueError for shapes that do not multiply and for rows that are not contiguous, TypeError for a dtype
    other than float32, bfloat16 and float16 or for two different ones.
    """
    if a.dtype != b.dtype or a.dtype not in _DTYPES:
        raise TypeError(f"a is {a.dtype}, b is {b.dtype}: both float32, both bfloat16 or both float16 are expected")
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or out.shape != (a.shape[0], b.shape[1]):
        shapes = ", ".join("×".join(map(str, x.shape)) for x in (a, b, out))
        raise ValueError(f"a, b and out are {shapes}: n×m, m×p and n×p are expected")
    if any(x.stride(1) != 1 for x in (a, b, out) if x.shape[1] > 1):
        raise ValueError("rows have to be contiguous: call .contiguous() first")
    if bias is not None and bias.shape != (out.shape[1],):
        raise ValueError(f"bias is {tuple(bias.shape)}: one number a column is expected")
    if out.numel():
        _launch(a, b, out, bias, precision, tiles or _tune(a, b, out, bias, precision))
    return out


def _launch(a: Any, b: Any, out: Any, bias: Any, precision: Precision, tiles: Tiles) -> None:
    (n, m), p = a.shape, b.shape[1]
    programs = triton.cdiv(n, tiles.tall) * triton.cdiv(p, tiles.wide)
    places = (a, b, out, out if bias is None else bias, n, m, p, a.stride(0), b.stride(0), out.stride(0))
    _tile[(programs,)](*places, silu=bias is not None, precision=precision, **asdict(tiles))


def _fits(tiles: Tiles, a: torch.Tensor, precision: Precision) -> bool:
    """Whether it is worth compiling: without tensor cores a step is unrolled into multiplications, one by one."""
    on_tensor_cores = precision == "tf32" or a.dtype != torch.float32
    return on_tensor_cores or tiles.tall * tiles.wide * tiles.deep // (32 * tiles.num_warps) <= _MOST_UNROLLED


def _tune(a: Any, b: Any, out: Any, bias: Any, precision: Precision) -> Tiles:
    """The fastest candidate for this shape on this GPU. All are timed once, and the answer is kept."""
    key = (tuple(a.shape), b.shape[1], a.dtype, bias is not None, precision, a.device)
    if key not in _tuned:
        times = {}
        for tiles in CANDIDATES:
            if not _fits(tiles, a, precision):
                continue
            try:
                times[tiles] = triton.testing.do_bench(lambda t=tiles: _launch(a, b, out, bias, precision, t), rep=20)
            except triton.runtime.errors.OutOfResources:
                continue  # more shared memory than this GPU has
        _tuned[key] = min(times, key=lambda tiles: times[tiles])
    return _tuned[key]
