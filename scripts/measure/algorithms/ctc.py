"""Story 1. CTC: the probability of a text is a sum over all alignments, and dynamic programming takes it.

A network gives log p(token | frame) for every frame. An alignment names one token a frame; it spells a text once its
repeats are merged and its blanks dropped (Graves et al., «Connectionist Temporal Classification», 2006). Alignments of
a text of U labels are the paths through a lattice of 2U + 1 states, blanks at the even ones:

    0: blank, 1: first label, 2: blank, 3: second label, …, 2U: blank
"""

import math
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from scripts.errors import TalkError
from scripts.measure.algorithms.clock import race, times_of
from scripts.measure.progress import Advance
from scripts.records.algorithms import Ctc, Curve, Point

Floats = NDArray[Any]
Labels = NDArray[np.int64]

NEVER = -math.inf  # log of a probability of zero
_UNDERFLOW = 1e-280
_LARGEST_EXPONENT = 690.0
_FRAMES_A_SCALE = 8

_SEED = 2024
_A_MINUTE_S = 60.0
_RACE = {"frames": 500, "labels": 100, "batch": 16, "tokens": 129}
_MAY_REORDER = {"reassoc", "contract", "nsz"}  # sums in any order; infinities and NaN keep their meaning


# --8<-- [start:brute]
@njit(cache=True)
def _sum_over_alignments(p: Floats, skips: Floats, t: int, s: int) -> float:
    """Every alignment from state s at frame t on, one by one. p: frames × states."""
    frames, states = p.shape
    if states - 1 - s > 2 * (frames - 1 - t) + 1:
        return 0.0  # too late to reach the end
    if t == frames - 1:
        return float(p[t, s])
    total = _sum_over_alignments(p, skips, t + 1, s)
    if s + 1 < states:
        total += _sum_over_alignments(p, skips, t + 1, s + 1)
    if s + 2 < states and skips[s + 2]:
        total += _sum_over_alignments(p, skips, t + 1, s + 2)
    return float(p[t, s] * total)


# --8<-- [end:brute]


# --8<-- [start:heart]
@njit(cache=True)
def _fill(log_p: Floats, skips: Floats, table: Floats) -> None:
    """table[t, s]: log of the sum over alignments of frames 0…t that end in state s."""
    frames, states = log_p.shape
    table[0, :2] = log_p[0, :2]
    for t in range(1, frames):
        for s in range(states):
            total = table[t - 1, s]
            if s >= 1:
                total = _log_add(total, table[t - 1, s - 1])
            if s >= 2 and skips[s]:
                total = _log_add(total, table[t - 1, s - 2])
            table[t, s] = total + log_p[t, s]


# --8<-- [end:heart]


@njit(cache=True)
def _log_add(a: float, b: float) -> float:
    """log(eᵃ + eᵇ), for −∞ too."""
    low, high = min(a, b), max(a, b)
    if low == -np.inf:
        return high
    return high + math.log1p(math.exp(low - high))


