"""The predicted counts and FLOPs against NeMo's own encoder, at other depths, widths and lengths than the talk's."""

from typing import Any

import pytest

from experiments.profiling.render.prediction import NotModelled, encoder_calls, encoder_frames, frames_of, predict
from shared.profile import Workload
from shared.workload import WORKLOAD


def workload(*lengths: int, repeats: list[int] | None = None) -> Workload:
    return Workload(
        audio="synthetic",
        sample_rate_hz=16000,
        hop_samples=160,
        file_lengths_samples=list(lengths),
        repeats=repeats or [1] * len(lengths),
        batch_size=1,
    )


def test_the_talks_call_counts_follow_from_the_architecture_and_the_lengths() -> None:
    whole = workload(*WORKLOAD["file_lengths_samples"], repeats=WORKLOAD["repeats"])
    on_cpu = predict(WORKLOAD["encoder"], whole, "cpu", threads=16)
    published = {
        "aten::addmm": 9280,
        "aten::mkldnn_convolution": 3340,
        "aten::_slow_conv2d_forward": 244,
        "aten::mm": 1152,
        "aten::bmm": 3456,
        "aten::silu": 3456,
        "aten::native_layer_norm": 5760,
        "aten::linear": 10432,
        "aten::convolution": 3584,
    }
    assert {name: on_cpu.calls(name) for name in published} == published
    assert predict(WORKLOAD["encoder"], whole, "cuda").calls("aten::cudnn_convolution") == 2432


SMALL: dict[str, Any] = {
    **WORKLOAD["encoder"],
    "n_layers": 2,
    "d_model": 64,
    "n_heads": 4,
    "subsampling_conv_channels": 32,
}
# Lengths on both sides of 20 480 elements for the pointwise convolutions and for the first strided one.
SHORT, BEFORE, AFTER, LONG = 9_600, 255 * 160, 256 * 160, 60_000
CASES: dict[str, tuple[dict[str, Any], list[int], int]] = {
    "shallow and narrow": (SMALL, [SHORT, BEFORE, AFTER, LONG], 2),
    "deeper, wider, other kernel": (
        {**SMALL, "n_layers": 3, "d_model": 512, "n_heads": 8, "conv_kernel_size": 9, "ff_expansion_factor": 2},
        [39 * 640, 40 * 640, 41 * 640, SHORT],
        2,
    ),
    "subsampled eight times": ({**SMALL, "n_layers": 1, "subsampling_factor": 8, "feat_in": 64}, [SHORT, LONG], 2),
    "one thread": ({**SMALL, "n_layers": 1, "d_model": 512, "n_heads": 8}, [LONG, SHORT], 1),
    "no biases": ({**SMALL, "n_layers": 1, "use_bias": False}, [SHORT], 2),
    "projected out": ({**SMALL, "n_layers": 1, "feat_out": 48}, [SHORT], 2),
}


@pytest.fixture(scope="module")
def torch() -> Any:
    module = pytest.importorskip("torch")
    pytest.importorskip("nemo.collections.asr.modules")
    return module


@pytest.mark.parametrize("case", CASES)
def test_counts_and_flops_are_those_of_the_real_encoder(case: str, torch: Any) -> None:
    from nemo.collections.asr.modules import ConformerEncoder
    from torch.profiler import ProfilerActivity, profile
    from torch.utils.flop_counter import FlopCounterMode

    encoder, lengths, threads = CASES[case]
    network = ConformerEncoder(**encoder).eval()
    inputs = [torch.randn(1, encoder["feat_in"], frames_of(length, 160)) for length in lengths]

    def run() -> list[int]:
        steps = []
        with torch.inference_mode():
            for features in inputs:
                encoded, _ = network(audio_signal=features, length=torch.tensor([features.shape[2]]))
                steps.append(encoded.shape[2])
        return steps

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            steps = run()
        with FlopCounterMode(display=False) as flops:
            run()
    finally:
        torch.set_num_threads(before)

    expected = predict(encoder, workload(*lengths), "cpu", threads)
    seen = {event.key: event.count for event in profiler.key_averages()}
    predicted = {name: expected.calls(name) for name in (*expected.operators, *expected.wrappers)}
    assert {name: seen.get(name, 0) for name in predicted} == predicted
    # Nothing that does arithmetic worth counting may be missing from the prediction.
    for name in ("aten::addmm", "aten::mm", "aten::mkldnn_convolution", "aten::_slow_conv2d_forward"):
        assert seen.get(name, 0) == (expected.calls(name) or 0)
    assert expected.total().flops == flops.get_total_flops()
    assert [encoder_frames(encoder, features.shape[2]) for features in inputs] == steps


def test_a_product_knows_its_shape() -> None:
    shapes = {call.place: call.shape for call in encoder_calls(WORKLOAD["encoder"], frames_of(77_279, 160))}
    assert shapes["layers.feed_forward1.linear1"] == (121, 512, 2048)
    assert shapes["pre_encode.out"] == (121, 512 * 20, 512)


def test_bytes_count_input_weight_bias_and_output_once() -> None:
    calls = {call.place: call for call in encoder_calls(SMALL, frames_of(SHORT, 160))}
    steps = encoder_frames(SMALL, frames_of(SHORT, 160))
    assert calls["layers.self_attn.linear_q"].bytes == 4 * (steps * 64 + 64 * 64 + 64 + steps * 64)
    assert calls["layers.conv.depthwise_conv"].bytes == 4 * (64 * (steps + 30) + 64 * 31 + 64 + 64 * steps)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("subsampling", "vggnet"), ("self_attention_model", "abs_pos"), ("subsampling_factor", 6)],
)
def test_an_architecture_that_is_not_modelled_is_named(argument: str, value: object) -> None:
    with pytest.raises(NotModelled, match=argument):
        predict({**SMALL, argument: value}, workload(SHORT))


def test_a_batch_of_several_is_not_modelled() -> None:
    with pytest.raises(NotModelled, match="batch_size"):
        predict(SMALL, Workload(**{**vars(workload(SHORT)), "batch_size": 2}))
