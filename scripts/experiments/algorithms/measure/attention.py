"""Story 6. Fewer bytes: softmax in one pass, and attention that never holds its n × n table.

The sum in a softmax's denominator needs the largest exponent first. Online softmax (Milakov and Gimelshein, 2018) makes
do with the largest so far: when a larger one comes, the sum is scaled down. So attention can be computed tile by tile
(Dao et al., «FlashAttention», 2022).
"""

import math
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import torch
from numba import njit

from talk.errors import TalkError
from talk.measure.clock import times_of
from talk.measure.memory import HIGH_WATER, fresh_pages
from talk.measure.progress import Advance

from ..record import Attention, AttentionPrices, AttentionWay, Curve, Point, WayToAttend

_SEED = 2024
_WIDTH = 64  # of one head of the Conformer: 512 / 8
_TILE = 512


@njit(cache=True)
def online_softmax(x: Any) -> Any:
    """Softmax of a vector, which is read once for the largest and the sum together, and once for the answer."""
    largest, total = -np.inf, 0.0
    for value in x:
        if value > largest:
            total *= math.exp(largest - value)
            largest = value
        total += math.exp(value - largest)
    return np.exp(x - largest) / total


def whole_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """softmax(q·kᵀ / √width)·v with the whole table in memory. q: n × width; k, v: m × width."""
    _check(q, k, v)
    return torch.softmax(q @ k.T / math.sqrt(q.shape[1]), dim=1) @ v


def tiled_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, tile: int = _TILE) -> torch.Tensor:
    """The same, with no more than tile × tile numbers of the table in memory."""
    _check(q, k, v)
    rows = []
    # --8<-- [start:heart]
    for q_tile in _tiles(q / math.sqrt(q.shape[1]), tile):
        largest = torch.full((len(q_tile), 1), -math.inf, dtype=q.dtype, device=q.device)
        total, weighted = torch.zeros_like(largest), torch.zeros_like(q_tile[:, :1] @ v[:1])
        for k_tile, v_tile in zip(_tiles(k, tile), _tiles(v, tile), strict=True):
            scores = q_tile @ k_tile.T
            before, largest = largest, torch.maximum(largest, scores.amax(dim=1, keepdim=True))
            shrink, weights = (before - largest).exp(), (scores - largest).exp()
            total = total * shrink + weights.sum(dim=1, keepdim=True)
            weighted = weighted * shrink + weights @ v_tile
        rows.append(weighted / total)
    # --8<-- [end:heart]
    return torch.cat(rows)


def torch_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """PyTorch's own attention. On a CPU it works in tiles only if the inputs have dimensions for batch and heads."""
    return torch.nn.functional.scaled_dot_product_attention(q[None, None], k[None, None], v[None, None])[0, 0]


def _tiles(matrix: torch.Tensor, rows: int) -> tuple[torch.Tensor, ...]:
    tiles: tuple[torch.Tensor, ...] = matrix.split(rows)  # type: ignore[no-untyped-call]
    return tiles


def _check(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> None:
    if not len(k) or len(k) != len(v) or q.shape[1] != k.shape[1]:
        what = f"queries {tuple(q.shape)}, keys {tuple(k.shape)}, values {tuple(v.shape)} do not fit"
        raise TalkError("attention", what, "give n × width, m × width and m × anything, m at least 1")


def measure(quick: bool, advance: Advance) -> Attention:
    """Time and peak of memory of one head: at 12 000 rows the whole table takes 1.2 GB with its softmax."""
    sizes = (1000, 2000, 4000) if quick else (1500, 3000, 6000, 12_000)
    generator = torch.Generator().manual_seed(_SEED)
    inputs = {size: torch.randn((3, size, _WIDTH), generator=generator) for size in sizes}
    ways: dict[WayToAttend, Callable[..., torch.Tensor]] = {
        "whole": whole_attention,
        "tiled": tiled_attention,
        "library": torch_attention,
    }
    parts = _parts(generator)
    parts_s: dict[str, list[float]] = {name: [] for name in parts}
    difference = 0.0
    exact = whole_attention(*inputs[sizes[0]].double())
    found = []
    for name, way in ways.items():
        difference = max(difference, float((way(*inputs[sizes[0]]) - exact).abs().max()))
        points, peaks, pages = [], [], []
        for size in sizes:
            work = partial(way, *inputs[size])
            points.append(Point(size=size, times_s=times_of(work, 2)))
            pages.append(fresh_pages(work))
            peaks.append(HIGH_WATER.risen_bytes(work))
            advance(1 / len(ways) / len(sizes))
        for part, (done, _) in parts.items():
            parts_s[part] += times_of(done, 2)
        found.append(AttentionWay(name=name, curve=Curve(points=points), peaks_bytes=peaks, fresh_pages=pages))
    prices = AttentionPrices(**{part: median(parts_s[part]) / count for part, (_, count) in parts.items()})
    return Attention(width=_WIDTH, tile=_TILE, ways=found, largest_difference=difference, prices=prices)


def _parts(generator: torch.Generator) -> dict[str, tuple[Callable[[], Any], float]]:
    """What attention is made of, on one tile, by its field of AttentionPrices: the work, and how many are done."""
    q, k, v = torch.randn((3, _TILE, _WIDTH), generator=generator)
    scores = q @ k.T / math.sqrt(_WIDTH)
    largest, weights = scores.amax(dim=1, keepdim=True), torch.softmax(scores, dim=1)
    return {
        "score_s": (lambda: q @ k.T, _WIDTH * scores.numel()),
        "weighted_s": (lambda: weights @ v, _WIDTH * scores.numel()),
        "exponent_s": (lambda: (scores - largest).exp(), scores.numel()),
        "over_row_s": (lambda: scores.amax(dim=1, keepdim=True), scores.numel()),
    }
