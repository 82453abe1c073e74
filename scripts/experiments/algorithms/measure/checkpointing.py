"""Story 7. Less memory by recomputing: which layers' inputs to keep along a chain, so that the least is recomputed.

The backward pass goes through the chain from its end and needs what each layer's forward pass has left: its tape. All
tapes together fill the memory. With a few slots for inputs, each tape is made just before it is needed, from the
nearest input kept. Dynamic programming finds which to keep (Griewank and Walther, «Algorithm 799: revolve», 2000).
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, partial
from statistics import median
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint_sequential

from talk.errors import TalkError
from talk.measure.clock import race, times_of
from talk.measure.memory import peak_allocated_bytes
from talk.measure.progress import Advance

from ..record import Chain, ChainName, Checkpointing, Curve, Point, Sweep, SweepWay

Layer = Callable[[torch.Tensor], torch.Tensor]

_SEED = 2024
_SLOTS = 4  # of the schedules that are timed
_UTTERANCE_FRAMES = 101  # of 10 ms
_TIME_STEPS, _QUICK_TIME_STEPS = 480, 60
_WIDTH, _BATCH = 128, 16  # of the recurrent network's state
_REMEMBERS = 5.0
_SHALLOW = 20  # layers: a chain that is no deeper is measured with fewer numbers of slots
_ALONE = 5  # how often layers are timed one by one


# --8<-- [start:heart]
@cache
def cheapest(length: int, slots: int) -> tuple[float, int]:
    """Fewest layers computed anew, and where to keep the next input.
    `slots` inputs fit into memory, the first layer's among them."""
    if length == 1:
        return 0, 0
    if slots == 0:
        return math.inf, 0
    options = []
    for k in range(1, length):
        behind = cheapest(length - k, slots - 1)[0]
        options.append((k + behind + cheapest(k, slots)[0], k))
    return min(options)


# --8<-- [end:heart]


def by_trying_all(length: int, slots: int) -> float:
    """The same number without a memory of answers: every way to keep inputs is tried."""
    if length == 1:
        return 0
    if slots == 0:
        return math.inf
    return min(k + by_trying_all(length - k, slots - 1) + by_trying_all(k, slots) for k in range(1, length))


def by_formula(length: int, slots: int) -> int:
    """The same number by binomials: where no layer is computed more than r times anew, C(slots + r, r) are reached.

    Griewank and Walther, 2000. Raises TalkError for an empty chain, or no slot.
    """
    _check(length, slots)
    most = next(r for r in range(length) if math.comb(slots + r, r) >= length)
    return most * length - math.comb(slots + most, most - 1) if most else 0


def backward(
    layers: Sequence[Layer], x: torch.Tensor, slots: int, gradient: torch.Tensor | None = None
) -> torch.Tensor:
    """Gradient by `x` of the chain's output, with `slots` inputs in memory; parameters' gradients add up as usual.

    `gradient` is the loss's by the output, None where the last layer gives the loss itself. Raises TalkError for an
    empty chain, or no slot.
    """
    _check(len(layers), slots)
    # --8<-- [start:backward]
    kept, end = [(0, x)], len(layers)
    while end:
        place, x = kept[-1]
        while end - place > 1:
            free = slots - len(kept) + 1
            step = cheapest(end - place, free)[1]
            x = _advance(layers[place : place + step], x)
            place += step
            kept.append((place, x))
        gradient = _through(layers[place], x, gradient)
        end = place
        kept.pop()
    # --8<-- [end:backward]
    assert gradient is not None
    return gradient


