"""The sounds that the encoder is fed: the user's files, or a synthetic voice of the talk's lengths."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talk.errors import TalkError

Sound = NDArray[np.float32]

SHORTEST_S = 0.1
_SUFFIXES = {".wav", ".flac"}
# Centre and width in Hz of the first three formants of [a], [i], [u], [e], [o], roughly as a man speaks them.
_VOWELS_HZ = np.array([[700, 1200, 2500], [300, 2200, 3000], [320, 800, 2300], [500, 1800, 2500], [500, 900, 2400]])
_WIDTHS_HZ = np.array([90, 120, 180])


def synthetic_speech(lengths: Sequence[int], sample_rate_hz: int, seed: int) -> list[Sound]:
    """Sounds of `lengths` samples, in −1…1, whose mel spectrogram looks like a voice's. Equal seeds give equal sounds.

    Each is a sum of harmonics of a wandering pitch, shaped by formants that glide from vowel to vowel, in syllables
    with pauses between them, with hiss in the place of consonants.
    """
    return [
        _voice(length, sample_rate_hz, np.random.default_rng((seed, index))) for index, length in enumerate(lengths)
    ]


def _voice(length: int, sample_rate_hz: int, random: np.random.Generator) -> Sound:
    time_s = np.arange(length) / sample_rate_hz
    knots_s = np.arange(0, time_s[-1] + 0.4, 0.2)  # five syllables a second

    def glide(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(time_s, knots_s, values)

    pitch_hz = glide(random.normal(120, 15, len(knots_s)))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / sample_rate_hz
    vowels = random.integers(len(_VOWELS_HZ), size=len(knots_s))
    formants_hz = [glide(_VOWELS_HZ[vowels, formant].astype(float)) for formant in range(3)]
    voiced = np.zeros(length)
    for harmonic in range(1, int(4000 / 120)):
        gain = sum(
            1 / (1 + ((harmonic * pitch_hz - centre) / width) ** 2)
            for centre, width in zip(formants_hz, _WIDTHS_HZ, strict=True)
        )
        voiced += gain * np.sin(harmonic * phase) / harmonic**0.5
    loudness = glide(random.choice([0.0, 0.6, 1.0], p=[0.2, 0.3, 0.5], size=len(knots_s)))
    syllables = 0.55 - 0.45 * np.cos(2 * np.pi * 5 * time_s)
    hiss = random.normal(0, 0.05, length) * (1.2 - loudness)
    sound = voiced * loudness * syllables + hiss
    loudest = max(float(np.abs(sound).max()), 1e-9)
    return np.asarray(0.5 * sound / loudest, np.float32)


def read_folder(folder: Path, sample_rate_hz: int, longest_s: float) -> list[Sound]:
    """Every WAV and FLAC file of `folder` in the order of their names, mixed down to one channel.

    Raises TalkError as `audio_files` and `read_files` do.
    """
    return read_files(audio_files(folder), sample_rate_hz, longest_s)


def audio_files(folder: Path) -> list[Path]:
    """Every WAV and FLAC file of `folder` in the order of their names. Raises TalkError when there is none."""
    if not folder.is_dir():
        raise TalkError(folder, "is not a folder", "give --input a folder with WAV or FLAC files")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise TalkError(folder, "holds no WAV or FLAC file", "put some there, or leave --input out")
    return paths


def read_files(paths: Sequence[Path], sample_rate_hz: int, longest_s: float) -> list[Sound]:
    """The sounds in the files, mixed down to one channel.

    Raises TalkError naming the file that cannot be read, has another sample rate, or is shorter than `SHORTEST_S` or
    longer than `longest_s` seconds.
    """
    try:
        soundfile = importlib.import_module("soundfile")
    except (ImportError, OSError):  # OSError: the package is installed, the library libsndfile is not
        raise TalkError("--input", "soundfile, which reads audio, is missing", "run `make setup ALL=1`") from None
    return [_read(path, sample_rate_hz, longest_s, soundfile) for path in paths]


def _read(path: Path, sample_rate_hz: int, longest_s: float, soundfile: Any) -> Sound:
    try:
        with soundfile.SoundFile(path) as file:
            rate_hz, length_s = file.samplerate, file.frames / file.samplerate
            if rate_hz != sample_rate_hz:
                what = f"is sampled at {rate_hz} Hz, the network wants {sample_rate_hz} Hz"
                raise TalkError(path, what, f"resample it, say with `ffmpeg -i IN -ar {sample_rate_hz} OUT`")
            if not SHORTEST_S <= length_s <= longest_s:
                what = f"is {length_s:.3g} s long, the network takes {SHORTEST_S:g} to {longest_s:g} s"
                raise TalkError(path, what, "cut it, or take it out of the folder")
            channels = file.read(dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise TalkError(path, f"cannot be read as audio ({error})", "mend it, or take it out of the folder") from None
    sound: Sound = channels.mean(axis=1)
    if not np.isfinite(sound).all():
        raise TalkError(path, "holds samples that are no numbers", "mend it, or take it out of the folder")
    return sound


def spread(utterances: int, files: int) -> list[int]:
    """How often each of `files` is fed to make `utterances` in all; the first ones may be fed once more than others."""
    return [utterances // files + (index < utterances % files) for index in range(files)]
