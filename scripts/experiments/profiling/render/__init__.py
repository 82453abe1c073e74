"""Renders records of the profiling experiment as fragments of HTML."""

from collections.abc import Callable
from functools import partial
from html import escape

from talk.records.schema import Device, Record
from talk.render.captions import Provenance
from talk.render.drawing import Drawing, nothing_measured

from ..record import Profiling
from .gpu_promises import is_of_a_pass
from .prediction import NotModelled
from .promises import predictions as predictions
from .values import named_values as named_values

_SEEDED = (
    "веса случайные",
    "Веса случайные, с постоянным зерном: предобученных на этой машине не достать. "
    "Число вызовов от значений весов не зависит, время на CPU тоже.",
)

_PROMISED = (
    "Обещано — по счёту операций, байт и вызовов и по потолкам и ценам этой машины; "
    "измерено — собственное время оператора за прогон"
)
_PROMISED_CUDA = (
    "Обещано — по счёту операций, байт и шагов каждой плитки и по потолкам карты, своим или паспортным; "
    "измерено — время ядер за прогон"
)
_PROMISED_LAUNCHES = (
    "Обещано то, что дольше: запуски по их цене или работа ядер; измерено — медиана прогонов без профайлера"
)


def fragments(drawing: Drawing) -> dict[str, str]:
    """Name → fragment, for every table and picture of the experiment; `original/…` show the talk's own tables."""
    from . import architecture, cures, figures, pictures, tables  # matplotlib takes a second to import

    sources, beside = drawing.sources, drawing.published
    published = next((source for source in sources if source.record.origin == "published"), None)

    def best(*devices: Device, having: Callable[[Record[Profiling]], object] = lambda _: True) -> Provenance | None:
        for source in sources:
            if all(source.record.data.run_on(device) for device in devices) and having(source.record):
                if source is published and not drawing.alone:
                    return Provenance(source.record, stands_in=True)
                return source
        return None

    def drawn(draw: Callable[..., str], source: Provenance | None, *devices: Device) -> str:
        runs = [source.record.data.run_on(device) for device in devices] if source else []
        if source is None or not all(runs):
            return nothing_measured()
        try:
            return draw(source, *runs)
        except NotModelled as error:
            why = f"Для этой архитектуры предсказание не написано: <code>{escape(str(error))}</code>."
            return f'<p class="nothing-measured">{why}</p>\n'

    cpu, cuda = best("cpu"), best("cuda")
    both = best("cpu", "cuda")
    timed = best("cpu", having=lambda record: any(run.utterance_times_s for run in record.data.runs))
    waited = best("cuda", having=lambda record: "cuda.idle_share" in named_values(record))
    cured = best("cuda", having=lambda record: any(each.pass_times_s for each in record.data.variants))
    with_modules = best(having=lambda record: record.data.model.modules)
    made = {
        "work": drawn(tables.work, cpu, "cpu"),
        "cpu-share": drawn(figures.cpu_share, cpu, "cpu"),
        "cpu-against-gpu": drawn(figures.cpu_against_gpu, both),
        "promised-cpu": drawing.predicted(_PROMISED, "cpu"),
        "promised-cuda": drawing.predicted(_PROMISED_CUDA, "cuda", lambda each: not is_of_a_pass(each)),
        "promised-launches": drawing.predicted(_PROMISED_LAUNCHES, "cuda", is_of_a_pass),
        "gpu-idle": drawn(figures.gpu_idle, waited),
        "intensity": drawn(figures.intensity, both or cpu),
        "latency": drawn(figures.latency, timed, "cpu"),
        "architecture": drawn(architecture.architecture, with_modules),
        "cures": drawn(cures.picture, cured),
        "cures-slide": drawn(lambda source: cures.picture(source, on_slide=True), cured),
        "cures-table": drawn(cures.ways, cured),
        "launches": drawn(pictures.launches, best("cuda", having=pictures.launched), "cuda"),
        "gpu-machine": drawn(lambda source, _: tables.measured_on(source, "cuda"), cuda, "cuda"),
        "pair-machine": drawn(lambda source, *_: tables.measured_on(source), both, "cpu", "cuda"),
        "answers": drawn(pictures.answers, best("cpu", "cuda", having=pictures.answered), "cpu", "cuda"),
        "tiles-on-card": drawn(pictures.tiles_on_card, published or cuda, "cuda"),
    }
    for suffix, slide in (("", False), ("-slide", True)):
        prediction = partial(tables.prediction, original=beside, slide=slide)
        made[f"prediction{suffix}"] = drawn(prediction, cpu)
        for path, on_cpu, on_cuda in (("operators", cpu, cuda), ("original/operators", published, published)):
            printed = partial(tables.operators_cuda_as_printed, slide=slide)
            made[f"{path}-cpu{suffix}"] = drawn(partial(tables.operators_cpu, slide=slide), on_cpu, "cpu")
            made[f"{path}-cuda{suffix}"] = drawn(partial(tables.operators_cuda, slide=slide), on_cuda, "cuda")
            made[f"{path}-cuda-as-printed{suffix}"] = drawn(printed, on_cuda, "cuda")
    return made


def remarks(record: Record[Profiling]) -> list[tuple[str, str]]:
    """That the network's weights are random, where the pretrained ones could not be had."""
    return [_SEEDED] if record.data.model.weights == "seeded" else []
