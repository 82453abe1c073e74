"""Trains a small NeMo Conformer-CTC from scratch to read digits, and examines it on voices it never heard."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from shared.levenshtein import edit_distance
from shared.speech import SAMPLE_RATE_HZ, WORDS, Spoken
from talk.measure.progress import Advance

from ...record import Alignment, GradientNorms, Learning, Reading

SEED = 2024
BATCH = 16
PEAK_RATE = 2e-3
TARGET_ERROR_RATE = 0.02  # of letters, on voices never heard
_WARM_UP = 0.1  # share of the steps
_STRETCH = 0.12  # the largest change of speed, which augments the voices
_CLIP = 5.0
_EXAMINED_AT_ONCE = 64

LETTERS = sorted(set("".join(WORDS) + " "))


def build_network() -> Any:
    """NeMo's EncDecCTCModel: two strided convolutions, four Conformer layers, one letter a step; seeded weights."""
    from nemo.collections.asr.models import EncDecCTCModel
    from omegaconf import OmegaConf

    torch.manual_seed(SEED)
    features, width = 64, 88
    return EncDecCTCModel(
        OmegaConf.create(
            {
                "sample_rate": SAMPLE_RATE_HZ,
                "preprocessor": {
                    "_target_": "nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor",
                    "sample_rate": SAMPLE_RATE_HZ,
                    "window_size": 0.025,
                    "window_stride": 0.01,
                    "features": features,
                    "normalize": "per_feature",
                    "dither": 0.0,
                    "pad_to": 0,
                },
                "encoder": {
                    "_target_": "nemo.collections.asr.modules.ConformerEncoder",
                    "feat_in": features,
                    "n_layers": 4,
                    "d_model": width,
                    "subsampling": "dw_striding",
                    "subsampling_factor": 4,
                    "subsampling_conv_channels": width,
                    "ff_expansion_factor": 4,
                    "self_attention_model": "rel_pos",
                    "n_heads": 4,
                    "conv_kernel_size": 9,
                    # Drawing dropout masks would take a fifth of each step.
                    "dropout": 0.0,
                    "dropout_pre_encoder": 0.0,
                    "dropout_emb": 0.0,
                    "dropout_att": 0.0,
                },
                "decoder": {
                    "_target_": "nemo.collections.asr.modules.ConvASRDecoder",
                    "feat_in": width,
                    "num_classes": len(LETTERS),
                    "vocabulary": LETTERS,
                },
                "spec_augment": {
                    "_target_": "nemo.collections.asr.modules.SpectrogramAugmentation",
                    "freq_masks": 1,
                    "freq_width": 10,
                    "time_masks": 1,
                    "time_width": 0.05,
                },
                "optim": {"name": "adamw", "lr": PEAK_RATE},
            }
        )
    )


@dataclass(frozen=True)
class Lesson:
    """Utterances with their sounds, for training and for the examination, and the number of steps."""

    taught: Sequence[Spoken]
    asked: Sequence[Spoken]
    steps: int
    snapshots: int
    speech: Literal["synthesised", "recorded"] = "synthesised"


def learn(network: Any, lesson: Lesson, clock: Callable[[], float], advance: Advance) -> Learning:
    """Train for a fixed number of steps; examine before, after, and between, more often at first.

    Loss and gradient norms are kept at every step. A loss that is not finite ends the training; the record says so, and
    the network is examined as it is.
    """
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    optimizer = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate_share(step, lesson.steps))
    groups = _groups(network)
    losses: list[float] = []
    norms: dict[str, list[float]] = {name: [] for name in groups}
    readings: list[Reading] = []
    # Examinations are close together at first: words appear within the first tenth of the steps.
    due = {round(lesson.steps * (part / lesson.snapshots) ** 2.5) for part in range(lesson.snapshots + 1)}
    training_s = 0.0
    batches = _batches(lesson.taught, chance)
    for step in range(lesson.steps + 1):
        if step in due:
            readings.append(_examine(network, lesson.asked, step, training_s))
        if step == lesson.steps:
            break
        batch = next(batches)
        start = clock()
        loss = _step(network, batch, optimizer, schedule, chance)
        training_s += clock() - start
        if not math.isfinite(loss):
            readings.append(_examine(network, lesson.asked, step, training_s))
            break
        losses.append(_short(loss))
        for name, parameters in groups.items():
            norms[name].append(_short(_norm(parameters)))
        advance(1)
    return Learning(
        speech=lesson.speech,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        taught=len(lesson.taught),
        taught_voices=len({utterance.voice for utterance, _ in lesson.taught}),
        taught_time_s=sum(len(sound) for _, sound in lesson.taught) / SAMPLE_RATE_HZ,
        asked=len(lesson.asked),
        asked_voices=sorted({utterance.voice for utterance, _ in lesson.asked}),
        batch_size=BATCH,
        steps=lesson.steps,
        training_time_s=training_s,
        target_error_rate=TARGET_ERROR_RATE,
        losses=losses,
        diverged=len(losses) < lesson.steps,
        gradient_norms=[GradientNorms(name=name, norms=values) for name, values in norms.items()],
        readings=readings,
    )


