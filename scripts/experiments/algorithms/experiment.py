"""What the algorithms experiment is called and needs."""

from talk.experiment import Experiment, Headline

EXPERIMENT = Experiment(
    title="Алгоритмы",
    chapter="algorithms",
    figures_title="Алгоритмы",
    order=40,
    packages={
        "torch": "torch",
        "numpy": "numpy",
        "nemo": "nemo_toolkit[asr]",
        "numba": "numba",
        "rapidfuzz": "rapidfuzz",
    },
    shown_versions={"torch": "PyTorch", "nemo_toolkit": "NeMo", "numba": "Numba"},
    reads=("snippets/calculator.html",),
    headlines=(
        Headline(name="ctc.race.speedup", title="CTC: время PyTorch / наше", dimension="ratio", better="more"),
        Headline(
            name="edit_distance.race.ratio", title="Левенштейн: наше время / rapidfuzz", dimension="ratio",
            better="less",
        ),
        Headline(
            name="batching.cpu.gain", title="Пачки по длине быстрее случайных, CPU", dimension="ratio",
            better="more", unit="×",
        ),
        Headline(
            name="batching.cuda.gain", title="Пачки по длине быстрее случайных, GPU", dimension="ratio",
            better="more", unit="×",
        ),
        Headline(
            name="attention.speedup", title="Внимание плитками быстрее целого", dimension="ratio",
            better="more", unit="×",
        ),
        Headline(name="ring.ring_time", title="Сумма по кольцу", dimension="time", better="less"),
    ),
)  # fmt: skip
