"""Story 5. Fewer operations: ways to convolve, on the Conformer's own kernels: depthwise 31, and dense 3 × 3.

Like the network's, every «convolution» here is a cross-correlation, with zeros around the input.
"""

from collections.abc import Callable
from functools import partial
from math import log2
from statistics import median
from typing import Any

import numba
import numpy as np
import torch
from numba import njit, prange

from talk.errors import TalkError
from talk.measure.clock import times_of
from talk.measure.memory import fresh_pages
from talk.measure.progress import Advance

from ..record import Convolution, ConvolutionPrices, ConvolutionWay, Curve, Point, WayToConvolve
from ..transforms import fast_length

Way = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

_SEED = 2024
_CHANNELS, _STEPS = 512, 400  # of a layer's depthwise convolution, for sixteen seconds of sound
_ROUNDS = 3
_UPDATES = 1023  # of a row whose price is asked
_KERNELS = (3, 7, 15, 31, 63, 127, 255)
_IMAGE_CHANNELS, _IMAGE = 64, (40, 200)  # like the subsampling's second convolution, but smaller and with stride one

# Winograd's F(2×2, 3×3): 16 products where 36 were (Lavin and Gray, 2015).
_INPUT = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
_KERNEL = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]
_OUTPUT = [[1, 1, 1, 0], [0, 1, -1, -1]]


@njit(cache=True, parallel=True, fastmath={"reassoc", "contract"})
def _slide(x: Any, kernel: Any, y: Any) -> None:
    """x: channels × steps with zeros around; kernel: channels × size; y: channels × steps."""
    for c in prange(y.shape[0]):
        y[c] = 0
        for k in range(kernel.shape[1]):
            for t in range(y.shape[1]):
                y[c, t] += kernel[c, k] * x[c, t + k]


