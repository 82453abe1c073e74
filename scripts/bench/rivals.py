"""Our product of matrices beside the libraries' at every size and shape of the talk, on one thread and on all.

Run as a program it prints the ratios of so many runs as JSON: the command starts itself anew where an environment
variable chooses for a library, so that rivals are at their best.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from talk.errors import TalkError
from talk.measure.environment import start_anew_without_choices
from talk.paths import ROOT

_RUNS = 3
_ROUNDS = 10

Ratios = dict[str, list[float]]  # of each shape on so many threads: our rate to the faster library's, run by run


def goals() -> Iterator[tuple[str, str, str]]:
    """A line for each shape on one thread and on all: the median of the runs, with the lowest and the highest."""
    done = subprocess.run([sys.executable, "-m", "bench.rivals"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise TalkError("bench.rivals", done.stderr.strip().splitlines()[-1], "mend it")
    ratios: Ratios = json.loads(done.stdout)
    for name, found in ratios.items():
        figure = f"{median(found):.2f} ({min(found):.2f}–{max(found):.2f})"
        yield f"{name}: to the faster library, {len(found)} runs", figure, "at least 1.00"


def measure(runs: int, rounds: int) -> Ratios:
    """The ratios of so many runs, in each of which every contender is visited `rounds` times at every shape."""
    # Libraries read the environment as they are imported.
    from experiments.matmul.measure.contenders import all_threads, one_thread
    from experiments.matmul.measure.experiment import FULL, measure_shape, thread_limit
    from experiments.matmul.measure.operands import CONFORMER
    from talk.measure.machine import current_machine

    plan = replace(FULL, rounds=rounds, met={})
    shapes = [*((side, side, side) for side in plan.sides), *CONFORMER]
    cores = current_machine().cpu_cores
    on_threads = {1: one_thread()} | ({cores: all_threads()} if cores > 1 else {})
    ratios: Ratios = {}
    for _ in range(runs):
        for threads, entries in on_threads.items():
            met = [entry for entry in entries if entry.rival or entry.library]
            with thread_limit(threads):
                for shape in shapes:
                    points = measure_shape(met, shape, plan, lambda: None)
                    times_s = {entry.name: median(points[entry.name].times_s) for entry in met}
                    ours_s = min(times_s[entry.name] for entry in met if entry.rival)
                    theirs_s = min(times_s[entry.name] for entry in met if entry.library)
                    name = f"matmul, {'×'.join(map(str, shape))}, threads: {threads}"
                    ratios.setdefault(name, []).append(theirs_s / ours_s)
    return ratios


if __name__ == "__main__":
    start_anew_without_choices()
    print(json.dumps(measure(_RUNS, _ROUNDS)))
