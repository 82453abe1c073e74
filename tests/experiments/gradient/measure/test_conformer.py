"""Backward of a small encoder made of the talk's own kind of layers."""

import pytest
import torch

from experiments.gradient.measure.conformer import _checkpointed, _saved_bytes, measure_backward
from experiments.gradient.record import ConformerBackward
from tests.shared.test_profiler import Formats


class Layer(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide, self.narrow = torch.nn.Linear(16, 64), torch.nn.Linear(64, 16)
        self.depthwise = torch.nn.Conv1d(16, 16, 3, padding=1, groups=16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.narrow(torch.nn.functional.silu(self.wide(x)))
        return x + self.depthwise(x.mT).mT


class Encoder(torch.nn.Module):
    """Called as NeMo's is; the first product's input asks for no gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(8, 16)
        self.layers = torch.nn.ModuleList(Layer() for _ in range(4))

    def forward(self, audio_signal: torch.Tensor, length: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.first(audio_signal.mT)
        for layer in self.layers:
            x = layer(x)
        return x, length


@pytest.fixture(scope="module")
def measured() -> ConformerBackward:
    torch.manual_seed(6)
    utterance = torch.randn(1, 8, 200), torch.tensor([200])
    return measure_backward(Encoder(), utterance, 2.0, "cpu", torch.get_num_threads(), repeats=1)


def test_backward_in_fp32_rounds_nothing_to_tf32() -> None:
    encoder = Formats()
    measure_backward(encoder, (torch.randn(1, 80, 40), torch.tensor([40])), 1.0, "cpu", 1, repeats=1)
    assert encoder.seen == {(False, False)}


def test_flops_follow_from_the_shapes(measured: ConformerBackward) -> None:
    first, linear, depthwise = 2 * 200 * 8 * 16, 2 * 200 * 16 * 64, 2 * 200 * 16 * 3
    there, back = measured.passes
    assert there.flops == first + 4 * (2 * linear + depthwise)
    assert back.flops == 2 * there.flops - first


def test_operators_of_both_passes_are_counted(measured: ConformerBackward) -> None:
    there, back = ({operator.name: operator.calls for operator in each.operators} for each in measured.passes)
    # The first product's input is transposed: torch multiplies there, and adds the bias apart.
    assert (there["aten::addmm"], there["aten::mm"]) == (8, 1)
    assert back["aten::mm"] == 17
    assert back["aten::convolution_backward"] == 4


def test_checkpoints_keep_less_and_change_no_gradient(measured: ConformerBackward) -> None:
    plain, thrifty = measured.remembering
    assert thrifty.saved_bytes < plain.saved_bytes / 3
    assert thrifty.peak_bytes < plain.peak_bytes
    encoder, x = Encoder(), torch.randn(1, 8, 20)
    encoder(audio_signal=x, length=None)[0].square().mean().backward()
    truth = [parameter.grad.clone() for parameter in encoder.parameters()]
    encoder.zero_grad()
    with _checkpointed(encoder):
        encoder(audio_signal=x, length=None)[0].square().mean().backward()
    for parameter, grad in zip(encoder.parameters(), truth, strict=True):
        torch.testing.assert_close(parameter.grad, grad)
    assert "forward" not in vars(encoder.layers[0])


def test_saved_memory_is_counted_once() -> None:
    x = torch.ones(100, requires_grad=True)
    encoder = torch.nn.Module()
    encoder.register_buffer("own", torch.ones(100))
    kept = x * 1

    # The square keeps `kept` alone, and its view is the same memory.
    assert _saved_bytes(encoder, lambda: (kept.square() + kept.view(100).square()).sum()) == 400
    assert _saved_bytes(encoder, lambda: (x * encoder.own).sum()) == 0  # the network's own is there anyway
