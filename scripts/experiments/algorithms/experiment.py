"""What the algorithms experiment is called and needs."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.workload import DIGITS_NETWORK
from talk.experiment import Experiment, Headline
from talk.paths import RESULTS

EXPERIMENT = Experiment(
    title="Алгоритмы",
    chapter="algorithms",
    figures_title="Алгоритмы",
    order=40,
    takes_s=110,
    gpu_takes_s=10,
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


def changed_inputs(record: Any, results: Path = RESULTS) -> list[str]:
    """The network that listened, where another one lies beside its machine's records now."""
    listener = record.data.decoding.listener
    if listener is None:
        return []
    network = results / listener.machine / DIGITS_NETWORK.name
    if not network.is_file() or _sha256(network, network.stat().st_mtime_ns) == listener.sha256:
        return []
    return [f"docs/results/{listener.machine}/{network.name}"]


@lru_cache(maxsize=16)
def _sha256(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
