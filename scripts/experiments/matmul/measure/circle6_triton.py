"""Circle 6, step 6, and circle 8 on a GPU: Triton runs a program for each tile, vectorises its reads and overlaps them.

The same kernel multiplies float32 (IEEE, no TF32), TF32 and bfloat16 on tensor cores, float32 as two or three numbers
of fewer bits on tensor cores, and ends in SiLU where asked to. `circle8_triton` has two more for the shapes that it
does not suit. Under TRITON_INTERPRET=1 all run on tensors in the memory of the CPU.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import torch
import triton
import triton.language as tl
from triton.tools.tensor_descriptor import TensorDescriptor

from .circle8_triton import persistent, place, split
from .tuning import Card, Launch, Tuned, card_of, tune

# How numbers are multiplied: float32 by FMA, in one pass of tensor cores with 10 bits of each mantissa (TF32), or in
# three or six passes over two or three numbers that add up to it. bfloat16 and float16 have one way, whatever is said.
Precision = Literal["ieee", "tf32", "tf32x3", "bf16x3", "bf16x6"]
_DTYPES = (torch.float32, torch.bfloat16, torch.float16)
_MOST_SPLITS = 16


@dataclass(frozen=True)
class Tiles:
    """What is tuned: the tile of C, the depth of a step, how many rows of tiles share B's columns, warps and stages.

    `splits` programs share the sum of a tile. Where `bulk`, tiles come and go by TMA, C's by halves where `halves`;
    where `flat` too, a program stays on its multiprocessor and goes from tile to tile.
    """

    tall: int = 128
    wide: int = 128
    deep: int = 32
    group: int = 8
    num_warps: int = 8
    num_stages: int = 3
    splits: int = 1
    bulk: bool = False
    flat: bool = False
    halves: bool = False


# Wide tiles, so that each number that is fetched serves many multiplications. By FMA, operands take registers too:
# shallow steps leave more of them.
_BY_FMA = (
    Tiles(128, 128, 16),
    Tiles(128, 256, 16),
    Tiles(128, 256, 16, num_stages=4),
    Tiles(256, 128, 16),
    Tiles(128, 128, 16, num_warps=4),  # two blocks a multiprocessor: one computes while the other waits
    Tiles(128, 128, 32),
    Tiles(64, 128, 16, num_warps=4),
    Tiles(64, 64, 32, num_warps=4),
)
# bfloat16 and float16, by TMA: all but the last two take a whole multiprocessor each, the last two share one.
_HALF_BULK = (
    Tiles(128, 256, 64, 16, num_stages=4, bulk=True, flat=True, halves=True),
    Tiles(128, 256, 64, 8, num_stages=3, bulk=True, flat=True, halves=True),
    Tiles(256, 128, 64, 8, num_stages=4, bulk=True, flat=True, halves=True),
    Tiles(128, 256, 64, 16, num_stages=4, bulk=True, halves=True),
    Tiles(128, 128, 64, num_stages=4, bulk=True, flat=True),
    Tiles(128, 128, 64, num_warps=4, num_stages=3, bulk=True, halves=True),
    Tiles(64, 128, 64, num_warps=4, num_stages=3, bulk=True),
)
_HALF = (
    Tiles(128, 256, 64),
    Tiles(128, 128, 64),
    Tiles(128, 128, 32, num_stages=4),
    Tiles(128, 64, 64, num_warps=4),
    Tiles(64, 64, 64, num_warps=4, num_stages=4),
)
_TF32_BULK = (
    Tiles(128, 256, 32, 16, num_stages=3, bulk=True, flat=True, halves=True),
    Tiles(128, 128, 32, num_stages=4, bulk=True, flat=True, halves=True),
    Tiles(64, 128, 32, num_warps=4, num_stages=4, bulk=True),
    Tiles(128, 256, 32, 16, num_stages=3, bulk=True, halves=True),
)
_TF32 = (
    Tiles(128, 256, 32),
    Tiles(128, 128, 32, num_stages=4),
    Tiles(128, 64, 32, num_warps=4),
    Tiles(64, 64, 32, num_warps=4),
)
# A float32 as several numbers: they take registers, so tiles are smaller.
_SEVERAL_BULK = (
    Tiles(128, 128, 32, bulk=True, halves=True),
    Tiles(128, 128, 32, bulk=True, flat=True, halves=True),
)
_SEVERAL = (
    Tiles(128, 128, 32),
    Tiles(128, 128, 32, num_stages=2),
    Tiles(128, 64, 32, num_warps=4),
    Tiles(64, 64, 32, num_warps=4),
)
# For products that have too few large tiles to keep the card busy.
_SMALL = (
    Tiles(16, 64, 64, num_warps=4, num_stages=4),
    Tiles(32, 32, 64, num_warps=4, num_stages=4),
    Tiles(32, 64, 32, num_warps=4, num_stages=4),
    Tiles(32, 64, 64, num_warps=4, num_stages=3),
    Tiles(32, 128, 32, num_warps=4, num_stages=3),
    Tiles(64, 64, 32, num_warps=4, num_stages=4),
)


@dataclass(frozen=True)
class Product:
    """out = A·B, or SiLU(bias + A·B) where `bias` is given. B may be a transposed view, which lies column by column.

    Raises ValueError for shapes that do not multiply and for rows that are not contiguous, TypeError for a dtype other
    than float32, bfloat16 and float16, for two different ones, and for a precision that is none of the dtype's.
    """

    a: torch.Tensor
    b: torch.Tensor
    out: torch.Tensor
    bias: torch.Tensor | None = None
    precision: Precision = "ieee"

    def __post_init__(self) -> None:
        a, b, out, bias = self.a, self.b, self.out, self.bias
        if a.dtype != b.dtype or a.dtype not in _DTYPES:
            raise TypeError(f"a is {a.dtype}, b is {b.dtype}: both float32, both bfloat16 or both float16 are expected")
        if self.precision not in get_args(Precision):
            raise ValueError(f"precision is {self.precision!r}: one of {', '.join(get_args(Precision))} is expected")
        if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or out.shape != (a.shape[0], b.shape[1]):
            shapes = ", ".join("×".join(map(str, x.shape)) for x in (a, b, out))
            raise ValueError(f"a, b and out are {shapes}: n×m, m×p and n×p are expected")
        if not _has_rows(a) or not _has_rows(out) or not (_has_rows(b) or _has_rows(b.T)):
            raise ValueError("rows have to be contiguous: call .contiguous() first")
        if bias is not None and bias.shape != (out.shape[1],):
            raise ValueError(f"bias is {tuple(bias.shape)}: one number a column is expected")

    @property
    def sides(self) -> tuple[int, int, int]:
        """n, m and p."""
        return self.a.shape[0], self.a.shape[1], self.b.shape[1]

    @property
    def on_tensor_cores(self) -> bool:
        """Whether tensor cores multiply, and not the FMA units."""
        return self.precision != "ieee" or self.a.dtype != torch.float32

    @property
    def transposed(self) -> bool:
        """Whether columns of B are what lies side by side."""
        return not _has_rows(self.b)


def _has_rows(x: torch.Tensor) -> bool:
    return x.shape[1] <= 1 or x.stride(1) == 1


@triton.jit  # type: ignore[untyped-decorator,unused-ignore]
def _tile(  # type: ignore[no-untyped-def]
    a, b, c, bias, n, m, p, a_stride, b_down, b_right, c_stride,
    tall: tl.constexpr, wide: tl.constexpr, deep: tl.constexpr, group: tl.constexpr,
    silu: tl.constexpr, precision: tl.constexpr,
):  # fmt: skip
    # In float32 the FMA units bind it: of ten instructions in the loop nearly nine are FMA. On tensor cores the copies
    # bind it: each thread computes addresses and asks for 16 bytes at a time, and `circle8_triton.persistent` does not.
    down, across = place(tl.program_id(0), tl.cdiv(n, tall), tl.cdiv(p, wide), group)
    i = down * tall + tl.arange(0, tall)[:, None]
    j = across * wide + tl.arange(0, wide)[None, :]
    right, below = tl.arange(0, deep)[None, :], tl.arange(0, deep)[:, None]
    # --8<-- [start:heart]
    total = tl.zeros((tall, wide), dtype=tl.float32)
    for k0 in range(0, m, deep):
        x, y = k0 + right, k0 + below
        a_tile = tl.load(a + i * a_stride + x, (i < n) & (x < m), 0.0)
        b_tile = tl.load(b + y * b_down + j * b_right, (y < m) & (j < p), 0.0)
        total = tl.dot(a_tile, b_tile, total, precision)
    if silu:
        total += tl.load(bias + j, j < p, 0.0)
        total *= tl.sigmoid(total)
    tl.store(c + i * c_stride + j, total, (i < n) & (j < p))
    # --8<-- [end:heart]


def multiply(
    a: torch.Tensor,
    b: torch.Tensor,
    out: torch.Tensor,
    *,
    bias: torch.Tensor | None = None,
    precision: Precision = "ieee",
    tiles: Tiles | None = None,
) -> torch.Tensor:
    """out = A·B, or SiLU(bias + A·B) where `bias` is given; raises as `Product` does."""
    prepared(a, b, out, bias=bias, precision=precision, tiles=tiles)()
    return out


def prepared(
    a: torch.Tensor,
    b: torch.Tensor,
    out: torch.Tensor,
    *,
    bias: torch.Tensor | None = None,
    precision: Precision = "ieee",
    tiles: Tiles | None = None,
) -> Callable[[], None]:
    """A call that launches the product and does nothing else: a CUDA graph can record it. Raises as `Product` does.

    Tiles are tuned once a shape where none are given, on these operands. Raises RuntimeError where no candidate runs.
    """
    product = Product(a, b, out, bias, precision)
    if not out.numel():
        return lambda: None
    if tiles is None:
        tiles = chosen(product)[0]
    return launch_of(product, tiles).ready()


_tuned: dict[Any, tuple[Tiles, Tuned]] = {}


def chosen(product: Product) -> tuple[Tiles, Tuned]:
    """The fastest candidate for this shape on this GPU, and how it was found. It is looked for once."""
    device = product.a.device
    key = (product.sides, product.a.dtype, product.precision, product.bias is not None, product.transposed, device)
    if key not in _tuned:
        tried = list(candidates(product, card_of(device)))
        found = tune([launch_of(product, tiles) for tiles in tried])
        _tuned[key] = tried[found.best], found
    return _tuned[key]


def launch_of(product: Product, tiles: Tiles) -> Launch:
    """The kernel that multiplies by such tiles, with all its arguments."""
    n, m, p = product.sides
    a, b, out = product.a, product.b, product.out
    programs = _tiles_of(product, tiles)
    arguments: dict[str, Any] = {"n": n, "m": m, "p": p, "precision": product.precision}
    arguments |= {name: getattr(tiles, name) for name in ("tall", "wide", "deep", "group")}
    if tiles.bulk:
        if tiles.flat:
            programs = min(programs, card_of(a.device).processors)
        of_b = (b.T, [tiles.wide, tiles.deep]) if product.transposed else (b, [tiles.deep, tiles.wide])
        arguments |= {
            "a": TensorDescriptor.from_tensor(a, [tiles.tall, tiles.deep]),
            "b": TensorDescriptor.from_tensor(*of_b),
            "c": TensorDescriptor.from_tensor(out, [tiles.tall, tiles.wide // (2 if tiles.halves else 1)]),
            "flat": tiles.flat,
            "halves": tiles.halves,
            "transposed": product.transposed,
        }
        return Launch(persistent, programs, arguments, tiles.num_warps, tiles.num_stages)
    arguments |= {
        "a": a,
        "b": b,
        "c": out,
        "bias": out if product.bias is None else product.bias,
        "silu": product.bias is not None,
        "a_stride": a.stride(0),
        "b_down": b.stride(0),
        "b_right": b.stride(1),
        "c_stride": out.stride(0),
    }
    if tiles.splits == 1:
        return Launch(_tile, programs, arguments, tiles.num_warps, tiles.num_stages)
    arguments |= {
        "splits": tiles.splits,
        "parts": torch.empty(programs * tiles.splits * tiles.tall * tiles.wide, device=a.device),
        "arrived": torch.zeros(programs, dtype=torch.int32, device=a.device),
    }
    return Launch(split, programs * tiles.splits, arguments, tiles.num_warps, tiles.num_stages)


def _tiles_of(product: Product, tiles: Tiles) -> int:
    """How many tiles C has."""
    return int(triton.cdiv(product.out.shape[0], tiles.tall) * triton.cdiv(product.out.shape[1], tiles.wide))


def candidates(product: Product, card: Card) -> Iterator[Tiles]:
    """Tiles that are worth compiling for this product on this card: those that its shared memory has room for."""
    (n, _, p), processors = product.sides, card.processors
    large_tiles = triton.cdiv(n, 128) * triton.cdiv(p, 128)
    for tiles in _SMALL if large_tiles <= processors // 4 else _of_format(product, card):
        if shared_bytes(product, tiles, card) > card.shared_bytes:
            continue
        yield tiles
        if large_tiles < processors and not tiles.bulk:
            yield from (replace(tiles, splits=splits) for splits in _splits(product, tiles, processors))


def _of_format(product: Product, card: Card) -> tuple[Tiles, ...]:
    """Candidates for these numbers. By TMA alone where that is possible: it leaves the others behind."""
    if not product.on_tensor_cores:
        return _BY_FMA
    in_bulk = card.copies_in_bulk and product.bias is None and all(map(_for_bulk, (product.a, product.b, product.out)))
    if product.a.dtype != torch.float32:
        return _HALF_BULK if in_bulk else _HALF
    if product.precision == "tf32":
        # Tensor cores read TF32 from shared memory by columns of B alone.
        return _TF32_BULK if in_bulk and product.transposed else _TF32
    return (*_SEVERAL, *(_SEVERAL_BULK if in_bulk else ()))


def _for_bulk(x: torch.Tensor) -> bool:
    """Whether TMA takes it: from a multiple of 16 bytes on, lines a multiple of 16 bytes apart."""
    line = x.stride(0) if _has_rows(x) else x.stride(1)
    return x.data_ptr() % 16 == 0 and line * x.element_size() % 16 == 0


def _splits(product: Product, tiles: Tiles, processors: int) -> list[int]:
    """How many programs may share a tile: enough for one program a multiprocessor, or for two, of two steps each."""
    programs = _tiles_of(product, tiles)
    most = min(product.sides[1] // (2 * tiles.deep), _MOST_SPLITS)
    return sorted({min(times * processors // programs, most) for times in (1, 2)} - {0, 1})


def shared_bytes(product: Product, tiles: Tiles, card: Card) -> int:
    """The shared memory that a block takes: operands of the steps under way, and the tile of C that leaves."""
    stage = (tiles.tall + tiles.wide) * tiles.deep * product.a.element_size()
    if tiles.bulk:
        leaving = tiles.tall * tiles.wide * product.out.element_size() // (2 if tiles.halves else 1)
        return tiles.num_stages * (stage + 8) + leaving
    # Hopper's tensor cores read shared memory themselves, so a stage is taken until they are done.
    reads_shared = card.arch >= 90 and product.on_tensor_cores and tiles.tall >= 64
    return (tiles.num_stages if reads_shared else tiles.num_stages - 1) * stage
