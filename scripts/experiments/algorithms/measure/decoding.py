"""Story 2. Decoding: the likeliest text is not the likeliest alignment, and there are too many texts to try them all.

Prefix beam search (Hannun et al., 2014) keeps the best `width` beginnings of the text, each with the sum over all its
alignments, apart for those that end in a blank and those that do not: a letter repeated is a new letter only after a
blank. Beginnings are nodes of a trie, so that one that is reached in two ways is one node. The language model scores
each letter that a beginning grows by.
"""

import heapq
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talk.errors import TalkError
from talk.measure.clock import times_of
from talk.measure.progress import Advance

from ..record import Alignment, Beam, BeamName, Curve, Decoding, Found, Listener, OutputsOf, Point
from .ctc import NEVER, checked_labels, log_probability, posteriors, states_of
from .edit_distance import word_error_rate

Floats = NDArray[Any]

ALPHABET = " абвгдежзийклмнопрстуфхцчшщъыьэюяё"  # token 0 is the blank, letter i is token i + 1
UNLIKELY = 1e-3  # tokens below this share of a frame are not tried
_USUAL = 16  # width
_SCRAP, _LETTERS = 8, 3  # frames and letters that every text is tried of: 9841 of them


@dataclass(frozen=True)
class Heard:
    """What was said in each utterance, and its log probabilities (frames × tokens) in silence and through noise.

    `loudness` is the root mean square of the sound at each frame; `taught` are other texts of the same kind.
    """

    outputs_of: OutputsOf
    said: list[str]
    quiet: list[Floats]
    noisy: list[Floats]
    loudness: list[NDArray[np.float64]]
    taught: list[str]
    frame_s: float
    noise_db: float | None
    listener: Listener | None = None


class LanguageModel:
    """Letters by the letters before them: n-grams of every order up to `order`, mixed by Witten and Bell's rule."""

    def __init__(self, texts: Sequence[str], order: int = 5) -> None:
        if order < 1:
            raise TalkError("language model", f"an order of {order}", "give at least 1")
        self.order = order
        self._following: dict[str, Counter[str]] = {}
        self._known: dict[tuple[str, str], float] = {}
        for text in texts:
            for place, letter in enumerate(text):
                for length in range(min(order - 1, place) + 1):
                    self._following.setdefault(text[place - length : place], Counter())[letter] += 1

    def probability(self, letter: str, before: str) -> float:
        """P(letter | the last letters of `before`); every letter of ALPHABET is possible."""
        context = before[len(before) - self.order + 1 :] if len(before) >= self.order else before
        key = (context, letter)
        if key not in self._known:
            self._known[key] = self._mixed(letter, context if self.order > 1 else "")
        return self._known[key]

    def _mixed(self, letter: str, context: str) -> float:
        shorter = self._mixed(letter, context[1:]) if context else 1 / len(ALPHABET)
        seen = self._following.get(context)
        if seen is None:
            return shorter
        return (seen[letter] + len(seen) * shorter) / (seen.total() + len(seen))


@dataclass(slots=True, eq=False)
class _Prefix:
    """A node of the trie: a beginning of the text and the probabilities of its alignments, by their last token."""

    token: int
    text: str
    log_favour: float = 0.0  # log of what the language model has multiplied its probability by
    ends_in_blank: float = 0.0
    ends_in_letter: float = 0.0
    next_blank: float = 0.0
    next_letter: float = 0.0
    children: dict[int, "_Prefix"] = field(default_factory=dict)

    @property
    def probability(self) -> float:
        return self.ends_in_blank + self.ends_in_letter

    @property
    def score(self) -> float:
        return math.log(self.probability) + self.log_favour if self.probability else NEVER


def greedy(log_probs: Floats) -> str:
    """The text of the likeliest alignment: the best token of each frame. `log_probs`: frames × tokens."""
    best = log_probs.argmax(axis=1)
    kept = [token for token, before in zip(best, [0, *best[:-1]], strict=False) if token and token != before]
    return "".join(ALPHABET[token - 1] for token in kept)


