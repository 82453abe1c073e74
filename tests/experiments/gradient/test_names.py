"""Names of values: those that pages ask for are those that the experiment has."""

from talk.render.values import sample_names
from tests.shared.asked import names_asked_for


def test_the_sample_answers_every_name_that_pages_ask_for() -> None:
    asked = names_asked_for("gradient")
    assert asked
    assert not asked - sample_names("gradient")
