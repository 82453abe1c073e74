"""Names of values: those that pages ask for are those that the experiment has."""

from experiments.profiling.original import MACHINE, original_record
from talk.render.values import Values, sample_names
from tests.shared.asked import names_asked_for


def test_the_sample_or_the_talks_tables_answer_every_name_that_pages_ask_for() -> None:
    asked = names_asked_for("profiling")
    assert asked
    answered = sample_names("profiling") | {f"{MACHINE.slug}/{name}" for name in Values([original_record()]).names}
    assert not asked - answered
