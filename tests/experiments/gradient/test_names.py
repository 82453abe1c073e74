"""Names of values: those that pages ask for are those that the experiment has."""

from experiments.gradient.render import named_values
from tests.experiments.gradient.render import samples
from tests.shared.asked import names_asked_for


def test_the_sample_answers_every_name_that_pages_ask_for() -> None:
    asked = names_asked_for("gradient")
    assert asked
    assert not asked - {f"gradient.{name}" for name in named_values(samples.record())}