def beam_search(
    log_probs: Floats, width: int, model: LanguageModel | None = None, weight: float = 0.5, bonus: float = 0.3
) -> tuple[str, float]:
    """The best text found and the log probability of its alignments that were kept, without the model's favour.

    A letter multiplies a beginning by model^weight · e^bonus: without the bonus a model likes short texts best. With a
    width that holds every beginning the probability is that of `ctc.log_probability`, if no letter of a frame is
    skipped as `UNLIKELY`. Raises TalkError for a width under 1.
    """
    if width < 1:
        raise TalkError("beam search", f"a beam of {width}", "give at least 1")
    root = _Prefix(0, "", ends_in_blank=1.0)
    beam, log_scale = [root], 0.0
    for frame in np.exp(np.asarray(log_probs, float)):
        reached = _step(beam, frame, model, weight, bonus)
        beam = heapq.nlargest(width, reached, key=lambda prefix: prefix.score)
        likeliest = max((prefix.probability for prefix in beam), default=0.0)
        if not likeliest:
            return "", NEVER
        log_scale += math.log(likeliest)
        for prefix in beam:
            prefix.ends_in_blank /= likeliest
            prefix.ends_in_letter /= likeliest
    best = max(beam, key=lambda prefix: prefix.score)
    return best.text, math.log(best.probability) + log_scale


def _step(
    beam: list[_Prefix], frame: Floats, model: LanguageModel | None, weight: float, bonus: float
) -> list[_Prefix]:
    """One frame: every beginning stays as it is, or grows by a letter."""
    reached: dict[int, _Prefix] = {}
    tokens = [(token, float(frame[token])) for token in np.flatnonzero(frame > UNLIKELY * frame.max()).tolist()]
    # --8<-- [start:heart]
    for prefix in beam:
        either = prefix.probability
        for token, p in tokens:
            if token == 0:
                prefix.next_blank += either * p
                reached[id(prefix)] = prefix
                continue
            if token == prefix.token:  # the same letter goes on …
                prefix.next_letter += prefix.ends_in_letter * p
                reached[id(prefix)] = prefix
            grown = prefix.children.get(token) or _grow(prefix, token, model, weight, bonus)
            # … or, after a blank, begins anew
            grown.next_letter += (prefix.ends_in_blank if token == prefix.token else either) * p
            reached[id(grown)] = grown
    # --8<-- [end:heart]
    for prefix in reached.values():
        prefix.ends_in_blank, prefix.ends_in_letter = prefix.next_blank, prefix.next_letter
        prefix.next_blank = prefix.next_letter = 0.0
    return list(reached.values())


def _grow(prefix: _Prefix, token: int, model: LanguageModel | None, weight: float, bonus: float) -> _Prefix:
    letter = ALPHABET[token - 1]
    log_favour = prefix.log_favour
    if model is not None:
        log_favour += weight * math.log(model.probability(letter, prefix.text)) + bonus
    grown = prefix.children[token] = _Prefix(token, prefix.text + letter, log_favour)
    return grown


def force_align(log_probs: Floats, labels: Sequence[int], blank: int = 0) -> tuple[list[int], float]:
    """The likeliest alignment of `labels` (a token a frame) and its log probability: the lattice, max for sum.

    ([], −∞) for a text that the frames cannot hold.
    """
    text = checked_labels(labels, log_probs.shape[1], blank)
    states = states_of(text, blank)
    frames = len(log_probs)
    if not frames:
        return [], 0.0 if not len(text) else NEVER
    best = np.full((frames, len(states)), NEVER)
    came_from = np.zeros((frames, len(states)), np.int64)
    best[0, :2] = log_probs[0, states[:2]]
    may_skip = np.zeros(len(states), bool)
    may_skip[3::2] = text[1:] != text[:-1]
    for t in range(1, frames):
        options = np.full((3, len(states)), NEVER)
        options[0] = best[t - 1]
        options[1, 1:] = best[t - 1, :-1]
        options[2, 2:] = np.where(may_skip[2:], best[t - 1, :-2], NEVER)
        came_from[t] = options.argmax(axis=0)
        best[t] = options.max(axis=0) + log_probs[t, states]
    state = len(states) - 1 - int(len(states) > 1 and best[-1, -2] > best[-1, -1])
    score = float(best[-1, state])
    if score == NEVER:
        return [], NEVER
    path = [state]
    for t in range(frames - 1, 0, -1):
        path.append(path[-1] - int(came_from[t, path[-1]]))
    return [int(states[state]) for state in reversed(path)], score


