"""Rendering the matmul experiment: records → fragments of HTML."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from talk.records.schema import Record
from talk.render.captions import Provenance
from talk.render.drawing import Drawing, nothing_measured
from talk.render.prediction import Promise

from ..record import Contender, Matmul
from .gpu_prediction import kept, step_prediction
from .prediction import sent_predictions, step_predictions, unmade
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
    # What was compiled needs no GPU; of a machine that has one it stands beside what that measured.
    of_gpu = replace(drawing, sources=sorted(drawing.sources, key=lambda source: not source.record.data.run_on("cuda")))
    compiled_by = of_gpu.best(lambda data: data.compiled)
    cards = [source for source in of_gpu.sources if source.record.data.run_on("cuda")]
    return {
        "descent": drawing.draw(partial(descent.descent, cards=cards), _on_cpu),
        "descent-slide": drawing.draw(partial(descent.descent_slide, cards=cards), _on_cpu),
        "loops": drawing.draw(descent.loops, lambda data: data.tiling),
        "predicted": drawing.predicted(_CAPTION, "cpu"),
        "compiled": of_gpu.draw(
            partial(tables.compiled, card=cards[0].record.data.gpu if cards else None),
            lambda data: data if data.compiled else None,
        ),
        "promised": (
            of_gpu.draw(partial(tables.promised, compiled_by=compiled_by), lambda data: data)
            if compiled_by is not None
            else nothing_measured()
        ),
        "short-numbers": drawing.draw(tables.short_numbers, _on_tensor_cores),
        **pictures.scenes(drawing),
        **{
            f"thermometer-{rung}": drawing.draw(
                partial(thermometer.thermometer, rung=rung, cards=cards), thermometer.measured
            )
            for rung in thermometer.RUNGS
        },
        **{name: drawing.draw(draw, partial(on_chart, name)) for name, draw in of_contenders.items()},
    }


_CAPTION = "Обещано — по счёту операций и байт шага и по измеренным ценам этой машины, измерено — медиана"


def predictions(record: Record[Matmul], _: Mapping[str, float]) -> list[Promise]:
    """What the machine's ceilings and prices, which this record has, promise its own steps."""
    found = [*step_predictions(record.data), *map(step_prediction, kept(record)), *sent_predictions(record.data)]
    return [*found, *unmade(record.data, {each.name for each in found})]


def _on_tensor_cores(data: Matmul) -> list[Contender]:
    """Products on the GPU in every kind of numbers, float32 by FMA first; none without tensor cores."""
    found = [data.find(name) for name in ("gpu_triton", "cublas", *_TENSOR)]
    there = [each for each in found if each is not None]
    return there if any(each.name in _TENSOR for each in there) else []


_TENSOR = (
    "gpu_triton_tf32x3", "gpu_triton_bf16x3", "gpu_triton_bf16x6", "gpu_triton_tf32", "cublas_tf32",
    "gpu_triton_tf32_transposed", "cublas_tf32_transposed",
    "gpu_triton_bfloat16", "cublas_bfloat16", "gpu_sparse",
)  # fmt: skip


def _on_cpu(data: Matmul) -> Matmul | None:
    return data if data.run_on("cpu") else None
