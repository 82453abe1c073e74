"""Measuring: runs experiments on the machine at hand and writes their records, nothing else.

Importing this needs the standard library alone: torch is imported by the experiment that runs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from scripts.errors import TalkError
from scripts.measure import algorithms, gradient, labs, matmul, profiling
from scripts.measure.machine import current_machine, is_virtual, versions
from scripts.measure.progress import Progress, make_progress
from scripts.records.schema import SCHEMA_VERSION, AnyRecord, Record
from scripts.records.sources import current_code
from scripts.records.store import write_record


@dataclass(frozen=True)
class Experiment:
    """What `talk measure NAME` runs: `run(device, quick, audio, progress)`.

    `packages` are those it needs, as they are imported and as they are installed. `keep(folder)` puts what else the
    run made beside its record, once that is written.
    """

    run: Callable[[str, bool, Path | None, Progress], Any]
    packages: dict[str, str]
    keep: Callable[[Path], None] = lambda _: None


EXPERIMENTS = {
    "profiling": Experiment(profiling.run, {"torch": "torch", "nemo": "nemo_toolkit", "numpy": "numpy"}),
    "matmul": Experiment(
        matmul.run, {"torch": "torch", "numba": "numba", "numpy": "numpy", "threadpoolctl": "threadpoolctl"}
    ),
    "gradient": Experiment(
        gradient.run,
        {
            "torch": "torch",
            "nemo": "nemo_toolkit",
            "numpy": "numpy",
            "sympy": "sympy",
            "threadpoolctl": "threadpoolctl",
        },
        gradient.keep,
    ),
    "algorithms": Experiment(
        algorithms.run,
        {"torch": "torch", "nemo": "nemo_toolkit", "numba": "numba", "numpy": "numpy", "rapidfuzz": "rapidfuzz"},
    ),
    "labs": Experiment(
        labs.run,
        {"nbclient": "nbclient", "ipykernel": "ipykernel", "torch": "torch", "numba": "numba", "numpy": "numpy"},
    ),
}


def measure(
    names: list[str],
    device: Literal["auto", "cpu", "cuda"],
    out: Path,
    quick: bool,
    audio: Path | None,
) -> list[Path]:
    """Run the experiments `names` and write their records under `out`; returns the records' paths.

    A record is written when its experiment has ended, whole: until then the former one stays.
    Raises TalkError when an experiment cannot run, or its record cannot be written.
    """
    return [_measure(name, device, out, quick, audio, make_progress()) for name in names]


def _measure(name: str, device: str, out: Path, quick: bool, audio: Path | None, progress: Progress) -> Path:
    experiment = EXPERIMENTS[name]
    _require(name, experiment.packages)
    code = current_code(name)  # before it runs: an edit meanwhile must not pass for what ran
    measured_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = experiment.run(device, quick, audio, progress)
    record: AnyRecord = Record(
        schema_version=SCHEMA_VERSION,
        experiment=name,
        machine=current_machine(),
        versions=versions(experiment.packages.values()),
        code=code,
        measured_at=measured_at,
        origin="measured",
        quick=quick,
        uncontrolled=_uncontrolled(quick),
        data=data,
    )
    path = write_record(record, out)
    experiment.keep(path.parent)
    progress.say(f"{path} is written")
    return path


def _require(name: str, packages: Iterable[str]) -> None:
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise TalkError(
            f"talk measure {name}", f"{', '.join(missing)} must be installed first", "run `make setup ALL=1`"
        )


def _uncontrolled(quick: bool) -> list[str]:
    found = ["частота процессора не закреплена", "другие программы на машине не остановлены"]
    if is_virtual():
        found.append("машина виртуальная, соседи по железу не видны")
    if quick:
        found.append("один проход, разброс неизвестен")
    return found
