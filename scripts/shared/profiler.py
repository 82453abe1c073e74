"""Passes of the encoder over the utterances: timed without the profiler, then profiled."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from shared.aggregate import OperatorTable
from shared.profile import Kernel, Operator, Run
from talk.measure.collector import paused_collector
from talk.measure.progress import Advance, Progress
from talk.records.schema import Device

# Spectrograms (batch, features, frames), one but for batches, and their lengths in frames (batch,).
Utterance = tuple[torch.Tensor, torch.Tensor]
# The encoder or a replacement of it, called as encoder(audio_signal=…, length=…).
Encode = Callable[..., Any]

# Utterances in one profile. Events of more of them outgrow the caches and are read back more slowly.
_PART = 4


@contextmanager
def tf32(allowed: bool) -> Iterator[None]:
    """Allow or forbid rounding float32 products and convolutions to TF32 for the tensor cores, inside the block.

    PyTorch forbids it in products and allows it in convolutions: what says fp32 must forbid both.
    """
    products, convolutions = torch.backends.cuda.matmul, torch.backends.cudnn
    before = products.allow_tf32, convolutions.allow_tf32
    products.allow_tf32 = convolutions.allow_tf32 = allowed
    try:
        yield
    finally:
        products.allow_tf32, convolutions.allow_tf32 = before


@tf32(False)
def measure_run(
    encoder: torch.nn.Module,
    distinct: Sequence[Utterance],
    repeats: Sequence[int],
    *,
    device: Device,
    threads: int,
    passes: int,
    progress: Progress,
    between: Callable[[], object] = lambda: None,
) -> Run:
    """Feed `encoder` each of the `distinct` utterances as often as `repeats` says, one at a time, on `device`.

    A warm-up runs every distinct utterance, so every shape, once. Then come `passes` unprofiled passes and one profiled
    pass, which calls `between` after every few utterances. The clock runs only while the encoder does, and waits for
    the GPU to finish.
    """
    torch.set_num_threads(threads)
    encoder = encoder.to(device)
    fed = [(signal.to(device), length.to(device)) for signal, length in distinct]
    utterances = [utterance for utterance, times in zip(fed, repeats, strict=True) for _ in range(times)]
    frames, aside = _frames(fed) + (passes + 1) * _frames(utterances), Stopwatch(device)
    with torch.inference_mode(), progress.bar(f"Conformer on {device}", frames) as advance:
        timed_pass(encoder, fed, device, advance)
        # The first profile of a process includes the start of the profiler itself.
        profiled_pass(encoder, fed[:1], device, lambda _: None)
        forget_peak_memory(device)
        utterance_times_s = [timed_pass(encoder, utterances, device, advance) for _ in range(passes)]
        peak_bytes = peak_memory_bytes(device)

        def after_few(fed_frames: float) -> None:
            advance(fed_frames)
            with aside:
                between()

        watched = profiled_pass(encoder, utterances, device, after_few)
    table, on_gpu = watched.table, device == "cuda"
    return Run(
        device=device,
        threads=threads,
        pass_times_s=[sum(times) for times in utterance_times_s],
        utterance_times_s=utterance_times_s,
        profiled_time_s=watched.encoding_s,
        profile_to_record_s=watched.reading_s - aside.elapsed_s,
        self_cpu_time_total_us=sum(operator.self_cpu_time_us for operator in watched.operators),
        self_device_time_total_us=sum(kernel.device_time_us for kernel in watched.kernels) if on_gpu else None,
        device_busy_time_us=table.device_busy_ns / 1000 if on_gpu else None,
        kernel_launches=table.kernel_launches if on_gpu else None,
        operators=watched.operators,
        kernels=watched.kernels,
        complete=True,
        peak_memory_bytes=peak_bytes,
    )


def forget_peak_memory(device: Device) -> None:
    """Reset the peak of a GPU's memory, after freeing what PyTorch caches."""
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak_memory_bytes(device: Device) -> int | None:
    """The most GPU memory that PyTorch reserved since `forget_peak_memory`; None on a CPU."""
    return torch.cuda.max_memory_reserved() if device == "cuda" else None


def timed_pass(encoder: Encode, utterances: Sequence[Utterance], device: Device, advance: Advance) -> list[float]:
    """Seconds that each utterance took, without the profiler."""
    times_s = []
    with paused_collector():  # with NeMo in memory one collection takes as long as several utterances
        for signal, length in utterances:
            with Stopwatch(device) as encoding:
                encoder(audio_signal=signal, length=length)
            times_s.append(encoding.elapsed_s)
            advance(signal.shape[-1])
    return times_s


@dataclass(frozen=True)
class Watched:
    """A profiled pass: its sums, the time of the encoder, and the time to read the profile back."""

    table: OperatorTable
    operators: list[Operator]
    kernels: list[Kernel]
    encoding_s: float
    reading_s: float


def profiled_pass(encoder: Encode, utterances: Sequence[Utterance], device: Device, advance: Advance) -> Watched:
    """Run the encoder under the profiler, a few utterances in each profile, and sum the events.

    All time outside the encoder counts as reading, including that to start and stop the profiler.
    """
    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if device == "cuda" else [])
    table, encoding = OperatorTable(on_gpu=device == "cuda"), Stopwatch(device)
    start = time.perf_counter()
    # --8<-- [start:profile]
    for part in parts(utterances, advance):
        with profile(activities=activities) as profiler, encoding:
            for signal, length in part:
                encoder(audio_signal=signal, length=length)
        table.add(profiler)
    # --8<-- [end:profile]
    operators, kernels = table.operators(), table.kernels()
    reading_s = time.perf_counter() - start - encoding.elapsed_s
    return Watched(table, operators, kernels, encoding.elapsed_s, reading_s)


def parts(utterances: Sequence[Utterance], advance: Advance) -> Iterator[Sequence[Utterance]]:
    """The utterances, a few at a time; `advance` is called for each few when the next are asked for."""
    for first in range(0, len(utterances), _PART):
        part = utterances[first : first + _PART]
        yield part
        advance(_frames(part))


class Stopwatch:
    """Sums the seconds spent inside its `with` blocks, including the GPU's work that was launched there."""

    def __init__(self, device: Device) -> None:
        self.elapsed_s = 0.0
        self._synchronize: Callable[[], None] = torch.cuda.synchronize if device == "cuda" else lambda: None

    def __enter__(self) -> "Stopwatch":
        self._synchronize()
        self._start = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._synchronize()
        self.elapsed_s += time.perf_counter() - self._start


def _frames(utterances: Sequence[Utterance]) -> int:
    return sum(signal.shape[-1] for signal, _ in utterances)
