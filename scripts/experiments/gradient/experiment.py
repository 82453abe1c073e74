"""What the gradient experiment is called and needs."""

from talk.experiment import Experiment, Headline

EXPERIMENT = Experiment(
    title="Производная",
    chapter="derivative",
    figures_title="Производная",
    order=30,
    takes_s=90,
    gpu_takes_s=40,
    packages={
        "torch": "torch",
        "numpy": "numpy",
        "nemo": "nemo_toolkit[asr]",
        "numba": "numba",
        "sympy": "sympy",
        "threadpoolctl": "threadpoolctl",
    },
    for_parts={"espeakng_loader": "espeakng-loader"},
    shown_versions={"torch": "PyTorch", "nemo_toolkit": "NeMo", "numba": "Numba"},
    keeps=("digits.nemo",),
    headlines=(
        Headline(name="ways.reverse.time_1000", title="Обратный режим, все входы", dimension="time", better="less"),
        Headline(
            name="price.ours_over_torch", title="Шаг обучения: наш движок / PyTorch", dimension="ratio", better="less"
        ),
        Headline(name="cpu.backward.time_ratio", title="Conformer на CPU: назад / вперёд", dimension="ratio"),
        Headline(name="cuda.backward.time_ratio", title="Conformer на GPU: назад / вперёд", dimension="ratio"),
        Headline(name="learning.error", title="Неверных букв после обучения", dimension="share", better="less"),
    ),
)