def _advance(layers: Sequence[Layer], x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        for layer in layers:
            x = layer(x)
    return x


def _through(layer: Layer, x: torch.Tensor, gradient: torch.Tensor | None) -> torch.Tensor:
    """Forward through one layer with its tape, and back."""
    x = x.detach().requires_grad_()
    y = layer(x)
    y.backward(gradient)  # type: ignore[no-untyped-call]
    assert x.grad is not None
    return x.grad


def _each_through(layers: Sequence[Layer], x: torch.Tensor, gradient: torch.Tensor) -> None:
    for layer in layers:
        _through(layer, x, gradient)


def _keep_all(layers: Sequence[Layer], x: torch.Tensor, gradient: torch.Tensor | None) -> torch.Tensor:
    return _through(lambda y: _chained(layers, y), x, gradient)


def _segments(layers: Sequence[Layer], x: torch.Tensor, segments: int, gradient: torch.Tensor | None) -> torch.Tensor:
    """PyTorch's own way: inputs of equal segments are kept, and each segment's tapes are made anew at once."""
    torch_way: Any = checkpoint_sequential  # not typed
    return _through(lambda y: torch_way(list(layers), segments, y, use_reentrant=False), x, gradient)


def _chained(layers: Sequence[Layer], x: torch.Tensor) -> torch.Tensor:
    for layer in layers:
        x = layer(x)
    return x


def _check(length: int, slots: int) -> None:
    if length < 1 or slots < 1:
        raise TalkError("checkpointing", f"{length} layers and {slots} slots", "give at least one of each")


def conformer_chain(encoder: Any, features: int) -> tuple[list[torch.nn.Module], torch.Tensor]:
    """The encoder's layers, each a function of one tensor, and what the first is given for an utterance of noise."""
    told: list[dict[str, Any]] = []

    def listen(_layer: torch.nn.Module, _words: tuple[Any, ...], arguments: dict[str, Any]) -> None:
        told.append(arguments)

    generator = torch.Generator().manual_seed(_SEED)
    signal = torch.randn((1, features, _UTTERANCE_FRAMES), generator=generator)
    listener = encoder.layers[0].register_forward_pre_hook(listen, with_kwargs=True)
    with torch.no_grad():
        encoder(audio_signal=signal, length=torch.tensor([_UTTERANCE_FRAMES]))
    listener.remove()
    x = told[0].pop("x")
    return [_Told(layer, told[0]) for layer in encoder.layers], x


def recurrent_chain(steps: int) -> tuple[list[Layer], torch.Tensor]:
    """A recurrent network through time: each step is a layer, from one state to the next; all share their weights."""
    generator = torch.Generator().manual_seed(_SEED)
    torch.manual_seed(_SEED)
    cell = torch.nn.GRUCell(_WIDTH, _WIDTH)
    with torch.no_grad():
        cell.bias_hh[_WIDTH : 2 * _WIDTH] += _REMEMBERS  # of the gate that keeps the state: else gradients vanish
    sounds = torch.randn((steps, _BATCH, _WIDTH), generator=generator)
    return [partial(cell, sound) for sound in sounds], torch.zeros(_BATCH, _WIDTH)


class _Told(torch.nn.Module):
    """A layer of the encoder with all the arguments that it gets besides its input."""

    def __init__(self, layer: torch.nn.Module, arguments: dict[str, Any]) -> None:
        super().__init__()
        self.layer = layer
        self.arguments = arguments

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.layer(x=x, **self.arguments)
        return y


def measure(encoder: Any, features: int, quick: bool, advance: Advance) -> Checkpointing:
    """Schedules by trial and by dynamic programming; then two chains swept backward with ever less memory.

    `encoder` is the talk's, on the CPU, `features` the height of its spectrograms. The other chain is deep and light.
    """
    tried = [Point(size=n, times_s=times_of(partial(by_trying_all, n, _SLOTS), 1)) for n in range(6, 15, 2)]
    advance(0.1)
    sizes = (50, 100, 200) if quick else (50, 100, 200, 400)
    planned = [Point(size=n, times_s=times_of(partial(_plan_anew, n, _SLOTS), 1 if quick else 3)) for n in sizes]
    advance(0.1)
    cheapest.cache_clear()
    steps = _QUICK_TIME_STEPS if quick else _TIME_STEPS
    repeats = 1 if quick else 3
    return Checkpointing(
        slots=_SLOTS,
        trial=Curve(points=tried),
        planning=Curve(points=planned),
        chains=[
            _chain("conformer", *conformer_chain(encoder, features), repeats, advance),
            _chain("recurrent", *recurrent_chain(steps), repeats, advance),
        ],
    )


def _plan_anew(length: int, slots: int) -> None:
    cheapest.cache_clear()
    cheapest(length, slots)


def _note(found: list[torch.Tensor], sweep: Callable[[], torch.Tensor]) -> None:
    found.append(sweep())


def _chain(name: ChainName, layers: Sequence[Layer], x: torch.Tensor, repeats: int, advance: Advance) -> Chain:
    """Sweep the chain backward in each way; what is predicted follows from the first one to three layers alone."""
    gradient = torch.randn(x.shape, generator=torch.Generator().manual_seed(_SEED))
    length, state = len(layers), x.numel() * x.element_size()
    expected = _keep_all(layers, x, gradient)  # this also allocates the parameters' gradients
    one, two, three = (
        peak_allocated_bytes(partial(_keep_all, layers[:count], x, gradient), "cpu") for count in (1, 2, 3)
    )
    tape = three - two
    # Every round goes through all layers, so that weights come from memory, as in a sweep.
    forward_s, through_s = (
        median(times_of(work, _ALONE)) / length
        for work in (partial(_advance, layers, x), partial(_each_through, layers, x, gradient))
    )
    segments = math.isqrt(length)
    longest = length - (segments - 1) * (length // segments)  # PyTorch gives the last segment whatever remains
    # Way and slots → layers computed anew, bytes predicted, the sweep itself.
    ways: dict[tuple[SweepWay, int], tuple[int, int, Callable[[], torch.Tensor]]] = {
        ("all", length): (0, two + (length - 2) * tape, partial(_keep_all, layers, x, gradient)),
        ("segments", segments): (
            length - longest,
            two + (longest - 2) * tape + (segments - 1) * state,
            partial(_segments, layers, x, segments, gradient),
        ),
    }
    for slots in (length, 3, 1) if length <= _SHALLOW else (24, 12, 6, 3):
        memory = one + min(slots, length - 1) * state
        ways["revolve", slots] = by_formula(length, slots), memory, partial(backward, layers, x, slots, gradient)
    found: list[torch.Tensor] = []
    peaks = {way: peak_allocated_bytes(partial(_note, found, sweep), "cpu") for way, (_, _, sweep) in ways.items()}
    times = race({way: sweep for way, (_, _, sweep) in ways.items()}, repeats, warm=True)
    advance(0.4)
    return Chain(
        name=name,
        layers=length,
        state_bytes=state,
        tape_bytes=tape,
        forward_time_s=forward_s,
        through_time_s=through_s,
        gradient_difference=max(float((each - expected).abs().max() / expected.abs().max()) for each in found),
        sweeps=[
            Sweep(
                way=way,
                slots=slots,
                advances=advances,
                predicted_bytes=predicted_bytes,
                peak_bytes=peaks[way, slots],
                predicted_time_s=length * through_s + advances * forward_s,
                times_s=times[way, slots],
            )
            for (way, slots), (advances, predicted_bytes, _) in ways.items()
        ],
    )
