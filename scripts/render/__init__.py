"""Rendering: records → fragments under `snippets/generated/`, and the pages of machines that chapters do not show.

Needs no torch; the same records give the same bytes.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scripts.paths import GENERATED_SNIPPETS, MACHINE_PAGES, RESULTS, ROOT
from scripts.records.files import write_if_changed
from scripts.records.order import by_trust
from scripts.records.schema import AnyRecord
from scripts.records.sources import hash_sources
from scripts.records.store import read_records, record_path
from scripts.records.summary import read_summaries

_STAMP = GENERATED_SNIPPETS / ".stamp"

Fragments = dict[str, str]
Draw = Callable[[list[AnyRecord]], Fragments]


def render() -> bool:
    """Bring fragments and pages up to date with the records; returns whether anything changed.

    Nothing is written where nothing changed, so `mkdocs serve` sees no change that is not one. Raises TalkError
    for a record that is not whole and sane, before touching any file.
    """
    code = _digest_of_code()
    inputs = _digest(code, *sorted(RESULTS.glob("*/*.json")), *sorted(RESULTS.glob("*/history/*.json")))
    if _STAMP.is_file() and _STAMP.read_text() == inputs:
        return False
    # Their fragments draw with matplotlib, which takes a second to import.
    from scripts.render import algorithms, comparison, decks, gradient, machines, matmul, profiling

    records = by_trust(read_records())
    original = next((record for record in records if record.origin == "published"), None)
    experiments: dict[str, tuple[Draw, Draw]] = {  # how all records are drawn, and how those of one machine
        "profiling": (profiling.fragments, partial(profiling.fragments, original=original)),
        "matmul": (matmul.fragments, matmul.fragments),
        "gradient": (gradient.fragments, gradient.fragments),
        "algorithms": (algorithms.fragments, algorithms.fragments),
        "decks": (decks.fragments, decks.fragments),
    }
    fragments = comparison.fragments(records, read_summaries())
    pages: dict[str, str] = {}
    names = machines.labels(records)
    for experiment, (draw, draw_one) in experiments.items():
        mine = [record for record in records if record.experiment == experiment]
        own = {record.machine.slug: _page(record, draw_one, code, original) for record in mine if len(mine) > 1}
        pages |= {machines.page_name(slug, experiment): page for slug, page in own.items()}
        fragments |= {path: machines.with_choice(path, html, own, names) for path, html in draw(records).items()}
    _write(GENERATED_SNIPPETS, fragments)
    _write(MACHINE_PAGES, pages)
    write_if_changed(_STAMP, inputs)
    return True


def _write(folder: Path, files: Fragments) -> None:
    """Make these, and no others, the HTML files of `folder`."""
    for name, content in files.items():
        write_if_changed(folder / name, content)
    for path in folder.rglob("*.html"):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()


def _page(record: AnyRecord, draw: Draw, code: str, original: AnyRecord | None) -> str:
    """The machine's page, drawn anew only where the record or what draws it has changed: ten machines take a while."""
    from scripts.render import machines

    files = [record_path(RESULTS, each.machine.slug, each.experiment) for each in (record, original) if each]
    digest = _digest(code, *files)
    written = MACHINE_PAGES / machines.page_name(record.machine.slug, record.experiment)
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
