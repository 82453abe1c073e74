"""Timing on a GPU, by its own events around many calls in a row: neither launching nor waiting is in the number.

A call that is shorter than what Python takes to launch it is recorded into a CUDA graph, many times over, and the graph
is replayed: the GPU then launches by itself.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import torch

Call = Callable[[], object]

GAP_S = 0.02  # of rest before each visit: nobody begins at the clock that the one before has left
_SAMPLE_S = 0.012
_GRAPH_BELOW_S = 1e-4
_GRAPH_S = 0.002
_MOST_IN_A_GRAPH = 1000
_HOST_CALLS, _HOST_S = 15, 0.1


@dataclass
class Steady:
    """Calls that are made in turn, back to back, and the times of one of them that were found.

    They do the same with operands of their own each, more of them together than the GPU's cache holds.
    """

    calls: Sequence[Call]
    times_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        for call in self.calls:
            call()
        torch.cuda.synchronize()
        self._do, self._count = self._all, len(self.calls)
        once_s = self._seconds(1) / self._count
        if once_s < _GRAPH_BELOW_S:
            turns = math.ceil(min(_GRAPH_S / once_s, _MOST_IN_A_GRAPH) / len(self.calls))
            graph = _recorded(self._all, turns)
            if graph is not None:
                self._do, self._count = graph.replay, turns * len(self.calls)
        self._repeats = max(1, math.ceil(_SAMPLE_S / max(self._seconds(1), 1e-6)))

    def visit(self) -> None:
        """Take one time, after a rest and calls that do not count."""
        time.sleep(GAP_S)
        self._do()
        self.times_s.append(self._seconds(self._repeats) / (self._repeats * self._count))

    def host_time_s(self) -> float:
        """What one call takes of a host that waits for it: launching, computing, and hearing of it."""
        times_s: list[float] = []
        for at in range(_HOST_CALLS):
            start = time.perf_counter()
            self.calls[at % len(self.calls)]()
            torch.cuda.synchronize()
            times_s.append(time.perf_counter() - start)
            if sum(times_s) > _HOST_S:
                break
        return median(times_s)

    def _all(self) -> None:
        for call in self.calls:
            call()

    def _seconds(self, repeats: int) -> float:
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        start.record()
        for _ in range(repeats):
            self._do()
        end.record()
        end.synchronize()
        return max(float(start.elapsed_time(end)) / 1e3, 1e-9)


def _recorded(work: Call, turns: int) -> torch.cuda.CUDAGraph | None:
    """A graph of so many turns of `work`; None where it does what no graph can hold."""
    graph, aside = torch.cuda.CUDAGraph(), torch.cuda.Stream()  # type: ignore[no-untyped-call]
    try:
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            work()  # what it allocates at first must not lie in the graph
        torch.cuda.synchronize()
        with torch.cuda.graph(graph, stream=aside):
            for _ in range(turns):
                work()
        graph.replay()
    except RuntimeError:
        torch.cuda.synchronize()  # raises where the GPU itself is what failed
        return None
    torch.cuda.synchronize()
    return graph
