"""Forward and backward through the talk's Conformer: profiles, FLOPs, and the memory between the passes."""

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from statistics import median
from typing import Any, Literal

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.checkpoint import checkpoint
from torch.utils.flop_counter import FlopCounterMode

from shared.aggregate import OperatorTable
from shared.profiler import Stopwatch, Utterance, tf32
from talk.measure.memory import peak_allocated_bytes
from talk.records.schema import Device

from ..record import ConformerBackward, Pass, Remembering

_PROFILED = 3  # passes, after one that is dropped
DIRECTIONS: tuple[Literal["forward", "backward"], ...] = ("forward", "backward")


@tf32(False)
def measure_backward(
    encoder: torch.nn.Module,
    utterance: Utterance,
    speech_time_s: float,
    device: Device,
    threads: int,
    repeats: int,
) -> ConformerBackward:
    """Measure forward and backward through `encoder`, in eval mode, so that forward does what it does in inference.

    `utterance` is a spectrogram (1, features, frames) with its length, of speech that lasts `speech_time_s`.
    """
    torch.set_num_threads(threads)
    encoder = encoder.to(device).eval().requires_grad_(True)
    signal, length = (each.to(device) for each in utterance)

    def forward() -> torch.Tensor:
        encoded: torch.Tensor = encoder(audio_signal=signal, length=length)[0]
        return encoded.square().mean()

    flops = _flops(encoder, forward)
    remembering = [_remembering(encoder, forward, device, repeats, checkpointing) for checkpointing in (False, True)]
    operators = _profiles(encoder, forward, device)
    plain = remembering[0]
    times_s = (plain.forward_time_s, plain.backward_time_s)
    return ConformerBackward(
        device=device,
        threads=threads,
        speech_time_s=speech_time_s,
        frames=signal.shape[-1],
        parameters=sum(parameter.numel() for parameter in encoder.parameters()),
        layers=len(_layers(encoder)),
        passes=[
            Pass(direction=direction, time_s=time_s, flops=counted, operators=table.operators())
            for direction, time_s, counted, table in zip(DIRECTIONS, times_s, flops, operators, strict=True)
        ],
        remembering=remembering,
    )


def _layers(encoder: Any) -> list[torch.nn.Module]:
    return list(encoder.layers)


def _flops(encoder: torch.nn.Module, forward: Any) -> tuple[int, int]:
    encoder.zero_grad()
    with FlopCounterMode(display=False) as there:
        loss = forward()
    with FlopCounterMode(
        display=False, custom_mapping={torch.ops.aten.convolution_backward: _convolution_flops}
    ) as back:
        loss.backward()
    return there.get_total_flops(), back.get_total_flops()


def _convolution_flops(grad: Any, _input: Any, weight: Any, *rest: Any, **_: Any) -> int:
    """FLOPs of a convolution's backward: as many as forward for each gradient that is needed.

    torch's own counter counts a depthwise convolution as a full one here.
    """
    mask = next(
        each for each in rest if isinstance(each, list) and each and isinstance(each[0], bool) and len(each) == 3
    )
    _, per_output, *window = weight
    flops: int = 2 * math.prod(grad) * per_output * math.prod(window) * sum(mask[:2])
    return flops


def _profiles(encoder: torch.nn.Module, forward: Any, device: Device) -> list[OperatorTable]:
    """The operators of forward and of backward: of several profiled passes those of median length.

    The first is dropped: it pays for the profiler's own start and for pages that nobody has touched yet.
    """
    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if device == "cuda" else [])
    passes: list[tuple[OperatorTable, OperatorTable]] = []
    for _ in range(1 + _PROFILED):
        there, back = (OperatorTable(on_gpu=device == "cuda") for _ in range(2))
        encoder.zero_grad()
        with profile(activities=activities) as profiler, Stopwatch(device):
            loss = forward()
        there.add(profiler)
        with profile(activities=activities) as profiler, Stopwatch(device):
            loss.backward()
        back.add(profiler)
        passes.append((there, back))
    return [sorted(tables, key=_self_time_us)[_PROFILED // 2] for tables in zip(*passes[1:], strict=True)]


def _self_time_us(table: OperatorTable) -> float:
    return sum(operator.self_cpu_time_us for operator in table.operators())


def _remembering(
    encoder: torch.nn.Module, forward: Any, device: Device, repeats: int, checkpointing: bool
) -> Remembering:
    with _checkpointed(encoder) if checkpointing else nullcontext():
        times_s = []
        for _ in range(1 + repeats):
            encoder.zero_grad()
            there, back = Stopwatch(device), Stopwatch(device)
            with there:
                loss = forward()
            with back:
                loss.backward()
            times_s.append((there.elapsed_s, back.elapsed_s))
        forward_s, backward_s = (median(part) for part in zip(*times_s[1:], strict=True))
        saved_bytes = _saved_bytes(encoder, forward)
        # The weights' gradients are allocated before the step, so that they are no part of its peak.
        encoder.zero_grad(set_to_none=False)
        peak_bytes = peak_allocated_bytes(lambda: forward().backward(), device)
    return Remembering(
        checkpointing=checkpointing,
        saved_bytes=saved_bytes,
        peak_bytes=peak_bytes,
        forward_time_s=forward_s,
        backward_time_s=backward_s,
    )


@contextmanager
def _checkpointed(encoder: torch.nn.Module) -> Iterator[None]:
    """Let each layer save only its input, and be recomputed by the backward pass."""
    layers = _layers(encoder)
    # --8<-- [start:checkpoint]
    for layer in layers:
        layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)
    # --8<-- [end:checkpoint]
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward  # the class's own shows again


def _saved_bytes(encoder: torch.nn.Module, forward: Any) -> int:
    """Bytes that the graph of a forward pass saves, without the network's own tensors; views are counted once."""
    own = {each.untyped_storage().data_ptr() for each in (*encoder.parameters(), *encoder.buffers())}
    saved: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    # The graph lives until its memory is counted: a freed address could be allocated again.
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = forward()
    del loss
    return sum(saved.values())
