"""What is known of hardware without measuring it: what vendors promise, and what others have measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """Float32 operations and bytes of memory a second."""

    flops_per_s: float
    bytes_per_s: float


@dataclass(frozen=True)
class CardSheet(Sheet):
    """A GPU, at the clock that its operations are promised at.

    `latency_clocks` is how long one number from its memory is waited for. Vendors do not tell it.
    """

    multiprocessors: int
    clock_hz: float
    latency_clocks: int

    def latency_s(self, flops_per_s: float) -> float:
        """Of such a card whose clock lets it reach so many operations a second."""
        return self.latency_clocks / self.clock_hz * self.flops_per_s / flops_per_s


# As PyTorch calls them. Latencies of A100, H100 and 4090: github.com/markdewing/AI_kernels, latency/README.md, by
# chasing pointers; H200 is the same chip as H100. Of GA102 Accel-Sim's: an L2 of 187 clocks, and 254 of memory
# beyond it (gpgpu-sim, configs/tested-cfgs/SM86_RTX3070: another card of that architecture).
CARDS = {
    "NVIDIA GeForce RTX 3090 Ti": CardSheet(40e12, 1008e9, 84, 1.86e9, 187 + 254),
    "NVIDIA GeForce RTX 4090": CardSheet(82.6e12, 1008e9, 128, 2.52e9, 636),
    "NVIDIA A100-SXM4-80GB": CardSheet(19.5e12, 2039e9, 108, 1.41e9, 550),
    "NVIDIA H100 80GB HBM3": CardSheet(67e12, 3350e9, 132, 1.98e9, 700),
    "NVIDIA H200": CardSheet(67e12, 4800e9, 132, 1.98e9, 700),
}
# 16 cores, 32 operations a clock, 3.4 GHz; two channels of DDR4-3200.
CPUS = {"AMD Ryzen 9 5950X": Sheet(16 * 32 * 3.4e9, 51.2e9)}
