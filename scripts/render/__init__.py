"""Rendering: records → fragments under `snippets/generated/`. Needs no torch; the same records give the same bytes."""

import hashlib

from scripts.paths import GENERATED_SNIPPETS, RESULTS, ROOT
from scripts.records.files import write_if_changed
from scripts.records.sources import hash_sources
from scripts.records.store import read_records

_STAMP = GENERATED_SNIPPETS / ".stamp"


def render() -> bool:
    """Bring the fragments up to date with the records; returns whether anything changed.

    Nothing is written where nothing changed, so `mkdocs serve` sees no change that is not one. Raises TalkError
    for a record that is not whole and sane, before touching any fragment.
    """
    inputs = _digest_of_inputs()
    if _STAMP.is_file() and _STAMP.read_text() == inputs:
        return False
    # Their fragments draw with matplotlib, which takes a second to import.
    from scripts.render import algorithms, decks, gradient, matmul, profiling

    records = read_records()
    made = {
        GENERATED_SNIPPETS / name: content
        for experiment in (profiling, matmul, gradient, algorithms, decks)
        for name, content in experiment.fragments(records).items()
    }
    for path, content in made.items():
        write_if_changed(path, content)
    for path in GENERATED_SNIPPETS.rglob("*.html"):
        if path not in made:
            path.unlink()
    write_if_changed(_STAMP, inputs)
    return True


def _digest_of_inputs() -> str:
    """What the fragments depend on: the records, the renderer, and the measuring code that staleness is judged by."""
    digest = hashlib.sha256()
    for path in [*sorted(RESULTS.glob("*/*.json")), *sorted((ROOT / "scripts" / "render").rglob("*.py"))]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    for experiment in sorted({path.stem for path in RESULTS.glob("*/*.json")}):
        digest.update(repr(sorted(hash_sources(experiment).items())).encode())
    return digest.hexdigest()
