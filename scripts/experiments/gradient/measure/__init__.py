"""The gradient experiment: ways to a derivative, their costs, and a network that is trained by gradients.

Importing this needs the standard library alone; `run` imports torch and NeMo.
"""

import os
import time
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from shared.workload import DIGITS_NETWORK, WORKLOAD
from talk.experiment import Task
from talk.measure.machine import current_machine
from talk.measure.progress import Progress
from talk.records.files import write_whole
from talk.records.schema import Device

from ..record import ConformerBackward, Gradient, Learning

if TYPE_CHECKING:
    from shared.speech import Spoken

    from .reading.learning import Lesson

_UTTERANCE_S, _QUICK_UTTERANCE_S = 5.0, 1.5
_TAUGHT, _ASKED, _STEPS, _SNAPSHOTS = 2400, 192, 900, 10
_QUICK_TAUGHT, _QUICK_ASKED, _QUICK_STEPS, _QUICK_SNAPSHOTS = 160, 16, 20, 2


def run(task: Task) -> Gradient:
    """Measure. A quick run has fewer sizes and repeats, and a training too short to learn anything.

    `task.inputs` may hold a folder of sounds and texts for each voice, which are then learnt instead of espeak-ng's.
    Raises TalkError for an absent GPU, a broken NeMo, an espeak-ng that does not speak, and a broken sound.
    """
    DIGITS_NETWORK.unlink(missing_ok=True)
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")
    quick, progress = task.quick, task.progress
    lesson = _lesson(quick, task.inputs, progress)  # first, so that a broken sound is reported before minutes are spent

    from . import descent, differences, prices, ways

    progress.say("differences, descents, products …")
    curves = differences.curves()
    engine_prices = prices.engine_prices(repeats=10 if quick else 50)
    products = prices.products(repeats=3 if quick else 9)
    with progress.bar("four ways to one gradient", len(ways.SIZES) * len(ways.WAYS)) as advance:
        costs = ways.ways(0.2 if quick else 1.0, advance)
    conformers = _conformers(task)
    found = Gradient(
        differences=curves,
        ways=costs,
        swell=ways.swell(5 if quick else 8),
        prices=engine_prices,
        descents=descent.descents(),
        stability=descent.stability(),
        products=products,
        conformers=conformers,
        learning=None,
    )
    task.keep(found)  # to learn takes longest
    return replace(found, learning=_learning(lesson, progress))


def keep(folder: Path) -> None:
    """Put the network that the last run trained beside its record, for experiments that decode its output.

    Where the last run trained none, the former record's network is removed.
    """
    if DIGITS_NETWORK.is_file():
        write_whole(folder / DIGITS_NETWORK.name, DIGITS_NETWORK.read_bytes())
    else:
        (folder / DIGITS_NETWORK.name).unlink(missing_ok=True)


def _conformers(task: Task) -> list[ConformerBackward]:
    from shared.audio import synthetic_speech
    from shared.model import seeded

    from .conformer import measure_backward

    task.progress.say("backward through the Conformer …")
    network = seeded(WORKLOAD)
    rate_hz = WORKLOAD["sample_rate_hz"]
    speech_s = _QUICK_UTTERANCE_S if task.quick else _UTTERANCE_S
    [utterance] = network.spectrograms(synthetic_speech([round(speech_s * rate_hz)], rate_hz, seed=2024))
    threads, repeats = current_machine().cpu_cores, 1 if task.quick else 3

    def backward_on(device: Device) -> ConformerBackward:
        return measure_backward(network.encoder, utterance, speech_s, device, threads, repeats)

    attempts = [task.attempt(f"backward on {device}", partial(backward_on, device)) for device in task.devices]
    return [each for each in attempts if each is not None]


def _learning(lesson: "Lesson | None", progress: Progress) -> Learning | None:
    if lesson is None:
        progress.say("no espeakng-loader here, so no voices: nothing is learnt (`make setup ALL=1` brings it)")
        return None
    import torch

    from .reading import learning

    torch.set_num_threads(current_machine().cpu_cores)
    network = learning.build_network()
    with progress.bar("learning to read out digits", lesson.steps) as advance:
        learnt = learning.learn(network, lesson, time.perf_counter, advance)
    if not learnt.diverged:
        learning.save(network, DIGITS_NETWORK)
    return learnt


def _lesson(quick: bool, audio: Path | None, progress: Progress) -> "Lesson | None":
    from .reading.learning import Lesson
    from .reading.recordings import has_voices, read_voices

    steps, snapshots = (_QUICK_STEPS, _QUICK_SNAPSHOTS) if quick else (_STEPS, _SNAPSHOTS)
    if audio is not None:
        if has_voices(audio):
            heard, unheard = read_voices(audio)
            return Lesson(taught=heard, asked=unheard, steps=steps, snapshots=snapshots, speech="recorded")
        progress.say(f"{audio} holds no folder of a voice; the digits are read out by espeak-ng")
    if find_spec("espeakng_loader") is None:
        return None
    taught, asked = _synthesised(quick, progress)
    return Lesson(taught=taught, asked=asked, steps=steps, snapshots=snapshots)


def _synthesised(quick: bool, progress: Progress) -> tuple[list["Spoken"], list["Spoken"]]:
    from shared.speech import plan, speak, split_voices

    taught, asked = (_QUICK_TAUGHT, _QUICK_ASKED) if quick else (_TAUGHT, _ASKED)
    learnt_from, kept_back = split_voices()
    planned = [*plan(taught, learnt_from, seed=1, longest=6), *plan(asked, kept_back, seed=2, longest=6)]
    spoken = []
    with progress.bar("espeak-ng speaks", len(planned)) as advance:
        for utterance, sound in zip(planned, speak(planned), strict=True):
            spoken.append((utterance, sound))
            advance(1)
    return spoken[:taught], spoken[taught:]
