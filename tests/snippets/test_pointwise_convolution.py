"""The code on the slide «Поточечная свёртка — это умножение» runs: its own assertion is the claim."""

import runpy

import pytest

from talk.paths import SNIPPETS

CODE = SNIPPETS / "pointwise_convolution.py"


def test_a_pointwise_convolution_is_a_product() -> None:
    pytest.importorskip("torch")
    shown = runpy.run_path(str(CODE))
    assert shown["product"].shape == (1024, 100)
    assert shown["conv"](shown["x"]).shape == (1, *shown["product"].shape)
