"""Records for tests: small, round numbers whose every derived value can be checked in one's head."""

from experiments.profiling.record import Profiling
from shared.profile import Kernel, Model, Module, Operator, Run, Workload
from talk.experiment import find_experiment
from talk.records.schema import Code, Record
from talk.records.sources import hash_sources
from tests.experiments.records import made_record

ENCODER = {
    "feat_in": 80,
    "n_layers": 2,
    "d_model": 64,
    "feat_out": -1,
    "subsampling": "striding",
    "subsampling_factor": 4,
    "subsampling_conv_channels": 64,
    "ff_expansion_factor": 4,
    "self_attention_model": "rel_pos",
    "n_heads": 4,
    "conv_kernel_size": 31,
}


def cpu_run() -> Run:
    return Run(
        device="cpu",
        threads=2,
        pass_times_s=[2.0, 2.2, 2.1],
        utterance_times_s=[[0.5, 1.5], [0.6, 1.6], [0.5, 1.6]],
        profiled_time_s=2.5,
        profile_to_record_s=0.5,
        self_cpu_time_total_us=2_000_000.0,
        self_device_time_total_us=None,
        device_busy_time_us=None,
        kernel_launches=None,
        operators=[
            Operator(name="aten::addmm", calls=100, self_cpu_time_us=1_200_000.0, cpu_time_total_us=1_300_000.0),
            Operator(
                name="aten::mkldnn_convolution", calls=50, self_cpu_time_us=600_000.0, cpu_time_total_us=610_000.0
            ),
            Operator(name="aten::mm", calls=10, self_cpu_time_us=200_000.0, cpu_time_total_us=200_000.0),
        ],
        kernels=[],
        complete=True,
    )


def cuda_run() -> Run:
    return Run(
        device="cuda",
        threads=2,
        pass_times_s=[0.2],
        utterance_times_s=[[0.1, 0.1]],
        profiled_time_s=0.25,
        profile_to_record_s=0.5,
        self_cpu_time_total_us=180_000.0,
        self_device_time_total_us=50_000.0,
        device_busy_time_us=50_000.0,
        kernel_launches=150,
        operators=[
            Operator(
                name="aten::addmm",
                calls=100,
                self_cpu_time_us=100_000.0,
                cpu_time_total_us=120_000.0,
                self_device_time_us=20_000.0,
            ),
            Operator(
                name="aten::cudnn_convolution",
                calls=50,
                self_cpu_time_us=80_000.0,
                cpu_time_total_us=80_000.0,
                self_device_time_us=30_000.0,
            ),
        ],
        kernels=[
            Kernel(name="sgemm", calls=100, device_time_us=20_000.0, operator="aten::addmm"),
            Kernel(name="conv", calls=50, device_time_us=30_000.0, operator="aten::cudnn_convolution"),
        ],
        complete=True,
    )


def record(*runs: Run, slug: str = "test-box", **changes: object) -> Record[Profiling]:
    """A fresh, full record of `runs` (a CPU run by default) on the machine `slug`; `changes` replace its fields."""
    data = Profiling(
        model=Model(
            name="stt_ru_conformer_ctc_large",
            weights="seeded",
            encoder=dict(ENCODER),
            parameters=1000,
            modules=Module(name="encoder", type="ConformerEncoder", parameters=1000),
        ),
        workload=Workload(
            audio="synthetic",
            sample_rate_hz=16_000,
            hop_samples=160,
            file_lengths_samples=[16_000, 32_000],
            repeats=[1, 1],
            batch_size=1,
        ),
        runs=list(runs) or [cpu_run()],
    )
    around = {
        "slug": slug,
        "gpu": "Test GPU" if any(run.device == "cuda" for run in runs) else None,
        "versions": {"python": "3.11.7", "torch": "2.13.0", "nemo_toolkit": "3.0.0"},
        "code": Code(commit=None, dirty=False, sources=hash_sources(find_experiment("profiling"))),
        "measured_at": "2026-11-23T06:00:00Z",
        "uncontrolled": ["clock_not_pinned"],
    }
    return made_record("profiling", data, **around | changes)