def depthwise_direct(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Every channel with its own kernel, of odd size: O(steps · size). x: channels × steps; kernel: channels × size."""
    half = _half(kernel)
    y = torch.empty_like(x)
    _slide(torch.nn.functional.pad(x, (half, half)).numpy(), kernel.numpy(), y.numpy())
    return y


# --8<-- [start:heart]
def depthwise_fft(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same through spectra: O(n · log n), whatever the kernel."""
    size, half = kernel.shape[1], _half(kernel)
    length = fast_length(x.shape[1] + size - 1)
    spectrum = torch.fft.rfft(x, length) * torch.fft.rfft(kernel.flip(1), length)
    y: torch.Tensor = torch.fft.irfft(spectrum, length)
    return y[:, half : half + x.shape[1]]


# --8<-- [end:heart]


def depthwise_im2col(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same as products of matrices: a row of a channel's for every step."""
    size, half = kernel.shape[1], _half(kernel)
    patches = torch.nn.functional.pad(x, (half, half)).unfold(1, size, 1)  # channels × steps × size
    return (patches @ kernel[:, :, None])[:, :, 0]


def depthwise_torch(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same by PyTorch."""
    return torch.nn.functional.conv1d(x[None], kernel[:, None], padding=_half(kernel), groups=len(kernel))[0]


def _unfolded(x: torch.Tensor) -> torch.Tensor:
    """The 3 × 3 neighbourhood of each pixel in a column. x: channels × rows × columns."""
    patches: torch.Tensor = torch.nn.functional.unfold(x[None], kernel_size=3, padding=1)[0]
    return patches


# --8<-- [start:im2col]
def dense_im2col(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """A 3 × 3 convolution as one product of matrices.

    x: in × rows × columns; kernel: out × in × 3 × 3.
    """
    patches = _unfolded(x)
    return (kernel.flatten(1) @ patches).view(len(kernel), *x.shape[1:])


# --8<-- [end:im2col]


def _tiles(padded: torch.Tensor) -> torch.Tensor:
    """Overlapping tiles: channels × tile rows × tile columns × 4 × 4."""
    return padded.unfold(1, 4, 2).unfold(2, 4, 2)


# --8<-- [start:winograd]
def dense_winograd(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same with 4 products an output instead of 9: tiles of 4 × 4 inputs give 2 × 2 outputs each."""
    b, g, a = (torch.tensor(matrix, dtype=x.dtype) for matrix in (_INPUT, _KERNEL, _OUTPUT))
    rows, columns = x.shape[1:]
    tiles = _tiles(torch.nn.functional.pad(x, (1, 1 + columns % 2, 1, 1 + rows % 2)))
    # B·tile·Bᵀ of every tile at once: a tile as a row of 16, and one product of matrices with B ⊗ B.
    inputs = (torch.kron(b, b) @ tiles.reshape(-1, 16).T).view(16, len(x), -1)
    kernels = (torch.kron(g, g) @ kernel.reshape(-1, 9).T).view(16, len(kernel), len(x))
    outputs = torch.kron(a, a) @ (kernels @ inputs).view(16, -1)  # 2 × 2, out × tile rows × tile columns
    squares = outputs.view(2, 2, len(kernel), *tiles.shape[1:3]).permute(2, 3, 0, 4, 1)
    return squares.flatten(3).flatten(1, 2)[:, :rows, :columns]


# --8<-- [end:winograd]


def dense_fft(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same through the convolution theorem, summed over the channels as spectra."""
    rows, columns = x.shape[1:]
    lengths = fast_length(rows + 2), fast_length(columns + 2)
    spectrum = torch.fft.rfft2(x, lengths)
    kernels = torch.fft.rfft2(kernel.flip(2, 3), lengths)
    y: torch.Tensor = torch.fft.irfft2(_summed_over_channels(spectrum, kernels), lengths)
    return y[:, 1 : 1 + rows, 1 : 1 + columns]


def _summed_over_channels(spectrum: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """spectrum: in × rows × columns; kernels: out × in × rows × columns."""
    return torch.einsum("irc,oirc->orc", spectrum, kernels)


@njit(cache=True, parallel=True, fastmath={"reassoc", "contract"})
def _slide_dense(x: Any, kernel: Any, y: Any) -> None:
    for o in prange(y.shape[0]):
        y[o] = 0
        for i in range(kernel.shape[1]):
            for p in range(3):
                for q in range(3):
                    for row in range(y.shape[1]):
                        for column in range(y.shape[2]):
                            y[o, row, column] += kernel[o, i, p, q] * x[i, row + p, column + q]


def dense_direct(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same by its definition."""
    y = torch.empty((len(kernel), *x.shape[1:]), dtype=x.dtype)
    _slide_dense(torch.nn.functional.pad(x, (1, 1, 1, 1)).numpy(), kernel.numpy(), y.numpy())
    return y


def dense_torch(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same by PyTorch."""
    return torch.nn.functional.conv2d(x[None], kernel, padding=1)[0]


def _half(kernel: torch.Tensor) -> int:
    size = kernel.shape[1]
    if size % 2 == 0:
        raise TalkError("convolution", f"a kernel of {size} has no middle", "give it an odd size")
    return size // 2


DEPTHWISE: dict[WayToConvolve, Way] = {
    "direct": depthwise_direct,
    "fft": depthwise_fft,
    "im2col": depthwise_im2col,
    "library": depthwise_torch,
}
DENSE: dict[WayToConvolve, Way] = {
    "direct": dense_direct,
    "fft": dense_fft,
    "im2col": dense_im2col,
    "winograd": dense_winograd,
    "library": dense_torch,
}


def measure(quick: bool, advance: Advance) -> Convolution:
    """Depthwise convolutions over kernels of growing size, and one dense 3 × 3; errors are from float64.

    What the ways are made of is timed by turns with them, so that its price is of the same minutes.
    """
    generator = torch.Generator().manual_seed(_SEED)
    x = torch.randn((_CHANNELS, _STEPS), generator=generator)
    kernels = [torch.randn((_CHANNELS, size), generator=generator) for size in (_KERNELS[::3] if quick else _KERNELS)]
    image = torch.randn((_IMAGE_CHANNELS, *_IMAGE), generator=generator)
    kernel = torch.randn((_IMAGE_CHANNELS, _IMAGE_CHANNELS, 3, 3), generator=generator)
    parts = _parts(generator)
    works: dict[Any, Callable[[], Any]] = {name: work for name, (work, _) in parts.items()}
    works |= {(name, len(each[0])): partial(way, x, each) for name, way in DEPTHWISE.items() for each in kernels}
    works |= {(name, 0): partial(way, image, kernel) for name, way in DENSE.items()}
    times_s: dict[Any, list[float]] = {name: [] for name in works}
    for _ in range(_ROUNDS):
        for name, work in works.items():
            times_s[name] += times_of(work, 1)
            advance(0.9 / _ROUNDS / len(works))
    depthwise, dense = [], []
    for name, way in DEPTHWISE.items():
        points = [Point(size=len(each[0]), times_s=times_s[name, len(each[0])]) for each in kernels]
        pages = [fresh_pages(works[name, len(each[0])]) for each in kernels]
        error = max(_error(way(x, each), depthwise_torch(x.double(), each.double())) for each in kernels)
        depthwise.append(ConvolutionWay(name=name, curve=Curve(points=points), error=error, fresh_pages=pages))
    exact = dense_torch(image.double(), kernel.double())
    for name, way in DENSE.items():
        curve = Curve(points=[Point(size=3, times_s=times_s[name, 0])])
        pages = [fresh_pages(works[name, 0])]
        dense.append(ConvolutionWay(name=name, curve=curve, error=_error(way(image, kernel), exact), fresh_pages=pages))
    advance(0.1)
    rows, columns = _IMAGE
    return Convolution(
        channels=_CHANNELS,
        steps=_STEPS,
        depthwise=depthwise,
        image_channels=_IMAGE_CHANNELS,
        dense=dense,
        image_rows=rows,
        image_columns=columns,
        prices=ConvolutionPrices(**{name: median(times_s[name]) / count for name, (_, count) in parts.items()}),
    )


def _parts(generator: torch.Generator) -> dict[str, tuple[Callable[[], Any], float]]:
    """What the ways are made of, on little data, by its field of ConvolutionPrices: the work, and how many are done."""
    length, channels, (rows, columns) = 480, 16, (20, 100)
    rows_of_numbers = torch.randn((_CHANNELS, length), generator=generator)
    image = torch.randn((channels, rows, columns), generator=generator)
    lengths = (12, 54)  # a fraction of the real ones
    spectrum = torch.fft.rfft2(torch.randn((_IMAGE_CHANNELS, *lengths), generator=generator))
    kernels = torch.fft.rfft2(torch.randn((_IMAGE_CHANNELS, _IMAGE_CHANNELS, *lengths), generator=generator))
    tiles = _tiles(image)
    sounds = torch.randn((_CHANNELS // 4, _STEPS), generator=generator)
    # A row for each thread, which stays in L1 with its input.
    x, kernel, y = (
        np.ones((numba.get_num_threads(), size), np.float32) for size in (_STEPS + _UPDATES - 1, _UPDATES, _STEPS)
    )
    return {
        "row_s": (partial(_slide, x, kernel, y), _UPDATES),
        "column_s": (partial(depthwise_im2col, sounds, torch.ones(len(sounds), 3)), sounds.numel()),
        "transform_s": (partial(torch.fft.rfft, rows_of_numbers), _CHANNELS * length * log2(length)),
        "unfolded_s": (partial(_unfolded, image), 9 * image.numel()),
        "tiled_s": (partial(tiles.reshape, -1, 16), tiles.numel()),
        "spectral_s": (partial(_summed_over_channels, spectrum, kernels), kernels.numel()),
    }


def _error(found: torch.Tensor, exact: torch.Tensor) -> float:
    """The largest difference, relative to the largest value."""
    return float((found - exact).abs().max() / exact.abs().max())
