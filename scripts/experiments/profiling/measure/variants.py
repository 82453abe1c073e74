"""The same utterances in other ways: each cure for a GPU that waits at batch 1, alone and together with others.

The CPU launches kernels one at a time, and a short kernel ends before the next is launched. So either each launch gets
more work (batches), or there are fewer launches (CUDA graphs, compiled layers). Shorter number formats are measured for
comparison: they make kernels faster, which does not help a GPU that waits.
"""

import copy
import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from signal import ITIMER_REAL, SIGALRM, setitimer
from signal import signal as answer
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence

from shared.profiler import (
    Encode,
    Stopwatch,
    Utterance,
    forget_peak_memory,
    peak_memory_bytes,
    profiled_pass,
    tf32,
    timed_pass,
)
from talk.experiment import Task, in_short
from talk.records.schema import Device

from ..record import Launching, Precision, Skipped, Variant

_BATCH = 16
# How long all ways may take. What takes longer to prepare than is left is not begun; the compiler takes a minute.
LONGEST_S = 150.0
_PREPARATION_S: dict[Launching, float] = {"eager": 0, "graphs": 5, "compiled": 60}
# The deviation that rounding may cause over eighteen layers, as a share of the largest number: more is a mistake.
_TOLERANCE: dict[Precision, float] = {"fp32": 1e-3, "tf32": 5e-2, "bf16": 2e-1}


@dataclass(frozen=True)
class Way:
    """One way to run the encoder; the plain one is the one that is profiled."""

    batch_size: int = 1
    launching: Launching = "eager"
    precision: Precision = "fp32"

    @property
    def dtype(self) -> torch.dtype:
        """The type of weights and activations."""
        return torch.bfloat16 if self.precision == "bf16" else torch.float32


# The compiler is last: it takes the longest. Graphs come after the eager way whose kernels they replay.
WAYS = (
    Way(),
    Way(batch_size=_BATCH),
    Way(launching="graphs"),
    Way(precision="tf32"),
    Way(batch_size=_BATCH, precision="tf32"),
    Way(precision="bf16"),
    Way(batch_size=_BATCH, precision="bf16"),
    Way(batch_size=_BATCH, launching="graphs", precision="bf16"),
    Way(launching="compiled"),
)


