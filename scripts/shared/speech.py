"""Russian digits read out by espeak-ng's voices, through its C library, which the package `espeakng-loader` carries.

The library's output depends on earlier calls in the same process: utterances are the same from run to run only when
they are spoken in the same order, in a process that spoke nothing else. Voices with random breath are left out.
"""

import ctypes
import importlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talk.errors import TalkError

WORDS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
SAMPLE_RATE_HZ = 22_050  # espeak-ng's own

Sound = NDArray[np.float32]

# Voices that whisper, croak or play a robot: nobody dictates a number like that.
_UNLIKE_SPEECH = {"whisper", "whisperf", "croak", "Demonic", "UniRobot", "anikaRobot", "AnxiousAndy", "fast", "Storm"}
_NEVER_THE_SAME = {"Alicia", "f2", "f3", "f5", "sandro", "victor"}
_SYNCHRONOUS, _CHARACTERS, _UTF8, _RATE, _PITCH = 2, 1, 1, 1, 3
_INT16_TOP = 32_768.0


@dataclass(frozen=True)
class Utterance:
    """Digits and the voice that says them; for espeak-ng also `rate` (words a minute) and `pitch` (0 to 99)."""

    voice: str
    digits: tuple[int, ...]
    rate: int = 175
    pitch: int = 50

    @property
    def text(self) -> str:
        """The digits in words."""
        return " ".join(WORDS[digit] for digit in self.digits)


Spoken = tuple[Utterance, Sound]


def plan(count: int, voices: Sequence[str], seed: int, longest: int) -> list[Utterance]:
    """`count` utterances of three to `longest` digits, by each voice in turn. Equal seeds give equal utterances."""
    chance = random.Random(seed)
    return [
        Utterance(
            voices[index % len(voices)],
            tuple(chance.randrange(10) for _ in range(chance.randint(3, longest))),
            chance.randint(150, 210),
            chance.randint(30, 70),
        )
        for index in range(count)
    ]


def split_voices() -> tuple[list[str], list[str]]:
    """espeak-ng's voices: those for training, and those kept back for the examination."""
    voices = Path(_loader().get_data_path(), "voices", "!v")
    names = sorted(path.name for path in voices.iterdir() if path.name not in _UNLIKE_SPEECH | _NEVER_THE_SAME)
    return keep_back(names)


def keep_back(names: Sequence[str], every: int = 6) -> tuple[list[str], list[str]]:
    """Names for training, and every `every`th name, at least one, kept back."""
    kept = names[min(every, len(names)) // 2 :: every]
    return [name for name in names if name not in kept], list(kept)


def speak(utterances: Sequence[Utterance]) -> Iterator[Sound]:
    """The sound of each utterance in order, mono at SAMPLE_RATE_HZ. Raises TalkError when espeak-ng cannot speak."""
    library = _library()
    for utterance in utterances:
        if library.espeak_SetVoiceByName(f"ru+{utterance.voice}".encode()):
            raise TalkError("espeak-ng", f"there is no voice ru+{utterance.voice}", "install espeakng-loader anew")
        library.espeak_SetParameter(_RATE, utterance.rate, 0)
        library.espeak_SetParameter(_PITCH, utterance.pitch, 0)
        heard: list[bytes] = []

        def hear(samples: Any, count: int, _events: Any, heard: list[bytes] = heard) -> int:
            if count > 0:
                heard.append(ctypes.string_at(samples, 2 * count))
            return 0

        callback = _CALLBACK(hear)  # referenced for as long as the library may call it
        library.espeak_SetSynthCallback(callback)
        text = utterance.text.encode()
        library.espeak_Synth(text, len(text) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
        if not heard:
            raise TalkError("espeak-ng", f"said nothing as {utterance.voice}", "install espeakng-loader anew")
        yield np.frombuffer(b"".join(heard), np.int16).astype(np.float32) / np.float32(_INT16_TOP)


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def _loader() -> Any:
    try:
        return importlib.import_module("espeakng_loader")
    except ImportError:
        raise TalkError("espeakng-loader", "is not installed", "run `make setup ALL=1`") from None


@cache
def _library() -> Any:
    loader = _loader()
    try:
        library = ctypes.CDLL(loader.get_library_path())
    except OSError as error:
        raise TalkError("espeak-ng", f"cannot be loaded ({error})", "install espeakng-loader anew") from None
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, str(loader.get_data_path()).encode(), 0)
    if rate_hz != SAMPLE_RATE_HZ:
        raise TalkError("espeak-ng", f"speaks at {rate_hz} Hz, not {SAMPLE_RATE_HZ}", "install espeakng-loader anew")
    return library
