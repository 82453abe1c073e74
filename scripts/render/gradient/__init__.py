"""Rendering the gradient experiment: records → fragments of HTML, and the drawn pictures."""

from collections.abc import Callable, Iterable
from typing import Any

from scripts.records.gradient import ConformerBackward, Gradient, Learning
from scripts.records.order import by_trust
from scripts.records.profiling import Device
from scripts.records.schema import AnyRecord

_FUNCTIONS = ("quadratic", "rosenbrock", "line")
# Pictures of rounding and of the ways down. Every machine rounds alike, and to the eye theirs are one: IEEE 754's.
ARITHMETIC = frozenset(
    {"differences", "precisions", "stability"}
    | {f"{figure}-{function}" for figure in ("paths", "convergence") for function in _FUNCTIONS}
)


def fragments(records: Iterable[AnyRecord], *, arithmetic: bool = True) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment, for every table and picture of the gradient experiment.

    A fragment shows the record that is trusted most among those that have what it needs. Every path is always there:
    what no record can answer says so. Drawn pictures need no record. `arithmetic`: draw also what looks the same
    on every machine.
    """
    # Drawing takes a second to import; who only wants named values does not wait for it.
    from scripts.render.captions import Provenance
    from scripts.render.gradient import descents, figures, pictures, tables, training

    sources = [Provenance(record) for record in by_trust(records) if record.experiment == "gradient"]

    def drawn(draw: Callable[..., str], part: Callable[[Gradient], Any], **options: object) -> str:
        for source in sources:
            found = part(source.record.data)
            if found is not None:
                return draw(source, found, **options)
        return '<p class="nothing-measured">Этого ещё не измерила ни одна машина.</p>\n'

    made = {
        "differences-table": drawn(tables.differences, _whole),
        "products": drawn(tables.products, _whole),
        "backward": drawn(tables.backward, _on("cpu")),
        "passes": drawn(tables.passes, _on("cpu")),
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
    if arithmetic:
        made |= {
            "differences": drawn(figures.differences, _whole, precision="fp64"),
            "precisions": drawn(figures.precisions, _whole),
            "stability": drawn(descents.stability, _whole),
        }
        for function in _FUNCTIONS:
            made[f"paths-{function}"] = drawn(descents.paths, _whole, function=function)
            made[f"convergence-{function}"] = drawn(descents.convergence, _whole, function=function)
    return {f"gradient/{name}.html": fragment for name, fragment in made.items()} | pictures.fragments()


def _whole(data: Gradient) -> Gradient:
    return data


def _on(device: Device) -> Callable[[Gradient], ConformerBackward | None]:
    return lambda data: next((each for each in data.conformers if each.device == device), None)


def _learning(data: Gradient) -> Learning | None:
    return data.learning


def _learning_with_steps(data: Gradient) -> Learning | None:
    """The training, unless its very first step left for infinity."""
    return data.learning if data.learning is not None and data.learning.losses else None
