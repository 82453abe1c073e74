"""Measuring: runs experiments on the machine at hand and writes their records, nothing else.

Importing this needs the standard library alone: torch is imported by the experiment that runs.
"""

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from scripts.errors import MissingError, NoDeviceError, TalkError
from scripts.measure import algorithms, gradient, labs, matmul, profiling
from scripts.measure.machine import current_machine, is_virtual, versions
from scripts.measure.progress import Progress, make_progress
from scripts.paths import shown
from scripts.records.schema import SCHEMA_VERSION, AnyRecord, Record
from scripts.records.sources import current_code
from scripts.records.store import record_path, write_record
from scripts.records.summary import keep_former_summary, keep_summary


@dataclass(frozen=True)
class Experiment:
    """What `talk measure NAME` runs: `run(device, quick, audio, progress)`.

    `packages` are those it needs, as they are imported and as pip is asked for them; without those `for_parts` a part
    of it is left out, which it says itself. `keep(folder)` puts what else the run made where its record is about to be
    written: a record that is there has all that belongs to it.
    """

    run: Callable[[str, bool, Path | None, Progress], Any]
    packages: dict[str, str]
    for_parts: dict[str, str] = field(default_factory=dict)
    keep: Callable[[Path], None] = lambda _: None


_TORCH = {"torch": "torch", "numpy": "numpy"}
_NEMO = {"nemo": "nemo_toolkit[asr]"}

EXPERIMENTS = {
    "profiling": Experiment(profiling.run, _TORCH | _NEMO),
    "matmul": Experiment(matmul.run, _TORCH, matmul.FOR_PARTS),
    "gradient": Experiment(
        gradient.run,
        _TORCH | _NEMO | {"numba": "numba", "sympy": "sympy", "threadpoolctl": "threadpoolctl"},
        {"espeakng_loader": "espeakng-loader"},
        gradient.keep,
    ),
    "algorithms": Experiment(algorithms.run, _TORCH | _NEMO | {"numba": "numba", "rapidfuzz": "rapidfuzz"}),
    "labs": Experiment(labs.run, _TORCH | {"nbclient": "nbclient", "ipykernel": "ipykernel", "numba": "numba"}),
}


def measure(
    names: list[str],
    device: Literal["auto", "cpu", "cuda"],
    out: Path,
    quick: bool,
    audio: Path | None,
    *,
    what_can_be: bool = False,
) -> list[Path]:
    """Run the experiments `names` and write their records under `out`; returns the records' paths.

    A record is written when its experiment has ended, whole: until then the former one stays.
    Raises TalkError when an experiment cannot run, or its record cannot be written. With `what_can_be` the others are
    measured all the same, and one line on standard error says why one is not: it is raised in the end that something
    failed, or that all of them lack a package.
    """
    progress = make_progress()
    if not what_can_be:
        return [_measure(name, device, out, quick, audio, progress) for name in names]
    written: list[Path] = []
    failed: list[str] = []
    for name in names:
        try:
            written.append(_measure(name, device, out, quick, audio, progress))
        except NoDeviceError:
            raise
        except MissingError as error:
            print(f"{error}; {name} is skipped", file=sys.stderr, flush=True)
        except Exception as error:  # of a torch, a driver or a compiler that nobody has tried this with
            failed.append(name)
            print(error if isinstance(error, TalkError) else _unforeseen(name, error), file=sys.stderr, flush=True)
    if failed:
        raise TalkError("talk measure", f"{', '.join(failed)} failed", "mend what is said above, then measure again")
    if not written:
        raise TalkError("talk measure", "nothing was measured", "install what is named above")
    return written


def _unforeseen(name: str, error: Exception) -> TalkError:
    """An error that is none of ours in one line, with the line of ours that it came through."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "scripts" in Path(frame.filename).parts]
    where = f" at {shown(Path(ours[-1].filename))}:{ours[-1].lineno}" if ours else ""
    what = f"{type(error).__name__}{where}: {str(error)[:500]}"
    return TalkError(f"talk measure {name}", what, f"`talk measure {name}` alone shows all of it")


def _measure(name: str, device: str, out: Path, quick: bool, audio: Path | None, progress: Progress) -> Path:
    experiment = EXPERIMENTS[name]
    require(name, experiment.packages)
    code = current_code(name)  # before it runs: an edit meanwhile must not pass for what ran
    measured_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = experiment.run(device, quick, audio, progress)
    record: AnyRecord = Record(
        schema_version=SCHEMA_VERSION,
        experiment=name,
        machine=current_machine(),
        versions=versions([*experiment.packages.values(), *experiment.for_parts.values()]),
        code=code,
        measured_at=measured_at,
        origin="measured",
        quick=quick,
        uncontrolled=_uncontrolled(quick),
        data=data,
    )
    place = record_path(out, record.machine.slug, name)
    experiment.keep(place.parent)
    keep_former_summary(place)
    path = write_record(record, out)
    keep_summary(record, out)
    progress.say(f"{path} is written")
    return path


def require(name: str, packages: dict[str, str]) -> None:
    """Raises MissingError naming those of `packages` (as imported: as pip is asked for them) that are not installed."""
    missing = [requirement for package, requirement in packages.items() if find_spec(package) is None]
    if missing:
        mend = f"run `make setup ALL=1`, or `pip install {' '.join(missing)}` on a bare machine"
        raise MissingError(f"talk measure {name}", f"{', '.join(missing)} must be installed first", mend)


def _uncontrolled(quick: bool) -> list[str]:
    found = ["частота процессора не закреплена", "другие программы на машине не остановлены"]
    if is_virtual():
        found.append("машина виртуальная, соседи по железу не видны")
    if quick:
        found.append("один проход, разброс неизвестен")
    return found
