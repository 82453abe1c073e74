"""The GPU's part: a process of its own measures, this one listens, and keeps what it heard whatever becomes of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from talk.experiment import Task
from talk.measure.progress import Advance

from ..experiment import NAME
from ..record import Contender, Gpu, GpuState, Point
from .circle8_gpu import GpuEntry, entries
from .gpu_worker import Begins, Ends, Knows, Left, Measured, Plan, work
from .operands import CONFORMER, Shape

_SILENCE_S = 150.0  # nothing that compiles or runs takes longer without a word
_STARTS = 5
_ENDING_S = 20.0  # for what the worker does after its time is up

# The largest products first: they are what a card is measured for, should time run out.
_SIDES, _SIDES_QUICK = (4096, 8192, 2048, 1024), (2048,)

Work = Callable[[Any, Plan], None]


@dataclass
class OnGpu:
    """What a GPU has shown. `gpu` is the card as a model, None where there is none."""

    contenders: list[Contender]
    gpu: Gpu | None


@dataclass
class _Heard:
    """All that workers have told so far."""

    points: dict[str, list[Point]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    done: set[Shape] = field(default_factory=set)
    gpu: Gpu | None = None
    running: str | None = None
    ended: bool = False


def measure_gpu(task: Task, worker: Work = work) -> OnGpu:
    """Every step on the GPU; one that is not measured, or not to the end, has its reason.

    A contender that ends its process is left out, and another process measures the rest. One line is printed for each
    number.
    """
    quick, progress = task.quick, task.progress
    if "cuda" not in task.devices:
        progress.say(f"{NAME}: circle 6 and half of circle 8 are skipped, there is no GPU")
        return OnGpu([_contender(entry, [], "no_gpu") for entry in entries() if not entry.library], None)
    squares: list[Shape] = [(side, side, side) for side in (_SIDES_QUICK if quick else _SIDES)]
    shapes = (*squares, *CONFORMER[: 1 if quick else None])
    heard = _Heard()
    with progress.bar(f"{NAME}, GPU", len(shapes)) as advance:
        for _ in range(_STARTS):
            plan = Plan(
                tuple(shape for shape in shapes if shape not in heard.done),
                rounds=3 if quick else 6,
                without=frozenset(heard.reasons),
                until=task.until,
                gpu=heard.gpu,
            )
            _listen(worker, plan, heard, task, advance)
            if heard.ended:
                break
    for entry in entries():
        if entry.name not in heard.points and any(map(entry.takes, shapes)):
            heard.reasons.setdefault(entry.name, "failed:the GPU's part ended before its turn")
    return OnGpu(
        [
            _contender(entry, heard.points.get(entry.name, []), heard.reasons.get(entry.name))
            for entry in entries()
            if entry.name in heard.points or entry.name in heard.reasons
        ],
        heard.gpu,
    )


def _listen(worker: Work, plan: Plan, heard: _Heard, task: Task, advance: Advance) -> None:
    """Start a worker and take in what it tells, until it ends, falls silent, or its time is up."""
    context = get_context("spawn")  # CUDA does not survive a fork
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=worker, args=(theirs, plan), daemon=True)
    process.start()
    theirs.close()
    last = None if plan.until is None else plan.until + _ENDING_S
    why: str | None = None
    try:
        while not heard.ended:
            wait_s = _SILENCE_S if last is None else min(_SILENCE_S, last - time.monotonic())
            if wait_s <= 0 or not ours.poll(wait_s):
                why = f"nothing was heard for {wait_s:.0f} s" if wait_s == _SILENCE_S else "its time was up"
                break
            _take_in(ours.recv(), heard, task, advance)
    except EOFError:
        process.join(_ENDING_S)
        why = f"its process ended with status {process.exitcode}"
    finally:
        if why is not None or not heard.ended:
            process.kill()
        process.join(_ENDING_S)
        process.kill()
        ours.close()
    if why is not None:
        _blame(heard, why, time_is_up=last is not None and time.monotonic() >= last, task=task)


def _take_in(told: object, heard: _Heard, task: Task, advance: Advance) -> None:
    """Note one message of a worker, and say what a reader wants to know of it."""
    progress = task.progress
    if isinstance(told, Begins):
        heard.running = told.name
    elif isinstance(told, Knows):
        heard.gpu = told.gpu
        progress.say(f"{NAME}: {_ceilings_line(told.gpu)}")
    elif isinstance(told, Left):
        heard.reasons[told.name] = told.reason
        if told.wrong:
            heard.points.pop(told.name, None)
        at = f" at {_shape_line(told.at)}" if told.at else ""
        kind, _, detail = told.reason.partition(":")
        if kind == "broke":
            task.broke(f"{told.name}{at}", detail)
        else:
            progress.say(f"{NAME}: {told.name} is left out{at}: {told.reason}")
    elif isinstance(told, Measured):
        heard.done.add(told.shape)
        for name, point in told.points.items():
            heard.points.setdefault(name, []).append(point)
        for line in number_lines(told):
            progress.say(f"{NAME}: {line}")
        advance(1)
    elif isinstance(told, Ends):
        heard.ended = True
        if told.failure is not None:
            for entry in entries():
                heard.reasons.setdefault(entry.name, told.failure)
            task.broke("the GPU's part", told.failure.removeprefix("failed:"))
        if told.left_out:
            progress.say(f"{NAME}: no time is left for {', '.join(map(_shape_line, told.left_out))}")


def _blame(heard: _Heard, why: str, *, time_is_up: bool, task: Task) -> None:
    """The worker ended without saying so: whoever was running is left out from here on, if time was not the reason."""
    name = heard.running
    if time_is_up or name is None:
        heard.ended = True
        task.broke("the GPU's part", why)
        for entry in entries():
            if entry.name not in heard.points:
                heard.reasons.setdefault(entry.name, f"failed:{why}")
    elif name not in heard.reasons:  # else it has told so itself
        heard.reasons[name] = f"broke:{why}"
        task.broke(name, why)


def number_lines(told: Measured) -> Iterator[str]:
    """A line for each number of a shape: the contender, its speed, and its share of the library beside its goal."""
    by_name = {entry.name: entry for entry in entries()}
    libraries: dict[tuple[object, ...], float] = {}
    for name, point in told.points.items():
        if by_name[name].library:
            kind = by_name[name].dtype, by_name[name].exact
            libraries[kind] = max(point.flops_per_s, libraries.get(kind, 0.0))
    for name, point in told.points.items():
        entry = by_name[name]
        line = f"{_shape_line(told.shape)} {name}: {point.flops_per_s / 1e12:.2f} TFLOP/s"
        library = libraries.get((entry.dtype, entry.exact))
        if library is not None and not entry.library:
            line += f", {point.flops_per_s / library:.3f} of the library"
        yield line + (f" (goal {entry.goal})" if entry.goal is not None else "")


def _shape_line(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _ceilings_line(gpu: Gpu) -> str:
    ceilings = {
        "FMA, TFLOP/s": (gpu.fma_flops_per_s, 1e12),
        "copy, TB/s": (gpu.copy_bytes_per_s, 1e12),
        "L2, TB/s": (gpu.l2_bytes_per_s, 1e12),
        "launch, µs": (gpu.launch_s, 1e-6),
        "empty kernel, µs": (gpu.kernel_s, 1e-6),
    }
    told = [
        f"{name} {'not measured' if found is None else f'{found / one:.2f}'}" for name, (found, one) in ceilings.items()
    ]
    return "; ".join([*told, _state_line(gpu.after or gpu.before)])


def _state_line(state: GpuState | None) -> str:
    if state is None:
        return "the driver tells nothing"
    clock = "?" if state.clock_hz is None else f"{state.clock_hz / 1e6:.0f}"
    return f"{clock} MHz, {state.power_w} W, {state.temperature_c} °C, {', '.join(state.throttled) or 'not held down'}"


def _contender(entry: GpuEntry, points: list[Point], skipped: str | None) -> Contender:
    return Contender(
        name=entry.name,
        circle=entry.circle,
        device="cuda",
        threads=1,
        dtype=entry.dtype,
        library=entry.library,
        bytes_asked_per_flop=None,
        points=sorted(points, key=lambda point: (not point.square, point.n, point.m, point.p)),
        skipped=skipped,
    )
