"""Digits read by people: a folder for each voice, and beside each sound a text file with its words."""

from collections.abc import Iterator
from pathlib import Path

from shared.audio import read_folder
from shared.speech import SAMPLE_RATE_HZ, WORDS, Spoken, Utterance, keep_back
from talk.errors import TalkError

_LONGEST_S = 30.0
_SUFFIXES = {".wav", ".flac"}


def has_voices(folder: Path) -> bool:
    """Whether `folder` holds folders with sounds."""
    return folder.is_dir() and any(_sounds(voice) for voice in folder.iterdir() if voice.is_dir())


def read_voices(folder: Path) -> tuple[list[Spoken], list[Spoken]]:
    """Utterances for training, and those of other voices for the examination. `VOICE/NAME.wav` goes with `NAME.txt`.

    Raises TalkError naming the file that cannot be read or has words other than digits, or a folder of one voice.
    """
    voices = {voice.name: voice for voice in sorted(folder.iterdir()) if voice.is_dir() and _sounds(voice)}
    if len(voices) < 2:
        raise TalkError(
            folder, "holds one voice: none is left to be examined with", "add a folder with another voice's sounds"
        )
    taught, asked = keep_back(list(voices))
    return [each for name in taught for each in _read(voices[name])], [
        each for name in asked for each in _read(voices[name])
    ]


def _sounds(voice: Path) -> list[Path]:
    return sorted(path for path in voice.iterdir() if path.suffix.lower() in _SUFFIXES)


def _read(voice: Path) -> Iterator[Spoken]:
    for path, sound in zip(_sounds(voice), read_folder(voice, SAMPLE_RATE_HZ, _LONGEST_S), strict=True):
        yield Utterance(voice.name, _digits(path.with_suffix(".txt"))), sound


def _digits(path: Path) -> tuple[int, ...]:
    mend = "write beside the sound what is said in it, in words: " + " ".join(WORDS[:3]) + " …"
    try:
        words = path.read_text(encoding="utf-8").lower().split()
    except (OSError, UnicodeDecodeError) as error:
        raise TalkError(path, f"cannot be read ({error})", mend) from None
    strange = next((word for word in words if word not in WORDS), None)
    if strange is not None or not words:
        raise TalkError(path, f"says «{strange}», which is no digit" if strange else "is empty", mend)
    return tuple(WORDS.index(word) for word in words)
