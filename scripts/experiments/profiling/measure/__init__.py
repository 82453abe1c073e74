"""The profiling experiment: the Conformer's encoder over the talk's utterances, on every device there is.

Importing this needs the standard library alone; `run` imports torch and NeMo.
"""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from shared.profile import Run, Workload
from shared.workload import WORKLOAD
from talk.errors import TalkError
from talk.experiment import Task
from talk.measure.machine import current_machine
from talk.measure.progress import Progress
from talk.records.schema import Device

from ..record import Profiling, Variant

if TYPE_CHECKING:
    from shared.audio import Sound

PASSES = 3
_SEED = 2024


def run(task: Task) -> Profiling:
    """Measure. Quick: every file is fed once, and of the unprofiled passes there is one.

    Raises TalkError for audio that cannot be used, for a GPU that is not there and for a broken NeMo.
    """
    # Kineto reads this when torch is loaded. Its most severe messages only tell that a profile begins and ends.
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    sounds, workload = _sounds(task.inputs, task.quick, task.progress)
    devices, passes = task.devices, 1 if task.quick else PASSES

    from shared.model import build
    from shared.profiler import measure_run

    from .pieces import Pieces
    from .variants import measure_variants

    network, model = build(WORKLOAD, task.progress)
    utterances = network.spectrograms(sounds)
    pieces = Pieces(network.encoder)

    def run_on(device: Device) -> Run:
        return measure_run(
            network.encoder,
            utterances,
            workload.repeats,
            device=device,
            threads=current_machine().cpu_cores,
            passes=passes,
            progress=task.progress,
            between=lambda: pieces() if device == "cpu" else None,
        )

    attempts = [task.attempt(f"the run on {device}", partial(run_on, device)) for device in devices]
    runs = [run for run in attempts if run is not None]
    if not runs:
        raise TalkError("talk measure profiling", "; ".join(task.broken), "mend it, then measure again")
    variants: list[Variant] = []
    found = Profiling(model=model, workload=workload, runs=runs, pieces=pieces.found)
    task.keep(found)
    if "cuda" in devices:
        variants = measure_variants(
            network.encoder,
            utterances,
            workload.repeats,
            device="cuda",
            passes=passes,
            task=task,
            keep=lambda so_far: task.keep(replace(found, variants=so_far)),
        )
    return replace(found, variants=variants)


def _sounds(audio: Path | None, quick: bool, progress: Progress) -> tuple[list["Sound"], Workload]:
    from shared.audio import read_folder, spread, synthetic_speech

    rate_hz, hop, encoder = WORKLOAD["sample_rate_hz"], WORKLOAD["hop_samples"], WORKLOAD["encoder"]
    if audio is None:
        sounds = synthetic_speech(WORKLOAD["file_lengths_samples"], rate_hz, _SEED)
        repeats = WORKLOAD["repeats"]
    else:
        longest_s = encoder["pos_emb_max_len"] * encoder["subsampling_factor"] * hop / rate_hz
        sounds = read_folder(audio, rate_hz, longest_s)
        if len(sounds) > WORKLOAD["utterances"]:
            progress.say(f"{audio}: the first {WORKLOAD['utterances']} of {len(sounds)} files are fed")
            sounds = sounds[: WORKLOAD["utterances"]]
        repeats = spread(WORKLOAD["utterances"], len(sounds))
    return sounds, Workload(
        audio="synthetic" if audio is None else "files",
        sample_rate_hz=rate_hz,
        hop_samples=hop,
        file_lengths_samples=[len(sound) for sound in sounds],
        repeats=[1] * len(sounds) if quick else repeats,
        batch_size=WORKLOAD["batch_size"],
    )
