"""Story 4. Sorting is speed: utterances are padded to the longest of their batch, and to compute padding is waste."""

import itertools
import math
import random
from collections.abc import Callable, Sequence
from functools import cache, partial
from statistics import median
from typing import TYPE_CHECKING

from shared.workload import WORKLOAD
from talk.errors import TalkError
from talk.experiment import Task
from talk.measure.clock import times_of
from talk.measure.progress import Advance
from talk.records.schema import Device

from ..record import Batching, Curve, InTime, Order, OrderName, Packing, Point
from .serving import between, rate_in_time

if TYPE_CHECKING:
    import torch

    from shared.model import Network

Batch = list[int]  # places of the utterances in the list of lengths
Load = Callable[[Sequence[float]], float]
Feed = tuple["torch.Tensor", "torch.Tensor"]  # padded spectrograms (batch, features, frames), lengths in frames

BATCH = 16
_SEED = 2024
_AGREE = 1.05  # two times of a shape of batch, the longer over the shorter: their mean is then 2.5 % from either
_DEADLINE_S = 1.0  # a pause that a caller takes for thinking and not for a fault
_BIN, _HANDFUL = 1.5, 10  # a bin, in longest utterances; utterances in a case that is small enough to try all


def padded(lengths: Sequence[float]) -> float:
    """How much a batch of utterances of these lengths takes, padding included."""
    return len(lengths) * max(lengths)


def in_order(lengths: Sequence[float], size: int) -> list[Batch]:
    """Batches of `size` utterances as they come."""
    places = list(range(len(lengths)))
    return [places[start : start + size] for start in range(0, len(places), size)]


def sorted_by_length(lengths: Sequence[float], size: int) -> list[Batch]:
    """Batches of `size` sorted utterances: those of a batch have nearly the same length."""
    places = sorted(range(len(lengths)), key=lengths.__getitem__)
    return [places[start : start + size] for start in range(0, len(places), size)]


def first_fit_decreasing(lengths: Sequence[float], capacity: float, load: Load = padded) -> list[Batch]:
    """Batches whose `load` is at most `capacity`: each utterance, the longest first, goes into the first that has room.

    If the load is a sum, this is bin packing, which is NP-hard, and first fit is a heuristic: it takes at most 11/9 of
    the fewest bins and 6/9 of a bin (Dósa, 2007). If the load is padded, the longest utterance alone decides how many a
    batch holds, and no other way takes fewer batches.
    """
    batches: list[Batch] = []
    # --8<-- [start:heart]
    longest_first = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    for place in longest_first:
        _check_fits(lengths[place], capacity)
        for batch in batches:
            together = [lengths[other] for other in (*batch, place)]
            if load(together) <= capacity:
                batch.append(place)
                break
        else:
            batches.append([place])
    # --8<-- [end:heart]
    return batches


def fewest_bins(lengths: Sequence[float], capacity: float) -> int:
    """The least number of bins that hold `lengths` laid end to end: dynamic programming over all 2ⁿ subsets.

    The best packing of a subset uses fewest bins, and of those the one with the emptiest last bin.
    """
    for length in lengths:
        _check_fits(length, capacity)
    best: list[tuple[int, float]] = [(0, capacity)]  # bins, and how full the last is
    for subset in range(1, 1 << len(lengths)):
        options = []
        for place, length in enumerate(lengths):
            if subset >> place & 1:
                bins, full = best[subset ^ (1 << place)]
                options.append((bins, full + length) if full + length <= capacity else (bins + 1, length))
        best.append(min(options))
    return best[-1][0]


