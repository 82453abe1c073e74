"""Stories about more than one machine, and about the framework."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from talk.records.ranges import Range
from talk.records.schema import Device, NonEmpty, PositiveInt, Seconds, Threads, check_unique

from .curves import Curve, check_fitted, check_lengths, check_names

HiddenName = Literal["topological", "colouring", "consing", "union_find"]


@dataclass(frozen=True, kw_only=True)
class RingRun:
    """One number of workers. Bytes are those of the worker that sent most; `agree`: every sum was exact.

    `pass_times_s` are of one vector from a worker to another, `empty_times_s` of a ring with one number a part; older
    records have neither.
    """

    workers: Threads
    ring_times_s: NonEmpty[Seconds]
    star_times_s: NonEmpty[Seconds]
    library_times_s: NonEmpty[Seconds]
    ring_sent_bytes: PositiveInt
    star_sent_bytes: PositiveInt
    agree: bool
    device: Device = "cpu"
    pass_times_s: NonEmpty[Seconds] | None = None
    empty_times_s: NonEmpty[Seconds] | None = None


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Story 8. All-reduce of `bytes_a_worker` over processes of one machine; `gpu_runs` over its GPUs, if several."""

    bytes_a_worker: PositiveInt
    runs: NonEmpty[RingRun]
    gpu_runs: list[RingRun] = field(default_factory=list)

    def __post_init__(self) -> None:
        for runs in (self.runs, self.gpu_runs):
            check_unique("runs", (run.workers for run in runs))


@dataclass(frozen=True, kw_only=True)
class ManyHours:
    """Story 8, data-parallel: the same profiling by one worker with one thread, with `threads`, and dealt out.

    `share_times_s` has the time of each worker; the longest is the time of all. The busiest worker was given
    `largest_share` of the sound. Calls are those of all operators: together as many as alone.
    """

    device: Device
    workers: Threads
    utterances: PositiveInt
    sound_s: Seconds
    one_thread_time_s: Seconds
    all_threads_time_s: Seconds
    threads: Threads
    share_times_s: NonEmpty[Seconds]
    largest_share: Annotated[float, Range(1e-3, 1)]
    calls_alone: PositiveInt
    calls_together: PositiveInt

    def __post_init__(self) -> None:
        check_lengths("share_times_s", len(self.share_times_s), self.workers)


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """One algorithm hidden in the framework: sizes are nodes or tensors."""

    name: HiddenName
    ours: Curve
    brute: Curve

    def __post_init__(self) -> None:
        check_fitted(ours=self.ours, brute=self.brute)


@dataclass(frozen=True, kw_only=True)
class Framework:
    """Story 9, on one utterance in the talk's encoder.

    The backward pass through its `layers` has `steps`; to walk every path of the chain rule by itself takes a number of
    steps with `paths_digits` digits. `order_agrees`: autograd ran the steps in our order. A training step of the first
    `traced_layers` makes `tensors`. Buffers shared by tensors of the same size take `buffers_bytes`; at the fullest
    moment `live_bytes` are alive. Of its `operators` that compute anything, `distinct` remain when repeats are dropped,
    and `loops` when pointwise ones are joined.
    """

    layers: PositiveInt
    steps: PositiveInt
    paths_digits: PositiveInt
    order_agrees: bool
    traced_layers: PositiveInt
    tensors: PositiveInt
    tensors_bytes: PositiveInt
    buffers_bytes: PositiveInt
    live_bytes: PositiveInt
    operators: PositiveInt
    distinct: PositiveInt
    loops: PositiveInt
    growths: list[Hidden]

    def __post_init__(self) -> None:
        check_names("growths", [each.name for each in self.growths], get_args(HiddenName))
        if not self.loops <= self.operators or not self.distinct <= self.operators:
            raise ValueError(f"loops, distinct: more than the {self.operators} operators there are")
