"""Records of cards that nobody has measured yet: pages with the numbers of a GPU can be read before there is one.

Numbers are the predictions for the card; those of the CPU beside it are this repository's own record of a CPU, with
more cores. They stand in tests alone: a made number must never lie in docs/results.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.gradient.record import ConformerBackward, Gradient
from experiments.matmul.record import Compiled, Contender, Gpu, GpuState, Matmul, Point
from experiments.matmul.render.steps import STEPS, Step
from experiments.profiling.record import Launching, Precision, Profiling, Variant
from shared.profile import Kernel, Operator, Run
from talk.experiment import find_experiment
from talk.paths import RESULTS
from talk.records.schema import AnyRecord, Code, Machine
from talk.records.sources import hash_sources
from talk.records.store import read_record, write_record

_CPU = RESULTS / "intel-xeon-2c"
_CORES = 16
_SQUARES = (1024, 2048, 4096, 8192)
_TALL = ((24, 512, 2048), (121, 512, 2048), (121, 2048, 512), (121, 512, 512))
# The share of its speed at 8192 that a kernel reaches at smaller sides.
_GROWTH = {1024: 0.45, 2048: 0.75, 4096: 0.95, 8192: 1.0}


@dataclass(frozen=True)
class Card:
    """A card by its predictions: FLOP/s of each step at 8192, by a million millions; launches and kernels in seconds.

    `launch_s` is what a launch of addmm takes on the CPU, `run_s` a run of the Conformer, `busy_share` the card's part
    of it. `gains` are how many times faster each way of running is. What is in `fails` could not be run.
    """

    slug: str
    gpu: str
    memory_bytes: int
    tera_flops: dict[str, float]
    launch_s: float
    run_s: float
    busy_share: float
    gains: dict[str, float]
    fails: dict[str, str]
    backward_s: float
    about: Gpu


H200 = Card(
    slug="nvidia-h200",
    gpu="NVIDIA H200",
    memory_bytes=150_754_820_096,
    tera_flops={
        "gpu_naive": 0.8,
        "gpu_coalesced": 7.0,
        "gpu_shared": 11.5,
        "gpu_thread_tile": 25.0,
        "gpu_vectorised": 38.0,
        "gpu_pipelined": 46.0,
        "gpu_warp_tiles": 47.0,
        "gpu_triton": 49.0,
        "gpu_triton_tf32": 240.0,
        "gpu_triton_tf32_transposed": 330.0,
        "gpu_triton_bfloat16": 745.0,
        "gpu_triton_tf32x3": 65.0,
        "gpu_triton_bf16x3": 115.0,
        "gpu_triton_bf16x6": 66.0,
        "gpu_silu": 20.0,
        "gpu_sparse": 1050.0,
        "cublas": 52.0,
        "cublas_tf32": 380.0,
        "cublas_tf32_transposed": 385.0,
        "cublas_bfloat16": 780.0,
        "cublas_silu": 16.0,
    },
    launch_s=14e-6,
    run_s=1.15,
    busy_share=0.19,
    gains={"batched": 7.9, "graphs": 3.9, "compiled": 1.7, "tf32": 1.02, "bf16": 0.98, "batched_graphs_bf16": 21.0},
    fails={},
    backward_s=0.022,
    about=Gpu(
        capability="9.0",
        multiprocessors=132,
        clock_hz=1.98e9,
        l2_bytes=62_914_560,
        memory_bytes=150_754_820_096,
        fma_flops_per_s=60.5e12,
        copy_bytes_per_s=4.3e12,
        l2_bytes_per_s=7.2e12,
        launch_s=3.4e-6,
        kernel_s=1.9e-6,
        before=GpuState(clock_hz=345e6, memory_clock_hz=3.2e9, power_w=77.0, temperature_c=29, throttled=["gpu_idle"]),
        after=GpuState(
            clock_hz=1.56e9, memory_clock_hz=3.2e9, power_w=688.0, temperature_c=54, throttled=["sw_power_cap"]
        ),
    ),
)

# cuBLAS beats Triton, tensor cores gain little, the run is not launched too slowly, a contender failed.
WEAK = Card(
    slug="nvidia-geforce-rtx-3090-ti",
    gpu="NVIDIA GeForce RTX 3090 Ti",
    memory_bytes=25_769_803_776,
    tera_flops={
        "gpu_naive": 0.5,
        "gpu_coalesced": 0.45,
        "gpu_shared": 2.0,
        "gpu_thread_tile": 6.0,
        "gpu_vectorised": 5.5,
        "gpu_pipelined": 5.0,
        "gpu_warp_tiles": 6.0,
        "gpu_triton": 12.0,
        "gpu_triton_tf32": 11.0,
        "gpu_triton_bfloat16": 11.5,
        "gpu_triton_tf32x3": 6.0,
        "gpu_triton_bf16x3": 9.0,
        "gpu_triton_bf16x6": 5.0,
        "gpu_silu": 4.0,
        "cublas": 24.0,
        "cublas_tf32": 26.0,
        "cublas_tf32_transposed": 26.0,
        "cublas_bfloat16": 24.0,
        "cublas_silu": 6.0,
    },
    launch_s=6e-6,
    run_s=2.4,
    busy_share=0.72,
    gains={"batched": 0.96, "graphs": 0.99, "tf32": 1.05, "bf16": 1.3, "batched_graphs_bf16": 1.1},
    fails={"gpu_sparse": "out_of_memory", "compiled": "RuntimeError: no <gcc>"},
    backward_s=0.2,
    about=Gpu(
        capability="8.6",
        multiprocessors=84,
        clock_hz=2.1e9,
        l2_bytes=6_291_456,
        memory_bytes=25_769_803_776,
        fma_flops_per_s=36e12,
        copy_bytes_per_s=0.4e12,
        l2_bytes_per_s=None,
        launch_s=None,
        kernel_s=None,
        before=None,
        after=GpuState(clock_hz=None, memory_clock_hz=None, power_w=None, temperature_c=None, throttled=[]),
    ),
)


def write(card: Card, results: Path, *, with_cpu: bool = True) -> list[AnyRecord]:
    """Write the card's records under `results`, with those of the CPU beside it or of the GPU alone; returns them."""
    made = [
        _record(card, "matmul", matmul(card, with_cpu=with_cpu)),
        _record(card, "profiling", profiling(card, with_cpu=with_cpu)),
        _record(card, "gradient", gradient(card, with_cpu=with_cpu)),
    ]
    for record in made:
        write_record(record, results)
    return made


