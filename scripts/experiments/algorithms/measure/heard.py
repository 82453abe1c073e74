"""What a network hears: the one that learnt digits for /derivative/; where there is none, its outputs are made up.

The network listens to voices that it was not trained on: in silence, where it is hardly ever wrong, and through noise.
"""

import hashlib
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.model import quiet
from shared.workload import DIGITS_NETWORK
from talk.measure.machine import current_machine
from talk.paths import RESULTS

from ..record import Listener
from .decoding import ALPHABET, Floats, Heard, encode, greedy, noisy_outputs, sentences
from .edit_distance import word_error_rate

Sound = NDArray[np.float32]

_SEED = 2024
_TAUGHT = 400  # texts that the language model is made from
_LONGEST = 6  # digits in an utterance
_NOISE_DB = 0.0  # power of the voice over that of white noise: they are equally loud
_DEAF = 0.5  # word error rate in silence; a network with a higher one has learnt nothing
_FRAME_S = 0.04  # of made-up outputs: the network's step is four frames of 10 ms
_SPREAD = 0.24  # of the noise in outputs that are made up


def listen(quick: bool) -> Heard:
    """The outputs of the first of `networks` that hears well enough; made-up ones where there is none."""
    count = 12 if quick else 48
    if find_spec("espeakng_loader") is None:
        return make_up(count)
    for path, machine in networks():
        heard = _listen_with(path, machine, count)
        if word_error_rate(heard.said, list(map(greedy, heard.quiet))) < _DEAF:
            return heard
    return make_up(count)


def networks(results: Path = RESULTS, last: Path = DIGITS_NETWORK) -> Iterator[tuple[Path, str]]:
    """Files of networks, each with the machine that trained it.

    This machine's come first, the one kept with its record and the one trained last; then those of other machines.
    """
    here = current_machine().slug
    mine = results / here / last.name
    others = ((path, path.parent.name) for path in sorted(results.glob(f"*/{last.name}")) if path != mine)
    return (found for found in ((mine, here), (last, here), *others) if found[0].is_file())


def _listen_with(path: Path, machine: str, count: int) -> Heard:
    import torch

    from shared.speech import plan, speak, split_voices

    with quiet():
        from nemo.collections.asr.models import EncDecCTCModel

        network = EncDecCTCModel.restore_from(str(path), map_location="cpu").eval()
    learnt_from, kept_back = split_voices()
    planned = plan(count, kept_back, seed=3, longest=_LONGEST)
    sounds = list(speak(planned))
    chance = np.random.default_rng(_SEED)

    def outputs(sound: Sound) -> Floats:
        with torch.inference_mode():
            signal = torch.from_numpy(np.ascontiguousarray(sound))[None]
            log_probs, _, _ = network(input_signal=signal, input_signal_length=torch.tensor([len(sound)]))
        return in_our_alphabet(log_probs[0].numpy(), network.decoder.vocabulary)

    silent = [outputs(sound) for sound in sounds]
    frames = sum(map(len, silent))
    return Heard(
        outputs_of="network",
        said=[utterance.text for utterance in planned],
        quiet=silent,
        noisy=[outputs(with_noise(sound, _NOISE_DB, chance)) for sound in sounds],
        loudness=[_loudness(sound, len(log_probs)) for sound, log_probs in zip(sounds, silent, strict=True)],
        taught=[utterance.text for utterance in plan(_TAUGHT, learnt_from, seed=1, longest=_LONGEST)],
        frame_s=sum(map(len, sounds)) / network.cfg.sample_rate / frames,
        noise_db=_NOISE_DB,
        listener=Listener(sha256=hashlib.sha256(path.read_bytes()).hexdigest(), machine=machine),
    )


def in_our_alphabet(log_probs: Floats, letters: Sequence[str]) -> Floats:
    """Columns for the blank and ALPHABET, made of columns for `letters` and the blank; the others never occur."""
    wide = np.full((len(log_probs), len(ALPHABET) + 1), -np.inf)
    wide[:, encode("".join(letters))] = log_probs[:, :-1]
    wide[:, 0] = log_probs[:, -1]
    return wide


def with_noise(sound: Sound, decibels: float, chance: np.random.Generator) -> Sound:
    """The sound and white noise, whose power is so many decibels below it. Silence stays silent."""
    power = float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0
    noise = chance.normal(0, np.sqrt(power / 10 ** (decibels / 10)), len(sound))
    return (sound + noise).astype(np.float32)


def _loudness(sound: Sound, frames: int) -> NDArray[np.float64]:
    return np.array([np.sqrt(np.mean(np.square(part, dtype=np.float64))) for part in np.array_split(sound, frames)])


def make_up(count: int) -> Heard:
    """Outputs of no network, for sentences of a small grammar."""
    chance = np.random.default_rng(_SEED)
    said = sentences(count, _SEED + 1)
    silent = [noisy_outputs(text, chance, 0.0) for text in said]
    return Heard(
        outputs_of="made_up",
        said=said,
        quiet=silent,
        noisy=[noisy_outputs(text, chance, _SPREAD) for text in said],
        loudness=[np.zeros(len(log_probs)) for log_probs in silent],
        taught=sentences(_TAUGHT, _SEED),
        frame_s=_FRAME_S,
        noise_db=None,
    )
