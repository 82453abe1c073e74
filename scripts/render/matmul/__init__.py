"""Rendering the matmul experiment: records → fragments of HTML."""

from collections.abc import Callable, Iterable

from scripts.records.matmul import Matmul
from scripts.records.order import by_trust
from scripts.records.schema import AnyRecord


def fragments(records: Iterable[AnyRecord]) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment, for every table and picture of the matmul experiment.

    A fragment shows the record that is trusted most among those that have what it needs. Every path is always there:
    what no record can answer says so.
    """
    # Drawing takes a second to import; who only wants named values does not wait for it.
    from scripts.render.captions import Provenance
    from scripts.render.matmul import descent, figures, tables

    sources = [Provenance(record) for record in by_trust(records) if record.experiment == "matmul"]

    def drawn(draw: Callable[[Provenance], str], has: Callable[[Matmul], object]) -> str:
        for source in sources:
            if has(source.record.data):
                return draw(source)
        return '<p class="nothing-measured">Этого ещё не измерила ни одна машина.</p>\n'

    made = {
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
    return {f"matmul/{name}.html": fragment for name, fragment in made.items()}


def _on_cpu(data: Matmul) -> object:
    return data.run_on("cpu")