def _record(card: Card, experiment: str, data: Any) -> AnyRecord:
    like = read_record(_CPU / f"{experiment}.json")
    return replace(
        like,
        machine=Machine(
            slug=card.slug,
            cpu="Intel(R) Xeon(R) Platinum 8592+",
            cpu_cores=_CORES,
            memory_bytes=137_438_953_472,
            gpu=card.gpu,
            gpu_memory_bytes=card.memory_bytes,
            system="Ubuntu 24.04.2 LTS, x86_64",
        ),
        versions=like.versions | {"torch": "2.11.0+cu130", "triton": "3.6.0", "python": "3.12.3"},
        code=Code(commit=None, dirty=False, sources=hash_sources(find_experiment(experiment))),
        measured_at="2026-11-29T23:35:00Z",
        data=data,
        load=None,
        doubtful=[],
    )


def _of_cpu(experiment: str) -> Any:
    return read_record(_CPU / f"{experiment}.json").data


def matmul(card: Card, *, with_cpu: bool) -> Matmul:
    """Products of the card, beside those of a CPU whose threads are eight times as many."""
    data: Matmul = _of_cpu("matmul")
    on_card = [_contender(step, card) for step in STEPS if step.device == "cuda"]
    if not with_cpu:
        return Matmul(
            tiling=None,
            contenders=on_card,
            peaks=[],
            bandwidths=[],
            distributed=[],
            gpu=card.about,
            compiled=compiled(),
        )
    faster = _CORES / 2 * 0.9

    def spread(each: Contender) -> Contender:
        if each.threads == 1:
            return each
        points = [replace(point, times_s=[time / faster for time in point.times_s]) for point in each.points]
        return replace(each, threads=_CORES, points=points)

    peaks = [
        peak
        if peak.threads == 1
        else replace(
            peak,
            threads=_CORES,
            flops_per_s=peak.flops_per_s * faster,
            median_flops_per_s=peak.typical_flops_per_s * faster,
        )
        for peak in data.peaks
    ]
    return replace(
        data,
        contenders=[*(spread(each) for each in data.contenders if each.device == "cpu"), *on_card],
        peaks=peaks,
        bandwidths=[
            each if each.threads == 1 else replace(each, threads=_CORES, bytes_per_s=each.bytes_per_s * faster)
            for each in data.bandwidths
        ],
        gpu=card.about,
        compiled=compiled(),
    )


