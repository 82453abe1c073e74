"""What the tests of rendering share."""

import pytest

from experiments.algorithms.record import Algorithms
from talk.records.schema import Record
from tests.experiments.algorithms.samples import algorithms_record


@pytest.fixture
def record() -> Record[Algorithms]:
    return algorithms_record()
