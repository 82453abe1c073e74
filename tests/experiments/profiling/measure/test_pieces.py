"""The pieces between the utterances are the network's own layers, and a piece's record says what it computes."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from experiments.profiling.measure.pieces import Pieces
from shared.model import seeded
from shared.workload import WORKLOAD

ENCODER = WORKLOAD["encoder"] | {"n_layers": 2, "d_model": 64, "n_heads": 4, "subsampling_conv_channels": 32}


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    made = Pieces(seeded(WORKLOAD | {"encoder": ENCODER}).encoder)
    for _ in range(3):
        made()
    return made


def test_every_piece_is_there_in_two_sizes_where_two_are_compared(pieces: Pieces) -> None:
    kinds = [(each.kind, each.runs) for each in pieces.found]
    assert kinds == [("halves", 3), ("halves", 3), ("convolution", 3), ("convolution", 3), ("views", 3)]


def test_its_operators_are_those_of_a_feed_forward_half(pieces: Pieces) -> None:
    few, many, small, large, views = pieces.found
    for half in (few, many):
        assert (half.calls("aten::addmm"), half.calls("aten::silu"), half.calls("aten::native_layer_norm")) == (
            12,
            6,
            6,
        )
        assert half.time_s("aten::addmm") > 0
        assert half.weights == 6 * 2 * 64 * 256
        assert half.multiply_adds == half.rows * half.weights
    assert few.rows < many.rows
    assert (small.calls("aten::mkldnn_convolution"), large.calls("aten::mkldnn_convolution")) == (1, 1)
    assert views.calls("aten::transpose") == views.rows == 50


def test_multiply_adds_are_those_that_pytorch_counts(pieces: Pieces) -> None:
    for each, image in zip(pieces.found[2:4], pieces._images.values(), strict=True):
        with FlopCounterMode(display=False) as counter, torch.inference_mode():
            pieces._convolution(image)
        assert counter.get_total_flops() == 2 * each.multiply_adds