def brute_force(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> float:
    """Log probability of `labels`, by visiting every alignment. `log_probs`: frames × tokens, natural logarithms.

    Takes time in proportion to `count_alignments`: for small cases.
    """
    text = checked_labels(labels, log_probs.shape[1], blank)
    if not len(log_probs):
        return NEVER if len(text) else 0.0
    p, skips = np.exp(np.asarray(_emissions(log_probs, text, blank), float)), _skips(text)
    total = sum(_sum_over_alignments(p, skips, 0, s) for s in range(min(2, p.shape[1])))
    return math.log(total) if total > 0 else NEVER


def count_alignments(frames: int, labels: Sequence[int]) -> int:
    """How many alignments of `frames` frames spell `labels`: the same recurrence, with whole numbers."""
    skips = _skips(np.asarray(labels, np.int64))
    if frames == 0:
        return int(len(labels) == 0)
    counts = [1, 1][: len(skips)] + [0] * (len(skips) - 2)
    for _ in range(frames - 1):
        counts = [
            counts[s] + (counts[s - 1] if s >= 1 else 0) + (counts[s - 2] if s >= 2 and skips[s] else 0)
            for s in range(len(skips))
        ]
    return sum(counts[-2:])


def lattice(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> Floats:
    """The forward table: frames × (2U + 1), natural logarithms, −∞ where no alignment goes.

    `log_probs`: frames × tokens. Raises TalkError for a label that is the blank or is no token.
    """
    text = checked_labels(labels, log_probs.shape[1], blank)
    log_p = np.asarray(_emissions(log_probs, text, blank), np.float64)
    table = np.full(log_p.shape, NEVER)
    if len(table):
        _fill(log_p, _skips(text), table)
    return table


def log_probability(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> float:
    """Log probability of `labels` by the forward algorithm, O(frames · U); −∞ for a text too long for its frames."""
    table = lattice(log_probs, labels, blank)
    if not len(table):
        return 0.0 if len(labels) == 0 else NEVER
    return float(np.logaddexp.reduce(table[-1, -2:]))


def ctc_loss(log_probs: Floats, targets: Sequence[Sequence[int]], frames: Sequence[int], blank: int = 0) -> Floats:
    """−log probability of each target, compiled, a batch in parallel; ∞ where the probability is zero.

    `log_probs`: frames × batch × tokens, as `torch.nn.functional.ctc_loss` takes them; `frames`: how many of the frames
    belong to each utterance. Sums run in float64 over probabilities that are scaled cell by cell, so that no cell needs
    a logarithm; an utterance whose numbers would underflow so is done again in logarithms. Raises as `lattice` does.
    """
    log_probs = np.asarray(log_probs)
    texts = [checked_labels(target, log_probs.shape[2], blank) for target in targets]
    if not len(texts) == len(frames) == log_probs.shape[1]:
        raise TalkError("ctc_loss", f"{len(texts)} targets, {len(frames)} lengths", "give one of each an utterance")
    if any(not 0 <= length <= log_probs.shape[0] for length in frames):
        raise TalkError("ctc_loss", f"a length is outside 0…{log_probs.shape[0]}", "count the frames")
    padded = np.zeros((len(texts), max((len(text) for text in texts), default=0)), np.int64)
    for row, text in zip(padded, texts, strict=True):
        row[: len(text)] = text
    lengths = np.array([len(text) for text in texts], np.int64)
    losses = np.empty(len(texts))
    _batch(log_probs, padded, np.asarray(frames, np.int64), lengths, blank, losses)
    for index in np.flatnonzero(np.isnan(losses)).tolist():
        losses[index] = -log_probability(log_probs[: frames[index], index], texts[index].tolist(), blank)
    return losses


def ctc_gradient(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> tuple[float, Floats]:
    """Loss of one utterance and its gradient by the logits whose log-softmax is `log_probs` (frames × tokens).

    The gradient is softmax − posterior: what the network says less what the alignments of the text say. The backward
    table is the forward one of the utterance reversed. For a text of probability zero the loss is ∞ and the gradient 0.
    """
    forward = lattice(log_probs, labels, blank)
    backward = lattice(log_probs[::-1], list(labels)[::-1], blank)[::-1, ::-1]
    total = log_probability(log_probs, labels, blank)
    if total == NEVER:
        return math.inf, np.zeros(log_probs.shape)
    text = np.asarray(labels, np.int64)
    emissions = np.asarray(_emissions(log_probs, text, blank), np.float64)
    with np.errstate(invalid="ignore"):  # −∞ − −∞: a token that never occurs
        posterior_of_state = np.nan_to_num(np.exp(forward + backward - emissions - total))
    posterior = np.zeros(log_probs.shape)
    for state, token in enumerate(states_of(text, blank)):
        posterior[:, token] += posterior_of_state[:, state]
    return -total, np.exp(np.asarray(log_probs, np.float64)) - posterior


def checked_labels(labels: Sequence[int], tokens: int, blank: int) -> Labels:
    """`labels` as an array. Raises TalkError for a blank among them, or a number that is no token."""
    text = np.asarray(labels, np.int64).reshape(-1)
    for place, label in enumerate(text):
        if label == blank:
            raise TalkError("labels", f"label {place} is the blank", "drop it: blanks are put in by CTC itself")
        if not 0 <= label < tokens:
            raise TalkError("labels", f"label {place} is {label}, tokens are 0…{tokens - 1}", "use the same alphabet")
    return text


def states_of(text: Labels, blank: int) -> Labels:
    """The token of each state of the lattice: blanks around the labels."""
    states = np.full(2 * len(text) + 1, blank, np.int64)
    states[1::2] = text
    return states


def _emissions(log_probs: Floats, text: Labels, blank: int) -> Floats:
    return log_probs[:, states_of(text, blank)]


def _skips(text: Labels) -> Floats:
    """Whether a state may be entered past the blank before it: a label that differs from the one before."""
    skips = np.zeros(2 * len(text) + 1, np.bool_)
    skips[3::2] = text[1:] != text[:-1]
    return skips


@njit(cache=True, parallel=True, error_model="numpy", nogil=True)
def _batch(log_probs: Floats, targets: Labels, frames: Labels, lengths: Labels, blank: int, losses: Floats) -> None:
    for b in prange(len(losses)):
        losses[b] = _scaled(log_probs[: frames[b], b], targets[b, : lengths[b]], blank)


@njit(cache=True)
def _frames_needed(text: Labels) -> Labels:
    """Entry u: the least number of frames from label u to the last one, both counted; repeats need a blank between."""
    needed = np.zeros(len(text) + 1, np.int64)
    for u in range(len(text) - 1, -1, -1):
        needed[u] = needed[u + 1] + 1 + (u + 1 < len(text) and text[u] == text[u + 1])
    return needed


# --8<-- [start:scaled]
@njit(cache=True, error_model="numpy", fastmath=_MAY_REORDER)
def _scaled(log_probs: Floats, text: Labels, blank: int) -> float:
    """−log probability, without a logarithm a cell; NaN where a number underflows.

    Cell k is a label and the blank after it, cell 0 the blank before all. Each cell has a scale of its own, renewed
    every few frames, and `ratio` leads from a cell's scale to the next one's: so the inner loop has neither a branch
    nor a gather nor a transcendental function. Only cells that lead from the beginning to the end are visited.
    """
    labels, frames, needed = len(text), len(log_probs), _frames_needed(text)
    if frames < needed[0]:
        return np.inf
    may_skip, p, ratio = np.zeros(labels + 1), np.zeros(labels + 1), np.ones(labels + 1)
    for k in range(2, labels + 1):
        may_skip[k] = text[k - 1] != text[k - 2]
    log_scale = np.zeros(labels + 1)
    label, blank_after, next_label, next_blank = np.zeros((4, labels + 1))
    blank_after[0] = 1.0  # before the first frame
    first = last = 0
    for t in range(frames):
        while first < labels and needed[first] > frames - t:
            first += 1  # the end is out of reach from the cells before
        if last < labels and needed[0] - needed[last] <= t:
            last += 1  # this cell comes into reach
            log_scale[last] = log_scale[last - 1]
            ratio[last] = 1.0
        p_blank = math.exp(log_probs[t, blank])
        for k in range(max(1, first), last + 1):
            p[k] = math.exp(log_probs[t, text[k - 1]])
        next_blank[0] = blank_after[0] * p_blank
        for k in range(max(1, first), last + 1):
            entering = blank_after[k - 1] + may_skip[k] * label[k - 1]
            next_label[k] = (label[k] + ratio[k] * entering) * p[k]
            next_blank[k] = (blank_after[k] + label[k]) * p_blank
        label, next_label, blank_after, next_blank = next_label, label, next_blank, blank_after
        if t % _FRAMES_A_SCALE == 0:
            for k in range(first, last + 1):
                size = label[k] if k else blank_after[k]
                if not size > _UNDERFLOW:
                    return np.nan
                label[k] /= size
                blank_after[k] /= size
                log_scale[k] += math.log(size)
            for k in range(max(1, first), last + 1):
                ratio[k] = math.exp(min(log_scale[k - 1] - log_scale[k], _LARGEST_EXPONENT))
    return float(-math.log(label[labels] + blank_after[labels]) - log_scale[labels])


# --8<-- [end:scaled]


def measure(quick: bool, advance: Advance) -> Ctc:
    """Brute force until one text takes over a minute (quick: a second), the forward algorithm, and torch's own."""
    import torch

    frames, labels, brute = _brute_force_growth(1.0 if quick else _A_MINUTE_S)
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
    """Four frames a label, a label more each time; the last problem is the smallest that is to take over `until_s`."""
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
    rate = points[-1].times_s[0] / points[-1].size
    candidates = [(t, u) for u in range(labels, labels + 3) for t in range(2 * u, 5 * u)]
    counts = {(t, u): count_alignments(t, range(1, u + 1)) for t, u in candidates}
    last = min((size for size in counts if counts[size] * rate >= 1.05 * until_s), key=counts.__getitem__)
    while visit(*last) < until_s:
        last = (last[0] + 1, last[1])
    return [t for t, _ in sizes], [u for _, u in sizes], Curve(name="перебор", points=points)


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
    return sizes, Curve(name="решётка", points=points)
