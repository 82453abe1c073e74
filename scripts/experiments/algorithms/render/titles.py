"""What pages call the methods that records name."""

from talk.render.given import given

from ..record import BeamName, HiddenName, WayToAttend, WayToConvolve, WayToEdit

BRUTE_FORCE = "перебор"
IN_TIME = given("99 из 100", reason="столько ответов должны уложиться в срок")
EDITS: dict[WayToEdit, str] = {
    "rows": "таблица",
    "hirschberg": "Хиршберг",
    "myers": "Майерс",
    "library": "rapidfuzz",
}
BEAMS: dict[BeamName, str] = {"greedy": "жадный", "beam": "луч", "beam_with_model": "луч с моделью языка"}
CONVOLUTIONS: dict[WayToConvolve, str] = {
    "direct": "напрямую",
    "fft": "через FFT",
    "im2col": "im2col",
    "winograd": "Виноград",
    "library": "PyTorch",
}
ATTENTIONS: dict[WayToAttend, str] = {"whole": "вся таблица", "tiled": "плитками", "library": "PyTorch"}
HIDDEN: dict[HiddenName, str] = {
    "topological": "сортировка",
    "colouring": "раскраска",
    "consing": "хеш-консинг",
    "union_find": "множества",
}