def encode(text: str) -> list[int]:
    """Tokens of `text`. Raises TalkError for a letter that is not in ALPHABET."""
    for place, letter in enumerate(text):
        if letter not in ALPHABET:
            raise TalkError("text", f"letter {place}, {letter!r}, is not in the alphabet", f"use only «{ALPHABET}»")
    return [ALPHABET.index(letter) + 1 for letter in text]


_WHO = "клиент оператор директор бухгалтер инженер менеджер водитель сосед".split()
_DOES = "просит ждёт ищет купит заказал проверил забыл потерял получил отправил".split()
_WHICH = "новый старый чугунный красный дорогой быстрый важный первый последний".split()
_WHAT = "мост сервер договор отчёт звонок билет заказ паспорт ответ счёт".split()
_WHEN = "сегодня|завтра|утром|вечером|в пятницу|в понедельник|на неделе|после обеда".split("|")


def sentences(count: int, seed: int) -> list[str]:
    """Sentences as one hears them in a call centre, made from a small grammar; the same for the same seed."""
    choose = random.Random(seed).choice
    return [" ".join(map(choose, (_WHO, _DOES, _WHICH, _WHAT, _WHEN))) for _ in range(count)]


def noisy_outputs(text: str, random_numbers: np.random.Generator, noise: float) -> Floats:
    """What a network might say of `text`: log probabilities, frames × tokens, of one alignment buried in noise.

    No network is involved: normal noise of spread `noise`, plus 1 at each frame's right token, times eight.
    """
    path: list[int] = []
    for token in encode(text):
        if path and path[-1] == token:
            path.append(0)
        path += [token] * int(random_numbers.integers(1, 3)) + [0] * int(random_numbers.integers(0, 2))
    logits = random_numbers.normal(0, noise, (len(path), len(ALPHABET) + 1))
    logits[np.arange(len(path)), path] += 1
    logits *= 8
    normalised: Floats = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return normalised


def likeliest_text(log_probs: Floats, letters: Sequence[int]) -> tuple[str, float]:
    """The likeliest of all texts of `letters` (tokens), and its log probability: every one that fits is tried."""
    every = (text for length in range(len(log_probs) + 1) for text in itertools.product(letters, repeat=length))
    text, best = max(((text, log_probability(log_probs, text)) for text in every), key=lambda found: found[1])
    return "".join(ALPHABET[token - 1] for token in text), best


def measure(heard: Heard, quick: bool, advance: Advance) -> Decoding:
    """Word error rate and speed of greedy decoding and of beams, with a language model and without, on one core.

    Then beams against the exact answer on scraps short enough to try every text, and one utterance with its text laid
    along it.
    """
    model = LanguageModel(heard.taught)
    sound_s = heard.frame_s * sum(map(len, heard.noisy))

    def judged(name: BeamName, width: int, decode: Callable[[Floats], str]) -> Beam:
        found: list[str] = []

        def all_of_them() -> None:
            found[:] = [decode(log_probs) for log_probs in heard.noisy]

        times = times_of(all_of_them, 1 if quick else 3)
        advance(1 / 12)
        return Beam(name=name, width=width, word_error_rate=word_error_rate(heard.said, found), times_s=times)

    beams = [judged("greedy", 1, greedy)]
    for width in (4, 16) if quick else (1, 4, 16, 64):
        beams.append(judged("beam", width, partial(_text_of, width=width, model=None)))
        beams.append(judged("beam_with_model", width, partial(_text_of, width=width, model=model)))
    return Decoding(
        outputs_of=heard.outputs_of,
        noise_db=heard.noise_db,
        sound_s=sound_s,
        sentences=len(heard.said),
        order=model.order,
        quiet_word_error_rate=word_error_rate(heard.said, list(map(greedy, heard.quiet))),
        beams=beams,
        letters=_LETTERS,
        trial=_trial(heard, advance),
        longer=_longer(heard),
        found=_found(heard, quick),
        alignment=_alignment(heard),
        listener=heard.listener,
    )


