"""Two races that are run in front of the hall: CTC against PyTorch, and the edit distance against rapidfuzz."""

from statistics import median

from talk.experiment import OnStage

_ROUNDS = 5
_LETTERS = 16_000  # as many as in a whole record


def _ctc() -> dict[str, float]:
    """Seconds of both losses on one batch, after their answers were compared."""
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from talk.errors import TalkError
    from talk.measure.clock import race
    from talk.measure.machine import current_machine

    from .measure.ctc import ctc_loss
    from .measure.ctc_race import _RACE

    torch.set_num_threads(current_machine().cpu_cores)
    frames, labels, batch, tokens = (_RACE[name] for name in ("frames", "labels", "batch", "tokens"))
    random = np.random.default_rng(0)
    log_probs = torch.from_numpy(random.normal(0, 3, (frames, batch, tokens))).log_softmax(-1).float()
    targets = torch.from_numpy(random.integers(1, tokens, (batch, labels)))
    lengths, sizes = torch.full((batch,), frames), torch.full((batch,), labels)
    array, texts = log_probs.numpy(), targets.tolist()

    def ours() -> NDArray[np.float64]:
        return ctc_loss(array, texts, lengths.tolist())

    def theirs() -> torch.Tensor:
        return torch.nn.functional.ctc_loss(log_probs, targets, lengths, sizes, reduction="none")

    if not np.allclose(ours(), theirs().numpy(), rtol=1e-4):
        raise TalkError("ctc", "the two losses differ", "mend it before timing it")
    found = race({"ours": ours, "torch": theirs}, _ROUNDS)
    return {f"ctc.race.{name}_time": median(times_s) for name, times_s in found.items()}


def _edits() -> dict[str, float]:
    """Seconds of both distances between two long texts, after their answers were compared."""
    import random

    from rapidfuzz.distance import Levenshtein

    from talk.errors import TalkError
    from talk.measure.clock import race

    from .measure.edit_distance import distance_of_texts

    chance, letters = random.Random(0), "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    said = "".join(chance.choices(letters, k=_LETTERS))
    heard = "".join(letter for letter in said if chance.random() > 0.1)

    def ours() -> int:
        return distance_of_texts(said, heard)

    def theirs() -> int:
        return Levenshtein.distance(said, heard)

    if ours() != theirs():
        raise TalkError("edit distance", "the two answers differ", "mend it before timing it")
    found = race({"ours": ours, "library": theirs}, _ROUNDS)
    return {f"edit_distance.race.{name}_time": median(times_s) for name, times_s in found.items()}


_NUMBA = {"numpy": "numpy", "numba": "numba"}

ON_STAGE = {
    "ctc": OnStage(
        title="потеря CTC, одна пачка",
        rows={"ctc.race.ours_time": "наша решётка", "ctc.race.torch_time": "PyTorch"},
        measure=_ctc,
        packages=_NUMBA | {"torch": "torch"},
    ),
    "edits": OnStage(
        title=f"расстояние, букв: {_LETTERS}",
        rows={"edit_distance.race.ours_time": "Майерс", "edit_distance.race.library_time": "rapidfuzz"},
        measure=_edits,
        packages=_NUMBA | {"rapidfuzz": "rapidfuzz"},
    ),
}
