"""Tables of the machines that were measured."""

from collections.abc import Iterable, Sequence
from html import escape

from scripts.records.profiling import Profiling
from scripts.records.schema import Record
from scripts.render.captions import RESULTS_URL, Provenance, code, hardware, raw_url
from scripts.render.profiling.tables import scroll
from scripts.render.russian import NBSP, day


def machines(sources: Iterable[Provenance]) -> str:
    """Every machine that was measured: hardware, runs, date, raw record, versions and what was not controlled."""
    return _machines([(source, _machine_details(source.record)) for source in sources], RESULTS_URL)


def machines_short(sources: Iterable[Provenance]) -> str:
    """The machines again, a line each, for the page at the site's root."""
    return _machines([(source, "") for source in sources], "results/")


def _machines(rows: Sequence[tuple[Provenance, str]], base: str) -> str:
    if not rows:
        return '<p class="nothing-measured">Ещё ни одна машина не измерена.</p>\n'
    bodies = []
    for source, details in rows:
        record = source.record
        runs = ", ".join("GPU" if run.device == "cuda" else "CPU" for run in record.data.runs)
        bodies.append(
            f'<tbody><tr><th scope=row data-record="{escape(record.name)}">{hardware(record)} {source.stale}</th>'
            f"<td>{runs}</td><td>{day(record.measured_at)}</td>"
            f'<td><a href="{raw_url(record, base)}">JSON</a></td></tr>'
            + (f'<tr class="remarks"><td colspan=4>{details}</td></tr>' if details else "")
            + "</tbody>"
        )
    head = "".join(f"<th scope=col>{heading}</th>" for heading in ("Машина", "Прогоны", "Когда", "Запись"))
    table = f'<table class="machines"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>'
    return f'<figure class="machines">{scroll("Машины", table)}</figure>\n'


def _machine_details(record: Record[Profiling]) -> str:
    notes = [record.data.model.weights_note]
    if record.uncontrolled:
        notes.append(f"Что не держали в руках: {'; '.join(record.uncontrolled)}.")
    if record.quick:
        notes.insert(0, "Быстрый прогон: каждый файл по одному разу.")
    if record.origin == "published":
        notes.insert(0, "Таблицы из доклада 2024 года.")
    with_what = escape(", ".join(f"{name}{NBSP}{version}" for name, version in sorted(record.versions.items())))
    remarks = "".join(f"<li>{escape(note)}</li>" for note in notes if note)
    return " · ".join(filter(None, [with_what, code(record)])) + f"<ul>{remarks}</ul>"