def measure_variants(
    encoder: Any,
    distinct: Sequence[Utterance],
    repeats: Sequence[int],
    *,
    device: Device,
    passes: int,
    task: Task,
    ways: Sequence[Way] = WAYS,
    longest_s: float = LONGEST_S,
    watched: bool = True,
    keep: Callable[[list[Variant]], object] = lambda _: None,
) -> list[Variant]:
    """Feed `encoder` each of the `distinct` utterances as often as `repeats` says, in each of `ways`.

    Each way is checked against the plain one before it is timed. A way that cannot run here (a driver without graphs,
    no C compiler) or whose answer is wrong has a reason instead of times; so have the ways after one that left the GPU
    unusable, and those for which no time is left. A quick run compiles nothing. The profiler counts kernels on a GPU
    where it is `watched`. `keep` gets what is found so far before the compiler is called, which may take the process
    with it.
    """
    begun, broken = time.monotonic(), ""
    fed = _Fed(distinct, [index for index, times in enumerate(repeats) for _ in range(times)])
    encoders = {torch.float32: encoder}
    found: list[Variant] = []
    with task.progress.bar(f"Conformer in other ways on {device}", len(ways)) as advance:
        try:
            exact = _exact(encoder.to(device), distinct, device)
        except Exception as error:
            broken = task.broke("the other ways", error)
        for way in ways:
            if broken:
                variant = _skipped(way, device, "failed", message=broken)
            elif task.quick and way.launching == "compiled":
                variant = _skipped(way, device, "quick")
            elif (left_s := begun + longest_s - time.monotonic()) < _PREPARATION_S[way.launching]:
                variant = _skipped(way, device, "late")
            else:
                if way.launching == "compiled":
                    keep(found)
                variant = _measure(way, encoders, fed, exact, device, passes, left_s, watched=watched)
                try:
                    _settle(device)
                except Exception as error:
                    broken = task.broke(f"the way {variant.name} and those after it", error)
            if not _has_twins_kernels(variant, found):
                task.progress.say(f"{variant.name}: the profiler saw {variant.kernels} kernels, unlike the eager way's")
                variant = replace(variant, kernels=None, device_busy_time_us=None)
            found.append(variant)
            advance(1)
    return found


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block once it has run for that long: a compiler may never end."""

    def late(*_: object) -> None:
        raise TimeoutError(f"{seconds:.0f} s are over")

    former = answer(SIGALRM, late)
    setitimer(ITIMER_REAL, seconds)
    try:
        yield
    finally:
        setitimer(ITIMER_REAL, 0)
        answer(SIGALRM, former)


def _settle(device: Device) -> None:
    """Free what a way left behind. Raises where the GPU computes nothing any more, as after an illegal address."""
    if device == "cuda":
        torch.cuda.synchronize()
        gc.collect()
        torch.cuda.empty_cache()


def _has_twins_kernels(variant: Variant, found: Sequence[Variant]) -> bool:
    """Whether a graph was seen to run the kernels that the eager way runs: some drivers show the profiler only a part.

    Ways without graphs, and those whose kernels nobody counted, have nothing to compare.
    """
    if variant.launching != "graphs" or variant.kernels is None:
        return True
    same = (variant.batch_size, variant.precision, "eager", variant.kernels)
    return any((each.batch_size, each.precision, each.launching, each.kernels) == same for each in found)


@tf32(False)
def _exact(encoder: Any, distinct: Sequence[Utterance], device: Device) -> list[torch.Tensor]:
    """What the plain way gives for each utterance."""
    with torch.inference_mode():
        return [
            encoder(audio_signal=signal.to(device), length=length.to(device))[0][0].cpu() for signal, length in distinct
        ]


@dataclass(frozen=True)
class _Fed:
    """The distinct utterances, and the index of each that is fed, in order."""

    distinct: Sequence[Utterance]
    order: Sequence[int]


@dataclass(frozen=True)
class _Batch:
    """A padded batch, and the index of the distinct utterance in each of its rows."""

    utterance: Utterance
    rows: tuple[int, ...]


def _batches(fed: _Fed, way: Way, device: Device) -> list[_Batch]:
    """The utterances one by one in order, or sorted by length and padded into batches; equal batches are one tensor."""

    def frames(index: int) -> int:
        return fed.distinct[index][0].shape[-1]

    order = sorted(fed.order, key=frames) if way.batch_size > 1 else fed.order
    rows = [tuple(order[start : start + way.batch_size]) for start in range(0, len(order), way.batch_size)]
    made: dict[tuple[int, ...], _Batch] = {}
    for each in set(rows):
        signals = pad_sequence([fed.distinct[index][0][0].T for index in each], batch_first=True).transpose(1, 2)
        utterance = signals.to(device, way.dtype), torch.tensor(list(map(frames, each)), device=device)
        made[each] = _Batch(utterance, each)
    return [made[each] for each in rows]


def _converted(encoders: dict[torch.dtype, Any], dtype: torch.dtype, device: Device) -> Any:
    """The encoder with weights of that type, made once; only its weights are on the device."""
    if dtype not in encoders:
        encoders[dtype] = copy.deepcopy(encoders[torch.float32].cpu()).to(dtype)
    for each, encoder in encoders.items():
        encoder.to(device if each == dtype else "cpu")
    return encoders[dtype]


def _measure(
    way: Way,
    encoders: dict[torch.dtype, Any],
    fed: _Fed,
    exact: list[torch.Tensor],
    device: Device,
    passes: int,
    left_s: float,
    *,
    watched: bool,
) -> Variant:
    begun = time.monotonic()
    try:
        encoder = _converted(encoders, way.dtype, device)
        batches = _batches(fed, way, device)
        utterances = [batch.utterance for batch in batches]
        once = {batch.rows: batch for batch in batches}.values()
        with (
            at_most(left_s),
            torch.inference_mode(),
            tf32(way.precision == "tf32"),
            _launched(way.launching, encoder) as encode,
        ):
            forget_peak_memory(device)
            preparing = Stopwatch(device)
            with preparing:
                error = max(_error(encode, batch, exact) for batch in once)
            if not error <= _TOLERANCE[way.precision]:
                return _skipped(way, device, "inexact", error=error if math.isfinite(error) else None)
            times_s = [sum(timed_pass(encode, utterances, device, lambda _: None)) for _ in range(passes)]
            memory = peak_memory_bytes(device)
            is_seen = watched and device == "cuda"
            seen = profiled_pass(encode, utterances, device, lambda _: None).table if is_seen else None
    except Exception as failure:  # this machine lacks a driver or a compiler: the other ways are measured
        if isinstance(failure, TimeoutError) or time.monotonic() - begun > left_s:
            return _skipped(way, device, "late")
        return _skipped(way, device, "failed", message=in_short(failure))
    return Variant(
        device=device,
        **asdict(way),
        pass_times_s=times_s,
        launches=seen.host_launches if seen else None,
        kernels=seen.kernel_launches if seen else None,
        device_busy_time_us=seen.device_busy_ns / 1000 if seen else None,
        peak_memory_bytes=memory,
        error=error,
        preparation_s=preparing.elapsed_s,
    )


def _skipped(
    way: Way, device: Device, why: Skipped, *, error: float | None = None, message: str | None = None
) -> Variant:
    return Variant(device=device, **asdict(way), pass_times_s=[], error=error, skipped=why, message=message)


def _error(encode: Encode, batch: _Batch, exact: list[torch.Tensor]) -> float:
    """The largest deviation of any row from what its utterance gives alone; padding is left out."""
    signal, length = batch.utterance
    encoded = encode(audio_signal=signal, length=length)[0].float().cpu()
    errors = []
    for row, index in zip(encoded, batch.rows, strict=True):
        expected = exact[index]
        errors.append(float((row[:, : expected.shape[1]] - expected).abs().max() / expected.abs().max()))
    return max(errors, key=lambda error: (error != error, error))  # NaN is the worst


@contextmanager
def _launched(launching: Launching, encoder: Any) -> Iterator[Encode]:
    """The encoder called eagerly, replayed from CUDA graphs, or with its layers compiled."""
    if launching == "graphs":
        yield Graphs(encoder)
    elif launching == "compiled":
        with _compiled(encoder):
            yield encoder
    else:
        yield encoder


class Graphs:
    """The encoder recorded as a CUDA graph for each shape, and replayed: one launch runs all of its kernels.

    The next call overwrites what this one returned, whatever its shape: graphs share their memory.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._recorded: dict[tuple[int, ...], tuple[torch.cuda.CUDAGraph, Utterance, Any]] = {}
        self._pool = torch.cuda.graph_pool_handle()

    # --8<-- [start:graphs]
    def __call__(self, audio_signal: torch.Tensor, length: torch.Tensor) -> Any:
        """Encode a batch whose shape was seen before; a new shape is recorded first."""
        shape = tuple(audio_signal.shape)
        if shape not in self._recorded:
            self._recorded[shape] = self._record(audio_signal.clone(), length.clone())
        graph, (signal, lengths), encoded = self._recorded[shape]
        signal.copy_(audio_signal)
        lengths.copy_(length)
        graph.replay()
        return encoded

    # --8<-- [end:graphs]

    def _record(self, signal: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.cuda.CUDAGraph, Utterance, Any]:
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # libraries choose kernels and take memory before the recording
            for _ in range(2):
                self._encode(audio_signal=signal, length=lengths)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            encoded = self._encode(audio_signal=signal, length=lengths)
        return graph, (signal, lengths), encoded


@contextmanager
def _compiled(encoder: Any) -> Iterator[None]:
    """Compile each layer for any length. All layers run the same code, so torch.compile compiles it once."""
    layers = list(encoder.layers)
    for layer in layers:
        layer.forward = torch.compile(layer.forward, dynamic=True)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward  # the class's own shows again
        torch.compiler.reset()
