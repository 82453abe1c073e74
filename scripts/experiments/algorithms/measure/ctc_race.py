"""CTC by brute force until patience ends, by the lattice, and against PyTorch's own loss."""

import time
from functools import partial

import numpy as np
import torch

from talk.measure.clock import race, times_of
from talk.measure.progress import Advance

from ..record import Ctc, Curve, Point
from .ctc import (
    Floats,
    brute_force,
    count_alignments,
    ctc_gradient,
    ctc_loss,
    log_probability,
)

_SEED = 2024
_PATIENCE_S = 15.0  # of brute force on one text: its growth is seen before
_MARGIN = (
    1.04  # the last problem's time over the time wanted: one that ends too early has to be replaced by a longer one
)
_RACE = {"frames": 500, "labels": 100, "batch": 16, "tokens": 129}


def measure(quick: bool, advance: Advance) -> Ctc:
    """Brute force until one text takes long enough (quick: a second), the forward algorithm, and torch's own."""
    frames, labels, brute = _brute_force_growth(1.0 if quick else _PATIENCE_S)
    advance(0.8)
    forward_frames, forward = _forward_growth(quick)
    random = np.random.default_rng(_SEED)
    difference = 0.0
    for t, u in zip(frames[:3], labels[:3], strict=True):
        log_probs, text = _random_utterance(random, t, u, tokens=33)
        difference = max(difference, abs(brute_force(log_probs, text) - log_probability(log_probs, text)))
    logits = random.normal(0, 3, (_RACE["frames"], _RACE["batch"], _RACE["tokens"]))
    log_p = torch.from_numpy(logits).log_softmax(-1)
    targets = torch.from_numpy(random.integers(1, _RACE["tokens"], (_RACE["batch"], _RACE["labels"])))
    lengths = torch.full((_RACE["batch"],), _RACE["frames"])
    sizes = torch.full((_RACE["batch"],), _RACE["labels"])
    single, texts = log_p.float(), targets.tolist()

    def by_torch(log_probs: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.ctc_loss(log_probs, targets, lengths, sizes, reduction="none")

    array = single.numpy()
    times = race(
        {"ours": lambda: ctc_loss(array, texts, lengths.tolist()), "torch": lambda: by_torch(single)}, 3 if quick else 9
    )
    watched = log_p.clone().requires_grad_()
    theirs = by_torch(watched)
    theirs.sum().backward()  # type: ignore[no-untyped-call]
    assert watched.grad is not None
    ours = [ctc_gradient(log_p[:, b].numpy(), text) for b, text in enumerate(texts)]
    losses, gradients = np.array([loss for loss, _ in ours]), np.stack([gradient for _, gradient in ours], axis=1)
    fast = ctc_loss(array, texts, lengths.tolist())
    return Ctc(
        brute_force_frames=frames,
        brute_force_labels=labels,
        brute_force=brute,
        forward_frames=forward_frames,
        forward=forward,
        brute_force_difference=difference,
        frames=_RACE["frames"],
        labels=_RACE["labels"],
        batch=_RACE["batch"],
        ours_times_s=times["ours"],
        torch_times_s=times["torch"],
        relative_difference=float(np.abs(np.stack([losses, fast]) / theirs.detach().numpy() - 1).max()),
        gradient_difference=float(np.abs(gradients - watched.grad.numpy()).max()),
    )


def _random_utterance(random: np.random.Generator, frames: int, labels: int, tokens: int) -> tuple[Floats, list[int]]:
    logits = random.normal(size=(frames, tokens))
    text = [1 + index % (tokens - 1) for index in range(labels)]  # neighbours differ: nothing is forbidden
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), text


def _brute_force_growth(until_s: float) -> tuple[list[int], list[int], Curve]:
    """Each problem has a label more, and four frames a label; the last is expected to take over `until_s`."""
    random = np.random.default_rng(_SEED)
    sizes: list[tuple[int, int]] = []
    points: list[Point] = []

    def visit(frames: int, labels: int) -> float:
        log_probs, text = _random_utterance(random, frames, labels, tokens=33)
        time_s = times_of(lambda: brute_force(log_probs, text), 1)[0] if not points else _once(log_probs, text)
        sizes.append((frames, labels))
        points.append(Point(size=count_alignments(frames, text), times_s=[time_s]))
        return time_s

    labels = 2
    while visit(4 * labels, labels) < until_s / 100:
        labels += 1
    rate = points[-1].size / points[-1].times_s[0]
    # Wider and narrower shapes are tried too: counts of alignments lie far apart, and each excess costs time.
    candidates = [(t, u) for u in range(max(2, labels - 2), labels + 5) for t in range(2 * u, 8 * u)]
    counts = {(t, u): count_alignments(t, range(1, u + 1)) for t, u in candidates}
    last = min((size for size in counts if counts[size] >= _MARGIN * rate * until_s), key=counts.__getitem__)
    while visit(*last) < until_s:
        last = (last[0] + 1, last[1])
    return [t for t, _ in sizes], [u for _, u in sizes], Curve(points=points)


def _once(log_probs: Floats, text: list[int]) -> float:
    start = time.perf_counter()
    brute_force(log_probs, text)
    return time.perf_counter() - start


def _forward_growth(quick: bool) -> tuple[list[int], Curve]:
    random = np.random.default_rng(_SEED)
    points = []
    sizes = [100, 200, 400, 800] if quick else [100, 200, 400, 800, 1600, 3200]
    for frames in sizes:
        log_probs, text = _random_utterance(random, frames, frames // 5, tokens=129)
        times = times_of(partial(log_probability, log_probs, text), 5)
        points.append(Point(size=frames * len(text), times_s=times))
    return sizes, Curve(points=points)
