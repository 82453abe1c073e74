"""Circles 6 and 8 on a GPU: every step, beside what cuBLAS does with the same numbers."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from talk.errors import TalkError
from talk.measure.progress import Progress

from ..record import Contender, Dtype, Point
from .circle8_sparse import sparse_product, two_of_four
from .operands import CONFORMER, Shape
from .timing import Timed, time_together

_NO_GPU = "на этой машине нет GPU с CUDA"
_BUDGET_S = 2.0

# Makes the call that is timed from a, b and c on the GPU.
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
    """A contender on the GPU. `dtype` is what its operands are turned into; `tolerance` as on the CPU.

    It takes part in squares up to `largest`, or, where it is `tall`, in the Conformer's products (and in squares too
    unless `largest` is 0). `exact` is what its product has to be, in float64.
    """

    name: str
    circle: int
    make: Make
    dtype: Dtype = "float32"
    library: bool = False
    largest: int = 8192
    tall: bool = False
    tolerance: float = 1e-4
    exact: Exact = _product

    def takes(self, shape: Shape) -> bool:
        """Whether it is measured at this shape."""
        return shape[0] <= self.largest if len(set(shape)) == 1 else self.tall


def entries() -> list[GpuEntry]:
    """Who takes part: cuBLAS, and the steps whose compiler is installed here. Imports numba-cuda and Triton."""
    found = [
        GpuEntry("cublas", 9, _cublas, library=True, tall=True),
        GpuEntry("cublas_tf32", 9, _cublas_tf32, "tf32", library=True, tolerance=5e-3),
        GpuEntry("cublas_bfloat16", 9, _in_bfloat16(_mm_into), "bfloat16", library=True, tall=True, tolerance=2e-2),
        GpuEntry("cublas_silu", 9, _cublas_silu, library=True, largest=0, tall=True, exact=_silu_product),
        GpuEntry("gpu_sparse", 8, sparse_product, "bfloat16", tolerance=2e-2, exact=_pruned_product),
    ]
    with suppress(ImportError):
        found += _numba_steps()
    with suppress(ImportError):
        found += _triton_steps()
    return found


def _numba_steps() -> list[GpuEntry]:
    from . import circle6_gpu

    def made_by(step: Any) -> Make:
        return lambda a, b, c: partial(step, a, b, c)

    return [
        GpuEntry("gpu_naive", 6, made_by(circle6_gpu.naive), largest=2048),
        GpuEntry("gpu_coalesced", 6, made_by(circle6_gpu.coalesced), largest=4096),
        GpuEntry("gpu_shared", 6, made_by(circle6_gpu.shared), largest=4096),
        GpuEntry("gpu_thread_tile", 6, made_by(circle6_gpu.thread_tile)),
        GpuEntry("gpu_vectorised", 6, made_by(circle6_gpu.vectorised)),
    ]


def _triton_steps() -> list[GpuEntry]:
    from . import circle6_triton

    return [
        GpuEntry("gpu_triton", 6, lambda a, b, c: partial(circle6_triton.multiply, a, b, c), tall=True),
        GpuEntry(
            "gpu_triton_tf32", 8, lambda a, b, c: partial(circle6_triton.multiply, a, b, c, precision="tf32"),
            "tf32", tolerance=5e-3,
        ),
        GpuEntry(
            "gpu_triton_bfloat16", 8, _in_bfloat16(circle6_triton.multiply), "bfloat16", tall=True, tolerance=2e-2
        ),
        GpuEntry(
            "gpu_silu", 8, lambda a, b, c: partial(circle6_triton.multiply, a, b, c, bias=_bias(b)),
            largest=0, tall=True, exact=_silu_product,
        ),
    ]  # fmt: skip


# Every step of ours: its name, circle, numbers, and the package that compiles it.
_STEPS: list[tuple[str, int, Dtype, str]] = [
    ("gpu_naive", 6, "float32", "numba-cuda"),
    ("gpu_coalesced", 6, "float32", "numba-cuda"),
    ("gpu_shared", 6, "float32", "numba-cuda"),
    ("gpu_thread_tile", 6, "float32", "numba-cuda"),
    ("gpu_vectorised", 6, "float32", "numba-cuda"),
    ("gpu_triton", 6, "float32", "triton"),
    ("gpu_triton_tf32", 8, "tf32", "triton"),
    ("gpu_triton_bfloat16", 8, "bfloat16", "triton"),
    ("gpu_silu", 8, "float32", "triton"),
    ("gpu_sparse", 8, "bfloat16", "torch"),
]


def measure_gpu(quick: bool, progress: Progress, *, there: bool) -> list[Contender]:
    """Every step on the GPU; one that is not measured, with the reason. Raises TalkError for a wrong product.

    A step whose compiler is not installed, or fails here, is told of in one line: the others are measured.
    """
    if not there:
        progress.say("matmul: circle 6 and half of circle 8 are skipped, there is no GPU")
        return [_contender(name, circle, dtype, False, [], _NO_GPU) for name, circle, dtype, _ in _STEPS]
    squares = [(side,) * 3 for side in ((2048,) if quick else (1024, 2048, 4096, 8192))]
    shapes: list[Shape] = [*squares, *CONFORMER[: 1 if quick else None]]
    takers = entries()
    names = {entry.name for entry in takers}
    reasons = {name: f"пакет {package} не установлен" for name, _, _, package in _STEPS if name not in names}
    for package in sorted({package for name, _, _, package in _STEPS if name in reasons}):
        without = ", ".join(name for name, _, _, needed in _STEPS if needed == package)
        progress.say(f"matmul: {without} skipped, {package} is not installed: `pip install {package}`")
    points: dict[str, list[Point]] = {}
    before = torch.backends.cuda.matmul.allow_tf32
    try:
        with progress.bar("matmul, GPU", len(shapes)) as advance:
            for shape in shapes:
                present = [entry for entry in takers if entry.takes(shape) and entry.name not in reasons]
                measured, failed = _measure_shape(present, shape, rounds=2 if quick else 6)
                for name, point in measured.items():
                    points.setdefault(name, []).append(point)
                for name, error in failed.items():
                    progress.say(f"matmul: {name} failed at {shape} and is left out from there on: {_in_short(error)}")
                    reasons[name] = f"не запустился: {_in_short(error)}"
                advance(1)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    kinds = {name: (circle, dtype, False) for name, circle, dtype, _ in _STEPS}
    kinds |= {entry.name: (entry.circle, entry.dtype, entry.library) for entry in takers}
    return [
        _contender(name, *kind, points.get(name, []), None if name in points else reasons[name])
        for name, kind in kinds.items()
    ]


def _in_short(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _measure_shape(present: list[GpuEntry], shape: Shape, rounds: int) -> tuple[dict[str, Point], dict[str, Exception]]:
    """The points of those that ran, and why the others did not."""
    n, m, p = shape
    generator = torch.Generator("cuda").manual_seed(n)
    a, b = (torch.randn(size, device="cuda", generator=generator) for size in ((n, m), (m, p)))
    exacts = {make: make(a, b) for make in {entry.exact for entry in present}}
    timed: dict[str, Timed] = {}
    errors: dict[str, float] = {}
    failed: dict[str, Exception] = {}
    for entry in present:
        c, exact = torch.full((n, p), torch.nan, device="cuda"), exacts[entry.exact]
        try:
            call = entry.make(a, b, c)
            call()
            torch.cuda.synchronize()
        except Exception as error:  # a compiler that this machine lacks, a memory that is too small
            failed[entry.name] = error
            continue
        errors[entry.name] = float((c - exact).abs().max() / exact.abs().max())
        if not errors[entry.name] <= entry.tolerance:
            what = f"its product is off by {errors[entry.name]:.1e} of the largest number"
            raise TalkError(f"talk measure matmul: {entry.name}", what, "mend the circle")
        timed[entry.name] = Timed(partial(_finished, call), rounds, _BUDGET_S)
    time_together(list(timed.values()))
    points = {name: Point(n=n, m=m, p=p, times_s=each.times_s, error=errors[name]) for name, each in timed.items()}
    return points, failed


def _finished(call: Callable[[], object]) -> None:
    call()
    torch.cuda.synchronize()


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


def _mm_into(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    return torch.mm(a, b, out=out)


def _in_bfloat16(multiply: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], object]) -> Make:
    """Operands and result in bfloat16, converted beforehand; c sees the result of the first call, to be checked."""

    def make(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
        left, right = a.bfloat16(), b.bfloat16()
        product = torch.empty(c.shape, dtype=torch.bfloat16, device=c.device)
        multiply(left, right, product)
        c.copy_(product)
        return partial(multiply, left, right, product)

    return make


def _contender(
    name: str, circle: int, dtype: Dtype, library: bool, points: list[Point], skipped: str | None
) -> Contender:
    return Contender(
        name=name,
        circle=circle,
        device="cuda",
        threads=1,
        dtype=dtype,
        library=library,
        bytes_asked_per_flop=None,
        points=points,
        skipped=skipped,
    )
