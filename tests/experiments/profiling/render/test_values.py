"""Named values against the talk's own tables, computed here by hand."""

import math
from dataclasses import replace

import pytest

from experiments.profiling.record import Profiling
from experiments.profiling.render.values import named_values
from shared.workload import WORKLOAD
from talk.records.schema import Record
from talk.render.values import format_value

# Milliseconds of the published tables.
ADDMM_CPU, ADDMM_LAUNCH, ADDMM_KERNELS = 2335, 148.755, 146.863
CONV_CPU, CONV_LAUNCH, CONV_KERNELS = 1195, 52.891, 51.405
GPU_ROWS = [146.863, 93.975, 51.405, 40.111, 25.050, 21.646, 20.528]
# Each follows from the times and shares that the rows show.
CPU_TOTAL, GPU_RUN_CPU_TOTAL, GPU_TOTAL = 5118.1, 1410.9, 346.3
FILES = zip(WORKLOAD["file_lengths_samples"], WORKLOAD["repeats"], strict=True)
UTTERANCES = [length for length, times in FILES for _ in range(times)]
# Two convolutions with stride 2 halve the frames, rounding up.
STEPS = [math.ceil(math.ceil((samples // 160 + 1) / 2) / 2) for samples in UTTERANCES]


def numbers(record: Record[Profiling]) -> dict[str, float]:
    return {name: value.number for name, value in named_values(record).items()}


def test_ratios_are_those_of_the_tables(talk_record: Record[Profiling]) -> None:
    values = numbers(talk_record)
    assert values["addmm.speedup"] == pytest.approx(ADDMM_CPU / (ADDMM_LAUNCH + ADDMM_KERNELS))
    assert values["addmm.speedup"] == pytest.approx(7.8987, abs=1e-4)  # the slide's 7.56 came from 2235
    assert values["convolution.speedup"] == pytest.approx(CONV_CPU / (CONV_LAUNCH + CONV_KERNELS))
    assert values["addmm.kernel_speedup"] == pytest.approx(ADDMM_CPU / ADDMM_KERNELS)
    assert values["speedup"] == pytest.approx(CPU_TOTAL / GPU_RUN_CPU_TOTAL)


def test_a_call_of_each_side_is_compared_with_a_call(talk_record: Record[Profiling]) -> None:
    values = numbers(talk_record)
    expected = (CONV_CPU / 3340) / ((CONV_LAUNCH + CONV_KERNELS) / 2432)
    assert values["convolution.speedup_per_call"] == pytest.approx(expected)
    assert values["addmm.speedup_per_call"] == pytest.approx(values["addmm.speedup"])  # 9280 calls on both


def test_the_printed_column_counts_kernels_twice(talk_record: Record[Profiling]) -> None:
    values = named_values(talk_record)
    assert values["cuda.printed_column_share"].number == pytest.approx(sum(GPU_ROWS) / GPU_TOTAL)
    assert "попавшим в таблицу" in values["cuda.printed_column_share"].how


def test_the_gpu_idles_while_the_cpu_launches(talk_record: Record[Profiling]) -> None:
    values = numbers(talk_record)
    assert values["cuda.idle_share"] == pytest.approx(1 - GPU_TOTAL / GPU_RUN_CPU_TOTAL)
    sound_s = sum(UTTERANCES) / 16_000
    assert values["cuda.audio_per_day_without_idle"] == pytest.approx(sound_s / (GPU_TOTAL / 1000) * 86_400)
    assert values["cuda.audio_per_day"] == pytest.approx(sound_s / (GPU_RUN_CPU_TOTAL / 1000) * 86_400)


def test_the_road_to_a_kernel_is_the_drivers_and_pytorchs(gpu_record: Record[Profiling]) -> None:
    """280 ms of 1.4 s of operators are launches, and the profiled pass took 2 s."""
    values = numbers(gpu_record)
    assert values["cuda.driver_share"] == pytest.approx(0.28 / 1.4)
    assert values["cuda.outside_operators_share"] == pytest.approx(0.6 / 2)


def test_published_tables_do_not_tell_whose_the_road_is(talk_record: Record[Profiling]) -> None:
    assert not {"cuda.driver_share", "cuda.outside_operators_share"} & numbers(talk_record).keys()


def test_arithmetic_of_addmm_is_that_of_its_matrices(talk_record: Record[Profiling]) -> None:
    values = numbers(talk_record)
    layer = 2 * 512 * 2048 + 2 * 2048 * 512 + 4 * 512 * 512
    flops = sum(2 * steps * (18 * layer + 10_240 * 512) for steps in STEPS)
    assert values["work.addmm.flops"] == flops
    assert values["work.addmm.calls"] == 64 * (18 * 8 + 1)
    assert values["work.addmm.flops_per_call"] == pytest.approx(flops / 9280)
    assert values["cpu.addmm.flop_rate"] == pytest.approx(flops / (ADDMM_CPU / 1000))
    assert values["cuda.addmm.flop_rate"] == pytest.approx(flops / (ADDMM_KERNELS / 1000))
    assert (values["work.steps_shortest"], values["work.steps_longest"]) == (min(STEPS), max(STEPS))


def test_arithmetic_of_the_convolutions(talk_record: Record[Profiling]) -> None:
    values = numbers(talk_record)
    strided = sum(2 * 512 * 512 * 9 * steps * 20 for steps in STEPS)  # 80 bands are 20 after two halvings
    depthwise = sum(18 * 2 * 512 * 31 * steps for steps in STEPS)
    pointwise = sum(18 * 2 * (512 * 1024 + 512 * 512) * steps for steps in STEPS)
    first = sum(2 * 512 * 9 * math.ceil((samples // 160 + 1) / 2) * 40 for samples in UTTERANCES)
    total = strided + depthwise + pointwise + first
    assert values["work.convolution.flops"] == total
    assert values["work.convolution.calls"] == 64 * (18 * 3 + 2)
    assert values["work.strided_convolution.calls"] == 64
    assert values["work.strided_convolution.share_of_convolution"] == pytest.approx(strided / total)
    assert values["work.depthwise_convolution.share_of_convolution"] == pytest.approx(depthwise / total)
    # Depthwise convolutions are another operator on a GPU: cuDNN's time is divided by cuDNN's work.
    assert values["cuda.convolution.flop_rate"] == pytest.approx((total - depthwise) / (CONV_KERNELS / 1000))


def test_weights_are_four_bytes_each(cpu_record: Record[Profiling]) -> None:
    values = numbers(cpu_record)
    assert values["model.weight_size"] == 4 * values["model.parameters"]


def test_a_published_table_has_no_wall_times(talk_record: Record[Profiling]) -> None:
    values = numbers(talk_record)
    assert not {"cpu.wall_time", "cpu.real_time_factor", "cuda.flop_rate", "model.parameters"} & values.keys()
    assert "под профайлером" in named_values(talk_record)["cpu.audio_per_day"].how


def test_a_measured_pass_is_judged_by_its_clock(cpu_record: Record[Profiling]) -> None:
    values = named_values(cpu_record)
    wall_s = sorted(cpu_record.data.runs[0].pass_times_s)[1]
    assert values["cpu.audio_per_day"].number == pytest.approx(sum(UTTERANCES) / 16_000 / wall_s * 86_400)
    assert "без профайлера" in values["cpu.audio_per_day"].how
    assert "pair.cpu.audio_per_day" not in values  # no GPU to compare with


def test_a_second_of_sound_costs_an_utterance_by_its_length(cpu_record: Record[Profiling]) -> None:
    """In each pass an utterance takes its length times 0.10, 0.11 and 0.12, and the shortest one twice that here."""
    shortest = min(WORKLOAD["file_lengths_samples"])
    [run, *others] = cpu_record.data.runs
    slow = [
        [time_s * (2 if length == shortest else 1) for length, time_s in zip(UTTERANCES, one_pass, strict=True)]
        for one_pass in run.utterance_times_s
    ]
    data = replace(cpu_record.data, runs=[replace(run, utterance_times_s=slow), *others])
    values = numbers(replace(cpu_record, data=data))
    assert values["cpu.longest_price"] == pytest.approx(0.11)
    assert values["cpu.shortest_price"] == pytest.approx(0.22)
    assert values["cpu.short_to_long"] == pytest.approx(2)


def test_an_encoder_that_is_not_modelled_keeps_what_was_measured(talk_record: Record[Profiling]) -> None:
    model = replace(talk_record.data.model, encoder=talk_record.data.model.encoder | {"subsampling": "vggnet"})
    values = numbers(replace(talk_record, data=replace(talk_record.data, model=model)))
    assert "work.flops" not in values
    assert "cpu.addmm.flop_rate" not in values
    assert values["addmm.speedup"] == pytest.approx(ADDMM_CPU / (ADDMM_LAUNCH + ADDMM_KERNELS))


@pytest.mark.parametrize("fixture", ["talk_record", "cpu_record"])
def test_every_value_can_be_shown_and_says_how_it_was_computed(fixture: str, request: pytest.FixtureRequest) -> None:
    for name, value in named_values(request.getfixturevalue(fixture)).items():
        assert value.number >= 0, name
        assert value.how, name
        assert format_value(value)[0].isdigit(), name