# Of each kernel: tile, threads, stages, registers, stack, shared bytes, instructions, those that multiply, fetches.
_KERNELS: dict[str, tuple[str, int, int | None, int, int, int, int, int, int, str | None, str]] = {
    "gpu_naive": ("", 1024, None, 31, 0, 0, 29, 4, 8, None, "LDG"),
    "gpu_coalesced": ("", 1024, None, 31, 0, 0, 29, 4, 8, None, "LDG"),
    "gpu_shared": ("", 1024, None, 28, 0, 8192, 133, 32, 2, None, "LDG"),
    "gpu_thread_tile": ("", 256, None, 148, 0, 8192, 166, 64, 0, None, "LDG"),
    "gpu_vectorised": ("", 256, None, 104, 0, 8320, 693, 512, 2, None, "LDG.128"),
    "gpu_pipelined": ("", 256, None, 124, 0, 16640, 653, 512, 2, None, "LDG.128"),
    "gpu_warp_tiles": ("", 256, None, 126, 0, 16640, 640, 512, 2, None, "LDG.128"),
    "gpu_triton": ("128x128x32", 256, 3, 188, 0, 65_536, 2305, 2048, 32, None, "LDGSTS.128"),
    "gpu_triton_tf32": ("128x128x32", 256, 3, 150, 0, 98_304, 160, 8, 20, "HGMMA", "LDGSTS"),
    "gpu_triton_tf32_transposed": ("128x128x32", 256, 3, 150, 0, 98_304, 110, 8, 8, "HGMMA", "LDGSTS.128"),
    "gpu_triton_tf32x3": ("128x128x32", 256, 3, 208, 0, 98_304, 420, 24, 20, "HGMMA", "LDGSTS.128"),
    "gpu_triton_bf16x3": ("128x128x32", 256, 3, 196, 0, 81_920, 380, 12, 8, "HGMMA", "LDGSTS.128"),
    "gpu_triton_bf16x6": ("128x128x32", 256, 3, 226, 8, 90_112, 520, 24, 8, "HGMMA", "LDGSTS.128"),
    "gpu_triton_bfloat16": ("128x256x64", 256, 3, 165, 0, 180_248, 86, 4, 2, "HGMMA", "UTMALDG"),
}


def compiled() -> list[Compiled]:
    """What came out of the compiler for three architectures: of the older two tensor cores have another instruction."""
    return [_compiled(name, arch) for name in _KERNELS for arch in ("sm_80", "sm_86", "sm_90")]


def _compiled(name: str, arch: str) -> Compiled:
    tile, threads, stages, registers, stack, shared, instructions, multiply, fetches, tensor, load = _KERNELS[name]
    return Compiled(
        name=name, arch=arch, tile=tile, threads=threads, stages=stages, registers=registers, stack_bytes=stack,
        shared_bytes=shared, instructions=instructions, multiplications=multiply, fetches=fetches,
        tensor="HMMA" if tensor and arch != "sm_90" else tensor, load=load,
    )  # fmt: skip


_ERRORS = {
    "gpu_triton_tf32": 4e-4,
    "cublas_tf32": 4e-4,
    "gpu_triton_bfloat16": 3e-3,
    "cublas_bfloat16": 3e-3,
    "gpu_sparse": 3e-3,
    "gpu_triton_tf32x3": 1.9e-7,
    "gpu_triton_bf16x3": 4e-6,
    "gpu_triton_bf16x6": 1.5e-7,
}


def _contender(step: Step, card: Card) -> Contender:
    largest = card.tera_flops.get(step.name)
    points = []
    if largest is not None and step.squares:
        points += [_point(side, side, side, largest * _GROWTH[side], step.name) for side in _SQUARES]
    if largest is not None and step.tall:
        # A phrase's product has work for a part of the card.
        points += [_point(n, m, p, min(largest, 20.0) * (0.1 + 0.004 * n), step.name) for n, m, p in _TALL]
    return Contender(
        name=step.name,
        circle=step.circle,
        device="cuda",
        threads=1,
        dtype=step.dtype,
        library=step.library,
        bytes_asked_per_flop=None,
        points=points,
        skipped=None if points else card.fails.get(step.name, "failed:not made"),
    )


