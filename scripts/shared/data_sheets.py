"""What vendors promise of hardware that nobody here has measured: of the talk's own machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """Float32 operations and bytes of memory a second; on a GPU its multiprocessors too."""

    flops_per_s: float
    bytes_per_s: float
    multiprocessors: int | None = None


# As records call the hardware. The CPU: 16 cores, 32 operations a clock, 3.4 GHz; two channels of DDR4-3200.
DATA_SHEETS = {
    "NVIDIA GeForce RTX 3090 Ti": Sheet(40e12, 1008e9, 84),
    "AMD Ryzen 9 5950X": Sheet(16 * 32 * 3.4e9, 51.2e9),
}