def _step(network: Any, batch: Sequence[Spoken], optimizer: Any, schedule: Any, chance: random.Random) -> float:
    network.train()
    signal, lengths = _signals(batch, 1 + chance.uniform(-_STRETCH, _STRETCH))
    targets = [torch.tensor([LETTERS.index(letter) for letter in utterance.text]) for utterance, _ in batch]
    # --8<-- [start:loss]
    log_probs, steps, _ = network(input_signal=signal, input_signal_length=lengths)
    loss = network.loss(
        log_probs=log_probs,
        targets=pad_sequence(targets, batch_first=True),
        input_lengths=steps,
        target_lengths=torch.tensor([len(target) for target in targets]),
    )
    # --8<-- [end:loss]
    if not torch.isfinite(loss):
        return math.nan
    # --8<-- [start:update]
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
    optimizer.step()
    # --8<-- [end:update]
    schedule.step()
    return float(loss.detach())


def _rate_share(step: int, steps: int) -> float:
    """The learning rate at `step` as a share of its peak: a linear rise, then half a cosine down."""
    rise = max(1, round(_WARM_UP * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def _batches(spoken: Sequence[Spoken], chance: random.Random) -> Any:
    """Batches for ever: neighbours in length, so that little is padding; their order is drawn anew each time round."""
    by_length = sorted(spoken, key=lambda each: len(each[1]))
    batches = [by_length[first : first + BATCH] for first in range(0, len(by_length), BATCH)]
    while True:
        chance.shuffle(batches)
        yield from batches


def _signals(batch: Sequence[Spoken], speed: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Sounds as one padded tensor (batch, samples) and their lengths, played `speed` times as fast."""
    sounds = [torch.from_numpy(np.ascontiguousarray(sound)) for _, sound in batch]
    signal = pad_sequence(sounds, batch_first=True)
    lengths = torch.tensor([len(sound) for sound in sounds])
    if speed != 1.0:
        signal = torch.nn.functional.interpolate(signal.unsqueeze(1), scale_factor=1 / speed, mode="linear")[:, 0]
        lengths = (lengths / speed).long().clamp(max=signal.shape[1])
    return signal, lengths


def _examine(network: Any, asked: Sequence[Spoken], step: int, training_s: float) -> Reading:
    """Read every utterance of the examination; the alignment of the one with the longest text is kept.

    A probability that is not a number counts as 0.
    """
    network.eval()
    wrong = letters = right = 0
    shown_text = max((utterance.text for utterance, _ in asked), key=len)
    shown: Alignment | None = None
    read_text = ""
    with torch.inference_mode():
        for first in range(0, len(asked), _EXAMINED_AT_ONCE):
            part = asked[first : first + _EXAMINED_AT_ONCE]
            signal, lengths = _signals(part)
            log_probs, steps, _ = network(input_signal=signal, input_signal_length=lengths)
            for (utterance, _), each, length in zip(part, log_probs, steps.tolist(), strict=True):
                best = each[:length].max(dim=-1)
                text = collapse(best.indices.tolist())
                wrong += edit_distance(text, utterance.text)
                letters += len(utterance.text)
                right += text == utterance.text
                if shown is None and utterance.text == shown_text:
                    read_text = text
                    shown = Alignment(
                        letters=["" if index == len(LETTERS) else LETTERS[index] for index in best.indices.tolist()],
                        probabilities=[
                            round(float(value), 4) for value in best.values.exp().nan_to_num(0).clamp(max=1)
                        ],
                    )
    assert shown is not None
    return Reading(
        step=step,
        training_time_s=training_s,
        character_error_rate=wrong / letters,
        exact_share=right / len(asked),
        asked_text=shown_text,
        read_text=read_text,
        alignment=shown,
    )


def collapse(steps: Sequence[int]) -> str:
    """The text of CTC's labels, one a step: repeats are one letter, blanks (the last label) none."""
    kept = [label for i, label in enumerate(steps) if (i == 0 or label != steps[i - 1]) and label < len(LETTERS)]
    return "".join(LETTERS[label] for label in kept)


def _groups(network: Any) -> dict[str, list[torch.nn.Parameter]]:
    """Parameters by the part of the network they belong to, from the sound to the letters."""
    encoder = network.encoder
    parts = {"subsampling": encoder.pre_encode}
    parts |= {f"layer_{index}": layer for index, layer in enumerate(encoder.layers, start=1)}
    parts["decoder"] = network.decoder
    return {name: list(part.parameters()) for name, part in parts.items()}


def _norm(parameters: Sequence[torch.nn.Parameter]) -> float:
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    return float(torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads))))


def _short(number: float) -> float:
    """The number with five significant digits, as a record keeps thousands of them."""
    return float(f"{number:.5g}")


def save(network: Any, path: Path) -> None:
    """Keep the network as a `.nemo` file, whole or not at all."""
    from talk.records.files import write_whole

    partial = path.with_name(f".{path.stem}.partial.nemo")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        network.save_to(str(partial))
        write_whole(path, partial.read_bytes())
    finally:
        partial.unlink(missing_ok=True)
