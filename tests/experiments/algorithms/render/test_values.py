"""Values of the algorithms experiment, against sums done by hand."""

import math
from dataclasses import replace

import pytest

from experiments.algorithms.record import Algorithms
from experiments.algorithms.render import named_values
from experiments.algorithms.render.curves import exponent, factor
from experiments.algorithms.sample import curve
from talk.records.schema import Record
from talk.render.values import format_value


@pytest.fixture
def numbers(record: Record[Algorithms]) -> dict[str, float]:
    return {name: value.number for name, value in named_values(record).items()}


@pytest.mark.parametrize("power", [0, 1, 2, 3.5])
def test_the_exponent_of_a_power_is_that_power(power: float) -> None:
    assert exponent(curve(*((n, 7 * n**power) for n in (10, 30, 200)))) == pytest.approx(power, abs=1e-12)


@pytest.mark.parametrize("base", [1, 2, 3.5])
def test_the_factor_of_an_exponential_is_its_base(base: float) -> None:
    assert factor(curve(*((n, 7 * base**n) for n in (2, 3, 9)))) == pytest.approx(base, abs=1e-12)


def test_brute_force_is_extrapolated_from_its_rate(numbers: dict[str, float]) -> None:
    assert numbers["ctc.brute_force.exponent"] == pytest.approx(1)
    assert numbers["ctc.brute_force.rate"] == pytest.approx(1e6)
    # C(4 + 2, 4) = 15 alignments: two digits; a millionth of a second each is far from a year.
    assert numbers["ctc.alignments_digits"] == 2
    assert numbers["ctc.brute_force.years_digits"] == 0
    assert numbers["ctc.forward.same_problem_time"] == pytest.approx(4e-4 / 8000 * 16 * 4)


def test_years_of_brute_force_are_counted_in_digits(record: Record[Algorithms]) -> None:
    ctc = replace(record.data.ctc, frames=500, labels=100)
    values = named_values(replace(record, data=replace(record.data, ctc=ctc)))
    years = math.comb(600, 200) // (10**6 * 31_557_600)
    assert values["ctc.brute_force.years_digits"].number == len(str(years))


def test_races_compare_medians(numbers: dict[str, float]) -> None:
    assert numbers["ctc.race.speedup"] == pytest.approx(4)
    assert numbers["ctc.race.ours_cell_time"] == pytest.approx(0.02 / (16 * 4 * 5))
    assert numbers["ctc.race.torch_cell_time"] == pytest.approx(4 * 0.02 / (16 * 4 * 5))
    assert numbers["edit_distance.race.ratio"] == pytest.approx(1.5)
    assert numbers["edit_distance.myers.gain"] == pytest.approx(20)
    assert numbers["edit_distance.hirschberg.price"] == pytest.approx(2)


def test_agreement_is_counted_in_digits(numbers: dict[str, float]) -> None:
    assert numbers["ctc.race.agreement"] == 6
    assert numbers["ctc.race.gradient_agreement"] == 16


def test_the_gain_of_sorting_is_held_against_the_padding(numbers: dict[str, float]) -> None:
    assert numbers["batching.cpu.gain"] == pytest.approx(2)
    assert numbers["batching.cpu.predicted_gain"] == pytest.approx(2)
    assert numbers["batching.cpu.gain_reached"] == pytest.approx(1)
    assert numbers["batching.cpu.packed.gain"] == pytest.approx(1.5)
    assert numbers["batching.cpu.sorted.rate"] == pytest.approx(4 / 6)
    assert numbers["batching.cpu.equal.gain"] == pytest.approx(1 / 0.8)


def test_convolutions_meet_where_the_curves_cross(numbers: dict[str, float]) -> None:
    assert numbers["convolution.depthwise.fft_wins_from"] == 31
    assert numbers["convolution.depthwise.largest_kernel"] == 31
    assert numbers["convolution.dense.winograd_gain"] == pytest.approx(2)
    assert numbers["convolution.dense.winograd_error_ratio"] == pytest.approx(3)


@pytest.mark.parametrize(
    ("fft_s", "wins_from"),
    [
        ({3: 0.05, 31: 0.05}, 3),  # everywhere
        ({3: 0.5, 31: 1.0}, None),  # nowhere
        ({3: 0.05, 31: 1.0}, None),  # once, by noise, and then no more
    ],
)
def test_an_fft_wins_from_where_on_it_never_loses(
    record: Record[Algorithms], fft_s: dict[int, float], wins_from: int | None
) -> None:
    data = record.data
    direct, fft, *others = data.convolution.depthwise
    spoilt = replace(fft, curve=curve(*fft_s.items()))
    changed = replace(data, convolution=replace(data.convolution, depthwise=[direct, spoilt, *others]))
    values = named_values(replace(record, data=changed))
    name = "convolution.depthwise.fft_wins_from"
    assert (values[name].number if name in values else None) == wins_from
    at_last = values["convolution.depthwise.fft.largest_time"].number
    assert (at_last < values["convolution.depthwise.direct.largest_time"].number) == (wins_from is not None)


def test_attention_is_compared_at_the_longest_that_the_table_was_given(numbers: dict[str, float]) -> None:
    assert numbers["attention.speedup"] == pytest.approx(2)
    assert numbers["attention.memory_gain"] == pytest.approx(20)


def test_the_ring_sends_what_the_theory_says(numbers: dict[str, float]) -> None:
    assert numbers["ring.workers"] == 4
    assert numbers["ring.share"] == numbers["ring.theory_share"] == 1.5
    assert numbers["ring.star_sent"] == 3000


