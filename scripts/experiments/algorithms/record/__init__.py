"""What an algorithms record holds: each story's brute force beside the algorithm that makes do without it."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from talk.records.doubts import Doubts, above, wide
from talk.records.headline import Headlines, quantity_of, ratio
from talk.records.schema import Device, NonEmpty, Seconds, Threads, check_unique

from .curves import (
    Curve,
    Point,
)
from .machines import (
    Framework,
    Hidden,
    HiddenName,
    ManyHours,
    Ring,
    RingRun,
)
from .network import (
    Attention,
    AttentionPrices,
    AttentionWay,
    Batching,
    Chain,
    ChainName,
    Checkpointing,
    Convolution,
    ConvolutionPrices,
    ConvolutionWay,
    InTime,
    Order,
    OrderName,
    Packing,
    Sweep,
    SweepWay,
    WayToAttend,
    WayToConvolve,
)
from .speech import (
    Alignment,
    Beam,
    BeamName,
    Ctc,
    Decoding,
    EditDistance,
    EditWay,
    Found,
    Listener,
    OutputsOf,
    WayToEdit,
)

__all__ = [
    "Algorithms",
    "Alignment",
    "Attention",
    "AttentionPrices",
    "AttentionWay",
    "Batching",
    "Beam",
    "BeamName",
    "Chain",
    "ChainName",
    "Checkpointing",
    "Convolution",
    "ConvolutionPrices",
    "ConvolutionWay",
    "Ctc",
    "Curve",
    "Decoding",
    "EditDistance",
    "EditWay",
    "Found",
    "Framework",
    "Hidden",
    "HiddenName",
    "InTime",
    "Listener",
    "ManyHours",
    "Order",
    "OrderName",
    "OutputsOf",
    "Packing",
    "Point",
    "Ring",
    "RingRun",
    "Sweep",
    "SweepWay",
    "WayToAttend",
    "WayToConvolve",
    "WayToEdit",
]


@dataclass(frozen=True, kw_only=True)
class Algorithms:
    """The stories that ran, and what the whole experiment took."""

    ctc: Ctc
    decoding: Decoding
    edit_distance: EditDistance
    batching: NonEmpty[Batching]
    packing: Packing
    convolution: Convolution
    attention: Attention
    checkpointing: Checkpointing
    ring: Ring
    many_hours: list[ManyHours]
    framework: Framework
    elapsed_s: Seconds
    peak_bytes: int | None
    threads: Threads

    def __post_init__(self) -> None:
        check_unique("batching", (each.device for each in self.batching))
        check_unique("many_hours", (each.device for each in self.many_hours))

    def run_on(self, device: Device) -> Batching | None:
        """The batches on `device`; None where there are none."""
        return next((each for each in self.batching if each.device == device), None)


def headlines(data: Algorithms) -> Headlines:
    """The numbers that a measurement is compared by: each with its name and spread."""
    yield "ctc.race.speedup", ratio(quantity_of(data.ctc.torch_times_s), quantity_of(data.ctc.ours_times_s))
    edit = data.edit_distance
    yield "edit_distance.race.ratio", ratio(quantity_of(edit.ours_times_s), quantity_of(edit.library_times_s))
    for batching in data.batching:
        sums = {order.name: sum(order.times_s) for order in batching.orders}
        yield f"batching.{batching.device}.gain", (sums["random"] / sums["sorted"], None)
    points = {way.name: {p.size: quantity_of(p.times_s) for p in way.curve.points} for way in data.attention.ways}
    largest = max(points["whole"])
    yield "attention.speedup", ratio(points["whole"][largest], points["tiled"][largest])
    yield "ring.ring_time", quantity_of(data.ring.runs[-1].ring_times_s)


_BEARS_OF_CORES = 0.1
_BEARS_OF_LAYERS = 1.0  # one alone may have lain colder than in its chain


def doubts(data: Algorithms) -> Doubts:
    """More speed-up than cores, layers longer than their chain, more mistakes than words, races that are all noise."""
    for hours in data.many_hours:
        if hours.device == "cpu":
            speedup, about = hours.one_thread_time_s / hours.all_threads_time_s, "all threads to one, many hours"
            yield from above(about, speedup, hours.threads, _BEARS_OF_CORES, kind="more_than_cores")
            speedup, about = hours.one_thread_time_s / max(hours.share_times_s), "processes to one, many hours"
            yield from above(about, speedup, hours.workers, _BEARS_OF_CORES, kind="more_than_cores")
    for chain in data.checkpointing.chains:
        for sweep in chain.sweeps:
            about = f"{chain.name} backward by {sweep.way} of {sweep.slots}, its layers' s and its own"
            yield from above(about, sweep.predicted_time_s, median(sweep.times_s), _BEARS_OF_LAYERS)
    heard = data.decoding
    rates = {f"{beam.name} of {beam.width}": beam.word_error_rate for beam in heard.beams}
    for name, rate in ({"in silence": heard.quiet_word_error_rate} | rates).items():
        yield from above(f"mistakes for each word, {name}", rate, 1.0, 0.0)
    yield from wide("ctc, torch", data.ctc.torch_times_s)
    yield from wide("ctc, ours", data.ctc.ours_times_s)
    yield from wide("edit distance, ours", data.edit_distance.ours_times_s)
    yield from wide("edit distance, library", data.edit_distance.library_times_s)


_FORMER_NAMES = {
    "таблица": "rows",
    "Хиршберг": "hirschberg",
    "Майерс": "myers",
    "rapidfuzz": "library",
    "жадный": "greedy",
    "луч": "beam",
    "луч с моделью языка": "beam_with_model",
}


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """Data of schema version 1, where methods and curves had Russian names, as today's schema has it."""
    edit = dict(data["edit_distance"])
    edit["ways"] = [{"name": _FORMER_NAMES[curve["name"]], "curve": curve} for curve in edit.pop("curves")]
    beams = [beam | {"name": _FORMER_NAMES[beam["name"]]} for beam in data["decoding"]["beams"]]
    renamed = data | {"edit_distance": edit, "decoding": data["decoding"] | {"beams": beams}}
    return {field: _with_nameless_curves(value) for field, value in renamed.items()}


def _with_nameless_curves(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _with_nameless_curves(each) for key, each in value.items() if key != "name" or "points" not in value
        }
    return [_with_nameless_curves(each) for each in value] if isinstance(value, list) else value


Data = Algorithms
