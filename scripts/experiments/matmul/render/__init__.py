"""Rendering the matmul experiment: records → fragments of HTML."""

from collections.abc import Callable
from functools import partial

from talk.render.captions import Provenance
from talk.render.drawing import Drawing

from ..record import Contender, Matmul
from .prediction import predictions
from .steps import Chart, on_chart
from .values import named_values as named_values


def fragments(drawing: Drawing) -> dict[str, str]:
    """Every table and picture of the experiment by its name."""
    from . import (
        descent,
        figures,
        pictures,
        tables,
        thermometer,
    )  # drawing takes a second to import; named values alone do without

    of_contenders: dict[Chart, Callable[[Provenance, list[Contender]], str]] = {
        "all-steps": figures.all_steps,
        "one-thread": figures.one_thread,
        "sizes": figures.sizes,
        "threads": figures.threads,
        "roofline": figures.roofline,
        "gpu": figures.gpu,
        "shapes": tables.shapes,
        "bits": tables.bits,
        "errors": tables.errors,
    }
    return {
        "descent": drawing.draw(descent.descent, _on_cpu),
        "descent-slide": drawing.draw(descent.descent_slide, _on_cpu),
        "loops": drawing.draw(descent.loops, lambda data: data.tiling),
        "predicted": drawing.draw(tables.predicted, predictions),
        **pictures.scenes(drawing),
        **{
            f"thermometer-{rung}": drawing.draw(partial(thermometer.thermometer, rung=rung), thermometer.measured)
            for rung in thermometer.RUNGS
        },
        **{name: drawing.draw(draw, partial(on_chart, name)) for name, draw in of_contenders.items()},
    }


def _on_cpu(data: Matmul) -> Matmul | None:
    return data if data.run_on("cpu") else None
