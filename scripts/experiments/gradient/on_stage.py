"""Four ways to one gradient, measured in front of the hall: how many functions each costs."""

from functools import partial
from statistics import median

from talk.experiment import OnStage

from .render.values import WAYS

_INPUTS = 30  # as many as SymPy takes within a second


def _ways() -> dict[str, float]:
    """Gradient over one evaluation of the function, of every way."""
    from talk.measure.clock import times_of

    from .measure import ways

    inputs = ways.numbers(_INPUTS)
    found = {}
    for name, (gradient, function) in ways.WAYS.items():
        gradient_s, function_s = (median(times_of(partial(each, inputs), 3)) for each in (gradient, function))
        found[f"ways.{name}.price_{_INPUTS}"] = gradient_s / function_s
    return found


ON_STAGE = {
    "ways": OnStage(
        title=f"цена градиента, входов: {_INPUTS}",
        rows={f"ways.{name}.price_{_INPUTS}": title for name, title in WAYS.items()},
        measure=_ways,
        packages={"sympy": "sympy"},
    ),
}