def least_padding(lengths: Sequence[float], size: int) -> list[Batch]:
    """The fewest batches of at most `size` utterances; among all such divisions, the one whose padded total is least.

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
    return sum(padded([lengths[place] for place in batch]) for batch in batches)


def padding_share(lengths: Sequence[float], batches: Sequence[Batch]) -> float:
    """Share of what is computed that is padding."""
    total = padded_total(lengths, batches)
    return 1 - sum(lengths) / total if total else 0.0


def _check_fits(length: float, capacity: float) -> None:
    if not 0 < length <= capacity:
        raise TalkError(
            "batching", f"an utterance of {length:g} frames, batches hold {capacity:g}", "cut it or allow more"
        )


def measure(network: "Network", task: Task, advance: Advance) -> list[Batching]:
    """The talk's utterances through its encoder: in batches of 16, in each order, and one by one; and equal ones.

    Quick: each file comes once, in batches of 4. The time of a batch depends on its shape alone. Each shape is timed
    twice, in turns, so that a disturbance meets them all, and once more where the two times disagree.
    """
    from shared.audio import synthetic_speech

    distinct = network.spectrograms(
        synthetic_speech(WORKLOAD["file_lengths_samples"], WORKLOAD["sample_rate_hz"], _SEED)
    )
    repeats = [1] * len(distinct) if task.quick else WORKLOAD["repeats"]
    spectrograms = [signal for (signal, _), times in zip(distinct, repeats, strict=True) for _ in range(times)]
    random.Random(_SEED).shuffle(spectrograms)
    size, rounds = (BATCH // 4, 1) if task.quick else (BATCH, 3)

    def measure_on(device: Device) -> Batching:
        return _measure_on(network.encoder.to(device), device, spectrograms, size, rounds, advance)

    attempts = [task.attempt(f"batches on {device}", partial(measure_on, device)) for device in task.devices]
    return [each for each in attempts if each is not None]


def pad(spectrograms: Sequence["torch.Tensor"]) -> Feed:
    """Spectrograms (1, features, frames) as one batch, padded with zeros to the longest."""
    import torch

    frames = torch.tensor([signal.shape[-1] for signal in spectrograms])
    batch = torch.zeros(len(spectrograms), spectrograms[0].shape[1], int(frames.max()))
    for row, signal in zip(batch, spectrograms, strict=True):
        row[:, : signal.shape[-1]] = signal[0]
    return batch, frames


def _measure_on(
    encoder: "torch.nn.Module",
    device: Device,
    spectrograms: Sequence["torch.Tensor"],
    size: int,
    rounds: int,
    advance: Advance,
) -> Batching:
    import torch

    from shared.profiler import Stopwatch, tf32

    lengths = [signal.shape[-1] for signal in spectrograms]
    orders: dict[OrderName, list[Batch]] = {
        "random": in_order(lengths, size),
        "sorted": sorted_by_length(lengths, size),
        "packed": first_fit_decreasing(lengths, size * max(lengths)),
    }
    typical = sorted(range(len(lengths)), key=lengths.__getitem__)[len(lengths) // 2]
    equal = {count: [typical] * count for count in (1, 2, 4, 8, 16) if count <= size}
    alone: list[Batch] = [[place] for place in range(len(lengths))]

    def shape(batch: Batch) -> tuple[int, int]:
        return len(batch), max(lengths[place] for place in batch)

    def seconds(batch: Batch) -> float:
        signal, frames = (part.to(device) for part in pad([spectrograms[place] for place in batch]))
        with torch.inference_mode(), tf32(False), Stopwatch(device) as encoding:
            encoder(audio_signal=signal, length=frames)
        return encoding.elapsed_s

    of_shape = {shape(batch): batch for batch in (*itertools.chain(*orders.values()), *equal.values(), *alone)}
    times: dict[tuple[int, int], list[float]] = {each: [] for each in of_shape}
    seconds(of_shape[max(of_shape, key=math.prod)])  # warm-up: memory for the largest is there
    for _ in range(rounds):
        unsettled = [each for each in sorted(of_shape) if not _settled(times[each])]
        for each in random.Random(_SEED).sample(unsettled, len(unsettled)):
            times[each].append(seconds(of_shape[each]))
        advance(0.95 / rounds)
    equal_times = {count: times[shape(batch)] for count, batch in equal.items()}
    batch_s = between({count: median(found) for count, found in equal_times.items()})
    hop_s = WORKLOAD["hop_samples"] / WORKLOAD["sample_rate_hz"]
    advance(0.05)
    return Batching(
        device=device,
        layers=len(encoder.layers),  # type: ignore[arg-type]
        batch_size=size,
        rounds=rounds,
        utterances_s=[length * hop_s for length in lengths],
        orders=[
            Order(
                name=name,
                padding_share=padding_share(lengths, batches),
                times_s=[median(times[shape(batch)]) for batch in batches],
            )
            for name, batches in orders.items()
        ],
        alone_time_s=sum(median(times[shape(batch)]) for batch in alone),
        least_padding_share=padding_share(lengths, least_padding(lengths, size)),
        equal_utterance_s=lengths[typical] * hop_s,
        equal=Curve(points=[Point(size=count, times_s=found) for count, found in equal_times.items()]),
        deadline_s=_DEADLINE_S,
        in_time=[InTime(most=count, rate_per_s=rate_in_time(count, _DEADLINE_S, batch_s)) for count in equal],
    )


def _settled(times_s: Sequence[float]) -> bool:
    return len(times_s) > 1 and max(times_s) < _AGREE * min(times_s)


def measure_packing(quick: bool, advance: Advance) -> Packing:
    """First fit against the fewest bins on handfuls of the talk's utterances, and how the time of both grows."""
    lengths = [
        length / WORKLOAD["sample_rate_hz"]
        for length, times in zip(WORKLOAD["file_lengths_samples"], WORKLOAD["repeats"], strict=True)
        for _ in range(times)
    ]
    capacity, chance = _BIN * max(lengths), random.Random(_SEED)
    handfuls = [chance.sample(lengths, _HANDFUL) for _ in range(50 if quick else 400)]
    found = [(len(first_fit_decreasing(each, capacity, sum)), fewest_bins(each, capacity)) for each in handfuls]
    grown = {count: chance.sample(lengths, count) for count in (8, 10, 12, 14, *(() if quick else (16, 18)))}
    advance(1.0)
    return Packing(
        capacity_s=capacity,
        handful=_HANDFUL,
        cases=len(handfuls),
        missed=sum(ours > fewest for ours, fewest in found),
        worst=max(found, key=lambda pair: pair[0] / pair[1]),
        trial=Curve(
            points=[
                Point(size=count, times_s=times_of(partial(fewest_bins, each, capacity), 2))
                for count, each in grown.items()
            ],
        ),
        first_fit=Curve(
            points=[
                Point(size=n, times_s=times_of(partial(first_fit_decreasing, lengths[:n], capacity, sum), 5))
                for n in (8, 16, 32, 64)
            ],
        ),
    )
