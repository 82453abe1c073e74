"""Attention by tiles against torch's own, and the online softmax against torch's softmax."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from experiments.algorithms.measure.attention import online_softmax, tiled_attention, whole_attention
from talk.errors import TalkError
from talk.measure.memory import HIGH_WATER

VECTORS = arrays.arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e4, 1e4))


@settings(max_examples=60, deadline=None)
@given(VECTORS)
def test_the_online_softmax_is_torchs(x: np.ndarray) -> None:
    assert online_softmax(x) == pytest.approx(torch.from_numpy(x).softmax(0).numpy(), rel=1e-12, abs=1e-300)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40), st.integers(1, 45), st.floats(0.1, 100))
def test_tiles_of_any_size_give_torchs_attention(seed: int, n: int, m: int, tile: int, spread: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    q, k, v = (torch.randn(rows, 8, generator=generator, dtype=torch.float64) * spread for rows in (n, m, m))
    expected = torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None])[0]
    assert torch.allclose(tiled_attention(q, k, v, tile), expected, rtol=1e-9, atol=1e-9)
    assert torch.allclose(whole_attention(q, k, v), expected, rtol=1e-9, atol=1e-9)


def test_no_query_has_no_answer_and_no_key_is_refused() -> None:
    some, none = torch.ones(3, 4), torch.ones(0, 4)
    assert tiled_attention(none, some, some).shape == (0, 4)
    for bad in ((some, none, none), (some, some, none), (torch.ones(3, 5), some, some)):
        with pytest.raises(TalkError, match="do not fit"):
            tiled_attention(*bad)


def test_values_may_be_wider_than_keys() -> None:
    q, k, v = torch.randn(5, 4), torch.randn(7, 4), torch.randn(7, 9)
    assert torch.allclose(tiled_attention(q, k, v, 3), whole_attention(q, k, v), atol=1e-6)


def test_tiles_take_less_memory_than_the_table() -> None:
    q = torch.randn(4000, 16)  # the table: 64 MB, and its softmax as much
    whole, tiled = (
        HIGH_WATER.risen_bytes(lambda: whole_attention(q, q, q)),
        HIGH_WATER.risen_bytes(lambda: tiled_attention(q, q, q)),
    )
    if whole is None or tiled is None:
        pytest.skip("the system does not tell the peak of memory")
    assert whole > 4000 * 4000 * 4
    assert tiled < whole / 4
