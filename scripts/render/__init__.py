"""Rendering: records → fragments under `snippets/generated/`, and the pages of machines that chapters do not show.

Needs no torch; the same records give the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from scripts.paths import GENERATED_SNIPPETS, MACHINE_PAGES, RESULTS, ROOT
from scripts.records.files import write_if_changed
from scripts.records.order import by_trust
from scripts.records.schema import AnyRecord
from scripts.records.sources import hash_sources
from scripts.records.store import read_records, record_path

_STAMP = GENERATED_SNIPPETS / ".stamp"

Fragments = dict[str, str]


def render() -> bool:
    """Bring fragments and pages up to date with the records; returns whether anything changed.

    Nothing is written where nothing changed, so `mkdocs serve` sees no change that is not one. Raises TalkError
    for a record that is not whole and sane, before touching any file.
    """
    code = _digest_of_code()
    inputs = _digest(code, *sorted(RESULTS.glob("*/*.json")))
    if _STAMP.is_file() and _STAMP.read_text() == inputs:
        return False
    # Their fragments draw with matplotlib, which takes a second to import.
    from scripts.render import algorithms, decks, gradient, machines, matmul, profiling

    records = by_trust(read_records())
    original = next((record for record in records if record.origin == "published"), None)
    made: dict[Path, str] = {}
    drawing: dict[str, Callable[[Iterable[AnyRecord]], Fragments]] = {
        "profiling": profiling.fragments,
        "matmul": matmul.fragments,
        "gradient": gradient.fragments,
        "algorithms": algorithms.fragments,
        "decks": decks.fragments,
    }
    for experiment, draw in drawing.items():
        mine = [record for record in records if record.experiment == experiment]
        draw_one = partial(draw, original=original) if draw is profiling.fragments else draw
        pages = {record.machine.slug: _page(record, draw_one, code, original) for record in mine if len(mine) > 1}
        made |= {MACHINE_PAGES / machines.page_name(record): pages[record.machine.slug] for record in mine if pages}
        names = machines.labels(records)
        made |= {
            GENERATED_SNIPPETS / path: machines.with_choice(path, html, pages, names)
            for path, html in draw(records).items()
        }
    for path, content in made.items():
        write_if_changed(path, content)
    for path in [*GENERATED_SNIPPETS.rglob("*.html"), *MACHINE_PAGES.rglob("*.html")]:
        if path not in made:
            path.unlink()
    write_if_changed(_STAMP, inputs)
    return True


def _page(
    record: AnyRecord, draw: Callable[[list[AnyRecord]], Fragments], code: str, original: AnyRecord | None
) -> str:
    """The machine's page, drawn anew only where the record or what draws it has changed: ten machines take a while."""
    from scripts.render import machines

    files = [record_path(RESULTS, each.machine.slug, each.experiment) for each in (record, original) if each]
    digest = _digest(code, *files)
    written = MACHINE_PAGES / machines.page_name(record)
    if written.is_file() and machines.made_of(page := written.read_text(encoding="utf-8")) == digest:
        return page
    return machines.page(record, draw([record]), digest)


def _digest_of_code() -> str:
    """The renderer, and the measuring code that staleness is judged by."""
    sources = {experiment: hash_sources(experiment) for experiment in {path.stem for path in RESULTS.glob("*/*.json")}}
    return _digest(repr(sorted(sources.items())), *sorted((ROOT / "scripts" / "render").rglob("*.py")))


def _digest(text: str, *files: Path) -> str:
    digest = hashlib.sha256(text.encode())
    for path in files:
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
