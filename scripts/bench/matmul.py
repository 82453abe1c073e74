"""Goals of the nine circles: how each stands in one run of `talk measure matmul`."""

from collections.abc import Iterator

from experiments.matmul.record import Matmul
from experiments.matmul.render import named_values
from experiments.matmul.render.steps import STEPS
from talk.records.schema import Record

_WAITS = "waits for a GPU"
_CPU_SIDES = (1024, 2048)


def measured(
    record: Record[Matmul], full_s: float, quick_s: float, peak_bytes: float
) -> Iterator[tuple[str, str, str]]:
    """Name, figure and target of each goal. Ratios are of that one run, `peak_bytes` of all its processes."""
    values = named_values(record)

    def figure(name: str, without: str = "not measured") -> str:
        return f"{values[name].number:.2f}" if name in values else without

    for side in _CPU_SIDES:
        ratio, share = figure(f"overlap.n{side}.to_library"), figure(f"overlap.n{side}.share_of_peak")
        yield f"matmul, one thread, {side}: to the faster library", ratio, "at least 1.00"
        yield f"matmul, one thread, {side}: of the FMA peak", share, "at least 0.90"
        at_its_clock = figure(f"overlap.n{side}.share_of_peak_at_its_clock")
        yield (
            f"matmul, one thread, {side}: of the FMA peak at the same clock",
            at_its_clock,
            "no goal: tells of the clock",
        )
    for side in _CPU_SIDES:
        yield (
            f"matmul, all threads, {side}: to the faster library",
            figure(f"threads.n{side}.to_library"),
            "at least 1.00",
        )
    in_fp32 = [f"{step.name}.n4096.to_library" for step in STEPS if (step.device, step.dtype) == ("cuda", "float32")]
    best = max((name for name in in_fp32 if name in values), key=lambda name: values[name].number, default="")
    yield "matmul, GPU, fp32, 4096: to cuBLAS", figure(best, _WAITS), "at least 0.90"
    for side in (4096, 8192):
        ratio = figure(f"gpu_triton_bfloat16.n{side}.to_library", _WAITS)
        yield f"matmul, GPU, bf16, {side}: to cuBLAS", ratio, "at least 0.95"
    if "distributed.deviation" in values:
        excess = f"{100 * values['distributed.deviation'].number:.2f} %"
    else:
        excess = "not counted here"
    yield "matmul, four processes: bytes sent, off the theory", excess, "at most 5 %"
    error = f"{values['death.error'].number:.0e}" if "death.error" in values else "not measured"
    yield "matmul, a process killed: error of the product", error, "at most 1e-06"
    yield "talk measure matmul", f"{full_s:.0f} s", "at most 90 s"
    yield "talk measure matmul --quick", f"{quick_s:.0f} s", "at most 20 s"
    yield "talk measure matmul, peak memory", f"{peak_bytes / 2**30:.2f} GiB", "under 2 GiB"
