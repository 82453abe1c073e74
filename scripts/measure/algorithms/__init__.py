"""The algorithms experiment: stories in which classical algorithms do what no GPU could, each beside its brute force.

Importing this needs the standard library alone; `run` imports torch, NeMo and numba.
"""

import time
from pathlib import Path

from scripts.measure.machine import current_machine, find_devices
from scripts.measure.progress import Advance, Progress
from scripts.records.algorithms import Algorithms


def run(device: str, quick: bool, audio: Path | None, progress: Progress) -> Algorithms:
    """Measure every story, on the CPU but for those whose subject is the real network.

    Raises TalkError for a GPU that is not there.
    """
    del audio  # what is said matters to no story here, only how long
    devices = find_devices(device)
    threads = current_machine().cpu_cores
    start = time.perf_counter()

    import numba
    import torch

    from scripts.measure.algorithms import attention, batching, convolution, ctc, decoding, edit_distance, ring
    from scripts.measure.algorithms.clock import peak_of_process_bytes

    torch.set_num_threads(threads)
    numba.set_num_threads(min(threads, numba.get_num_threads()))
    with progress.bar("algorithms", 100) as advance:

        def part(of_hundred: float) -> Advance:
            return lambda share: advance(of_hundred * share)

        on_alignments = ctc.measure(quick, part(35))
        on_edits = edit_distance.measure(quick, part(5))
        on_decoding = decoding.measure(quick, part(5))
        on_convolution = convolution.measure(quick, part(4))
        on_attention = attention.measure(quick, part(6))
        on_ring = ring.measure(devices, quick, part(10))
        on_batches = batching.measure(devices, quick, part(35))
    return Algorithms(
        ctc=on_alignments,
        edit_distance=on_edits,
        batching=on_batches,
        convolution=on_convolution,
        attention=on_attention,
        ring=on_ring,
        elapsed_s=time.perf_counter() - start,
        peak_bytes=peak_of_process_bytes(),
        threads=threads,
        decoding=on_decoding,
    )