def _text_of(log_probs: Floats, width: int, model: LanguageModel | None) -> str:
    return beam_search(log_probs, width, model)[0]


def _scraps(heard: Heard, frames: int, count: int) -> list[Floats]:
    """Scraps of what was heard, around a frame where the network hesitates; of its tokens a few likeliest remain."""
    scraps = []
    for log_probs in heard.noisy:
        doubt = np.sort(log_probs, axis=1)
        middle = int((doubt[:, -2] - doubt[:, -1]).argmax())
        start = min(max(0, middle - frames // 2), len(log_probs) - frames)
        scrap = log_probs[start : start + frames]
        letters = 1 + np.argsort(-scrap[:, 1:].max(axis=0), kind="stable")[:_LETTERS]
        scraps.append(scrap[:, [0, *letters]])
    return scraps[:count]


def _trial(heard: Heard, advance: Advance) -> Curve:
    """Time to try every text, a frame more each time."""
    points = []
    for frames in range(3, _SCRAP + 1):
        [scrap] = _scraps(heard, frames, 1)
        times = times_of(partial(likeliest_text, scrap, range(1, _LETTERS + 1)), 1)
        points.append(Point(size=frames, times_s=times))
    advance(1 / 12)
    return Curve(points=points)


def _longer(heard: Heard) -> Curve:
    """Time of a beam on ever more frames: the utterances one after another."""
    frames = np.concatenate(heard.noisy)
    counts = [count for count in (100, 200, 400, 800) if count <= len(frames)]
    points = [Point(size=n, times_s=times_of(partial(beam_search, frames[:n], _USUAL), 2)) for n in counts]
    return Curve(points=points)


def _found(heard: Heard, quick: bool) -> list[Found]:
    """How often each beam finds the likeliest of all texts, on scraps where the network hesitates."""
    scraps = _scraps(heard, _SCRAP - 2, 8 if quick else 48)
    exact = [likeliest_text(scrap, range(1, _LETTERS + 1))[0] for scrap in scraps]
    ways: dict[int, Callable[[Floats], str]] = {0: greedy}
    ways |= {width: partial(_text_of, width=width, model=None) for width in (1, 2, 4, 8)}
    return [
        Found(
            width=width, share=sum(way(scrap) == text for scrap, text in zip(scraps, exact, strict=True)) / len(scraps)
        )
        for width, way in ways.items()
    ]


def _alignment(heard: Heard) -> Alignment:
    """The shortest text laid along its utterance by Viterbi, and how likely each state is at each frame."""
    index = min(range(len(heard.said)), key=lambda index: len(heard.said[index]))
    log_probs, labels = heard.quiet[index], encode(heard.said[index])
    path, score = force_align(log_probs, labels)
    posterior = posteriors(log_probs, labels)
    likelihood = math.exp(score - log_probability(log_probs, labels))
    return Alignment(
        text=heard.said[index],
        frame_s=heard.frame_s,
        tokens=path,
        likelihood=likelihood,
        posterior=[[round(float(p), 3) for p in row] for row in posterior],
        loudness=[round(float(each), 4) for each in heard.loudness[index]],
    )
