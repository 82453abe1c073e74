"""Goals of the classical algorithms: how each stands in one run of `talk measure algorithms`."""

from collections.abc import Iterator

from experiments.algorithms.record import Algorithms
from experiments.algorithms.render import named_values
from talk.records.schema import Record


def measured(
    record: Record[Algorithms], full_s: float, quick_s: float, peak_bytes: float
) -> Iterator[tuple[str, str, str]]:
    """Name, figure and target of each goal. Ratios are of that one run, `peak_bytes` of all its processes."""
    values = {name: value.number for name, value in named_values(record).items()}
    yield "CTC, 500 × 100, batch 16: torch's time / ours", f"{values['ctc.race.speedup']:.2f}", "at least 1.00"
    width = 16
    for name, title in (("beam", "beam"), ("beam_with_model", "beam with n-grams")):
        speed = values[f"decoding.{name}_{width}.faster_than_real_time"]
        yield f"{title} of {width}, one core: times real time", f"{speed:.0f}", "at least 20"
    yield "Myers: our time / rapidfuzz's", f"{values['edit_distance.race.ratio']:.2f}", "at most 2.00"
    for batching in record.data.batching:
        reached = values[f"batching.{batching.device}.gain_reached"]
        yield f"sorted batches, {batching.device}: of the gain predicted", f"{reached:.2f}", "at least 0.90"
    yield "talk measure algorithms", f"{full_s:.0f} s", "at most 240 s"
    yield "talk measure algorithms --quick", f"{quick_s:.0f} s", "at most 40 s"
    yield "talk measure algorithms, peak memory", f"{peak_bytes / 2**30:.2f} GiB", "under 4 GiB"
