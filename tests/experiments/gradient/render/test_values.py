import math
from dataclasses import replace

import pytest

from experiments.gradient.render.values import named_values
from tests.experiments.gradient.render import samples

LEARNING = samples.gradient().learning
assert LEARNING is not None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("differences.fp64.forward.digits", 8.0),
        ("differences.fp64.forward.best_halvings", 20),
        ("differences.fp64.forward.best_step_over_theory", 2.0**-20 / 2.0**-26),
        ("ways.differences.time_1000", 1.0),
        ("ways.differences.price_1000", 1000.0),
        ("ways.differences.growth", 2.0),
        ("ways.reverse.time_1000", 0.001),
        ("ways.reverse.growth", 1.0),
        ("ways.reverse.bare_price_1000", 1.0),
        ("swell.ratio", 5.0),
        ("price.ours.backward", 2.0),
        ("price.ours.whole", 3.0),
        ("price.ours_over_torch", 2.0),
        ("descent.quadratic.momentum.steps_to_thousandth", 2),
        ("descent.quadratic.gradient.steps_to_thousandth", 3),
        ("descent.quadratic.gradient.factor", 1e-5 ** (1 / 6)),
        ("stability.worst_miss", 0.0),
        ("stability.least_past", 1.5),
        ("products.vjp.price", 2.0),
        ("cpu.backward.flops_ratio", 2.0),
        ("cpu.backward.time_ratio", 2.0),
        ("descent.quadratic.gradient.predicted_factor", 49 / 51),
        ("products.jacobian_reverse.price_per_row", 2.0 / 3),
        ("cpu.backward.products_share", 0.6),
        ("cpu.backward.arithmetic_share", 0.95),
        ("cpu.backward.products_ratio", 1200 / 800),
        ("cpu.backward.convolutions_ratio", 700 / 200),
        ("cpu.backward.rest_ratio", 100 / 50),
        ("cuda.forward.busy_share", 105e-6 / 0.05),
        ("cuda.backward.busy_share", 200e-6 / 0.1),
        ("cpu.backward.mm.predicted", 2 * (11 + 2) - 2),
        ("cpu.thousand_hours", 1.5 / 5 * 3_600_000),
        ("cpu.checkpointed.saved_ratio", 5.0),
        ("cpu.checkpointed.time_ratio", 2.0 / 1.5),
        ("cpu.weights", 4000),
        ("learning.error", 0.01),
        ("learning.exact", 0.99),
        ("learning.target", 0.02),
        ("learning.synthesised_time", 60.0),
        ("learning.half_read_step", 4),
        ("learning.loss_last", 3.75),
    ],
)
def test_values_by_hand(name: str, expected: float) -> None:
    assert named_values(samples.record())[name].number == pytest.approx(expected)


def test_every_value_says_how_it_was_computed() -> None:
    assert all(value.how for value in named_values(samples.record()).values())


def test_parts_of_the_network_are_compared_by_the_middle_of_their_gradients() -> None:
    norms = {"subsampling": [9.0, 6.0, 1.0], "layer_1": [4.0, math.inf, 4.0], "decoder": [2.0, 2.0, 50.0]}
    parts = [replace(LEARNING.gradient_norms[0], name=name, norms=each) for name, each in norms.items()]
    learning = replace(LEARNING, gradient_norms=parts)
    found = named_values(samples.record(data=replace(samples.gradient(), learning=learning)))
    assert found["learning.norms_ratio"].number == pytest.approx(6 / 2)


def test_no_voices_no_values_of_learning() -> None:
    values = named_values(samples.record(data=replace(samples.gradient(), learning=None)))
    assert "cpu.backward.time" in values
    assert not any(name.startswith("learning.") for name in values)


def test_a_training_that_diverged_at_once_has_its_examination_only() -> None:
    lost = replace(LEARNING, losses=[], diverged=True)
    values = named_values(samples.record(data=replace(samples.gradient(), learning=lost)))
    assert values["learning.steps"].number == 0
    assert values["learning.diverged_at"].number == 1
    assert "learning.loss_last" not in values


def test_a_training_that_missed_says_by_how_much() -> None:
    reached = named_values(samples.record())
    assert not {"learning.missed_by", "learning.diverged_at"} & set(reached)
    strict = replace(LEARNING, target_error_rate=0.004)
    missed = named_values(samples.record(data=replace(samples.gradient(), learning=strict)))
    assert missed["learning.missed_by"].number == pytest.approx(0.006)


def test_momentum_is_promised_the_steps_of_the_root_of_the_stretch() -> None:
    """κ = 50: each step multiplies the distance by (√50 − 1)/(√50 + 1), and a loss goes with its square."""
    predicted = named_values(samples.record())["descent.quadratic.momentum.predicted_steps"].number
    factor = (math.sqrt(50) - 1) / (math.sqrt(50) + 1)
    assert factor ** (2 * predicted) == pytest.approx(0.001)


def test_what_each_layer_keeps_makes_up_the_whole() -> None:
    values = named_values(samples.record())
    whole = values["cpu.plain.saved_per_layer"].number * values["cpu.layers"].number
    assert whole == pytest.approx(values["cpu.plain.saved"].number)
