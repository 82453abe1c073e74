"""Predicts calls, FLOPs and bytes of each operator from the architecture and the lengths alone.

This is plain arithmetic: neither torch nor the network is needed. A product of n×m by m×p is 2·n·m·p FLOPs; biases,
activations and normalisations count none, as in torch.utils.flop_counter. Bytes are the least that an operator moves:
every input, weight and output once, four bytes a number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Any

from shared.profile import Workload
from talk.records.schema import Device

BYTES_PER_NUMBER = 4  # fp32

# At batch 1, ATen's own loops convolve an input that has no more elements than this.
ONEDNN_MIN_ELEMENTS = 20_480

CONVOLUTIONS: dict[Device, tuple[str, ...]] = {
    "cpu": ("aten::mkldnn_convolution", "aten::_slow_conv2d_forward"),
    "cuda": ("aten::cudnn_convolution", "aten::_conv_depthwise2d"),
}


class NotModelled(ValueError):  # noqa: N818  (a statement about the encoder, not a failure)
    """The encoder has an argument for which operators are not predicted here; the message names it."""


@dataclass(frozen=True)
class Call:
    """Calls of one operator at one place of the network, for one utterance.

    `flops` and `bytes` are those of one call, `weights` the numbers of a convolution's, `channels` those of its result.
    `wrappers` are the operators that the profiler shows around it, as linear around addmm. `shape` is (n, m, p) where
    the call is a product of n×m by m×p.
    """

    operator: str
    place: str
    times: int = 1
    flops: int = 0
    bytes: int = 0
    weights: int = 0
    channels: int = 1
    wrappers: tuple[str, ...] = ()
    shape: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Work:
    """All calls of one operator over a workload, their FLOPs, and the least bytes that they move."""

    calls: int = 0
    flops: int = 0
    bytes: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.calls + other.calls, self.flops + other.flops, self.bytes + other.bytes)

    @property
    def intensity(self) -> float:
        """FLOPs a byte moved."""
        return self.flops / self.bytes


@dataclass(frozen=True)
class Prediction:
    """The predicted profile of a workload. `operators` do the work, `wrappers` only call them."""

    operators: dict[str, Work]
    wrappers: dict[str, int]

    def calls(self, name: str) -> int | None:
        """Predicted calls of the operator `name` as PyTorch prints it; None where nothing is predicted."""
        if name in self.operators:
            return self.operators[name].calls
        return self.wrappers.get(name)

    def total(self, *names: str) -> Work:
        """The work of the named operators together, of all without names. One that is not predicted counts nothing."""
        return sum((self.operators[name] for name in names or self.operators if name in self.operators), Work())


def frames_of(samples: int, hop_samples: int) -> int:
    """Spectrogram frames of a sound of `samples` samples, as NeMo's preprocessor gives them (pad_to 0)."""
    return samples // hop_samples + 1


def encoder_frames(encoder: Mapping[str, Any], frames: int) -> int:
    """Steps that the layers see for `frames` spectrogram frames: each strided convolution halves them."""
    return _Architecture.of(encoder).subsampled(frames)


def predict(
    encoder: Mapping[str, Any], workload: Workload, device: Device = "cpu", threads: int | None = None
) -> Prediction:
    """Predict a run of `workload` through NeMo's ConformerEncoder(**encoder), eval mode, fp32.

    `threads` matters on a CPU only: with one thread PyTorch does not give pointwise convolutions to oneDNN. PyTorch
    built without oneDNN is not modelled. Raises NotModelled naming the argument that is not modelled.
    """
    if workload.batch_size != 1:
        raise NotModelled(f"batch_size={workload.batch_size}")
    operators: dict[str, Work] = {}
    wrappers: dict[str, int] = {}
    for samples, repeats in zip(workload.file_lengths_samples, workload.repeats, strict=True):
        for call in encoder_calls(encoder, frames_of(samples, workload.hop_samples), device, threads):
            times = call.times * repeats
            work = Work(times, times * call.flops, times * call.bytes)
            operators[call.operator] = operators.get(call.operator, Work()) + work
            for wrapper in call.wrappers:
                wrappers[wrapper] = wrappers.get(wrapper, 0) + times
    return Prediction(operators, wrappers)


