"""What an algorithms record holds: each story's brute force beside the algorithm that makes do without it."""

from dataclasses import dataclass

from scripts.records.algorithms.curves import (
    Curve,
    Point,
)
from scripts.records.algorithms.machines import (
    Framework,
    Hidden,
    HiddenName,
    ManyHours,
    Ring,
    RingRun,
)
from scripts.records.algorithms.network import (
    Attention,
    AttentionWay,
    Batching,
    Chain,
    ChainName,
    Checkpointing,
    Convolution,
    ConvolutionWay,
    InTime,
    Order,
    OrderName,
    Packing,
    Sweep,
    SweepWay,
    WayToAttend,
    WayToConvolve,
)
from scripts.records.algorithms.speech import (
    Alignment,
    Beam,
    BeamName,
    Ctc,
    Decoding,
    EditDistance,
    Found,
    OutputsOf,
    WayToEdit,
)
from scripts.records.profiling import Device

__all__ = [
    "Algorithms",
    "Alignment",
    "Attention",
    "AttentionWay",
    "Batching",
    "Beam",
    "BeamName",
    "Chain",
    "ChainName",
    "Checkpointing",
    "Convolution",
    "ConvolutionWay",
    "Ctc",
    "Curve",
    "Decoding",
    "EditDistance",
    "Found",
    "Framework",
    "Hidden",
    "HiddenName",
    "InTime",
    "ManyHours",
    "Order",
    "OrderName",
    "OutputsOf",
    "Packing",
    "Point",
    "Ring",
    "RingRun",
    "Sweep",
    "SweepWay",
    "WayToAttend",
    "WayToConvolve",
    "WayToEdit",
]


@dataclass(frozen=True, kw_only=True)
class Algorithms:
    """The stories that ran, and what the whole experiment took."""

    ctc: Ctc
    decoding: Decoding
    edit_distance: EditDistance
    batching: list[Batching]
    packing: Packing
    convolution: Convolution
    attention: Attention
    checkpointing: Checkpointing
    ring: Ring
    many_hours: list[ManyHours]
    framework: Framework
    elapsed_s: float
    peak_bytes: int | None
    threads: int

    def __post_init__(self) -> None:
        if not self.batching:
            raise ValueError("batching: was measured on no device")

    def run_on(self, device: Device) -> Batching | None:
        """The batches on `device`; None where there are none."""
        return next((each for each in self.batching if each.device == device), None)
