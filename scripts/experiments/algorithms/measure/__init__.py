"""The algorithms experiment: stories in which classical algorithms do what no GPU could, each beside its brute force.

Importing this needs the standard library alone; `run` imports torch, NeMo and numba.
"""

import atexit
import gc
import os
import time
from importlib import import_module

from shared.workload import WORKLOAD
from talk.experiment import Task
from talk.measure.machine import current_machine
from talk.measure.progress import Advance

from ..record import Algorithms

_NAME = __name__.split(".")[-2]  # of this experiment
_QUICK_LAYERS = 3  # the first three tell what each further layer keeps
_NEMO = "nemo.collections.asr.modules"


def run(task: Task) -> Algorithms:
    """Measure every story: on the CPU, and those about the real network on every device. Quick: two of its layers.

    Raises TalkError for a GPU that is not there, and for a worker that dies.
    """
    from talk.measure.launcher import Launcher

    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    devices, quick, progress = task.devices, task.quick, task.progress
    threads = current_machine().cpu_cores
    start = time.perf_counter()

    with progress.bar(_NAME, 100) as advance:

        def part(of_hundred: float) -> Advance:
            return lambda share: advance(of_hundred * share)

        with Launcher([_NEMO]) as launcher:
            # The launcher imports NeMo while we do, each on a core of its own; nothing is measured yet.
            import numba
            import torch

            from shared.model import quiet, seeded
            from talk.measure.memory import HIGH_WATER, give_back

            from . import many_hours, ring

            with quiet():
                import_module(_NEMO)
            gc.freeze()  # imported modules are no garbage: a collection that visits them takes a third of a second
            atexit.register(gc.unfreeze)  # otherwise nanobind reports leaks
            HIGH_WATER.begin()
            on_many_hours = many_hours.measure(launcher, devices, quick, part(10))
            on_ring = ring.measure(launcher, devices, quick, part(5))
        beside_workers_bytes = HIGH_WATER.peak_bytes()

        from . import (
            attention,
            batching,
            checkpointing,
            convolution,
            ctc_race,
            decoding,
            edit_distance,
            framework_facts,
            heard,
        )

        torch.set_num_threads(threads)
        numba.set_num_threads(min(threads, numba.get_num_threads()))
        on_alignments = ctc_race.measure(quick, part(30))
        on_edits = edit_distance.measure(quick, part(4))
        on_decoding = decoding.measure(heard.listen(quick), quick, part(6))
        on_convolution = convolution.measure(quick, part(4))
        on_attention = attention.measure(quick, part(4))
        on_packing = batching.measure_packing(quick, part(1))
        encoder = WORKLOAD["encoder"] | ({"n_layers": _QUICK_LAYERS} if quick else {})
        network = seeded(WORKLOAD | {"encoder": encoder})
        torch.set_num_threads(threads)  # NeMo changes it
        features = encoder["feat_in"]
        on_checkpointing = checkpointing.measure(network.encoder, features, quick, part(6))
        on_framework = framework_facts.measure(network.encoder, features, quick, part(5))
        network.encoder.zero_grad()
        give_back()
        on_batches = batching.measure(network, task, part(25))
    peak_bytes = HIGH_WATER.peak_bytes()
    if peak_bytes is not None and beside_workers_bytes is not None:
        peak_bytes = max(peak_bytes, beside_workers_bytes + max(launcher.peaks_bytes, default=0))
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
