"""Triton kernels made ready for a timed call: candidates are compiled side by side, timed, and the fastest is kept."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import triton

# From Triton 3.10 on, a product and a sum are two instructions where nothing asks for one.
os.environ.setdefault("TRITON_DEFAULT_FP_FUSION", "1")

_TIMED_MS = 2  # of calls in a CUDA graph, which is replayed ten times


@dataclass(frozen=True)
class Card:
    """What of a GPU decides which kernels it can run: 90 is compute capability 9.0."""

    arch: int
    shared_bytes: int
    processors: int

    @property
    def copies_in_bulk(self) -> bool:
        """Whether it has TMA, which copies whole tiles between global and shared memory."""
        return self.arch >= 90


def card_of(device: torch.device) -> Card:
    """The GPU that tensors of `device` are on. The CPU, where an interpreter runs kernels, has every ability."""
    if device.type != "cuda":
        return Card(arch=90, shared_bytes=232_448, processors=132)
    properties = torch.cuda.get_device_properties(device)
    told = triton.runtime.driver.active.utils.get_device_properties(device.index or 0)
    return Card(properties.major * 10 + properties.minor, told["max_shared_mem"], properties.multi_processor_count)


@dataclass(frozen=True)
class Launch:
    """One launch of a kernel. `arguments` are all of the kernel's, constants too, by name."""

    kernel: Any
    programs: int
    arguments: dict[str, Any]
    num_warps: int
    num_stages: int

    def compiling(self) -> Any:
        """The compiled kernel, or a future of it under AsyncCompileMode."""
        options = {"num_warps": self.num_warps, "num_stages": self.num_stages}
        return self.kernel.warmup(**self.arguments, **options, grid=(self.programs,))

    def ready(self) -> Callable[[], None]:
        """A call that only launches, on the stream that is current then: a CUDA graph can record it."""
        if not isinstance(self.kernel, triton.JITFunction):
            # The interpreter compiles nothing, multiplies in one way, and does not know the names of the others.
            return partial(self.kernel[(self.programs,)], **self.arguments | {"precision": "ieee"})
        compiled = self.compiling()
        compiled = compiled.result() if hasattr(compiled, "result") else compiled
        in_order = [self.arguments[name] for name in self.kernel.arg_names]
        launch: Callable[[], None] = partial(compiled[(self.programs, 1, 1)], *in_order)
        return launch


@dataclass(frozen=True)
class Tuned:
    """Which of the candidates was the fastest, how long it took, and how many of how many could not run at all."""

    best: int
    time_ms: float
    tried: int
    failed: int


def tune(launches: Sequence[Launch]) -> Tuned:
    """Time every launch. Raises RuntimeError, with the last reason, where not one of them runs."""
    with ThreadPoolExecutor(os.cpu_count()) as pool, triton.AsyncCompileMode(pool, ignore_errors=True):
        for launch in launches:
            with suppress(Exception):  # it is raised again, and counted, when the kernel is asked for
                launch.compiling()
    torch.cuda.synchronize()  # operands are there: kernels are timed on a stream of their own
    times: dict[int, float] = {}
    reason: Exception | None = None
    for index, launch in enumerate(launches):
        try:  # a candidate may not compile, not fit into shared memory, or fail as it runs: the others are left
            times[index] = triton.testing.do_bench_cudagraph(launch.ready(), rep=_TIMED_MS, return_mode="median")
        except Exception as error:
            reason = error
    if not times:
        raise RuntimeError(f"none of {len(launches)} candidates runs; the last: {reason}") from reason
    best = min(times, key=lambda index: times[index])
    return Tuned(best, times[best], len(launches), len(launches) - len(times))
