"""A made record of the profiling experiment, with every part that a record may have, in round numbers.

The network and its input are the talk's own, so that calls are those that the architecture predicts.
"""

from shared.profile import Kernel, Model, Module, Operator, Run, Workload
from shared.workload import WORKLOAD

from .record import Kind, Launching, Piece, Precision, Profiling, Variant

# Name, calls, self CPU and CPU total in milliseconds: 20 seconds of self time in all.
_ON_CPU = (
    ("aten::addmm", 9280, 10_000, 11_000),
    ("aten::mkldnn_convolution", 3340, 5000, 5100),
    ("aten::copy_", 20_000, 1000, 1000),
    ("aten::mm", 1152, 800, 800),
    ("aten::bmm", 3456, 700, 700),
    ("aten::add", 8000, 600, 600),
    ("aten::silu", 3456, 500, 500),
    ("aten::native_layer_norm", 5760, 400, 500),
    ("aten::_slow_conv2d_forward", 244, 300, 300),
    ("aten::_softmax", 1152, 200, 200),
    ("aten::glu", 1152, 200, 200),
    ("aten::batch_norm", 1152, 100, 200),
    ("aten::linear", 10_432, 100, 12_000),
    ("aten::convolution", 3584, 100, 5500),
)
# Name, calls, self CPU and self CUDA in milliseconds: 350 ms of kernels in all.
_ON_CUDA = (
    ("aten::addmm", 9280, 150, 150),
    ("aten::cudnn_convolution", 2432, 50, 50),
    ("aten::bmm", 3456, 50, 40),
    ("aten::add", 8000, 100, 30),
    ("aten::copy_", 10_000, 60, 20),
    ("aten::mm", 1152, 20, 15),
    ("aten::silu", 3456, 40, 15),
    ("aten::_conv_depthwise2d", 1152, 20, 10),
    ("aten::native_layer_norm", 5760, 70, 10),
    ("aten::_softmax", 1152, 20, 10),
    ("aten::linear", 10_432, 80, 0),
    ("cudaLaunchKernel", 40_000, 280, 0),
)
_ELEMENTWISE = "void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<float>>(int, float*)"
# Name, launches, milliseconds, and the operator that launched it: 350 ms in all.
_KERNELS = (
    ("sm90_xmma_gemm_f32f32_tf32f32", 9280, 150, "aten::addmm"),
    ("cudnn_convolution_kernel", 2432, 50, "aten::cudnn_convolution"),
    ("sgemm_64x64_8x5", 3456, 40, "aten::bmm"),
    (_ELEMENTWISE, 8000, 30, "aten::add"),
    ("Memcpy DtoD (Device -> Device)", 10_000, 20, "aten::copy_"),
    ("gemm_splitK", 1152, 15, "aten::mm"),
    (_ELEMENTWISE, 3456, 15, "aten::silu"),
    ("conv_depthwise2d_forward_kernel", 1152, 10, "aten::_conv_depthwise2d"),
    ("vectorized_layer_norm_kernel", 5760, 10, "aten::native_layer_norm"),
    ("softmax_warp_forward", 1152, 10, "aten::_softmax"),
)


def sample() -> Profiling:
    """A run on the CPU, a run on the GPU, and every variant there is, one of which could not run."""
    return Profiling(
        model=Model(
            name=WORKLOAD["model"],
            weights="seeded",
            encoder=WORKLOAD["encoder"],
            parameters=120_000_000,
            modules=_network(),
        ),
        workload=Workload(
            audio="synthetic",
            **{
                key: WORKLOAD[key]
                for key in ("sample_rate_hz", "hop_samples", "file_lengths_samples", "repeats", "batch_size")
            },
        ),
        runs=[_cpu_run(), _cuda_run()],
        variants=_variants(),
        pieces=pieces(),
    )


def pieces(
    weight_s: float = 1e-10,
    multiply_add_s: float = 1e-11,
    call_s: float = 1e-5,
    number_s: float = 1e-10,
    arranging_s: float = 1e-6,
    waking_s: float = 2e-5,
) -> list[Piece]:
    """Pieces of which these are the prices; a multiply-add of a convolution costs twice that of a product."""
    width, inner, halves = 512, 2048, 6
    laid_out, convolved = halves * 2 * width * inner, 9 * 256 * 256
    products, views = 2 * halves, 20 * halves
    found = [
        _piece(
            "halves",
            rows,
            laid_out,
            rows * laid_out,
            ("aten::addmm", products, laid_out * (weight_s + rows * multiply_add_s)),
            ("aten::silu", halves, halves * (call_s + rows * inner * number_s)),
            ("aten::native_layer_norm", halves, halves * (call_s + rows * width * number_s)),
            ("aten::view", views, views * arranging_s + products * waking_s),
        )
        for rows in (24, 121)
    ]
    found += [
        _piece(
            "convolution",
            rows,
            convolved,
            20 * rows * convolved,
            ("aten::mkldnn_convolution", 1, convolved * (weight_s + 20 * rows * 2 * multiply_add_s)),
        )
        for rows in (11, 31)
    ]
    return [*found, _piece("views", 50, 0, 0, ("aten::transpose", 50, 50 * arranging_s))]


