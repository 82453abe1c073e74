"""Stories about more than one machine, and about the framework."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from talk.records.schema import Device

from .curves import Curve, check_names

HiddenName = Literal["topological", "colouring", "consing", "union_find"]


@dataclass(frozen=True, kw_only=True)
class RingRun:
    """One number of workers. Bytes are those of the worker that sent most; `agree`: every sum was exact."""

    workers: int
    ring_times_s: list[float]
    star_times_s: list[float]
    library_times_s: list[float]
    ring_sent_bytes: int
    star_sent_bytes: int
    agree: bool
    device: Device = "cpu"


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Story 8. All-reduce of `bytes_a_worker` over processes of one machine; `gpu_runs` over its GPUs, if several."""

    bytes_a_worker: int
    runs: list[RingRun]
    gpu_runs: list[RingRun] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ManyHours:
    """Story 8, data-parallel: the same profiling by one worker with one thread, with `threads`, and dealt out.

    `share_times_s` has the time of each worker; the longest is the time of all. The busiest worker was given
    `largest_share` of the sound. Calls are those of all operators: together as many as alone.
    """

    device: Device
    workers: int
    utterances: int
    sound_s: float
    one_thread_time_s: float
    all_threads_time_s: float
    threads: int
    share_times_s: list[float]
    largest_share: float
    calls_alone: int
    calls_together: int


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """One algorithm hidden in the framework: sizes are nodes or tensors."""

    name: HiddenName
    ours: Curve
    brute: Curve


@dataclass(frozen=True, kw_only=True)
class Framework:
    """Story 9, on one utterance in the talk's encoder.

    The backward pass through its `layers` has `steps`; to walk every path of the chain rule by itself takes a number of
    steps with `paths_digits` digits. `order_agrees`: autograd ran the steps in our order. A training step of the first
    `traced_layers` makes `tensors`. Buffers shared by tensors of the same size take `buffers_bytes`; at the fullest
    moment `live_bytes` are alive. Of its `operators` that compute anything, `distinct` remain when repeats are dropped,
    and `loops` when pointwise ones are joined.
    """

    layers: int
    steps: int
    paths_digits: int
    order_agrees: bool
    traced_layers: int
    tensors: int
    tensors_bytes: int
    buffers_bytes: int
    live_bytes: int
    operators: int
    distinct: int
    loops: int
    growths: list[Hidden]

    def __post_init__(self) -> None:
        check_names("growths", [each.name for each in self.growths], get_args(HiddenName))
