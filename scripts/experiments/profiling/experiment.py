"""What the profiling experiment is called and needs."""

from talk.experiment import Experiment, Headline

EXPERIMENT = Experiment(
    title="Conformer",
    chapter="gpu",
    figures_title="Conformer под профайлером",
    order=10,
    takes_s=190,
    gpu_takes_s=150,
    packages={"torch": "torch", "numpy": "numpy", "nemo": "nemo_toolkit[asr]"},
    shown_versions={"torch": "PyTorch", "nemo_toolkit": "NeMo"},
    keeps=("cpu.csv", "gpu.csv"),  # the original talk's tables
    headlines=(
        Headline(
            name="cpu.faster_than_real_time", title="Conformer на CPU быстрее речи", dimension="ratio",
            better="more", unit="×",
        ),
        Headline(
            name="cuda.faster_than_real_time", title="Conformer на GPU быстрее речи", dimension="ratio",
            better="more", unit="×",
        ),
        Headline(name="speedup", title="GPU быстрее CPU, весь прогон", dimension="ratio", better="more", unit="×"),
        Headline(name="cuda.idle_share", title="GPU простаивал", dimension="share", better="less"),
    ),
)  # fmt: skip
