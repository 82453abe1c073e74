"""Story 4. Sorting is speed: utterances are padded to the longest of their batch, and padding is computed in vain."""

import random
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from scripts.errors import TalkError
from scripts.measure.machine import current_machine
from scripts.measure.profiling import WORKLOAD
from scripts.measure.progress import Advance
from scripts.records.algorithms import Batching, Curve, Order, OrderName, Point
from scripts.records.profiling import Device

if TYPE_CHECKING:
    import torch

Batch = list[int]  # places of the utterances in the list of lengths
Feed = tuple["torch.Tensor", "torch.Tensor"]  # padded spectrograms (batch, features, frames), lengths in frames

BATCH = 16
_SEED = 2024
_QUICK_LAYERS = 2


def in_order(lengths: Sequence[float], size: int) -> list[Batch]:
    """Batches of `size` utterances as they come."""
    places = list(range(len(lengths)))
    return [places[start : start + size] for start in range(0, len(places), size)]


def sorted_by_length(lengths: Sequence[float], size: int) -> list[Batch]:
    """The same, once the utterances are sorted: neighbours are of one length."""
    places = sorted(range(len(lengths)), key=lengths.__getitem__)
    return [places[start : start + size] for start in range(0, len(places), size)]


def first_fit_decreasing(lengths: Sequence[float], capacity: float) -> list[Batch]:
    """Batches of at most `capacity` frames, padding included; each utterance goes into the first one with room.

    Packing bins is NP-hard, and this is a heuristic of it. Not here: padded, a batch holds as many utterances as its
    longest allows, whatever the rest, and then first-fit decreasing is the optimum.
    """
    batches: list[Batch] = []
    # --8<-- [start:heart]
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        _check_fits(lengths[place], capacity)
        for batch in batches:
            if (len(batch) + 1) * lengths[batch[0]] <= capacity:
                batch.append(place)
                break
        else:
            batches.append([place])
    # --8<-- [end:heart]
    return batches


def least_padding(lengths: Sequence[float], size: int) -> list[Batch]:
    """The batches of at most `size`, no more of them than needed, whose padded total is least.

    Dynamic programming over the sorted utterances: the best way to batch the first n ends with some batch.
    """
    places = sorted(range(len(lengths)), key=lengths.__getitem__)

    @cache
    def best(n: int, batches: int) -> tuple[float, tuple[int, ...]]:
        """Padded total and ends of batches for the first n utterances."""
        if n == 0:
            return 0.0, ()
        if n > batches * size:
            return float("inf"), ()
        starts = range(max(0, n - size), n)
        options = ((best(s, batches - 1)[0] + (n - s) * lengths[places[n - 1]], s) for s in starts)
        total, start = min(options)
        return total, (*best(start, batches - 1)[1], n)

    ends = best(len(places), -(-len(places) // size))[1]
    return [places[start:end] for start, end in zip((0, *ends), ends, strict=False)]


def padded_total(lengths: Sequence[float], batches: Sequence[Batch]) -> float:
    """What is computed for these batches: frames, padding included."""
    return sum(len(batch) * max(lengths[place] for place in batch) for batch in batches)


def padding_share(lengths: Sequence[float], batches: Sequence[Batch]) -> float:
    """Share of what is computed that is padding."""
    total = padded_total(lengths, batches)
    return 1 - sum(lengths) / total if total else 0.0


def _check_fits(length: float, capacity: float) -> None:
    if not 0 < length <= capacity:
        raise TalkError(
            "batching", f"an utterance of {length:g} frames, batches hold {capacity:g}", "cut it or allow more"
        )


def measure(devices: Sequence[Device], quick: bool, advance: Advance) -> list[Batching]:
    """The talk's utterances through the real encoder in batches of 16, in each order; then batches of equal utterances.

    Quick: the encoder has two layers, and each file comes once. Batches of all orders are mixed, so that a disturbance
    meets them all.
    """
    import torch

    from scripts.measure.profiling.audio import synthetic_speech
    from scripts.measure.profiling.model import seeded

    workload = WORKLOAD
    if quick:
        workload = workload | {"encoder": workload["encoder"] | {"n_layers": _QUICK_LAYERS}}
    network = seeded(workload)
    advance(0.2)
    distinct = network.spectrograms(
        synthetic_speech(workload["file_lengths_samples"], workload["sample_rate_hz"], _SEED)
    )
    repeats = [1] * len(distinct) if quick else workload["repeats"]
    spectrograms = [signal for (signal, _), times in zip(distinct, repeats, strict=True) for _ in range(times)]
    random.Random(_SEED).shuffle(spectrograms)
    torch.set_num_threads(current_machine().cpu_cores)
    return [
        _measure_on(network.encoder.to(device), device, spectrograms, workload, BATCH // (4 if quick else 1), advance)
        for device in devices
    ]


def pad(spectrograms: Sequence["torch.Tensor"]) -> Feed:
    """Spectrograms (1, features, frames) as one batch, padded with zeros to the longest."""
    import torch

    frames = torch.tensor([signal.shape[-1] for signal in spectrograms])
    padded = torch.zeros(len(spectrograms), spectrograms[0].shape[1], int(frames.max()))
    for row, signal in zip(padded, spectrograms, strict=True):
        row[:, : signal.shape[-1]] = signal[0]
    return padded, frames


def _measure_on(
    encoder: "torch.nn.Module",
    device: Device,
    spectrograms: Sequence["torch.Tensor"],
    workload: dict[str, Any],
    size: int,
    advance: Advance,
) -> Batching:
    import torch

    from scripts.measure.profiling.profiler import Stopwatch

    lengths = [signal.shape[-1] for signal in spectrograms]
    batches: dict[OrderName, list[Batch]] = {
        "random": in_order(lengths, size),
        "sorted": sorted_by_length(lengths, size),
        "packed": first_fit_decreasing(lengths, size * max(lengths)),
    }

    def seconds(places: Batch) -> float:
        signal, frames = (part.to(device) for part in pad([spectrograms[place] for place in places]))
        with torch.inference_mode(), Stopwatch(device) as encoding:
            encoder(audio_signal=signal, length=frames)
        return encoding.elapsed_s

    seconds(batches["sorted"][0])  # warm-up
    times: dict[OrderName, list[float]] = {name: [] for name in batches}
    mixed = [(name, batch) for name in batches for batch in batches[name]]
    random.Random(_SEED).shuffle(mixed)
    for name, batch in mixed:
        times[name].append(seconds(batch))
        advance(0.7 * len(batch) / (len(batches) * len(lengths)))
    typical = sorted(range(len(lengths)), key=lengths.__getitem__)[len(lengths) // 2]
    equal = [
        Point(size=count, times_s=[seconds([typical] * count) for _ in range(2)]) for count in (1, size // 2, size)
    ]
    advance(0.1)
    seconds_a_frame = workload["hop_samples"] / workload["sample_rate_hz"]
    return Batching(
        device=device,
        layers=workload["encoder"]["n_layers"],
        batch_size=size,
        utterances_s=[length * seconds_a_frame for length in lengths],
        orders=[
            Order(name=name, padding_share=padding_share(lengths, batches[name]), times_s=times[name])
            for name in batches
        ],
        least_padding_share=padding_share(lengths, least_padding(lengths, size)),
        equal_utterance_s=lengths[typical] * seconds_a_frame,
        equal=Curve(name="одинаковые фразы", points=equal),
    )
