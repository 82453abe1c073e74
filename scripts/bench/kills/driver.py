"""`talk build` whose experiments take no time: each gives what a record in the folder TAKES holds.

Says on standard output what the build is about to do, a line a step: `measuring NAME`, `rendering`, `building`,
`swapping`; and after it `ended STATUS`. `python -m bench.kills.driver TAKES`, in a copy of the project.
"""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts import cli

from talk.measure import EXPERIMENTS, Experiment
from talk.records.store import read_record
from talk.site import build

_EXPERIMENT_S = 0.25
_STEPS = {"render_fragments": "rendering", "_make_site": "building", "replace_folder": "swapping"}


def _repeating(take: Path) -> Experiment:
    def run(*_: object) -> Any:
        print(f"measuring {take.stem}", flush=True)
        time.sleep(_EXPERIMENT_S)
        return read_record(take).data

    return Experiment(run, packages={})


def _announced(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*words: Any, **options: Any) -> Any:
        print(step, flush=True)
        return function(*words, **options)

    return run


def main(takes: Path) -> int:
    """Build; the exit status of `talk build`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background is deaf to it
    EXPERIMENTS.clear()
    EXPERIMENTS.update({take.stem: _repeating(take) for take in sorted(takes.glob("*/*.json"))})
    for function, step in _STEPS.items():
        setattr(build, function, _announced(step, getattr(build, function)))
    status = cli.main(["build"])
    print(f"ended {status}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
