"""What the matmul experiment is called and needs."""

from pathlib import Path

from talk.experiment import Experiment, Headline

NAME = Path(__file__).parent.name  # a copy of this folder is called otherwise
ON_CPU = {"numba": "numba", "threadpoolctl": "threadpoolctl"}  # what only the CPU's circles need
ON_GPU = {"numba_cuda": "numba-cuda", "triton": "triton"}  # and what only the GPU's do

EXPERIMENT = Experiment(
    title="Матмул",
    chapter="matmul",
    figures_title="Умножение матриц",
    order=20,
    takes_s=230,
    gpu_takes_s=160,
    packages={"torch": "torch", "numpy": "numpy"},
    for_parts=ON_CPU | ON_GPU,
    shown_versions={"torch": "PyTorch", "numba": "Numba"},
    headlines=(
        Headline(name="overlap.flop_rate", title="Умножение в один поток", dimension="flop_rate", better="more"),
        Headline(name="threads.flop_rate", title="Умножение на всех потоках", dimension="flop_rate", better="more"),
        Headline(name="gpu_triton.flop_rate", title="Умножение на GPU, Triton", dimension="flop_rate", better="more"),
        Headline(
            name="whole_descent", title="Спуск от Python до всех потоков", dimension="ratio", better="more", unit="×"
        ),
    ),
)