def encoder_calls(
    encoder: Mapping[str, Any], frames: int, device: Device = "cpu", threads: int | None = None
) -> tuple[Call, ...]:
    """Every call for one utterance of `frames` spectrogram frames, in the order of the forward pass.

    Places are named as in the module tree; the calls of equal layers are one `Call` with `times`. Raises NotModelled.
    """
    return _calls_of(_Architecture.of(encoder), frames, device, threads)


@lru_cache(maxsize=1024)  # every figure of a record asks for the same utterances
def _calls_of(network: "_Architecture", frames: int, device: Device, threads: int | None) -> tuple[Call, ...]:
    steps = network.subsampled(frames)
    calls = [*network.subsampling(frames, device, threads), *network.layer(steps, device, threads)]
    if network.feat_out:
        calls.append(_linear("out_proj", steps, network.d_model, network.feat_out))
    return tuple(calls)


@dataclass(frozen=True)
class _Architecture:
    """The arguments of ConformerEncoder that decide which operators are called."""

    feat_in: int
    feat_out: int  # 0: no projection at the end
    n_layers: int
    d_model: int
    heads: int
    ff_expansion: int
    kernel: int
    stages: int
    channels: int
    bias: bool

    @classmethod
    def of(cls, encoder: Mapping[str, Any]) -> "_Architecture":
        modelled = {
            "subsampling": ("striding",),
            "self_attention_model": ("rel_pos",),
            "conv_norm_type": ("batch_norm",),
            "use_pytorch_sdpa": (False,),
            "causal_downsampling": (False,),
            "subsampling_conv_chunking_factor": (1,),
            "reduction": (None,),
        }
        for name, values in modelled.items():
            if encoder.get(name, values[0]) not in values:
                raise NotModelled(f"{name}={encoder[name]!r}")
        factor = encoder.get("subsampling_factor", 4)
        if factor < 2 or log2(factor) % 1:
            raise NotModelled(f"subsampling_factor={factor!r}")
        d_model = encoder["d_model"]
        channels = encoder.get("subsampling_conv_channels", -1)
        feat_out = encoder.get("feat_out", -1)
        return cls(
            feat_in=encoder["feat_in"],
            feat_out=feat_out if feat_out > 0 and feat_out != d_model else 0,
            n_layers=encoder["n_layers"],
            d_model=d_model,
            heads=encoder.get("n_heads", 4),
            ff_expansion=encoder.get("ff_expansion_factor", 4),
            kernel=encoder.get("conv_kernel_size", 31),
            stages=int(log2(factor)),
            channels=d_model if channels == -1 else channels,
            bias=encoder.get("use_bias", True),
        )

    def subsampled(self, length: int) -> int:
        for _ in range(self.stages):
            length = _strided(length)
        return length

    def subsampling(self, frames: int, device: Device, threads: int | None) -> Iterator[Call]:
        height, width, channels = frames, self.feat_in, 1
        for stage in range(self.stages):
            convolution = _Convolution(channels, self.channels, (3, 3), (height, width), stride=2, padding=1)
            yield convolution.call(f"pre_encode.conv.{2 * stage}", 1, device, threads)
            height, width, channels = _strided(height), _strided(width), self.channels
            yield _elementwise("aten::relu_", f"pre_encode.conv.{2 * stage + 1}", channels * height * width)
        yield _linear("pre_encode.out", height, channels * width, self.d_model)

    def layer(self, steps: int, device: Device, threads: int | None) -> Iterator[Call]:
        width, times = self.d_model, self.n_layers
        inner = width * self.ff_expansion
        for half in ("feed_forward1", "feed_forward2"):
            yield _linear(f"layers.{half}.linear1", steps, width, inner, self.bias, times)
            yield _elementwise("aten::silu", f"layers.{half}.activation", steps * inner, times)
            yield _linear(f"layers.{half}.linear2", steps, inner, width, self.bias, times)

        offsets = 2 * steps - 1  # relative positions, from −(steps − 1) to steps − 1
        head = width // self.heads
        for name in ("linear_q", "linear_k", "linear_v", "linear_out"):
            yield _linear(f"layers.self_attn.{name}", steps, width, width, self.bias, times)
        yield _linear("layers.self_attn.linear_pos", offsets, width, width, False, times)
        yield _product("layers.self_attn.matrix_bd", self.heads, steps, head, offsets, times)
        yield _product("layers.self_attn.matrix_ac", self.heads, steps, head, steps, times)
        scores = self.heads * steps * steps
        yield _elementwise("aten::_softmax", "layers.self_attn.softmax", scores, times, ("aten::softmax",))
        yield _product("layers.self_attn.context", self.heads, steps, steps, head, times)

        pointwise1 = _Convolution(width, 2 * width, (1, 1), (1, steps))
        depthwise = _Convolution(width, width, (1, self.kernel), (1, steps + self.kernel - 1), groups=width)
        pointwise2 = _Convolution(width, width, (1, 1), (1, steps))
        yield pointwise1.call("layers.conv.pointwise_conv1", times, device, threads)
        yield Call(  # halves its input
            "aten::glu", "layers.conv.glu", times, bytes=3 * steps * width * BYTES_PER_NUMBER
        )
        yield depthwise.call("layers.conv.depthwise_conv", times, device, threads)
        yield _elementwise("aten::batch_norm", "layers.conv.batch_norm", steps * width, times)
        yield _elementwise("aten::silu", "layers.conv.activation", steps * width, times)
        yield pointwise2.call("layers.conv.pointwise_conv2", times, device, threads)

        for norm in ("norm_feed_forward1", "norm_self_att", "norm_conv", "norm_feed_forward2", "norm_out"):
            yield _elementwise(
                "aten::native_layer_norm", f"layers.{norm}", steps * width, times, ("aten::layer_norm",), 2 * width
            )


