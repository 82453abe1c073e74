"""Records of machines that nobody has, each made of those of one that somebody has.

A made machine is a committed one changed as a whole: slower or faster together with its ceilings, with other threads,
vectors and caches, measured by older code, or a GPU alone. Made numbers must never lie in docs/results.
"""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from talk.records.schema import AnyRecord, Machine

SLUG = "made"
Vectors = Literal["avx512", "avx2", "neon"]
LEVELS = frozenset(("l1", "l2", "l3"))

# Rows and columns of the register tile, numbers in a register: what the measuring code takes for each.
_TILES: dict[Vectors, tuple[int, int, int]] = {"avx512": (6, 64, 16), "avx2": (6, 16, 8), "neon": (6, 16, 4)}
_CPUS: dict[Vectors, str] = {"avx512": "Intel(R) Xeon(R) Processor", "avx2": "AMD EPYC 7B13", "neon": "Neoverse-N1"}
# What a slower machine is slower at; the others are of a browser, of decks and of labs.
_OF_HARDWARE = frozenset(("matmul", "profiling", "gradient", "algorithms"))
_CORES = 2  # of the machines that these are like
_UNEVEN_POINTS = 0.3  # how unlike the points of one step are, to how unlike the steps are
# Whose times belong together; others' are each of a step of its own.
_STEPS = frozenset(("Contender", "Curve", "Pass", "Run", "Variant"))
# What a machine costs, as it is: slower exactly as its ceilings are.
_PRICES = frozenset(("Prices", "Walk", "AttentionPrices", "ConvolutionPrices"))
# Fields that older code did not know, by what has them.
_NEW: dict[str, tuple[str, ...]] = {
    "Peak": ("median_flops_per_s", "after_products_flops_per_s", "tile_flops_per_s"),
    "Bandwidth": ("median_bytes_per_s",),
    "Matmul": ("prices",),
    "AttentionWay": ("fresh_pages",),
    "ConvolutionWay": ("fresh_pages",),
    "Attention": ("prices",),
    "Convolution": ("prices", "image_rows", "image_columns"),
    "Batching": ("alone_time_s",),
    "RingRun": ("pass_times_s", "empty_times_s"),
}
# Lengths of sound and deadlines: no machine makes them shorter.
_NOT_TAKEN = frozenset(
    ("speech_time_s", "taught_time_s", "sound_s", "utterances_s", "equal_utterance_s", "deadline_s", "capacity_s",
     "frame_s", "waited_s")
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What a made machine is: `slower` times slower than the one it is like, its steps unlike each other by `uneven`.

    `caches` are those that the system tells of. `old`: measured by code that knew neither prices nor kernels.
    `gpu_alone`: nothing of its CPU was measured.
    """

    slower: float = 1.0
    uneven: float = 0.0
    threads: int = _CORES
    vectors: Vectors = "avx512"
    caches: frozenset[str] = LEVELS
    old: bool = False
    gpu_alone: bool = False
    seed: int = 0


def made_machine(kind: Kind, records: Iterable[AnyRecord]) -> list[AnyRecord]:
    """The records of such a machine, each like one of `records`: of a CPU, or for a GPU alone those of its machine."""
    made = []
    for record in records:
        data = _Changed(kind).another(record.data) if record.experiment in _OF_HARDWARE else record.data
        if kind.gpu_alone:
            data = _without_cpu(data)
        if data is not None:
            bare = kind.old or kind.vectors != "avx512"
            machine = record.machine if kind.gpu_alone else _machine(kind, record.machine)
            made.append(
                replace(
                    record,
                    machine=replace(machine, slug=SLUG),
                    data=data,
                    libraries=[] if bare else record.libraries,
                    load=None,
                    doubtful=[],
                )
            )
    return made


def _machine(kind: Kind, like: Machine) -> Machine:
    system = f"Debian GNU/Linux 12, {'aarch64' if kind.vectors == 'neon' else 'x86_64'}"
    return replace(like, cpu=_CPUS[kind.vectors], cpu_cores=kind.threads, system=system)


def _without_cpu(data: Any) -> Any:
    """What is left of an experiment's data where only the GPU was measured; None where nothing is."""
    match type(data).__name__:
        case "Matmul":
            on_gpu = [each for each in data.contenders if each.device == "cuda"]
            return replace(
                data, tiling=None, contenders=on_gpu, peaks=[], bandwidths=[], distributed=[], prices=None, walks=[]
            )
        case "Profiling":
            return replace(data, runs=[run for run in data.runs if run.device == "cuda"], pieces=[])
    return None


class _Changed:
    """Changes data. Ceilings move by exactly `slower`, every step by that or more: none comes above its ceiling."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._dice = random.Random(kind.seed)

    def another(self, data: Any, slower: float | None = None) -> Any:
        """`data` as this machine would have measured it; `slower` is that of the step which it is part of."""
        if isinstance(data, list):
            return self._measured_once([self.another(each, slower) for each in data])
        if not is_dataclass(data) or isinstance(data, type):
            return data
        name, on_all = type(data).__name__, getattr(data, "threads", 1) == _CORES
        if name in _STEPS:
            slower = self._step(share=on_all and name == "Contender")
        elif name in _PRICES:
            slower = self._kind.slower
        elif name == "Point" and slower is not None:
            slower *= math.exp(_UNEVEN_POINTS * self._kind.uneven * self._dice.random())
        grown = self._kind.threads / _CORES if on_all else 1.0
        changes = {each.name: self._field(each.name, getattr(data, each.name), slower, grown) for each in fields(data)}
        return self._of_kind(self._with_unlike_operators(replace(data, **changes)))

    def _step(self, *, share: bool) -> float:
        """How many times as long a step takes; all threads of this machine share what those of the other do."""
        slower = self._kind.slower * math.exp(self._kind.uneven * abs(self._dice.gauss(0, 1)))
        more = self._kind.threads / _CORES
        return slower / (more if more <= 1 else max(1.0, more * self._dice.uniform(0.3, 0.9))) if share else slower

    def _field(self, name: str, value: Any, slower: float | None, grown: float) -> Any:
        if name.endswith("_per_s"):
            return _each(value, lambda number: number * grown / self._kind.slower)
        if _is_taken(name):
            times = slower or self._step(share=False)
            return _each(value, lambda number: number * times)
        if name == "threads" and value == _CORES:
            return self._kind.threads
        return self.another(value, slower)

    def _with_unlike_operators(self, data: Any) -> Any:
        """Operators of one run become unlike each other; their sum stays."""
        if type(data).__name__ not in {"Run", "Pass"} or not self._kind.uneven:
            return data
        own_us = [each.self_cpu_time_us for each in data.operators]
        unlike_us = [time_us * math.exp(self._kind.uneven * self._dice.gauss(0, 1)) for time_us in own_us]
        scale = sum(own_us) / (sum(unlike_us) or 1.0)
        return replace(
            data,
            operators=[
                replace(
                    each,
                    self_cpu_time_us=time_us * scale,
                    cpu_time_total_us=each.cpu_time_total_us and max(each.cpu_time_total_us, time_us * scale),
                )
                for each, time_us in zip(data.operators, unlike_us, strict=True)
            ],
        )

    def _of_kind(self, made: Any) -> Any:
        """What this machine has no room for, and its code no name."""
        kind, name = self._kind, type(made).__name__
        if kind.old and name in _NEW:
            made = replace(made, **dict.fromkeys(_NEW[name]))
        match name:
            case "Tiling":
                rows, columns, lanes = _TILES[kind.vectors]
                untold = {f"{level}_bytes": 0 for level in LEVELS - kind.caches}
                return replace(made, rows=rows, columns=columns, lanes=lanes, **untold)
            case "Contender" if kind.vectors == "neon" and made.dtype in {"bfloat16", "int8"} and made.device == "cpu":
                return replace(made, points=[], skipped="failed:no instruction")
            case "Matmul":
                kept = [each for each in made.bandwidths if each.traffic == "load" or not kind.old]
                kept = [each for each in kept if each.level != "l3" or "l3" in kind.caches]
                return replace(made, bandwidths=kept, walks=[] if kind.old else made.walks)
            case "Profiling" if kind.old:
                return replace(made, pieces=[])
            case "Algorithms" if kind.threads == 1:
                return replace(made, many_hours=[])
        return made

    def _measured_once(self, made: list[Any]) -> list[Any]:
        """One thread is all threads of a machine that has no more, and its ceilings are measured once."""
        if self._kind.threads > 1 or not made or type(made[0]).__name__ not in {"Peak", "Bandwidth"}:
            return made
        kinds = {
            (each.threads, getattr(each, "level", None), getattr(each, "traffic", None)): each for each in made[::-1]
        }
        return list(kinds.values())[::-1]


def _is_taken(name: str) -> bool:
    return name.endswith(("_s", "_us")) and not name.endswith("_per_s") and name not in _NOT_TAKEN


def _each(value: Any, change: Callable[[float], float]) -> Any:
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    return change(value) if isinstance(value, float) else value