def _point(n: int, m: int, p: int, tera_flops: float, name: str) -> Point:
    middle_s = 2 * n * m * p / (tera_flops * 1e12)
    return Point(
        n=n, m=m, p=p, times_s=[middle_s * spread for spread in (0.99, 1.0, 1.0, 1.0, 1.02)],
        error=_ERRORS.get(name, 2e-6),
        host_time_s=middle_s + 1.6e-5,
    )  # fmt: skip


# What the CPU's operator is on a GPU, where it is another: name → shares of its calls and of its time.
_CONVOLUTION = {"aten::cudnn_convolution": 2432, "aten::_conv_depthwise2d": 1152}


def profiling(card: Card, *, with_cpu: bool) -> Profiling:
    """The Conformer on the card, beside the CPU's run on more cores."""
    data: Profiling = _of_cpu("profiling")
    alone = data.run_on("cpu")
    assert alone is not None  # the committed record has it
    runs = [_on_more_cores(alone)] if with_cpu else []
    return replace(data, runs=[*runs, _cuda_run(alone, card)], variants=_variants(card))


def _on_more_cores(run: Run) -> Run:
    """Four times faster: a phrase's products do not feed sixteen cores."""
    return replace(
        run,
        threads=_CORES,
        pass_times_s=[time / 4 for time in run.pass_times_s],
        utterance_times_s=[[time / 4 for time in times] for times in run.utterance_times_s],
        profiled_time_s=run.profiled_time_s / 4 if run.profiled_time_s is not None else None,
        self_cpu_time_total_us=run.self_cpu_time_total_us / 4,
        operators=[
            replace(
                each,
                self_cpu_time_us=each.self_cpu_time_us / 4,
                cpu_time_total_us=each.cpu_time_total_us / 4 if each.cpu_time_total_us is not None else None,
            )
            for each in run.operators
        ],
    )


_ON_CARD = (
    # Name, kernel, share of the card's time.
    ("aten::addmm", "sm90_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize64x64x8_stage3", 0.42),
    ("aten::cudnn_convolution", "sm90_xmma_fprop_implicit_gemm_f32f32_nhwc", 0.16),
    ("aten::bmm", "void cutlass::Kernel2<cutlass_80_simt_sgemm_64x64_8x5_nn>(Params)", 0.10),
    ("aten::add", "void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<float>>(int)", 0.07),
    ("aten::copy_", "Memcpy DtoD (Device -> Device)", 0.07),
    ("aten::mm", "sm90_xmma_gemm_f32f32_f32f32_f32_tn_n_tilesize32x32x8_stage3", 0.05),
    ("aten::silu", "void at::native::vectorized_elementwise_kernel<4, silu_kernel>(int)", 0.04),
    ("aten::native_layer_norm", "void at::native::vectorized_layer_norm_kernel<float>(int)", 0.04),
    ("aten::_conv_depthwise2d", "void conv_depthwise2d_forward_kernel<0, float, int>(Params)", 0.03),
    ("aten::_softmax", "void softmax_warp_forward<float, float, float, 7, false, false>(float*)", 0.02),
)


