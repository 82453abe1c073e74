"""Names of values: those that pages ask for are those that the experiment has."""

from experiments.profiling.original import MACHINE, original_record
from experiments.profiling.render import named_values
from experiments.profiling.sample import sample
from tests.experiments.profiling import samples
from tests.shared.asked import names_asked_for


def test_the_sample_or_the_talks_tables_answer_every_name_that_pages_ask_for() -> None:
    asked = names_asked_for("profiling")
    assert asked
    answered = {f"profiling.{name}" for name in named_values(samples.record(data=sample()))}
    answered |= {f"{MACHINE.slug}/profiling.{name}" for name in named_values(original_record())}
    assert not asked - answered
