"""Who the rivals are: which of their kernels ran, said under every table and picture that holds us against them."""

from talk.render.captions import MULTIPLY, Provenance

_TITLES = {"torch": "torch", "numpy": "NumPy"}


def with_rivals(caption: str, source: Provenance, *also: str) -> str:
    """The caption, and after it the libraries' kernels; `also` are libraries that compute in other numbers."""
    kernels = [source.kernels(_TITLES, MULTIPLY), *(source.kernels(_TITLES, {library}) for library in also)]
    return ". ".join(filter(None, [caption, "; ".join(filter(None, kernels))]))