def _cuda_run(on_cpu: Run, card: Card) -> Run:
    calls = {each.name: each.calls for each in on_cpu.operators} | _CONVOLUTION
    busy_us = 1e6 * card.run_s * card.busy_share
    shares = {name: share for name, _, share in _ON_CARD}
    left_out = ("aten::mkldnn_convolution", "aten::_slow_conv2d_forward")
    operators, kernels = [], []
    for name, times in calls.items():
        if name in left_out:
            continue
        device_us = busy_us * shares.get(name, 0.0)
        launch_us = 1e6 * card.launch_s * (0.6 if name in shares else 0.05)
        operators.append(
            Operator(
                name=name, calls=times, self_cpu_time_us=times * launch_us, cpu_time_total_us=times * launch_us / 0.6,
                self_device_time_us=device_us,
            )
        )  # fmt: skip
    for operator, kernel, share in _ON_CARD:
        kernels.append(Kernel(name=kernel, calls=calls[operator], device_time_us=busy_us * share, operator=operator))
    total_us = sum(each.self_cpu_time_us for each in operators)
    return Run(
        device="cuda",
        threads=_CORES,
        pass_times_s=[card.run_s * spread for spread in (0.98, 1.0, 1.03)],
        utterance_times_s=[],
        profiled_time_s=2 * card.run_s,
        profile_to_record_s=2.5,
        self_cpu_time_total_us=total_us,
        self_device_time_total_us=busy_us,
        device_busy_time_us=busy_us,
        kernel_launches=sum(kernel.calls for kernel in kernels),
        operators=operators,
        kernels=kernels,
        complete=True,
        peak_memory_bytes=720_000_000,
    )


def _variants(card: Card) -> list[Variant]:
    ways: Iterable[tuple[int, Launching, Precision]] = (
        (1, "eager", "fp32"),
        (16, "eager", "fp32"),
        (1, "graphs", "fp32"),
        (1, "compiled", "fp32"),
        (1, "eager", "tf32"),
        (16, "eager", "tf32"),
        (1, "eager", "bf16"),
        (16, "eager", "bf16"),
        (16, "graphs", "bf16"),
    )
    return [_variant(card, *way) for way in ways]


def _variant(card: Card, batch_size: int, launching: Launching, precision: Precision) -> Variant:
    shape = Variant(
        device="cuda", batch_size=batch_size, launching=launching, precision=precision, pass_times_s=[card.run_s]
    )
    if shape.name in card.fails:
        return replace(shape, pass_times_s=[], skipped="failed", message=card.fails[shape.name])
    batched, short = batch_size > 1, precision != "fp32"
    gain = card.gains.get(shape.name, card.gains["batched"] * (1.6 if short else 1.0) if batched else 1.0)
    time_s = card.run_s / gain
    kernels = 46_000 // (batch_size if batched else 1)
    busy_s = min(0.98 * time_s, card.run_s * card.busy_share * (0.5 if short else 1.0) / (2.0 if batched else 1.0))
    return replace(
        shape,
        pass_times_s=[0.99 * time_s, time_s, 1.01 * time_s],
        launches=11 if launching == "graphs" else kernels,
        kernels=kernels // 2 if launching == "compiled" else kernels,
        device_busy_time_us=1e6 * busy_s,
        peak_memory_bytes=2_100_000_000 if batched else 720_000_000,
        error={"fp32": 2e-6, "tf32": 8e-4, "bf16": 1.4e-2}[precision],
        preparation_s=58.0 if launching == "compiled" else 1.4,
    )


def gradient(card: Card, *, with_cpu: bool) -> Gradient:
    """The training step on the card, beside the CPU's; derivatives and descents are the CPU's own in any case."""
    data: Gradient = _of_cpu("gradient")
    on_cpu = data.run_on("cpu")
    assert on_cpu is not None  # the committed record has it
    on_card = _conformer(on_cpu, card)
    # A bare box has no voices that could be read out.
    learning = data.learning if with_cpu else None
    return replace(data, conformers=[*([on_cpu] if with_cpu else []), on_card], learning=learning)


def _conformer(on_cpu: ConformerBackward, card: Card) -> ConformerBackward:
    faster = on_cpu.passes[1].time_s / card.backward_s

    def on_gpu(each: Operator) -> Operator:
        launches = each.self_cpu_time_us > 50
        return replace(
            each,
            name=each.name.replace("mkldnn_", "cudnn_"),
            self_cpu_time_us=each.calls * (8.0 if launches else 0.7),
            self_device_time_us=each.self_cpu_time_us / faster / 3 if launches else 0.0,
        )

    return replace(
        on_cpu,
        device="cuda",
        threads=_CORES,
        passes=[
            replace(each, time_s=each.time_s / faster, operators=[on_gpu(one) for one in each.operators])
            for each in on_cpu.passes
        ],
        remembering=[
            replace(
                each, forward_time_s=each.forward_time_s / faster, backward_time_s=each.backward_time_s / faster,
            )
            for each in on_cpu.remembering
        ],
    )  # fmt: skip
