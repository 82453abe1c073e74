"""Every way to convolve against torch in float64."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.algorithms.measure import convolution
from experiments.algorithms.transforms import fast_length
from talk.errors import TalkError


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 60), st.integers(0, 15))
def test_depthwise_ways_agree(channels: int, steps: int, half: int) -> None:
    x, kernel = random(channels, steps), random(channels, 2 * half + 1)
    expected = torch.nn.functional.conv1d(x[None], kernel[:, None], padding=half, groups=channels)[0]
    for way in convolution.DEPTHWISE.values():
        assert torch.allclose(way(x, kernel), expected, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
def test_dense_ways_agree(inputs: int, outputs: int, rows: int, columns: int) -> None:
    x, kernel = random(inputs, rows, columns), random(outputs, inputs, 3, 3)
    expected = torch.nn.functional.conv2d(x[None], kernel, padding=1)[0]
    for name, way in convolution.DENSE.items():
        assert torch.allclose(way(x, kernel), expected, atol=1e-10), name


@pytest.mark.parametrize(
    ("length", "expected"), [(1, 2), (7, 8), (11, 12), (30, 30), (31, 32), (45, 48), (97, 100), (402, 432)]
)
def test_lengths_of_transforms_are_even_and_have_small_factors(length: int, expected: int) -> None:
    assert fast_length(length) == expected


def test_a_kernel_without_a_middle_is_refused() -> None:
    for way in convolution.DEPTHWISE.values():
        with pytest.raises(TalkError, match="has no middle"):
            way(random(2, 5), random(2, 4))