@dataclass(frozen=True)
class _Convolution:
    """A convolution of one utterance. As in ATen, a one-dimensional convolution has height 1."""

    channels_in: int
    channels_out: int
    kernel: tuple[int, int]
    size: tuple[int, int]  # of the input, with what was padded beforehand
    stride: int = 1
    padding: int = 0
    groups: int = 1

    def call(self, place: str, times: int, device: Device, threads: int | None) -> Call:
        height, width = (
            (length + 2 * self.padding - kernel) // self.stride + 1
            for length, kernel in zip(self.size, self.kernel, strict=True)
        )
        outputs = self.channels_out * height * width
        weights = self.channels_out * (self.channels_in // self.groups) * self.kernel[0] * self.kernel[1]
        return Call(
            self._operator(device, threads),
            place,
            times,
            flops=2 * weights * height * width,
            bytes=(self._inputs + weights + self.channels_out + outputs) * BYTES_PER_NUMBER,
            weights=weights,
            channels=self.channels_out,
            wrappers=("aten::convolution", "aten::conv2d" if self.kernel[0] > 1 else "aten::conv1d"),
        )

    @property
    def _inputs(self) -> int:
        return self.channels_in * self.size[0] * self.size[1]

    def _operator(self, device: Device, threads: int | None) -> str:
        """The operator that ATen's `_select_conv_backend` chooses (aten/src/ATen/native/Convolution.cpp, fp32)."""
        if device == "cuda":
            return CONVOLUTIONS["cuda"][1 if 1 < self.groups == self.channels_in else 0]
        pointwise_alone = self.kernel == (1, 1) and self.stride == 1 and threads == 1
        worth_it = self.groups > 1 or min(self.kernel) > 3 or self._inputs > ONEDNN_MIN_ELEMENTS
        return CONVOLUTIONS["cpu"][0 if worth_it and not pointwise_alone else 1]


def _strided(length: int) -> int:
    return (length + 2 - 3) // 2 + 1  # kernel 3, stride 2, padding 1


def _linear(place: str, rows: int, inputs: int, outputs: int, bias: bool = True, times: int = 1) -> Call:
    numbers = rows * inputs + inputs * outputs + rows * outputs + (outputs if bias else 0)
    return Call(
        "aten::addmm" if bias else "aten::mm",
        place,
        times,
        flops=2 * rows * inputs * outputs,
        bytes=numbers * BYTES_PER_NUMBER,
        wrappers=("aten::linear",),
        shape=(rows, inputs, outputs),
    )


def _product(place: str, heads: int, n: int, m: int, p: int, times: int) -> Call:
    return Call(
        "aten::bmm",
        place,
        times,
        flops=2 * heads * n * m * p,
        bytes=heads * (n * m + m * p + n * p) * BYTES_PER_NUMBER,
        shape=(n, m, p),
    )


def _elementwise(
    operator: str, place: str, numbers: int, times: int = 1, wrappers: tuple[str, ...] = (), weights: int = 0
) -> Call:
    return Call(operator, place, times, bytes=(2 * numbers + weights) * BYTES_PER_NUMBER, wrappers=wrappers)
