"""The process that measures on the GPU, and nothing else: what ends it, or never ends, takes nothing else along.

It tells what it found as it finds it, and what it is about to do before it does it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from time import monotonic
from typing import Any, Protocol

import torch
from numpy.random import default_rng

from talk.records.doubts import middle

from ..record import Gpu, Point
from .circle8_gpu import Exact, GpuEntry, entries
from .circle9_gpu import after_products, measure_ceilings
from .gpu_timing import Steady
from .operands import Shape

_COMPILED_BY = {"numba-cuda": ".circle6_gpu", "triton": ".circle6_triton"}  # package → the module that needs it
_OVER_CACHE = (
    2  # operands of calls in a row take so many times the L2 together: none is still there when its turn comes
)
_MOST_COPIES = 64
# Whose middle half of times is wider than this share of their median is visited more often, so many times at most.
_UNSETTLED, _MOST_TURNS = 0.2, 3
_FIRST_WITH_BFLOAT16 = (8, 0)


@dataclass(frozen=True)
class Plan:
    """What is to be measured: these shapes, all contenders but those `without`, in so many rounds, `until` a moment.

    `gpu` is what is known of the card already, None at first. `until` is of the monotonic clock.
    """

    shapes: tuple[Shape, ...]
    rounds: int
    without: frozenset[str] = frozenset()
    until: float | None = None
    gpu: Gpu | None = None


@dataclass(frozen=True)
class Begins:
    """What is about to run: who is to blame if nothing more is heard. No `name` stands for the machine itself."""

    name: str | None


@dataclass(frozen=True)
class Measured:
    """Points of one shape, which is done with, by contenders."""

    shape: Shape
    points: dict[str, Point]


@dataclass(frozen=True)
class Left:
    """A contender that is left out from here on, and why, as a record says it; `at` is the shape, None for all.

    `wrong`: its product is wrong, and what was measured of it before counts for nothing.
    """

    name: str
    reason: str
    at: Shape | None = None
    wrong: bool = False


@dataclass(frozen=True)
class Knows:
    """The GPU as a model, as far as it is known by now."""

    gpu: Gpu


@dataclass(frozen=True)
class Ends:
    """All is measured, or time is up; `left_out` are the shapes that nothing was measured at.

    `failure` is why nothing can be measured here at all, as a record says it.
    """

    left_out: tuple[Shape, ...] = ()
    failure: str | None = None


class Wires(Protocol):
    """The end of a pipe that messages go into."""

    def send(self, message: Any, /) -> None:
        """Send one."""


def work(wires: Wires, plan: Plan) -> None:
    """Measure by the plan. A failure of the GPU itself ends the process, after who is to blame was named."""
    send = wires.send
    send(Begins(None))
    try:
        gpu = plan.gpu or measure_ceilings()
        left = list(_not_here())
    except Exception as error:  # another program has the GPU to itself, or has all of its memory
        send(Ends(failure=_reason(error, "failed")))
        return
    send(Knows(gpu))
    for each in left:
        send(each)
    out = {each.name for each in left} | plan.without
    for index, shape in enumerate(plan.shapes):
        if plan.until is not None and monotonic() > plan.until:
            send(Ends(plan.shapes[index:]))
            return
        present = [entry for entry in entries() if entry.takes(shape) and entry.name not in out]
        out |= set(_measure_shape(send, present, shape, plan.rounds, gpu.l2_bytes))
    send(Begins(None))
    with suppress(Exception):  # all is measured: what the driver says in the end is not worth a failure
        send(Knows(after_products(gpu)))
    send(Ends())


def _not_here() -> Iterator[Left]:
    """Those whose compiler is not installed or does not load, and those whose numbers the GPU does not have."""
    reasons = {package: reason for package in _COMPILED_BY if (reason := _why_not(package))}
    too_old = torch.cuda.get_device_capability() < _FIRST_WITH_BFLOAT16
    for entry in entries():
        if entry.package in reasons:
            yield Left(entry.name, reasons[entry.package])
        elif too_old and entry.on_tensor_cores:
            yield Left(entry.name, "too_old")


def _why_not(package: str) -> str | None:
    try:
        import_module(_COMPILED_BY[package], __package__)
    except ImportError:
        return f"no_package:{package}"
    except Exception as error:  # of a version that fits no other package here
        return _reason(error, "failed")
    return None


class _Operands:
    """Random matrices of one shape, as many pairs as are asked for, and the products in float64.

    All contenders multiply the same: what each had of its own would not fit into smaller cards.
    """

    def __init__(self, shape: Shape, exacts: Iterable[Exact]) -> None:
        n, m, p = shape
        torch.manual_seed(n)
        a, b = (torch.randn(size, device="cuda") for size in ((n, m), (m, p)))
        self._pairs: dict[torch.dtype, list[tuple[torch.Tensor, torch.Tensor]]] = {a.dtype: [(a, b)]}
        self.exacts = {exact: exact(a, b) for exact in exacts}

    def pairs(self, number: torch.dtype, count: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """So many pairs of equal matrices, each in a place of its own."""
        found = self._pairs.setdefault(number, [])
        a, b = self._pairs[torch.float32][0]
        found += [(a.to(number, copy=True), b.to(number, copy=True)) for _ in range(count - len(found))]
        return found[:count]


@dataclass
class _Ready:
    """A contender at one shape: checked once, and ready to be timed."""

    entry: GpuEntry
    exact: torch.Tensor
    products: list[torch.Tensor]
    steady: Steady
    error: float = 0.0


def _measure_shape(
    send: Callable[[Any], None], present: Sequence[GpuEntry], shape: Shape, rounds: int, l2_bytes: int
) -> Iterator[str]:
    """Measure all that are present, and send what was found. Gives the names of those that failed."""
    ready: list[_Ready] = []

    def left(name: str, error: Exception) -> str:
        wrong = isinstance(error, _WrongError)
        if not wrong and not _works():
            send(Left(name, _reason(error, "broke"), shape))
            raise SystemExit(1)
        send(Left(name, _reason(error, "broke" if wrong else "failed"), shape, wrong))
        return name

    try:
        send(Begins(None))
        operands = _Operands(shape, {entry.exact for entry in present})
    except Exception as error:
        for entry in present:
            yield left(entry.name, error)
        return
    for entry in present:
        send(Begins(entry.name))
        try:
            ready.append(_made_ready(entry, operands, copies(entry, shape, l2_bytes)))
        except Exception as error:  # a compiler that this machine lacks, a memory that is too small
            yield left(entry.name, error)
    points: dict[str, Point] = {}
    shuffle = default_rng(0)
    for done in range(_MOST_TURNS * rounds):
        present_now = [each for each in ready if done < rounds or middle(each.steady.times_s) > _UNSETTLED]
        for index in shuffle.permutation(len(present_now)):
            each = present_now[index]
            send(Begins(each.entry.name))
            try:
                each.steady.visit()
            except Exception as error:
                left(each.entry.name, error)
                raise SystemExit(1) from error  # what ran a hundred times runs: the GPU is not what it was
    n, m, p = shape
    for each in ready:
        send(Begins(each.entry.name))
        try:
            host_s = each.steady.host_time_s()
            # Once more: what is right when it runs alone may be wrong when it runs a thousand times in a row.
            largest = max(each.error, _error(each.entry, each.products[-1], each.exact))
        except Exception as failure:
            yield left(each.entry.name, failure)
            continue
        times_s = each.steady.times_s
        points[each.entry.name] = Point(n=n, m=m, p=p, times_s=times_s, error=largest, host_time_s=host_s)
    send(Measured(shape, points))


def copies(entry: GpuEntry, shape: Shape, l2_bytes: int) -> int:
    """How many pairs of operands are multiplied in turn, so that the L2 holds none of them when its turn comes."""
    needed = -(-_OVER_CACHE * l2_bytes // entry.bytes_of(shape))
    return max(1, min(needed, _MOST_COPIES))


def _made_ready(entry: GpuEntry, operands: _Operands, count: int) -> _Ready:
    """Make the calls, check the first product, and let the GPU warm up. Raises _WrongError for a wrong one."""
    (a, b), *others = operands.pairs(entry.number, count)
    exact = operands.exacts[entry.exact]
    made = [entry.makes(a, b)]
    call, product = made[0]
    call()
    torch.cuda.synchronize()
    error = _error(entry, product, exact)
    made += [entry.makes(a, b) for a, b in others]
    return _Ready(entry, exact, [product for _, product in made], Steady([call for call, _ in made]), error)


class _WrongError(Exception):
    """A product that is off by more than rounding."""


def _error(entry: GpuEntry, product: torch.Tensor, exact: torch.Tensor) -> float:
    """The largest deviation as a share of the largest number. Raises _WrongError where it is beyond rounding."""
    error = float((product - exact).abs().max() / exact.abs().max())
    if not error <= entry.tolerance:
        raise _WrongError(f"its product is off by {error:.1e} of the largest number")
    return error


def _works() -> bool:
    """Whether the GPU still does what it is told: after some errors it never does again in this process."""
    try:
        torch.cuda.synchronize()
        return float(torch.ones(8, device="cuda").sum()) == 8
    except Exception:
        return False


def _reason(error: Exception, kind: str) -> str:
    """Why a contender is left out, as the record has it."""
    if isinstance(error, torch.cuda.OutOfMemoryError):
        torch.cuda.empty_cache()
        return "out_of_memory"
    if isinstance(error, _WrongError):
        return f"{kind}:{error}"
    return f"{kind}:" + " ".join(f"{type(error).__name__}: {error}".split())[:200]
