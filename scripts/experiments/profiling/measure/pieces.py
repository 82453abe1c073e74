"""Small pieces of network, run under the profiler between the utterances: from them follow prices of single things.

On a shared machine a price of ten minutes ago is of another machine; and one of a hot loop is not what a network pays,
whose weights drive everything else out of the caches, the code of the next operators too.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import cycle, islice
from statistics import median
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from shared.aggregate import OperatorTable
from shared.profile import Operator

from ..record import Kind, Piece

_FEW, _MANY = 24, 121  # steps of a short utterance, and of a long one
_HALVES = 6  # in a run: with the next run's they go round all layers
_CHANNELS, _WIDTH = 256, 40  # of a convolution, half as wide as the network's first
_HEIGHTS = (21, 61)  # of its input
_VIEWS = 50


class Pieces:
    """Each call runs every piece once. The encoder has to be on the CPU by then."""

    def __init__(self, encoder: Any) -> None:
        self._found: dict[tuple[Kind, int], dict[str, list[Operator]]] = defaultdict(lambda: defaultdict(list))
        self._layers = list(encoder.layers)
        self._in_turn = cycle(self._layers)
        weight = self._layers[0].feed_forward1.linear1.weight
        self._inner, self._width = weight.shape
        self._steps = {rows: torch.randn(1, rows, self._width) for rows in (_FEW, _MANY)}
        self._convolution = torch.nn.Conv2d(_CHANNELS, _CHANNELS, 3, stride=2, padding=1).eval()
        self._images = {height: torch.randn(1, _CHANNELS, height, _WIDTH) for height in _HEIGHTS}

    @torch.inference_mode()
    def __call__(self) -> None:
        """Run all, each once before the profiler watches: the first run of a piece is another one's last."""
        for rows in self._steps:
            self._watch("halves", rows, lambda rows=rows: self._run_halves(rows))  # type: ignore[misc]
        for height, image in self._images.items():
            self._watch("convolution", _halved(height), lambda image=image: self._convolution(image))  # type: ignore[misc]
        self._watch("views", _VIEWS, self._run_views)

    @property
    def found(self) -> list[Piece]:
        """Every piece, by the medians of its runs."""
        pieces = []
        for (kind, rows), operators in self._found.items():
            weights = {"halves": _HALVES * 2 * self._inner * self._width, "convolution": 9 * _CHANNELS**2, "views": 0}
            outputs = rows * _halved(_WIDTH) if kind == "convolution" else rows
            pieces.append(
                Piece(
                    kind=kind,
                    rows=rows,
                    runs=max(map(len, operators.values())),
                    weights=weights[kind],
                    multiply_adds=weights[kind] * outputs,
                    operators=[
                        Operator(
                            name=name,
                            calls=runs[0].calls,
                            self_cpu_time_us=median(each.self_cpu_time_us for each in runs),
                            cpu_time_total_us=None,
                        )
                        for name, runs in operators.items()
                    ],
                )
            )
        return pieces

    def _watch(self, kind: Kind, rows: int, run: Callable[[], object]) -> None:
        run()
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            run()
        table = OperatorTable(on_gpu=False)
        table.add(profiler)
        for operator in table.operators():
            self._found[kind, rows][operator.name].append(operator)

    def _run_halves(self, rows: int) -> None:
        for layer in islice(self._in_turn, _HALVES):
            layer.feed_forward1(layer.norm_feed_forward1(self._steps[rows]))

    def _run_views(self) -> None:
        for _ in range(_VIEWS):
            self._steps[_FEW].transpose(1, 2)


def _halved(length: int) -> int:
    return (length + 1) // 2  # kernel 3, stride 2, padding 1
