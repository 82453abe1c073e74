"""Calls of a run's operators, counted from the architecture and the lengths."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.ceilings import BYTES
from shared.profile import Run
from talk.records.schema import Device

from ..record import Profiling
from .prediction import Call, encoder_calls, frames_of

# Operators that pass over numbers one by one: as the architecture calls them, and as the profiler does.
_ANYWHERE = {name: name for name in ("aten::silu", "aten::glu", "aten::_softmax", "aten::native_layer_norm")}
ELEMENTWISE: dict[Device, dict[str, str]] = {
    "cpu": _ANYWHERE | {"aten::batch_norm": "aten::native_batch_norm"},
    "cuda": _ANYWHERE | {"aten::batch_norm": "aten::cudnn_batch_norm"},
}


@dataclass(frozen=True)
class Counted:
    """Every call of every operator of a run, with how often it is made."""

    calls: list[tuple[int, Call]]
    utterances: int

    @classmethod
    def of(cls, data: Profiling, run: Run) -> "Counted":
        """Raises NotModelled."""
        work = data.workload
        lengths = zip(work.file_lengths_samples, work.repeats, strict=True)
        return cls(
            [
                (repeats * call.times, call)
                for length, repeats in lengths
                for call in encoder_calls(
                    data.model.encoder, frames_of(length, work.hop_samples), run.device, run.threads
                )
            ],
            sum(work.repeats),
        )

    def of_operator(self, *names: str) -> Iterator[tuple[int, Call]]:
        """The calls of these operators."""
        return ((times, call) for times, call in self.calls if call.operator in names)

    @property
    def weight_bytes(self) -> float:
        """Of the whole network: all of it passes between two uses of a weight."""
        multiplied = self.of_operator("aten::addmm", "aten::mm")
        numbers = sum(times * call.shape[1] * call.shape[2] for times, call in multiplied if call.shape is not None)
        return BYTES * (numbers + sum(times * call.weights for times, call in self.calls)) / self.utterances

    @property
    def passing_bytes(self) -> float:
        """The weights of the largest product: they pass between an operator that writes numbers and its reader."""
        return BYTES * max(call.shape[1] * call.shape[2] for _, call in self.of_operator("aten::addmm") if call.shape)