def test_decoders_are_named_by_their_width(numbers: dict[str, float]) -> None:
    assert numbers["decoding.beam_with_model_16.word_error_rate"] == 0.1
    assert numbers["decoding.beam_16.faster_than_real_time"] == pytest.approx(25)
    assert numbers["decoding.greedy.faster_than_real_time"] == pytest.approx(1000)


def test_decoding_is_told_of_sound_and_of_scraps(numbers: dict[str, float]) -> None:
    assert numbers["decoding.beam_with_model_16.audio_per_day"] == pytest.approx(20 * 86_400)
    assert numbers["decoding.quiet.word_error_rate"] == 0.02
    assert numbers["decoding.trial.factor"] == pytest.approx(3)
    assert numbers["decoding.trial.texts"] == sum(3**length for length in range(6))
    assert numbers["decoding.beam_with_model.exponent"] == pytest.approx(1)
    assert numbers["decoding.found.greedy"] == 0.5
    assert numbers["decoding.found.beam_4"] == 1


def test_an_hour_of_speech_is_extrapolated_by_the_square(numbers: dict[str, float]) -> None:
    assert numbers["edit_distance.hour.letters"] == 54_000
    assert numbers["edit_distance.hour.rows_time"] == pytest.approx(0.04 * 27**2)
    assert numbers["edit_distance.hour.table"] == 4 * 54_000**2


def test_a_word_of_myers_finds_as_many_cells_as_it_has_bits(numbers: dict[str, float]) -> None:
    ratio = numbers["edit_distance.myers.step_time"] / numbers["edit_distance.rows.step_time"]
    assert ratio * numbers["edit_distance.myers.gain"] == pytest.approx(64)


def test_what_of_a_batch_is_sound(numbers: dict[str, float]) -> None:
    of_zeros = numbers["batching.cpu.random.time"] - numbers["batching.cpu.random.time_of_sound"]
    share = of_zeros / numbers["batching.cpu.random.time"]
    assert share == pytest.approx(numbers["batching.cpu.random.padding"])


def test_a_second_of_sound_costs_a_batch_by_its_length(numbers: dict[str, float]) -> None:
    """Two utterances of a second took 2 s, two of three seconds 4 s."""
    assert numbers["batching.cpu.sorted.shortest_price"] == pytest.approx(1)
    assert numbers["batching.cpu.sorted.longest_price"] == pytest.approx(4 / 6)
    assert numbers["batching.cpu.sorted.short_to_long"] == pytest.approx(1.5)


def test_the_best_batch_is_the_one_that_answers_most_in_time(numbers: dict[str, float]) -> None:
    assert numbers["batching.cpu.serving.best"] == 2
    assert numbers["batching.cpu.serving.gain"] == pytest.approx(1.5)
    assert numbers["batching.cpu.serving.most_2.rate"] == pytest.approx(2 / 1.6)
    assert numbers["batching.cpu.serving.audio_per_day"] == pytest.approx(0.75 * 3 * 86_400)


def test_bins_are_told_with_the_worst_case(numbers: dict[str, float]) -> None:
    assert numbers["packing.missed_share"] == pytest.approx(0.05)
    assert (numbers["packing.worst"], numbers["packing.worst_fewest"]) == (4, 3)
    assert numbers["packing.trial.factor"] == pytest.approx(2)
    assert numbers["packing.first_fit.exponent"] == pytest.approx(2)


def test_sweeps_are_compared_with_keeping_everything(numbers: dict[str, float]) -> None:
    assert numbers["checkpointing.recurrent.revolve_6.memory_gain"] == pytest.approx(120)
    assert numbers["checkpointing.recurrent.revolve_6.price"] == pytest.approx(1.5)
    assert numbers["checkpointing.recurrent.revolve_6.memory_error"] == pytest.approx(0.05)
    assert numbers["checkpointing.recurrent.segments.predicted_time"] == pytest.approx(0.49)
    assert numbers["checkpointing.recurrent.hour.memory"] == 90_000 * 1000


def test_hours_are_dealt_out_no_better_than_the_largest_share(numbers: dict[str, float]) -> None:
    assert numbers["many_hours.cpu.speedup"] == pytest.approx(2)
    assert numbers["many_hours.cpu.over_threads"] == pytest.approx(1.25)
    assert numbers["many_hours.cpu.balance"] == pytest.approx(0.8)
    assert numbers["many_hours.cpu.together.audio_per_day"] == pytest.approx(18 * 86_400)


def test_the_framework_is_told_by_what_it_saves(numbers: dict[str, float]) -> None:
    assert numbers["framework.colouring.gain"] == pytest.approx(2)
    assert numbers["framework.consing.saved"] == pytest.approx(0.05)
    assert numbers["framework.union_find.gain"] == pytest.approx(2)
    assert numbers["framework.topological.exponent"] == pytest.approx(1)
    assert numbers["framework.topological.trial.factor"] == pytest.approx(2**0.5)
    assert numbers["framework.consing.trial.exponent"] > 1


def test_every_value_can_be_shown_and_says_how_it_was_computed(record: Record[Algorithms]) -> None:
    for name, value in named_values(record).items():
        assert value.number >= 0, name
        assert value.how, name
        assert format_value(value)[0].isdigit(), name


def test_memory_that_was_not_told_has_no_value(record: Record[Algorithms]) -> None:
    edit = replace(record.data.edit_distance, table_peak_bytes=None)
    values = named_values(replace(record, data=replace(record.data, edit_distance=edit, peak_bytes=None)))
    assert "edit_distance.memory.table" not in values
    assert "peak_memory" not in values
