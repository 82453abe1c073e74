"""Runs of NeMo's real encoder, small: call counts follow from its depth, times add up, the slide's code is what ran."""

import re
import textwrap
import time
from dataclasses import replace
from typing import Any

import pytest
import torch

from shared.audio import synthetic_speech
from shared.model import Network, module_tree, seeded
from shared.profile import Module, Run
from shared.profiler import Stopwatch, measure_run
from shared.workload import WORKLOAD
from talk.measure.progress import make_progress
from talk.paths import ROOT

LENGTHS = [9_600, 20_480, 40_000]
REPEATS = [1, 2, 3]
UTTERANCES = sum(REPEATS)


def small(layers: int) -> dict[str, Any]:
    changes = {"n_layers": layers, "d_model": 64, "n_heads": 4, "subsampling_conv_channels": 32}
    return WORKLOAD | {"encoder": WORKLOAD["encoder"] | changes}


def run(network: Network, passes: int = 2) -> Run:
    utterances = network.spectrograms(synthetic_speech(LENGTHS, 16_000, seed=1))
    return measure_run(
        network.encoder, utterances, REPEATS, device="cpu", threads=1, passes=passes, progress=make_progress()
    )


class Formats(torch.nn.Module):
    """Called as NeMo's encoder is; notes whether float32 may be rounded in products and in convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(80, 80)])
        self.seen: set[tuple[bool, bool]] = set()

    def forward(self, audio_signal: torch.Tensor, length: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.seen.add((torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32))
        return self.layers[0](audio_signal.mT).mT, length


def test_a_run_in_fp32_rounds_nothing_to_tf32() -> None:
    assert torch.backends.cudnn.allow_tf32  # PyTorch rounds in convolutions, unless it is told not to
    encoder = Formats()
    utterance = torch.randn(1, 80, 40), torch.tensor([40])
    measure_run(encoder, [utterance], [2], device="cpu", threads=1, passes=1, progress=make_progress())
    assert encoder.seen == {(False, False)}
    assert torch.backends.cudnn.allow_tf32


def test_what_runs_between_utterances_is_on_nobodys_clock() -> None:
    """Five utterances are two profiles; a pause after each would be the longest thing there is."""
    called: list[float] = []
    utterance = torch.randn(1, 80, 40), torch.tensor([40])

    def pause() -> None:
        called.append(1)
        time.sleep(0.2)

    measured = measure_run(
        Formats(), [utterance], [5], device="cpu", threads=1, passes=1, progress=make_progress(), between=pause
    )
    assert len(called) == 2
    assert measured.profiled_time_s is not None
    assert measured.profile_to_record_s is not None
    assert measured.profiled_time_s + measured.profile_to_record_s < 0.4


@pytest.mark.parametrize("layers", [1, 3])
def test_calls_follow_from_the_depth(layers: int) -> None:
    measured = run(seeded(small(layers)))
    calls = {operator.name: operator.calls for operator in measured.operators}
    assert calls["aten::addmm"] == UTTERANCES * (8 * layers + 1)
    assert calls["aten::linear"] == UTTERANCES * (9 * layers + 1)
    assert calls["aten::mm"] == UTTERANCES * layers
    assert calls["aten::bmm"] == calls["aten::silu"] == UTTERANCES * 3 * layers
    assert calls["aten::native_layer_norm"] == UTTERANCES * 5 * layers
    assert calls["aten::convolution"] == UTTERANCES * (3 * layers + 2)
    backends = ("aten::mkldnn_convolution", "aten::_slow_conv2d_forward")
    assert sum(calls.get(backend, 0) for backend in backends) == calls["aten::convolution"]


def test_times_add_up() -> None:
    measured = run(seeded(small(1)))
    assert (measured.device, measured.threads, measured.complete) == ("cpu", 1, True)
    assert [len(times) for times in measured.utterance_times_s] == [UTTERANCES] * 2
    assert measured.pass_times_s == pytest.approx([sum(times) for times in measured.utterance_times_s])
    total_s = sum(operator.self_cpu_time_us for operator in measured.operators) / 1e6
    assert measured.self_cpu_time_total_us == pytest.approx(1e6 * total_s)
    assert measured.profiled_time_s is not None
    assert 0 < total_s < measured.profiled_time_s  # Python between operators is nobody's
    assert measured.profile_to_record_s is not None
    assert measured.profile_to_record_s > 0
    on_gpu_only = (measured.self_device_time_total_us, measured.device_busy_time_us, measured.kernel_launches)
    assert on_gpu_only == (None, None, None)
    assert measured.kernels == []
    for operator in measured.operators:
        assert operator.cpu_time_total_us is not None
        assert operator.cpu_time_total_us >= operator.self_cpu_time_us


def test_the_same_operators_without_gradients_as_in_the_talk() -> None:
    """The talk ran under `no_grad`; `inference_mode` calls the same operators as often."""
    network = seeded(small(1))
    (utterance,) = network.spectrograms(synthetic_speech([20_480], 16_000, seed=1))
    counts = []
    for mode in (torch.no_grad(), torch.inference_mode()):
        with mode, torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as watched:
            network.encoder(audio_signal=utterance[0], length=utterance[1])
        counts.append({each.key: each.count for each in watched.key_averages()})
    assert counts[0] == counts[1]


def test_spectrograms_have_a_frame_every_hop_and_one_more() -> None:
    spectrograms = seeded(small(1)).spectrograms(synthetic_speech(LENGTHS, 16_000, seed=1))
    for (signal, length), samples in zip(spectrograms, LENGTHS, strict=True):
        assert signal.shape == (1, 80, samples // 160 + 1)
        assert length.tolist() == [samples // 160 + 1]
        assert signal.isfinite().all()
        assert signal.std() > 0.5  # normalised features of a sound, not of silence


def test_seeded_weights_are_the_same_every_time() -> None:
    first, second = (seeded(small(1)).encoder.state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_stopwatch_sums_its_blocks() -> None:
    watch = Stopwatch("cpu")
    with watch:
        pass
    once = watch.elapsed_s
    with watch:
        sum(range(10_000))
    assert watch.elapsed_s > once > 0


def test_the_module_tree_folds_equal_layers() -> None:
    network = seeded(small(3))
    tree = module_tree("encoder", network.encoder)
    assert (tree.type, tree.parameters) == (
        "ConformerEncoder",
        sum(parameter.numel() for parameter in network.encoder.parameters()),
    )
    (layers,) = [child for child in tree.children if child.name == "layers"]
    (layer,) = layers.children
    assert (layer.type, layer.count) == ("ConformerLayer", 3)
    assert layers.parameters == 3 * layer.parameters
    attention = next(child for child in layer.children if child.name == "self_attn")
    assert {"linear_q", "linear_k", "linear_v", "linear_out"} < {child.name for child in attention.children}


def test_unequal_neighbours_stay_apart() -> None:
    net = torch.nn.Sequential(*(torch.nn.Linear(width, 4) for width in (4, 4, 5, 4)), torch.nn.ReLU())
    tree = module_tree("net", net)
    assert [(child.name, child.type, child.count) for child in tree.children] == [
        ("0", "Linear", 2),
        ("2", "Linear", 1),
        ("3", "Linear", 1),
        ("4", "ReLU", 1),
    ]
    assert tree.children[0] == replace(Module(name="0", type="Linear", parameters=20), count=2)


@pytest.mark.parametrize(("script", "region"), [("profiler.py", "profile"), ("model.py", "model")])
def test_the_code_on_the_slides_fits_them(script: str, region: str) -> None:
    source = (ROOT / "scripts/shared" / script).read_text(encoding="utf-8")
    found = re.search(rf"# --8<-- \[start:{region}\]\n(.*?)[ ]*# --8<-- \[end:{region}\]", source, re.DOTALL)
    assert found is not None
    lines = textwrap.dedent(found[1]).splitlines()
    assert 0 < len(lines) <= 12
    assert max(map(len, lines)) <= 80
    assert WORKLOAD["model"] in found[1] or "with profile(" in found[1]
