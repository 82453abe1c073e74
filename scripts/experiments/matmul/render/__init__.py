"""Rendering the matmul experiment: records → fragments of HTML."""

from collections.abc import Callable

from talk.render.captions import Provenance
from talk.render.drawing import Drawing

from ..record import Matmul
from .values import named_values as named_values


def fragments(drawing: Drawing) -> dict[str, str]:
    """Name → fragment, for every table and picture of the matmul experiment."""
    from . import descent, figures, tables  # drawing takes a second to import; named values alone do without

    def drawn(draw: Callable[[Provenance], str], has: Callable[[Matmul], object]) -> str:
        return drawing.draw(lambda source, _: draw(source), has)

    return {
        "descent": drawn(descent.descent, _on_cpu),
        "descent-slide": drawn(descent.descent_slide, _on_cpu),
        "loops": drawn(descent.loops, lambda data: data.tiling),
        "all-steps": drawn(figures.all_steps, _on_cpu),
        "one-thread": drawn(figures.one_thread, _on_cpu),
        "sizes": drawn(figures.sizes, _on_cpu),
        "threads": drawn(figures.threads, lambda data: data.find("threads")),
        "roofline": drawn(figures.roofline, _on_cpu),
        "gpu": drawn(figures.gpu, lambda data: data.run_on("cuda")),
        "shapes": drawn(tables.shapes, lambda data: data.find("threads")),
        "bits": drawn(tables.bits, lambda data: data.find("int8")),
        "errors": drawn(tables.errors, _on_cpu),
    }


def _on_cpu(data: Matmul) -> object:
    return data.run_on("cpu")
