"""Training on a network of one layer, and sounds that the user brings."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from experiments.gradient import measure as gradient
from experiments.gradient.measure.reading import learning
from experiments.gradient.measure.reading.recordings import has_voices, read_voices
from shared.speech import SAMPLE_RATE_HZ, Spoken, Utterance
from talk.errors import TalkError
from talk.measure.progress import make_progress

FRAME = 200


class Network(torch.nn.Module):
    """Called as NeMo's is: one layer, a step each `FRAME` samples."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.encoder = torch.nn.Module()
        self.encoder.pre_encode = torch.nn.Linear(FRAME, 8)
        self.encoder.layers = torch.nn.ModuleList([torch.nn.Linear(8, 8)])
        self.decoder = torch.nn.Linear(8, len(learning.LETTERS) + 1)

    def forward(self, input_signal: torch.Tensor, input_signal_length: torch.Tensor) -> Any:
        steps = input_signal_length // FRAME
        frames = input_signal[:, : FRAME * int(steps.max())].unflatten(1, (-1, FRAME))
        heard = self.encoder.layers[0](self.encoder.pre_encode(frames).tanh()).tanh()
        return self.decoder(heard).log_softmax(-1), steps, None

    def loss(self, log_probs: torch.Tensor, targets: torch.Tensor, input_lengths: Any, target_lengths: Any) -> Any:
        blank = len(learning.LETTERS)
        return torch.nn.functional.ctc_loss(log_probs.transpose(0, 1), targets, input_lengths, target_lengths, blank)


def lesson(steps: int) -> learning.Lesson:
    generator = np.random.default_rng(7)
    spoken: list[Spoken] = [
        (Utterance(voice, (digit, digit, digit)), generator.normal(size=40 * FRAME).astype(np.float32))
        for digit, voice in enumerate(["anna", "boris", "vera"] * 3)
    ]
    return learning.Lesson(taught=spoken[:6], asked=spoken[6:], steps=steps, snapshots=2)


def learn(network: Network, steps: int) -> learning.Learning:
    seconds = iter(range(1000))
    return learning.learn(network, lesson(steps), lambda: float(next(seconds)), lambda _: None)


def test_each_step_leaves_its_loss_and_norms() -> None:
    learnt = learn(Network(), 4)
    assert not learnt.diverged
    assert len(learnt.losses) == 4
    assert learnt.training_time_s == 4.0
    assert [part.name for part in learnt.gradient_norms] == ["subsampling", "layer_1", "decoder"]
    assert all(len(part.norms) == 4 and min(part.norms) > 0 for part in learnt.gradient_norms)
    assert [reading.step for reading in learnt.readings] == [0, 1, 4]
    assert learnt.target_error_rate == 0.02


def test_a_training_that_diverges_is_told_and_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "PEAK_RATE", 1e30)
    learnt = learn(Network(), 6)
    assert learnt.diverged
    assert 0 < len(learnt.losses) < 6
    assert all(math.isfinite(loss) for loss in learnt.losses)
    last = learnt.readings[-1]
    assert last.step == len(learnt.losses)
    assert last.character_error_rate >= learning.TARGET_ERROR_RATE
    assert all(math.isfinite(chance) for chance in last.alignment.probabilities)


def test_a_network_that_diverged_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "machine" / "digits.nemo"
    kept.parent.mkdir()
    kept.write_bytes(b"of a former record")
    monkeypatch.setattr(gradient, "DIGITS_NETWORK", tmp_path / "digits.nemo")
    monkeypatch.setattr(learning, "build_network", Network)
    monkeypatch.setattr(learning, "PEAK_RATE", 1e30)
    learnt = gradient._learning(lesson(6), make_progress())
    assert learnt is not None
    assert learnt.diverged
    gradient.keep(kept.parent)
    assert not kept.exists()


def record(folder: Path, voice: str, name: str, text: str) -> Path:
    (folder / voice).mkdir(exist_ok=True)
    path = folder / voice / f"{name}.wav"
    soundfile.write(path, np.linspace(-0.5, 0.5, SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return path


def test_recorded_voices_are_learnt_or_kept_back(tmp_path: Path) -> None:
    assert not has_voices(tmp_path)
    for voice in ("anna", "boris", "vera"):
        record(tmp_path, voice, "1", "Три два")
        record(tmp_path, voice, "2", "ноль\n")
    assert has_voices(tmp_path)
    taught, asked = read_voices(tmp_path)
    assert {utterance.voice for utterance, _ in taught} == {"anna", "vera"}
    assert [(utterance.voice, utterance.text) for utterance, _ in asked] == [("boris", "три два"), ("boris", "ноль")]
    assert all(sound.shape == (SAMPLE_RATE_HZ,) for _, sound in (*taught, *asked))


def test_what_is_wrong_with_a_recording_is_named(tmp_path: Path) -> None:
    sound = record(tmp_path, "anna", "1", "раз два")
    with pytest.raises(TalkError, match="holds one voice"):
        read_voices(tmp_path)
    record(tmp_path, "boris", "1", "два")
    with pytest.raises(TalkError, match=r"1\.txt: says «раз», which is no digit; write"):
        read_voices(tmp_path)
    sound.with_suffix(".txt").write_text("  ")
    with pytest.raises(TalkError, match=r"1\.txt: is empty"):
        read_voices(tmp_path)
    sound.with_suffix(".txt").unlink()
    with pytest.raises(TalkError, match=r"1\.txt: cannot be read"):
        read_voices(tmp_path)
