"""The algorithms experiment: stories in which classical algorithms do what no GPU could, each beside its brute force.

Importing this needs the standard library alone; `run` imports torch, NeMo and numba.
"""

import os
import time
from pathlib import Path

from scripts.measure.machine import current_machine, find_devices
from scripts.measure.profiling import WORKLOAD
from scripts.measure.progress import Advance, Progress
from scripts.records.algorithms import Algorithms

_QUICK_LAYERS = 2


def run(device: str, quick: bool, audio: Path | None, progress: Progress) -> Algorithms:
    """Measure every story, on the CPU but for those whose subject is the real network. Quick: two of its layers.

    Raises TalkError for a GPU that is not there, and for a worker that dies.
    """
    del audio  # what is said matters to no story here, only how long
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    devices = find_devices(device)
    threads = current_machine().cpu_cores
    start = time.perf_counter()

    import numba
    import torch

    from scripts.measure import workers
    from scripts.measure.algorithms import (
        attention,
        batching,
        checkpointing,
        convolution,
        ctc_race,
        decoding,
        edit_distance,
        framework_facts,
        heard,
        many_hours,
        ring,
    )
    from scripts.measure.memory import HIGH_WATER, give_back
    from scripts.measure.profiling.model import seeded

    HIGH_WATER.begin()
    workers.peaks_bytes.clear()
    torch.set_num_threads(threads)
    numba.set_num_threads(min(threads, numba.get_num_threads()))
    with progress.bar("algorithms", 100) as advance:

        def part(of_hundred: float) -> Advance:
            return lambda share: advance(of_hundred * share)

        on_ring = ring.measure(devices, quick, part(5))
        on_many_hours = many_hours.measure(devices, quick, part(10))
        small_peak_bytes = HIGH_WATER.peak_bytes()
        on_alignments = ctc_race.measure(quick, part(30))
        on_edits = edit_distance.measure(quick, part(4))
        on_decoding = decoding.measure(heard.listen(quick), quick, part(6))
        on_convolution = convolution.measure(quick, part(4))
        on_attention = attention.measure(quick, part(4))
        on_packing = batching.measure_packing(quick, part(1))
        encoder = WORKLOAD["encoder"] | ({"n_layers": _QUICK_LAYERS} if quick else {})
        network = seeded(WORKLOAD | {"encoder": encoder})
        torch.set_num_threads(threads)  # NeMo has its own mind
        features = encoder["feat_in"]
        on_checkpointing = checkpointing.measure(network.encoder, features, quick, part(6))
        on_framework = framework_facts.measure(network.encoder, features, quick, part(5))
        network.encoder.zero_grad()
        give_back()
        on_batches = batching.measure(network, devices, quick, part(25))
    peak_bytes = HIGH_WATER.peak_bytes()
    if peak_bytes is not None and small_peak_bytes is not None:
        # Workers ran beside this process while it was small.
        peak_bytes = max(peak_bytes, small_peak_bytes + max(workers.peaks_bytes, default=0))
    return Algorithms(
        ctc=on_alignments,
        decoding=on_decoding,
        edit_distance=on_edits,
        batching=on_batches,
        packing=on_packing,
        convolution=on_convolution,
        attention=on_attention,
        checkpointing=on_checkpointing,
        ring=on_ring,
        many_hours=on_many_hours,
        framework=on_framework,
        elapsed_s=time.perf_counter() - start,
        peak_bytes=peak_bytes,
        threads=threads,
    )
