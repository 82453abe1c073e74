"""Cures for a GPU that waits, in front of the hall: on the CPU, and with a network of one layer."""

from collections.abc import Sequence

import pytest
import torch

from experiments.profiling import on_stage
from experiments.profiling.measure import variants
from experiments.profiling.record import Variant
from experiments.profiling.render.cures import title
from shared.audio import Sound
from shared.model import Network
from talk.errors import TalkError
from tests.shared.test_profiler import Formats


class Small(Network):
    """Its spectrograms are noise of a frame for each 160 samples."""

    def __init__(self) -> None:
        super().__init__(Formats(), torch.nn.Identity())

    def spectrograms(self, sounds: Sequence[Sound]) -> list[variants.Utterance]:
        frames = [len(sound) // 160 + 1 for sound in sounds]
        return [(torch.randn(1, 80, each), torch.tensor([each])) for each in frames]


def test_a_gain_is_the_plain_ways_time_over_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[int] = []

    def timed(_encode: object, utterances: list[variants.Utterance], *_: object) -> list[float]:
        fed.append(sum(len(signal) for signal, _ in utterances))
        return [3.0 / len(fed)]  # a pass after the other: 3 and 1.5 of the plain way, 1 and 0.75 in batches

    monkeypatch.setattr(variants, "timed_pass", timed)
    assert on_stage.gains(Small(), ["batched"], "cpu") == {"cure.batched.gain": pytest.approx(2.25 / 0.875)}
    assert fed == [16] * 4, "all ways are fed the same"


def test_a_way_that_cannot_run_is_one_line_and_no_number() -> None:
    with pytest.raises(TalkError, match="graphs: ") as error:
        on_stage.gains(Small(), ["graphs"], "cpu")
    assert "\n" not in str(error.value)


def test_the_slide_calls_ways_what_the_picture_calls_them() -> None:
    for name, (called, batch_size, launching, precision) in on_stage._CURES.items():
        way = Variant(
            device="cuda", batch_size=batch_size, launching=launching, precision=precision, pass_times_s=[1.0]
        )
        assert (way.name, title(way)) == (name, called)