def _piece(kind: Kind, rows: int, weights: int, multiply_adds: int, *operators: tuple[str, int, float]) -> Piece:
    return Piece(
        kind=kind,
        rows=rows,
        runs=16,
        weights=weights,
        multiply_adds=multiply_adds,
        operators=[
            Operator(name=name, calls=calls, self_cpu_time_us=1e6 * time_s, cpu_time_total_us=None)
            for name, calls, time_s in operators
        ],
    )


def _cpu_run() -> Run:
    fed_s = [
        length / WORKLOAD["sample_rate_hz"]
        for length, times in zip(WORKLOAD["file_lengths_samples"], WORKLOAD["repeats"], strict=True)
        for _ in range(times)
    ]
    # A second of sound takes a tenth of a second, and a little more in each pass after the first.
    utterance_times_s = [[length_s * factor for length_s in fed_s] for factor in (0.10, 0.11, 0.12)]
    return Run(
        device="cpu",
        threads=2,
        pass_times_s=[sum(times) for times in utterance_times_s],
        utterance_times_s=utterance_times_s,
        profiled_time_s=0.15 * sum(fed_s),
        profile_to_record_s=2.0,
        self_cpu_time_total_us=20e6,
        self_device_time_total_us=None,
        device_busy_time_us=None,
        kernel_launches=None,
        operators=[
            Operator(name=name, calls=calls, self_cpu_time_us=1e3 * self_ms, cpu_time_total_us=1e3 * total_ms)
            for name, calls, self_ms, total_ms in _ON_CPU
        ],
        kernels=[],
        complete=True,
    )


def _cuda_run() -> Run:
    return Run(
        device="cuda",
        threads=2,
        pass_times_s=[1.3, 1.4, 1.5],
        utterance_times_s=[],
        profiled_time_s=2.0,
        profile_to_record_s=4.0,
        self_cpu_time_total_us=1.4e6,
        self_device_time_total_us=350e3,
        device_busy_time_us=350e3,
        kernel_launches=40_000,
        operators=[
            Operator(
                name=name,
                calls=calls,
                self_cpu_time_us=1e3 * self_ms,
                cpu_time_total_us=2e3 * self_ms,
                self_device_time_us=1e3 * device_ms,
            )
            for name, calls, self_ms, device_ms in _ON_CUDA
        ],
        kernels=[
            Kernel(name=name, calls=calls, device_time_us=1e3 * time_ms, operator=operator)
            for name, calls, time_ms, operator in _KERNELS
        ],
        complete=True,
        peak_memory_bytes=2_000_000_000,
    )


def _network() -> Module:
    """The module tree of an encoder of 18 layers, 6 million parameters each, and a subsampling of 12 million."""
    norm = ("LayerNorm", 1000)
    half = ("ConformerFeedForward", 2_000_000)
    layer = _module(
        "0",
        "ConformerLayer",
        6_000_000,
        _module("norm_feed_forward1", *norm),
        _module("feed_forward1", *half),
        _module("norm_conv", *norm),
        _module("conv", "ConformerConvolution", 800_000),
        _module("norm_self_att", *norm),
        _module("self_attn", "RelPositionMultiHeadAttention", 1_195_000),
        _module("norm_feed_forward2", *norm),
        _module("feed_forward2", *half),
        _module("norm_out", *norm),
        count=18,
    )
    return _module(
        "encoder",
        "ConformerEncoder",
        120_000_000,
        _module("pre_encode", "ConvSubsampling", 12_000_000),
        _module("pos_enc", "RelPositionalEncoding", 0),
        _module("layers", "ModuleList", 108_000_000, layer),
    )


def _module(name: str, type_name: str, parameters: int, *children: Module, count: int = 1) -> Module:
    return Module(name=name, type=type_name, parameters=parameters, count=count, children=list(children))


def _variants() -> list[Variant]:
    return [
        _variant(1.2, 0.3, 40_000, 40_000),
        _variant(0.4, 0.3, 2500, 2500, batch_size=16),
        _variant(0.4, 0.3, 64, 40_000, launching="graphs"),
        _variant(0.6, 0.24, 20_000, 20_000, launching="compiled"),
        _variant(1.2, 0.2, 40_000, 40_000, precision="tf32"),
        _variant(0.3, 0.2, 2500, 2500, batch_size=16, precision="tf32"),
        _variant(1.2, 0.15, 40_000, 40_000, precision="bf16"),
        _variant(0.2, 0.15, 2500, 2500, batch_size=16, precision="bf16"),
        _variant(0.15, 0.15, 10, 2500, batch_size=16, launching="graphs", precision="bf16"),
        Variant(
            device="cuda",
            batch_size=16,
            launching="compiled",
            precision="fp32",
            pass_times_s=[],
            skipped="failed",
            message="RuntimeError: no <gcc>",
        ),
    ]


def _variant(
    pass_s: float,
    busy_s: float,
    launches: int,
    kernels: int,
    batch_size: int = 1,
    launching: Launching = "eager",
    precision: Precision = "fp32",
) -> Variant:
    """Three passes, the first a hundredth faster than the second, the last a hundredth slower."""
    return Variant(
        device="cuda",
        batch_size=batch_size,
        launching=launching,
        precision=precision,
        pass_times_s=[0.99 * pass_s, pass_s, 1.01 * pass_s],
        launches=launches,
        kernels=kernels,
        device_busy_time_us=1e6 * busy_s,
        peak_memory_bytes=2_000_000_000,
        error=0.0 if precision == "fp32" else 0.02,
        preparation_s=1.5,
    )
