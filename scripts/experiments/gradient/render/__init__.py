"""Renders records of the gradient experiment as fragments of HTML, and its drawn pictures."""

from collections.abc import Callable
from functools import partial
from typing import Any

from talk.records.schema import Device
from talk.render.drawing import Drawing

from ..record import ConformerBackward, Gradient, Learning
from .promises import predictions as predictions
from .values import named_values as named_values

_PROMISED = (
    "Обещано: градиент — по числу вычислений функции, JVP — по поездкам весов через память, "
    "вперёд — по скорости энкодера из первой главы, назад и с забыванием — по проходу вперёд, "
    "память — по ленте одного слоя"
)


def fragments(drawing: Drawing) -> dict[str, str]:
    """Name → fragment, for every table and picture of the gradient experiment. Drawn pictures need no record."""
    from . import descents, figures, pictures, scenes, tables, training  # matplotlib takes a second to import

    def drawn(draw: Callable[..., str], part: Callable[[Gradient], Any], **options: object) -> str:
        return drawing.draw(partial(draw, **options), part)

    made = {
        "differences-table": drawn(tables.differences, _whole),
        "products": drawn(tables.products, _whole),
        "backward": drawn(tables.backward, _on("cpu")),
        "promised": drawing.predicted(_PROMISED, "cpu"),
        "promised-cuda": drawing.predicted(_PROMISED, "cuda"),
        "passes": drawn(tables.passes, _on("cpu")),
        "two-products": drawn(scenes.two_products, _on("cpu")),
        "memory": drawn(scenes.memory, lambda data: scenes.recomputed(_on("cpu")(data))),
        "backward-cuda": drawn(tables.backward, _on("cuda")),
        "remembering": drawn(figures.remembering, _on("cpu")),
        "remembering-cuda": drawn(figures.remembering, _on("cuda")),
        "learning": drawn(training.learning_curve, _learning_with_steps),
        "verdict": drawn(training.verdict, _learning),
        "norms": drawn(training.norms, _learning_with_steps),
        "alignment": drawn(training.alignment, _learning),
        "readings": drawn(tables.readings, _learning),
    }
    for cost in ("price", "time", "memory"):
        made[f"ways-{cost}"] = drawn(figures.ways, _whole, cost=cost)
    # Rounding errors and descents follow IEEE 754: they look the same on every machine.
    if not drawing.alone:
        made |= {
            "differences": drawn(figures.differences, _whole, precision="fp64"),
            "precisions": drawn(figures.precisions, _whole),
            "stability": drawn(descents.stability, _whole),
        }
        made["paths-quadratic"] = drawn(descents.paths, _whole, function="quadratic")
        made["convergence-quadratic"] = drawn(descents.convergence, _whole, function="quadratic")
        for function in ("rosenbrock", "line"):
            made[f"descent-{function}"] = drawn(descents.descent, _whole, function=function)
    return made | pictures.fragments() | {"chain": scenes.chain()}


def _whole(data: Gradient) -> Gradient:
    return data


def _on(device: Device) -> Callable[[Gradient], ConformerBackward | None]:
    return lambda data: next((each for each in data.conformers if each.device == device), None)


def _learning(data: Gradient) -> Learning | None:
    return data.learning


def _learning_with_steps(data: Gradient) -> Learning | None:
    """The training, unless it diverged at its first step."""
    return data.learning if data.learning is not None and data.learning.losses else None
