"""Who the rivals are: which of their kernels ran, said under every table and picture that holds us against them."""

from talk.render.captions import MULTIPLY, Provenance
from talk.words import NBSP

_TITLES = {"torch": "torch", "numpy": "NumPy"}


def with_rivals(caption: str, source: Provenance, *also: str) -> str:
    """The caption, and after it the libraries' kernels; `also` are libraries that compute in shorter numbers."""
    kernels = [source.kernels(_TITLES, MULTIPLY), *(source.kernels(_TITLES, {library}, short=True) for library in also)]
    return ". ".join(filter(None, [caption, "; ".join(filter(None, kernels))]))


def with_cublas(caption: str, source: Provenance) -> str:
    """The caption, and after it whose cuBLAS ran: it names its kernels to profilers alone."""
    version = source.record.versions.get("cuda")
    return f"{caption}. cuBLAS из CUDA{NBSP}{version}" if version else caption
