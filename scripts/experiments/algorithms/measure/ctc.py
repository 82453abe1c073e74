"""Story 1. CTC: the probability of a text is a sum over all its alignments; dynamic programming computes it.

A network gives log p(token | frame) for every frame. An alignment names one token a frame; it spells a text once its
repeats are merged and its blanks dropped (Graves et al., «Connectionist Temporal Classification», 2006). Alignments of
a text of U labels are the paths through a lattice of 2U + 1 states, blanks at the even ones:

    0: blank, 1: first label, 2: blank, 3: second label, …, 2U: blank
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from talk.errors import TalkError

Floats = NDArray[Any]
Labels = NDArray[np.int64]

NEVER = -math.inf  # log of a probability of zero
_UNDERFLOW = 1e-280
_LARGEST_EXPONENT = 690.0
_FRAMES_A_SCALE = 8

_MAY_REORDER = {"reassoc", "contract", "nsz"}  # sums in any order; infinities and NaN keep their meaning


# --8<-- [start:brute]
@njit(cache=True)
def _sum_over_alignments(p: Floats, skips: Floats, t: int, s: int) -> float:
    """Every alignment from state s at frame t on, one by one."""
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
    """table[t, s]: log of the sum over alignments that are in s at t."""
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


def posteriors(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> Floats:
    """How likely each state is at each frame, given that the text is `labels`: frames × (2U + 1), each row sums to 1.

    The backward table is the forward one of the utterance reversed. All 0 for a text of probability zero.
    """
    forward = lattice(log_probs, labels, blank)
    backward = lattice(log_probs[::-1], list(labels)[::-1], blank)[::-1, ::-1]
    total = log_probability(log_probs, labels, blank)
    if total == NEVER:
        return np.zeros(forward.shape)
    emissions = np.asarray(_emissions(log_probs, np.asarray(labels, np.int64), blank), np.float64)
    with np.errstate(invalid="ignore"):  # −∞ − −∞: a token that never occurs
        likely: Floats = np.nan_to_num(np.exp(forward + backward - emissions - total))
    return likely


def ctc_gradient(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> tuple[float, Floats]:
    """Loss of one utterance and its gradient by the logits whose log-softmax is `log_probs` (frames × tokens).

    The gradient is softmax − posterior: what the network says less what the alignments of the text say. For a text of
    probability zero the loss is ∞ and the gradient 0.
    """
    loss = -log_probability(log_probs, labels, blank)
    if loss == math.inf:
        return loss, np.zeros(log_probs.shape)
    posterior = np.zeros(log_probs.shape)
    for token, likely in zip(
        states_of(np.asarray(labels, np.int64), blank), posteriors(log_probs, labels, blank).T, strict=True
    ):
        posterior[:, token] += likely
    return loss, np.exp(np.asarray(log_probs, np.float64)) - posterior


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
    every few frames, and `ratio` converts from a cell's scale to the next one's, so the inner loop has no branch, no
    gather and no transcendental function. Only cells that lie on a path from the beginning to the end are visited.
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
