"""Records as machines write them, made of the talk's numbers: what rendering is tested with."""

import json
from dataclasses import replace
from typing import Any

import pytest

from experiments.profiling.record import Profiling, Variant
from shared.profile import Kernel, Model, Module, Operator, Run, Workload
from talk.paths import ROOT
from talk.records.schema import Code, Machine, Record

TALK: dict[str, Any] = json.loads((ROOT / "scripts/experiments/profiling/measure/workload.json").read_text(encoding="utf-8"))

# name, self CPU ms, CPU total ms, calls
CPU_TABLE = [
    ("aten::addmm", 2335, 2458, 9280),
    ("aten::mkldnn_convolution", 1195, 1211, 3340),
    ("aten::copy_", 244.852, 244.852, 21876),
    ("aten::mm", 171.688, 171.767, 1152),
    ("aten::bmm", 158.910, 159.221, 3456),
    ("aten::add", 144.425, 145.091, 8320),
    ("aten::silu", 106.633, 106.633, 3456),
    ("aten::native_layer_norm", 83.711, 101.436, 5760),
    ("aten::_slow_conv2d_forward", 54.978, 62.574, 244),
]
# name, self CPU ms, self CUDA ms, calls
CUDA_TABLE = [
    ("aten::addmm", 148.755, 146.863, 9280),
    ("aten::cudnn_convolution", 52.891, 51.405, 2432),
    ("aten::bmm", 47.668, 40.111, 3456),
]
KERNEL_TABLE = [
    ("ampere_sgemm_64x32_sliced1x4_tn", 93.975, 6988),
    ("ampere_sgemm_128x128_tn", 25.050, 2304),
    ("ampere_sgemm_128x32_tn", 21.646, 972),
    ("ampere_sgemm_32x32_sliced1x4_tn", 20.528, 2034),
]


def workload(repeats: list[int] | None = None) -> Workload:
    return Workload(
        audio="synthetic",
        sample_rate_hz=TALK["sample_rate_hz"],
        hop_samples=TALK["hop_samples"],
        file_lengths_samples=TALK["file_lengths_samples"],
        repeats=repeats or TALK["repeats"],
        batch_size=1,
    )


def bare_run(**changes: Any) -> Run:
    run = Run(
        device="cpu",
        threads=None,
        pass_times_s=[],
        utterance_times_s=[],
        profiled_time_s=None,
        profile_to_record_s=None,
        self_cpu_time_total_us=5_118_000.0,
        self_device_time_total_us=None,
        device_busy_time_us=None,
        kernel_launches=None,
        operators=[
            Operator(name=n, calls=c, self_cpu_time_us=s * 1e3, cpu_time_total_us=t * 1e3) for n, s, t, c in CPU_TABLE
        ],
        kernels=[],
        complete=False,
    )
    return replace(run, **changes)


def module(name: str, type_name: str, parameters: int, *children: Module, count: int = 1) -> Module:
    return Module(name=name, type=type_name, parameters=parameters, count=count, children=list(children))


@pytest.fixture(scope="session")
def network() -> Module:
    half = (
        module("linear1", "Linear", 1_050_624),
        module("activation", "Swish", 0),
        module("linear2", "Linear", 1_049_088),
    )
    norm = ("LayerNorm", 1024)
    layer = module(
        "0",
        "ConformerLayer",
        6_323_712,
        module("norm_feed_forward1", *norm),
        module("feed_forward1", "ConformerFeedForward", 2_099_712, *half),
        module("norm_conv", *norm),
        module("conv", "ConformerConvolution", 806_400),
        module("norm_self_att", *norm),
        module("self_attn", "RelPositionMultiHeadAttention", 1_313_792),
        module("norm_feed_forward2", *norm),
        module("feed_forward2", "ConformerFeedForward", 2_099_712, *half),
        module("norm_out", *norm),
        count=18,
    )
    return module(
        "encoder",
        "ConformerEncoder",
        121_435_136,
        module("pre_encode", "ConvSubsampling", 7_608_320),
        module("pos_enc", "RelPositionalEncoding", 0),
        module("layers", "ModuleList", 18 * 6_323_712, layer),
    )


