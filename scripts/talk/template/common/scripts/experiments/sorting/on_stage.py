"""What is measured in front of the hall, where a slide says `measure: sorting.largest` and `R` is pressed."""

import random
from statistics import median

from talk.experiment import OnStage

from .measure import SIZES, insertion_sort


def race_largest() -> dict[str, float]:
    """Both sorts on one long list, in seconds."""
    from talk.measure.clock import race

    source = random.Random(0)
    numbers = [source.random() for _ in range(SIZES[-1])]
    found = race({"insertion": lambda: insertion_sort(numbers), "builtin": lambda: sorted(numbers)}, rounds=3)
    return {f"largest.{name}": median(times_s) for name, times_s in found.items()}


ON_STAGE = {
    "largest": OnStage(
        title=f"[[numbers]]: {SIZES[-1]}",
        rows={"largest.insertion": "[[insertion]]", "largest.builtin": "[[builtin]]"},
        measure=race_largest,
    ),
}
