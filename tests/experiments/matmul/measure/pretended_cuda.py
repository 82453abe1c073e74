"""A GPU that is pretended: what is asked of it is done by the CPU, so that the flow around kernels really runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode


class Card:
    """What the pretended GPU is told to be. Once `broken`, it does nothing any more, as after an illegal address."""

    def __init__(self) -> None:
        self.broken = False
        self.graphs = 0

    def ask(self) -> None:
        """Raises what CUDA raises from its first sticky error on."""
        if self.broken:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")


class _OnCpu(TorchFunctionMode):
    def __init__(self, card: Card) -> None:
        super().__init__()
        self._card = card

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = dict(kwargs or {})
        if str(named.get("device", "")).startswith("cuda"):
            self._card.ask()
            named["device"] = "cpu"
        return function(*args, **named)


@contextmanager
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    """Inside, "cuda" is the CPU: its events are the host's clock, its graphs call what they recorded."""
    card = Card()

    class Event:
        def __init__(self, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            self.at_s = time.perf_counter()

        def synchronize(self) -> None:
            card.ask()

        def elapsed_time(self, end: "Event") -> float:
            return 1e3 * (end.at_s - self.at_s)

    class Stream:
        def wait_stream(self, _: object) -> None:
            card.ask()

    class Graph:
        def replay(self) -> None:
            time.sleep(1e-4)

    @contextmanager
    def recording(_graph: Graph, stream: object) -> Iterator[None]:
        assert stream is not None
        yield
        card.graphs += 1

    @contextmanager
    def on_stream(_: object) -> Iterator[None]:
        yield

    pretences = {
        "synchronize": card.ask,
        "Event": Event,
        "Stream": Stream,
        "CUDAGraph": Graph,
        "graph": recording,
        "stream": on_stream,
        "current_stream": Stream,
        "empty_cache": lambda: None,
        "get_device_capability": lambda: (9, 0),
        "current_device": lambda: 0,
        "get_device_properties": lambda _: SimpleNamespace(L2_cache_size=1 << 20),
    }
    for name, instead in pretences.items():
        monkeypatch.setattr(torch.cuda, name, instead)
    with _OnCpu(card):
        yield card
