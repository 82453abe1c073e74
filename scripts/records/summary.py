"""What outlives a record: its headline numbers, with their date, versions and code.

A measurement takes the place of the one before it, and its summary stays, in a file of its own:
`docs/results/<machine>/history/<experiment>-<moment>.json`. So results of many machines and moments may be copied over
one another, and none of them is lost.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scripts.errors import TalkError
from scripts.paths import RESULTS
from scripts.records.algorithms import Algorithms
from scripts.records.files import write_whole
from scripts.records.gradient import Gradient
from scripts.records.matmul import Matmul
from scripts.records.profiling import Profiling
from scripts.records.schema import SCHEMA_VERSION, AnyRecord
from scripts.records.store import read_json, read_record

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A number that a measurement is remembered by, named as pages refer to it.

    `spread` is how far its repeats lie apart, as a share of it; None where nothing was repeated.
    """

    name: str
    number: float
    spread: float | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One measurement of one experiment on one machine."""

    schema_version: int
    machine: str
    experiment: str
    measured_at: str
    versions: dict[str, str]
    commit: str | None
    dirty: bool
    quick: bool
    headlines: list[Headline]


def summarise(record: AnyRecord) -> Summary:
    """The record's summary."""
    found = _HEADLINES.get(record.experiment, lambda _: iter(()))(record.data)
    return Summary(
        schema_version=SCHEMA_VERSION,
        machine=record.machine.slug,
        experiment=record.experiment,
        measured_at=record.measured_at,
        versions=record.versions,
        commit=record.code.commit,
        dirty=record.code.dirty,
        quick=record.quick,
        headlines=[Headline(name=f"{record.experiment}.{name}", number=n, spread=s) for name, (n, s) in found],
    )


def keep_summary(record: AnyRecord, results: Path = RESULTS) -> None:
    """Write the record's summary, of the same record into the same file. Raises TalkError when that cannot be done."""
    summary = summarise(record)
    if not summary.headlines or record.origin == "published":
        return
    moment = "".join(sign for sign in record.measured_at if sign.isalnum())
    path = results / record.machine.slug / "history" / f"{record.experiment}-{moment}.json"
    write_whole(path, json.dumps(asdict(summary), ensure_ascii=False, indent=1) + "\n")


def keep_former_summary(path: Path) -> None:
    """Keep the summary of the record in `path`, which is about to be replaced: it may be older than summaries are.

    Of a record that cannot be read there is nothing to keep, and a bare machine, without pydantic, reads none.
    """
    with suppress(ImportError, TalkError):
        if path.is_file():
            keep_summary(read_record(path), path.parent.parent)


def read_summaries(results: Path = RESULTS) -> list[Summary]:
    """Every summary under `results`, oldest first. Raises TalkError naming the file and the field."""
    summaries = [_read_summary(path) for path in sorted(results.glob("*/history/*.json"))]
    return sorted(summaries, key=lambda each: (each.measured_at, each.machine, each.experiment))


def _read_summary(path: Path) -> Summary:
    from pydantic import ValidationError

    try:
        summary = _summary_type().validate_json(read_json(path)[0], strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise TalkError(path, f"field {name}: {first['msg']}", "restore it from git, or delete it") from None
    if summary.machine != path.parent.parent.name:
        raise TalkError(path, f"field machine: it is of {summary.machine}", "move it there, or delete it")
    return summary


@cache
def _summary_type() -> "TypeAdapter[Summary]":
    from pydantic import TypeAdapter

    return TypeAdapter(Summary)


# A number and its spread.
Quantity = tuple[float, float | None]
Named = Iterator[tuple[str, Quantity]]


def _of(times_s: Sequence[float]) -> Quantity:
    middle = median(times_s)
    return middle, (max(times_s) - min(times_s)) / middle if len(times_s) > 1 else None


def _ratio(above: Quantity, below: Quantity) -> Quantity:
    """Of two that vary each for itself."""
    spreads = [spread for _, spread in (above, below) if spread is not None]
    return above[0] / below[0], sum(spreads) if spreads else None


def _profiling(data: Profiling) -> Named:
    work = data.workload
    samples = sum(length * times for length, times in zip(work.file_lengths_samples, work.repeats, strict=True))
    passes = {run.device: _of(run.pass_times_s) for run in data.runs if run.pass_times_s}
    for device, time_s in passes.items():
        yield f"{device}.faster_than_real_time", _ratio((samples / work.sample_rate_hz, None), time_s)
    if len(passes) == 2:
        yield "speedup", _ratio(passes["cpu"], passes["cuda"])
    run = data.run_on("cuda")
    if run is not None and "cuda" in passes and run.device_busy_time_us is not None:
        middle_s, spread = passes["cuda"]
        idle = 1 - run.device_busy_time_us / 1e6 / middle_s
        # What the pass varies by, its busy part varies by too.
        yield "cuda.idle_share", (max(0.0, idle), spread)


def _matmul(data: Matmul) -> Named:
    rates: dict[str, Quantity] = {}
    for name in ("python", "overlap", "threads", "gpu_triton"):
        contender = data.find(name)
        if contender is not None and contender.squares:
            point = contender.squares[-1]
            rates[name] = point.flops_per_s, _of(point.times_s)[1]
    for name, rate in rates.items():
        if name != "python":
            yield f"{name}.flop_rate", rate
    if "python" in rates and "threads" in rates:
        yield "whole_descent", _ratio(rates["threads"], rates["python"])


def _gradient(data: Gradient) -> Named:
    for way in data.ways:
        for cost in way.costs:
            if (way.way, cost.inputs) == ("reverse", 1000):
                yield "ways.reverse.time_1000", (cost.time_s, None)
    steps = {price.engine: price.training_step_time_s for price in data.prices}
    if len(steps) == 2:
        yield "price.ours_over_torch", (steps["ours"] / steps["torch"], None)
    for conformer in data.conformers:
        there, back = conformer.passes
        yield f"{conformer.device}.backward.time_ratio", (back.time_s / there.time_s, None)
    if data.learning is not None and data.learning.readings:
        yield "learning.error", (data.learning.readings[-1].character_error_rate, None)


def _algorithms(data: Algorithms) -> Named:
    yield "ctc.race.speedup", _ratio(_of(data.ctc.torch_times_s), _of(data.ctc.ours_times_s))
    edit = data.edit_distance
    yield "edit_distance.race.ratio", _ratio(_of(edit.ours_times_s), _of(edit.library_times_s))
    for batching in data.batching:
        sums = {order.name: sum(order.times_s) for order in batching.orders}
        yield f"batching.{batching.device}.gain", (sums["random"] / sums["sorted"], None)
    points = {way.name: {point.size: _of(point.times_s) for point in way.curve.points} for way in data.attention.ways}
    largest = max(points["whole"])
    yield "attention.speedup", _ratio(points["whole"][largest], points["tiled"][largest])
    yield "ring.ring_time", _of(data.ring.runs[-1].ring_times_s)


_HEADLINES: dict[str, Callable[[Any], Named]] = {
    "profiling": _profiling,
    "matmul": _matmul,
    "gradient": _gradient,
    "algorithms": _algorithms,
}