@pytest.fixture(scope="session")
def talk_record() -> Record[Profiling]:
    """The published tables: short, without wall times, without modules."""
    cuda = bare_run(
        device="cuda",
        self_cpu_time_total_us=1_411_000.0,
        self_device_time_total_us=346_300.0,
        operators=[
            Operator(name=n, calls=c, self_cpu_time_us=s * 1e3, cpu_time_total_us=None, self_device_time_us=d * 1e3)
            for n, s, d, c in CUDA_TABLE
        ],
        kernels=[Kernel(name=n, calls=c, device_time_us=d * 1e3, operator=None) for n, d, c in KERNEL_TABLE],
    )
    return Record(
        schema_version=1,
        experiment="profiling",
        machine=Machine(
            slug="talk-2024",
            cpu="AMD Ryzen 9 5950X",
            cpu_cores=16,
            memory_bytes=None,
            gpu="NVIDIA GeForce RTX 3090 Ti",
            gpu_memory_bytes=None,
            system="Linux",
        ),
        versions={"python": "3.12", "torch": "2.4.1+cu121", "nemo_toolkit": "1.23"},
        code=Code(commit=None, dirty=False, sources={}),
        measured_at="2024-10",
        origin="published",
        quick=False,
        uncontrolled=[],
        data=Profiling(
            model=Model(
                name="stt_ru_conformer_ctc_large",
                weights="pretrained",
                weights_note="",
                encoder=TALK["encoder"],
                parameters=None,
                modules=None,
            ),
            workload=workload(),
            runs=[bare_run(), cuda],
        ),
    )


@pytest.fixture(scope="session")
def cpu_record(talk_record: Record[Profiling], network: Module) -> Record[Profiling]:
    """A whole CPU run on another, slower machine, five times the talk's times."""
    lengths = [n for n, times in zip(TALK["file_lengths_samples"], TALK["repeats"], strict=True) for _ in range(times)]
    utterances = [
        [n / 16000 * 0.09 * (1 + 0.02 * one + 0.003 * (u % 5)) for u, n in enumerate(lengths)] for one in range(3)
    ]
    counted = [
        *((n, s, t, c) for n, s, t, c in CPU_TABLE),
        ("aten::linear", 20.0, 2500.0, 10432),
        ("aten::convolution", 8.0, 1290.0, 3584),
        ("aten::_softmax", 50.0, 50.0, 1152),
        ("aten::glu", 30.0, 30.0, 1152),
        ("aten::batch_norm", 2.0, 40.0, 1152),
    ]
    run = bare_run(
        threads=2,
        pass_times_s=[sum(one) for one in utterances],
        utterance_times_s=utterances,
        profiled_time_s=27.0,
        profile_to_record_s=2.5,
        self_cpu_time_total_us=5 * sum(s for _, s, _, _ in counted) * 1e3,
        operators=[
            Operator(name=n, calls=c, self_cpu_time_us=5e3 * s, cpu_time_total_us=5e3 * t) for n, s, t, c in counted
        ],
        complete=True,
    )
    return replace(
        talk_record,
        machine=replace(
            talk_record.machine, slug="xeon-2c", cpu="Intel Xeon @ 2.80GHz", cpu_cores=2, gpu=None, memory_bytes=8 << 30
        ),
        versions={"python": "3.12.3", "torch": "2.13.0+cpu", "nemo_toolkit": "3.0.0"},
        code=Code(commit="0123456789abcdef", dirty=False, sources={}),
        measured_at="2026-11-23T07:00:00+00:00",
        origin="measured",
        uncontrolled=["частота процессора не закреплена"],
        data=replace(
            talk_record.data,
            model=replace(
                talk_record.data.model,
                weights="seeded",
                weights_note="Веса случайные: сети нет.",
                parameters=network.parameters,
                modules=network,
            ),
            runs=[run],
        ),
    )


