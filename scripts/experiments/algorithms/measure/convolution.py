"""Story 5. Fewer operations: ways to convolve, on the Conformer's own kernels: depthwise 31, and dense 3 × 3.

Like the network's, every «convolution» here is a cross-correlation, with zeros around the input.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from numba import njit, prange

from talk.errors import TalkError
from talk.measure.clock import times_of
from talk.measure.progress import Advance

from ..record import Convolution, ConvolutionWay, Curve, Point, WayToConvolve

Way = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

_SEED = 2024
_CHANNELS, _STEPS = 512, 400  # of a layer's depthwise convolution, for sixteen seconds of sound
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
    length = _smooth(x.shape[1] + size - 1)
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


# --8<-- [start:im2col]
def dense_im2col(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """A 3 × 3 convolution as one product of matrices.

    x: in × rows × columns; kernel: out × in × 3 × 3.
    """
    patches = torch.nn.functional.unfold(x[None], kernel_size=3, padding=1)[0]
    return (kernel.flatten(1) @ patches).view(len(kernel), *x.shape[1:])


# --8<-- [end:im2col]


# --8<-- [start:winograd]
def dense_winograd(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """The same with 4 products an output instead of 9: tiles of 4 × 4 inputs give 2 × 2 outputs each."""
    b, g, a = (torch.tensor(matrix, dtype=x.dtype) for matrix in (_INPUT, _KERNEL, _OUTPUT))
    rows, columns = x.shape[1:]
    padded = torch.nn.functional.pad(x, (1, 1 + columns % 2, 1, 1 + rows % 2))
    tiles = padded.unfold(1, 4, 2).unfold(2, 4, 2)  # in × tile rows × tile columns × 4 × 4
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
    lengths = _smooth(rows + 2), _smooth(columns + 2)
    spectrum = torch.fft.rfft2(x, lengths)
    kernels = torch.fft.rfft2(kernel.flip(2, 3), lengths)
    y: torch.Tensor = torch.fft.irfft2(torch.einsum("irc,oirc->orc", spectrum, kernels), lengths)
    return y[:, 1 : 1 + rows, 1 : 1 + columns]


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


def _smooth(length: int) -> int:
    """The least number from `length` on without prime factors over 5: transforms of such lengths are fast."""

    def is_smooth(number: int) -> bool:
        for factor in (2, 3, 5):
            while number % factor == 0:
                number //= factor
        return number == 1

    return next(number for number in range(max(1, length), 2 * length + 2) if is_smooth(number))


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
    """Depthwise convolutions over kernels of growing size, and one dense 3 × 3; errors are from float64."""
    generator = torch.Generator().manual_seed(_SEED)
    x = torch.randn((_CHANNELS, _STEPS), generator=generator)
    kernels = [torch.randn((_CHANNELS, size), generator=generator) for size in (_KERNELS[::3] if quick else _KERNELS)]
    depthwise = []
    for name, way in DEPTHWISE.items():
        points = [Point(size=kernel.shape[1], times_s=times_of(partial(way, x, kernel), 3)) for kernel in kernels]
        error = max(_error(way(x, kernel), depthwise_torch(x.double(), kernel.double())) for kernel in kernels)
        depthwise.append(ConvolutionWay(name=name, curve=Curve(points=points), error=error))
        advance(0.5 / len(DEPTHWISE))
    image = torch.randn((_IMAGE_CHANNELS, *_IMAGE), generator=generator)
    kernel = torch.randn((_IMAGE_CHANNELS, _IMAGE_CHANNELS, 3, 3), generator=generator)
    exact = dense_torch(image.double(), kernel.double())
    dense = []
    for name, way in DENSE.items():
        points = [Point(size=3, times_s=times_of(partial(way, image, kernel), 1 if quick else 3))]
        error = _error(way(image, kernel), exact)
        dense.append(ConvolutionWay(name=name, curve=Curve(points=points), error=error))
        advance(0.5 / len(DENSE))
    return Convolution(
        channels=_CHANNELS, steps=_STEPS, depthwise=depthwise, image_channels=_IMAGE_CHANNELS, dense=dense
    )


def _error(found: torch.Tensor, exact: torch.Tensor) -> float:
    """The largest difference, relative to the largest value."""
    return float((found - exact).abs().max() / exact.abs().max())
