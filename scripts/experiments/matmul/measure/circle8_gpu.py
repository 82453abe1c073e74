"""Circles 6 and 8 on a GPU: every step, beside cuBLAS on the same numbers.

Each contender has a row in `render/steps.py`, which tells what pages call it and where they show it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch

from ..record import Dtype
from .circle8_sparse import sparse_product, two_of_four
from .operands import Shape

if TYPE_CHECKING:
    from .circle6_triton import Precision

# Makes the call that is timed from a, b and c on the GPU. All that a call need not do each time is done there.
Make = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], Callable[[], object]]
Exact = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def _product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a.double() @ b.double()


def _silu_product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.silu(_bias(b).double() + _product(a, b))


def _pruned_product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return _product(two_of_four(a), b)


@dataclass(frozen=True)
class GpuEntry:
    """A contender on the GPU. `dtype` is what it multiplies; `tolerance` is as on the CPU.

    It multiplies squares up to `largest`, none where that is 0, and the Conformer's products where it is `tall`.
    `package` is the one that compiles it. `exact` is the product that it has to give, in float64. `goal` is the share
    of the library's speed that we want of it. `converts`: it makes its operands of float32 ones itself.
    `emulates`: it makes float32 of several products of fewer bits.
    """

    name: str
    circle: int
    make: Make
    dtype: Dtype = "float32"
    package: str = "torch"
    library: bool = False
    largest: int = 8192
    tall: bool = False
    tolerance: float = 1e-4
    exact: Exact = _product
    goal: float | None = None
    converts: bool = False
    emulates: bool = False

    @property
    def on_tensor_cores(self) -> bool:
        """Whether tensor cores multiply, which older GPUs have not for such numbers."""
        return self.dtype != "float32" or self.emulates

    @property
    def number(self) -> torch.dtype:
        """What the operands and the product that `make` is given are made of."""
        return torch.bfloat16 if self.dtype == "bfloat16" and not self.converts else torch.float32

    def bytes_of(self, shape: Shape) -> int:
        """What operands and product take together."""
        n, m, p = shape
        return (n * m + m * p + n * p) * self.number.itemsize

    def makes(self, a: torch.Tensor, b: torch.Tensor) -> tuple[Callable[[], object], torch.Tensor]:
        """The call that multiplies a and b, which are of its `number`, and what it overwrites: no number yet."""
        c = torch.full((a.shape[0], b.shape[1]), torch.nan, device=a.device, dtype=a.dtype)
        return self.make(a, b, c), c

    def takes(self, shape: Shape) -> bool:
        """Whether it is measured at this shape."""
        return shape[0] <= self.largest if len(set(shape)) == 1 else self.tall


def entries() -> list[GpuEntry]:
    """Every contender, whether or not the package that compiles it is installed."""
    return [
        GpuEntry("gpu_naive", 6, _by_numba("naive"), package="numba-cuda", largest=2048),
        GpuEntry("gpu_coalesced", 6, _by_numba("coalesced"), package="numba-cuda", largest=4096),
        GpuEntry("gpu_shared", 6, _by_numba("shared"), package="numba-cuda", largest=4096),
        GpuEntry("gpu_thread_tile", 6, _by_numba("thread_tile"), package="numba-cuda"),
        GpuEntry("gpu_vectorised", 6, _by_numba("vectorised"), package="numba-cuda"),
        GpuEntry("gpu_pipelined", 6, _by_numba("pipelined"), package="numba-cuda"),
        GpuEntry("gpu_warp_tiles", 6, _by_numba("warp_tiles"), package="numba-cuda", goal=0.9),
        GpuEntry("gpu_triton", 6, _by_triton("ieee"), package="triton", tall=True, goal=0.94),
        GpuEntry("gpu_triton_tf32x3", 8, _by_triton("tf32x3"), package="triton", emulates=True),
        GpuEntry("gpu_triton_bf16x3", 8, _by_triton("bf16x3"), package="triton", emulates=True),
        GpuEntry("gpu_triton_bf16x6", 8, _by_triton("bf16x6"), package="triton", emulates=True),
        GpuEntry("gpu_triton_tf32", 8, _by_triton("tf32"), "tf32", package="triton", tolerance=5e-3),
        GpuEntry(
            "gpu_triton_tf32_transposed", 8, _by_columns(_by_triton("tf32")), "tf32", package="triton", tolerance=5e-3
        ),
        GpuEntry(
            "gpu_triton_bfloat16", 8, _by_triton("ieee"), "bfloat16", package="triton", tall=True, tolerance=2e-2,
            goal=0.95,
        ),
        GpuEntry("gpu_silu", 8, _silu_by_triton, package="triton", largest=0, tall=True, exact=_silu_product),
        GpuEntry("gpu_sparse", 8, sparse_product, "bfloat16", tolerance=2e-2, exact=_pruned_product, converts=True),
        GpuEntry("cublas", 9, _cublas, library=True, tall=True),
        GpuEntry("cublas_tf32", 9, _cublas_tf32, "tf32", library=True, tolerance=5e-3),
        GpuEntry("cublas_tf32_transposed", 9, _by_columns(_cublas_tf32), "tf32", library=True, tolerance=5e-3),
        GpuEntry("cublas_bfloat16", 9, _cublas, "bfloat16", library=True, tall=True, tolerance=2e-2),
        GpuEntry("cublas_silu", 9, _cublas_silu, library=True, largest=0, tall=True, exact=_silu_product),
    ]  # fmt: skip


def _by_numba(step: str) -> Make:
    def make(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
        from . import circle6_gpu

        return circle6_gpu.prepared(getattr(circle6_gpu, step), a, b, c)

    return make


def _by_triton(precision: "Precision") -> Make:
    def make(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
        from . import circle6_triton

        return circle6_triton.prepared(a, b, c, precision=precision)

    return make


def _silu_by_triton(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    from . import circle6_triton

    return circle6_triton.prepared(a, b, c, bias=_bias(b))


def _by_columns(make: Make) -> Make:
    """The same with columns of B side by side in memory, as a layer's weights lie, and as tensor cores want TF32."""

    def made(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
        return make(a, b.T.contiguous().T, c)

    return made


def _cublas(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    return _with_tf32(False, partial(torch.mm, a, b, out=c))


def _cublas_tf32(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    return _with_tf32(True, partial(torch.mm, a, b, out=c))


def _with_tf32(allowed: bool, call: Callable[[], object]) -> Callable[[], object]:
    def switched() -> object:
        torch.backends.cuda.matmul.allow_tf32 = allowed
        return call()

    return switched


def _bias(b: torch.Tensor) -> torch.Tensor:
    return torch.linspace(-1, 1, b.shape[1], device=b.device)


def _cublas_silu(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    """addmm and SiLU, two kernels; the second in place."""
    bias = _bias(b)
    return _with_tf32(False, lambda: torch.nn.functional.silu(torch.addmm(bias, a, b, out=c), inplace=True))
