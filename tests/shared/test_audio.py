"""Sound for the encoder: the synthetic voice, and folders of files, whole and broken."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from shared.audio import read_folder, spread, synthetic_speech
from talk.errors import TalkError

RATE_HZ = 16_000
LONGEST_S = 200.0


def tone(seconds: float, channels: int = 1, hz: float = 440) -> np.ndarray:
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.repeat(0.5 * np.sin(2 * np.pi * hz * time_s)[:, None], channels, axis=1)


def read(folder: Path) -> list[np.ndarray]:
    return list(read_folder(folder, RATE_HZ, LONGEST_S))


def test_synthetic_speech_is_the_same_for_the_same_seed() -> None:
    first, second = (synthetic_speech([8_000, 9_001], RATE_HZ, seed=1) for _ in range(2))
    assert [len(sound) for sound in first] == [8_000, 9_001]
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert not np.array_equal(first[0], synthetic_speech([8_000], RATE_HZ, seed=2)[0])


def test_synthetic_speech_sounds_like_a_voice() -> None:
    (sound,) = synthetic_speech([5 * RATE_HZ], RATE_HZ, seed=1)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() == pytest.approx(0.5)
    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    assert power[(hz > 80) & (hz < 4_000)].sum() > 0.9 * power.sum()
    loudness = np.sqrt((sound.reshape(-1, RATE_HZ // 50) ** 2).mean(axis=1))  # 20 ms windows
    assert loudness.min() < 0.1 * loudness.max()  # it pauses


def test_files_are_read_in_order_and_mixed_down(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "b.flac", tone(0.5), RATE_HZ)
    stereo = tone(0.25, channels=2)
    stereo[:, 1] = 0
    soundfile.write(tmp_path / "a.WAV", stereo, RATE_HZ, format="WAV", subtype="FLOAT")
    (tmp_path / "notes.txt").write_text("not a sound")
    first, second = read(tmp_path)
    assert (len(first), len(second)) == (4_000, 8_000)
    assert first.ndim == 1
    np.testing.assert_allclose(first, tone(0.25)[:, 0] / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"not a sound at all", "bad.wav: cannot be read as audio"),
        (b"", "bad.wav: cannot be read as audio"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "bad.wav: cannot be read as audio"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.5), RATE_HZ)
    (tmp_path / "bad.wav").write_bytes(content)
    with pytest.raises(TalkError, match=complaint) as error:
        read(tmp_path)
    assert "\n" not in str(error.value)
    assert "take it out of the folder" in str(error.value)


def test_another_sample_rate_is_refused_with_the_way_to_mend_it(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "phone.wav", tone(0.5), 8_000)
    with pytest.raises(TalkError, match=r"phone\.wav: is sampled at 8000 Hz.*16000 Hz.*-ar 16000"):
        read(tmp_path)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 201])
def test_lengths_that_the_network_cannot_take_are_refused(tmp_path: Path, seconds: float) -> None:
    soundfile.write(tmp_path / "odd.wav", tone(seconds), RATE_HZ)
    with pytest.raises(TalkError, match=r"odd\.wav: is .* s long, the network takes 0\.1 to 200 s"):
        read(tmp_path)


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    sound = tone(0.5)
    sound[100] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, RATE_HZ, subtype="FLOAT")
    with pytest.raises(TalkError, match=r"nan\.wav: holds samples that are no numbers"):
        read(tmp_path)


def test_a_folder_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TalkError, match="holds no WAV or FLAC file"):
        read(tmp_path)
    with pytest.raises(TalkError, match="is not a folder"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(("utterances", "files"), [(64, 11), (64, 1), (64, 64), (64, 63)])
def test_files_are_fed_as_evenly_as_may_be(utterances: int, files: int) -> None:
    repeats = spread(utterances, files)
    assert sum(repeats) == utterances
    assert len(repeats) == files
    assert max(repeats) - min(repeats) <= 1
