"""The profiling experiment: the Conformer's encoder over the talk's utterances, on every device there is.

Importing this needs the standard library alone; `run` imports torch and NeMo.
"""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.measure.machine import current_machine, find_devices
from scripts.measure.progress import Progress
from scripts.records.profiling import Profiling, Workload

if TYPE_CHECKING:
    from scripts.measure.profiling.audio import Sound

WORKLOAD: dict[str, Any] = json.loads(Path(__file__).with_name("workload.json").read_text(encoding="utf-8"))
PASSES = 3
_SEED = 2024


def run(device: str, quick: bool, audio: Path | None, progress: Progress) -> Profiling:
    """Measure. Quick: every file is fed once, and of the unprofiled passes there is one.

    Raises TalkError for audio that cannot be used, for a GPU that is not there and for a broken NeMo.
    """
    # Kineto reads this when torch is loaded. Its most severe messages only tell that a profile begins and ends.
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    sounds, workload = _sounds(audio, quick, progress)
    devices = find_devices(device)

    from scripts.measure.profiling.model import build
    from scripts.measure.profiling.profiler import measure_run
    from scripts.measure.profiling.variants import measure_variants

    network, model = build(WORKLOAD, progress)
    utterances = network.spectrograms(sounds)
    runs = [
        measure_run(
            network.encoder,
            utterances,
            workload.repeats,
            device=each,
            threads=current_machine().cpu_cores,
            passes=1 if quick else PASSES,
            progress=progress,
        )
        for each in devices
    ]
    variants = []
    if "cuda" in devices:
        variants = measure_variants(
            network.encoder,
            utterances,
            workload.repeats,
            device="cuda",
            passes=1 if quick else PASSES,
            quick=quick,
            progress=progress,
        )
    return Profiling(model=model, workload=workload, runs=runs, variants=variants)


def _sounds(audio: Path | None, quick: bool, progress: Progress) -> tuple[list["Sound"], Workload]:
    from scripts.measure.profiling.audio import read_folder, spread, synthetic_speech

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
