"""Rendering the profiling experiment: records → fragments of HTML."""

from collections.abc import Callable, Iterable
from functools import partial
from html import escape

from scripts.records.order import by_trust
from scripts.records.profiling import Device, Model, Profiling
from scripts.records.schema import Record
from scripts.render.profiling.prediction import NotModelled


def fragments(records: Iterable[Record[Profiling]], original: Record[Profiling] | None = None) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment, for every table and picture of the profiling experiment.

    A fragment shows the record that is trusted most among those that have what it needs; `talk-2024/…` are the
    talk's own. Every path is always there: what no record can answer says so. `original` is the talk's record to
    compare with, given where `records` are those of one machine among others.
    """
    # Drawing takes a second to import; who only wants named values does not wait for it.
    from scripts.render.captions import Provenance
    from scripts.render.profiling import architecture, cures, figures, tables

    sources = [
        Provenance(record, _remarks(record.data.model))
        for record in by_trust(records)
        if record.experiment == "profiling"
    ]
    published = next((source for source in sources if source.record.origin == "published"), None)
    beside = published or (Provenance(original) if original else None)

    def best(*devices: Device, having: Callable[[Record[Profiling]], object] = lambda _: True) -> Provenance | None:
        for source in sources:
            if all(source.record.data.run_on(device) for device in devices) and having(source.record):
                if source is published and original is None:
                    return Provenance(source.record, source.remarks, stands_in=True)
                return source
        return None

    def drawn(draw: Callable[..., str], source: Provenance | None, *devices: Device) -> str:
        runs = [source.record.data.run_on(device) for device in devices] if source else []
        if source is None or not all(runs):
            return _note("Этого ещё не измерила ни одна машина.")
        try:
            return draw(source, *runs)
        except NotModelled as error:
            return _note(f"Для этой архитектуры предсказание не написано: <code>{escape(str(error))}</code>.")

    cpu, cuda = best("cpu"), best("cuda")
    both = best("cpu", "cuda")
    timed = best("cpu", having=lambda record: any(run.utterance_times_s for run in record.data.runs))
    cured = best("cuda", having=lambda record: any(each.pass_times_s for each in record.data.variants))
    with_modules = best(having=lambda record: record.data.model.modules)
    made = {
        "profiling/work.html": drawn(tables.work, cpu, "cpu"),
        "profiling/cpu-share.html": drawn(figures.cpu_share, cpu, "cpu"),
        "profiling/cpu-against-gpu.html": drawn(figures.cpu_against_gpu, both),
        "profiling/gpu-idle.html": drawn(figures.gpu_idle, cuda),
        "profiling/intensity.html": drawn(figures.intensity, both or cpu),
        "profiling/latency.html": drawn(figures.latency, timed, "cpu"),
        "profiling/architecture.html": drawn(architecture.architecture, with_modules),
        "profiling/cures.html": drawn(cures.picture, cured),
        "profiling/cures-table.html": drawn(cures.table, cured),
    }
    for suffix, slide in (("", False), ("-slide", True)):
        prediction = partial(tables.prediction, original=beside, slide=slide)
        made[f"profiling/prediction{suffix}.html"] = drawn(prediction, cpu)
        for folder, on_cpu, on_cuda in (("profiling", cpu, cuda), ("talk-2024/profiling", published, published)):
            path = f"{folder}/operators"
            printed = partial(tables.operators_cuda_as_printed, slide=slide)
            made[f"{path}-cpu{suffix}.html"] = drawn(partial(tables.operators_cpu, slide=slide), on_cpu, "cpu")
            made[f"{path}-cuda{suffix}.html"] = drawn(partial(tables.operators_cuda, slide=slide), on_cuda, "cuda")
            made[f"{path}-cuda-as-printed{suffix}.html"] = drawn(printed, on_cuda, "cuda")
    return made


def _remarks(model: Model) -> list[str]:
    if model.weights == "pretrained":
        return []
    return [f'<span title="{escape(model.weights_note)}">веса случайные</span>']


def _note(words: str) -> str:
    return f'<p class="nothing-measured">{words}</p>\n'
