"""What `R` measures in front of the hall: each row of it is a value that a record has, or that one could have."""

import pytest

from talk.experiment import OnStage, find_experiments
from talk.render.values import current_values

OFFERS = [
    pytest.param(name, offer, id=f"{name}.{key}")
    for name, experiment in find_experiments().items()
    for key, offer in experiment.on_stage().items()
]


@pytest.mark.parametrize(("experiment", "offer"), OFFERS)
def test_every_row_stands_beside_a_record(experiment: str, offer: OnStage) -> None:
    values = current_values()
    for name in offer.rows:
        assert values.is_known(f"{experiment}.{name}"), name
