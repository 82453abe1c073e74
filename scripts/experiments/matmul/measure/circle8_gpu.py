"""Circles 6 and 8 on a GPU: every step, beside cuBLAS on the same numbers.

Each contender has a row in `render/steps.py`, which tells what pages call it and where they show it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

import torch

from talk.errors import TalkError
from talk.measure.progress import Progress

from ..experiment import NAME
from ..record import Contender, Dtype, Point
from .circle8_sparse import sparse_product, two_of_four
from .operands import CONFORMER, Shape
from .timing import Timed, time_together

_BUDGET_S = 2.0
_COMPILED_BY = {"numba-cuda": ".circle6_gpu", "triton": ".circle6_triton"}  # package → the module that needs it

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
    """A contender on the GPU. `dtype` is what its operands are converted to; `tolerance` is as on the CPU.

    It multiplies squares up to `largest`, none where that is 0, and the Conformer's products where it is `tall`.
    `package` is the one that compiles it. `exact` is the product that it has to give, in float64.
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
        GpuEntry("gpu_triton", 6, _triton, package="triton", tall=True),
        GpuEntry("gpu_triton_tf32", 8, _triton_tf32, "tf32", package="triton", tolerance=5e-3),
        GpuEntry(
            "gpu_triton_bfloat16", 8, _in_bfloat16(_triton), "bfloat16", package="triton", tall=True, tolerance=2e-2
        ),
        GpuEntry("gpu_silu", 8, _triton_silu, package="triton", largest=0, tall=True, exact=_silu_product),
        GpuEntry("gpu_sparse", 8, sparse_product, "bfloat16", tolerance=2e-2, exact=_pruned_product),
        GpuEntry("cublas", 9, _cublas, library=True, tall=True),
        GpuEntry("cublas_tf32", 9, _cublas_tf32, "tf32", library=True, tolerance=5e-3),
        GpuEntry("cublas_bfloat16", 9, _in_bfloat16(_mm), "bfloat16", library=True, tall=True, tolerance=2e-2),
        GpuEntry("cublas_silu", 9, _cublas_silu, library=True, largest=0, tall=True, exact=_silu_product),
    ]


def _is_installed(package: str) -> bool:
    try:
        import_module(_COMPILED_BY[package], __package__)
    except ImportError:
        return False
    return True


def measure_gpu(quick: bool, progress: Progress, *, there: bool) -> list[Contender]:
    """Every step on the GPU; one that is not measured has its reason. Raises TalkError for a wrong product.

    A step whose compiler is not installed, or fails here, is told of in one line: the others are measured.
    """
    everybody = entries()
    if not there:
        progress.say(f"{NAME}: circle 6 and half of circle 8 are skipped, there is no GPU")
        return [_contender(entry, [], "no_gpu") for entry in everybody if not entry.library]
    squares = [(side,) * 3 for side in ((2048,) if quick else (1024, 2048, 4096, 8192))]
    shapes: list[Shape] = [*squares, *CONFORMER[: 1 if quick else None]]
    reasons: dict[str, str] = {}
    for package in [package for package in _COMPILED_BY if not _is_installed(package)]:
        without = [entry.name for entry in everybody if entry.package == package]
        reasons |= dict.fromkeys(without, f"no_package:{package}")
        progress.say(f"{NAME}: {', '.join(without)} skipped, {package} is not installed: `pip install {package}`")
    points: dict[str, list[Point]] = {}
    before = torch.backends.cuda.matmul.allow_tf32
    try:
        with progress.bar(f"{NAME}, GPU", len(shapes)) as advance:
            for shape in shapes:
                present = [entry for entry in everybody if entry.takes(shape) and entry.name not in reasons]
                measured, failed = _measure_shape(present, shape, rounds=2 if quick else 6)
                for name, point in measured.items():
                    points.setdefault(name, []).append(point)
                for name, error in failed.items():
                    progress.say(f"{NAME}: {name} failed at {shape} and is left out from there on: {_in_short(error)}")
                    reasons[name] = _reason(error)
                advance(1)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    return [
        _contender(entry, points.get(entry.name, []), None if entry.name in points else reasons[entry.name])
        for entry in everybody
        if entry.name in points or entry.name in reasons  # and not one that takes part at none of these shapes
    ]


def _reason(error: Exception) -> str:
    return "out_of_memory" if isinstance(error, torch.cuda.OutOfMemoryError) else f"failed:{_in_short(error)}"


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
            raise TalkError(f"talk measure {NAME}: {entry.name}", what, "mend the circle")
        timed[entry.name] = Timed(partial(_finished, call), rounds, _BUDGET_S)
    time_together(list(timed.values()))
    points = {name: Point(n=n, m=m, p=p, times_s=each.times_s, error=errors[name]) for name, each in timed.items()}
    return points, failed


def _finished(call: Callable[[], object]) -> None:
    call()
    torch.cuda.synchronize()


def _by_numba(step: str) -> Make:
    def make(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
        from . import circle6_gpu

        return partial(getattr(circle6_gpu, step), a, b, c)

    return make


def _triton(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    from . import circle6_triton

    return partial(circle6_triton.multiply, a, b, c)


def _triton_tf32(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    from . import circle6_triton

    return partial(circle6_triton.multiply, a, b, c, precision="tf32")


def _triton_silu(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    from . import circle6_triton

    return partial(circle6_triton.multiply, a, b, c, bias=_bias(b))


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


def _mm(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
    return partial(torch.mm, a, b, out=c)


def _in_bfloat16(make: Make) -> Make:
    """Operands and result in bfloat16, converted beforehand; c gets the result of the first call, to be checked."""

    def converted(a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> Callable[[], object]:
        product = torch.empty(c.shape, dtype=torch.bfloat16, device=c.device)
        call = make(a.bfloat16(), b.bfloat16(), product)
        call()
        c.copy_(product)
        return call

    return converted


def _contender(entry: GpuEntry, points: list[Point], skipped: str | None) -> Contender:
    return Contender(
        name=entry.name,
        circle=entry.circle,
        device="cuda",
        threads=1,
        dtype=entry.dtype,
        library=entry.library,
        bytes_asked_per_flop=None,
        points=points,
        skipped=skipped,
    )
