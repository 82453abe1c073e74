"""`talk build` whose experiments take no time: each gives what a record in the folder TAKES holds.

Says on standard output what the build is about to do, a line a step: `measuring NAME`, `rendering`, `building`,
`swapping`; and after it `ended STATUS`. `python -m bench.kills.driver TAKES`, in a copy of the talk.
"""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from talk import cli
from talk.experiment import Found, Task
from talk.measure import run as measuring
from talk.records.store import read_record
from talk.site import build, plugin

_EXPERIMENT_S = 0.25
# The function that each step begins with.
_STEPS: dict[str, tuple[Any, str]] = {
    "rendering": (plugin, "prepare"),
    "building": (plugin, "find_mistakes"),
    "swapping": (build, "replace_folder"),
}


def _repeat(takes: dict[str, Path]) -> None:
    """Replace every experiment's run by its take; experiments without a take are never measured."""
    needs_measuring = build._needs_measuring

    def run(experiment: Found, _: Task) -> Any:
        print(f"measuring {experiment.name}", flush=True)
        time.sleep(_EXPERIMENT_S)
        return read_record(takes[experiment.name]).data

    def is_needed(machine: str, experiment: str, *, quick: bool) -> bool:
        return experiment in takes and needs_measuring(machine, experiment, quick=quick)

    replaced: list[tuple[Any, str, Any]] = [
        (Found, "run", run),
        (Found, "keep", lambda *_: None),
        (Found, "versions", lambda _: {}),
        (measuring, "require", lambda *_: None),
        (build, "_needs_measuring", is_needed),
    ]
    for owner, name, function in replaced:
        setattr(owner, name, function)


def _announced(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*words: Any, **options: Any) -> Any:
        print(step, flush=True)
        return function(*words, **options)

    return run


def main(takes: Path) -> int:
    """Build; the exit status of `talk build`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background processes ignore it
    _repeat({take.stem: take for take in sorted(takes.glob("*/*.json"))})
    for step, (module, name) in _STEPS.items():
        setattr(module, name, _announced(step, getattr(module, name)))
    status = cli.main(["build"])
    print(f"ended {status}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