def variant(pass_s: float, busy_s: float, launches: int, kernels: int, **changes: Any) -> Variant:
    """A way to run the workload: three passes, the first of them a hundredth quicker, the last a hundredth slower."""
    way: dict[str, Any] = {"batch_size": 1, "launching": "eager", "precision": "fp32"} | changes
    return Variant(
        device="cuda",
        pass_times_s=[0.99 * pass_s, pass_s, 1.01 * pass_s],
        launches=launches,
        kernels=kernels,
        device_busy_time_us=busy_s * 1e6,
        peak_memory_bytes=2_000_000_000,
        error=0.0 if way["precision"] == "fp32" else 0.02,
        preparation_s=1.5,
        **way,
    )


VARIANTS = [
    variant(1.2, 0.3, 40_000, 40_000),
    variant(0.4, 0.3, 2_500, 2_500, batch_size=16),
    variant(0.4, 0.3, 64, 40_000, launching="graphs"),
    variant(1.2, 0.15, 40_000, 40_000, precision="bf16"),
    variant(0.2, 0.15, 2_500, 2_500, batch_size=16, precision="bf16"),
    Variant(device="cuda", batch_size=1, launching="compiled", precision="fp32", pass_times_s=[], skipped="нет <gcc>"),
]


@pytest.fixture(scope="session")
def gpu_record(cpu_record: Record[Profiling]) -> Record[Profiling]:
    """A whole run on the CPU and on the GPU of one machine, measured later than `cpu_record`."""
    operators = [
        *((n, s, d, c) for n, s, d, c in CUDA_TABLE),
        ("aten::mm", 20.0, 15.0, 1152),
        ("aten::_conv_depthwise2d", 18.0, 12.0, 1152),
        ("aten::add", 90.0, 30.0, 8320),
        ("aten::copy_", 60.0, 20.0, 10000),
        ("aten::silu", 40.0, 14.0, 3456),
        ("aten::native_layer_norm", 70.0, 17.0, 5760),
        ("aten::_softmax", 18.0, 8.0, 1152),
        ("aten::linear", 80.0, 0.0, 10432),
    ]
    mangled = "void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<float>>(int, float*)"
    kernels = [
        Kernel(name="sm90_xmma_gemm_f32f32_tf32f32", calls=9280, device_time_us=146_863.0, operator="aten::addmm"),
        Kernel(name="cudnn_conv_kernel", calls=2432, device_time_us=51_405.0, operator="aten::cudnn_convolution"),
        Kernel(name="sgemm_batched", calls=3456, device_time_us=40_111.0, operator="aten::bmm"),
        Kernel(name=mangled, calls=8320, device_time_us=30_000.0, operator="aten::add"),
        Kernel(name="others", calls=20000, device_time_us=86_000.0, operator="aten::copy_"),
    ]
    total = sum(d for _, _, d, _ in operators) * 1e3
    cuda = bare_run(
        device="cuda",
        threads=8,
        pass_times_s=[1.31, 1.3, 1.33],
        utterance_times_s=[],
        self_cpu_time_total_us=1_411_000.0,
        self_device_time_total_us=total,
        device_busy_time_us=total * 0.97,
        kernel_launches=40_000,
        operators=[
            Operator(name=n, calls=c, self_cpu_time_us=s * 1e3, cpu_time_total_us=s * 2e3, self_device_time_us=d * 1e3)
            for n, s, d, c in operators
        ],
        kernels=kernels,
        complete=True,
    )
    return replace(
        cpu_record,
        machine=replace(cpu_record.machine, slug="h200", gpu="NVIDIA H200", gpu_memory_bytes=141 << 30, cpu_cores=16),
        measured_at="2026-11-23T09:00:00+00:00",
        data=replace(cpu_record.data, runs=[*cpu_record.data.runs, cuda], variants=VARIANTS),
    )
