"""Who the rivals are: the library that ran, and which of its kernels, said under what holds us against them."""

from collections.abc import Container

from talk.render.captions import MULTIPLY, Provenance
from talk.words import say

from .titles import EDITS


def beside_torch(caption: str, source: Provenance, libraries: Container[str] = MULTIPLY) -> str:
    """The caption, and after it the kernel of that of `libraries` which computes for PyTorch."""
    return ". ".join(filter(None, [caption, source.kernels({"torch": "PyTorch"}, libraries)]))


def beside_rapidfuzz(caption: str, source: Provenance) -> str:
    """The caption, and after it the version of rapidfuzz, which tells nobody of its kernels."""
    version = source.record.versions.get("rapidfuzz")
    return f"{caption}. {EDITS['library']} {version}, {say('provenance.kernel_untold')}" if version else caption
