"""The contenders on a CPU: the circles' steps and the libraries, with what is known of each before it is timed.

Each has a row in `render/steps.py`, which tells what pages call it and where they show it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from shared.simd import BYTES

from ..record import Dtype
from . import (
    circle1_python,
    circle2_compiled,
    circle3_strassen,
    circle4_one_thread,
    circle5_threads,
    circle8_arcane,
    circle8_search,
)
from .circle4_one_thread import TILE
from .operands import Matrix, Multiply

Exact = NDArray[np.float64]

# Bytes that the innermost loop loads and stores for each operation, of which a multiply-add is two.
_TWO_LOADS = 2 * BYTES / 2  # a number of A and a number of B
_ROW_UPDATE = 3 * BYTES / 2  # a number of B, and a number of C that is read and written
_TILE_STEP = (TILE.rows + TILE.columns) * BYTES / (2 * TILE.rows * TILE.columns)


@dataclass(frozen=True)
class Entry:
    """A contender. `make(a, b, c)` gives the call that is timed, which overwrites c; `largest` bounds n.

    `library`: it is somebody else's product; `rival`: it is our best, which is held against the libraries.
    `multiply` is the circle's own function, for its tests; None where the call is made of more than that.
    """

    name: str
    circle: int
    make: Callable[[Matrix, Matrix, Matrix], Callable[[], object]]
    largest: int
    bytes_asked_per_flop: float | None = None
    library: bool = False
    rival: bool = False
    dtype: Dtype = "float32"
    tolerance: float = 1e-4  # of the product's largest number: ten times what Strassen loses, far from any mistake
    finish: Callable[[Exact], Exact] = field(default=lambda exact: exact)  # what comes after the product
    multiply: Multiply | None = None


def one_thread() -> list[Entry]:
    """Circles 1 to 4, and both libraries on one thread."""
    return [
        _circle("python", 1, circle1_python.multiply, 128, _TWO_LOADS),
        _circle("compiled", 2, circle2_compiled.multiply, 512, _TWO_LOADS),
        _circle("strassen", 3, circle3_strassen.multiply, 1024, _TWO_LOADS),
        _circle("order", 4, circle4_one_thread.reordered, 1024, _ROW_UPDATE),
        _circle("blocking", 4, circle4_one_thread.blocked, 1024, _ROW_UPDATE),
        _circle("registers", 4, circle4_one_thread.in_registers, 2048, _TILE_STEP),
        _circle("packing", 4, circle4_one_thread.packed, 2048, _TILE_STEP),
        _circle("overlap", 4, circle4_one_thread.overlapped, 2048, _TILE_STEP, rival=True),
        strassen_over_tiles(),
        *libraries("one_thread"),
    ]


def all_threads() -> list[Entry]:
    """Circle 5, and both libraries on all threads."""
    return [
        _circle("threads", 5, circle5_threads.multiply, 8192, _TILE_STEP, rival=True),
        *libraries("all_threads"),
    ]


def searched() -> list[Entry]:
    """Circle 8: circle 5 with its cuts searched for."""
    return [_circle("searched", 8, circle8_search.multiply, 8192, _TILE_STEP)]


def _circle(name: str, circle: int, multiply: Multiply, largest: int, asked: float, *, rival: bool = False) -> Entry:
    def make(a: Matrix, b: Matrix, c: Matrix) -> Callable[[], object]:
        return partial(multiply, a, b, c)

    return Entry(name, circle, make, largest, asked, rival=rival, multiply=multiply)


def fewer_bits() -> list[Entry]:
    """Circle 8: what PyTorch gains on this CPU from numbers of sixteen and of eight bits."""
    return [
        Entry("bfloat16", 8, circle8_arcane.bfloat16_product, 2048, dtype="bfloat16", tolerance=2e-2),
        Entry("int8", 8, circle8_arcane.int8_product, 2048, dtype="int8", tolerance=5e-2),
    ]


def with_epilogue() -> list[Entry]:
    """Circle 8: addmm and SiLU in one pass over C, in two of ours, and in PyTorch's two."""

    def bias(b: Matrix) -> Matrix:
        return np.linspace(-1, 1, b.shape[1], dtype=np.float32)

    def silu(exact: Exact) -> Exact:
        shifted = exact + np.linspace(-1, 1, exact.shape[1])
        activated: Exact = shifted / (1 + np.exp(-shifted))
        return activated

    return [
        Entry("silu_fused", 8, lambda a, b, c: partial(circle8_arcane.addmm_silu, bias(b), a, b, c), 8192, finish=silu),
        Entry(
            "silu_unfused", 8, lambda a, b, c: partial(circle8_arcane.separate_addmm_silu, bias(b), a, b, c), 8192,
            finish=silu,
        ),
        Entry(
            "silu_separate", 8, lambda a, b, c: circle8_arcane.torch_addmm_silu(bias(b), a, b, c), 8192,
            library=True, finish=silu,
        ),
    ]  # fmt: skip


def strassen_over_tiles() -> Entry:
    """One level of Strassen over circle 4's best step: it shows what a lower complexity is worth over good loops."""

    def make(a: Matrix, b: Matrix, c: Matrix) -> Callable[[], object]:
        return partial(circle3_strassen.with_leaf(circle4_one_thread.multiply, cutoff=-(-len(a) // 2)), a, b, c)

    return Entry("strassen_over_tiles", 3, make, 2048, _TILE_STEP)


def libraries(threads: str) -> list[Entry]:
    """PyTorch's and NumPy's own products. `thread_limit` sets how many threads they take."""
    return [
        Entry(f"torch_{threads}", 9, _torch, 8192, library=True),
        Entry(f"numpy_{threads}", 9, lambda a, b, c: partial(np.matmul, a, b, out=c), 8192, library=True),
    ]


def _torch(a: Matrix, b: Matrix, c: Matrix) -> Callable[[], object]:
    left, right, product = (torch.from_numpy(x) for x in (a, b, c))
    return lambda: torch.mm(left, right, out=product)
