"""Everything that is made of records, brought up to date with them."""

from functools import partial
from pathlib import Path

from scripts.paths import GENERATED_SNIPPETS, MACHINE_PAGES, RESULTS, ROOT
from scripts.records.files import write_if_changed
from scripts.records.order import by_trust
from scripts.records.sources import hash_sources
from scripts.records.store import read_records
from scripts.records.summary import read_summaries
from scripts.render.pages import begin, digest, plan

_STAMP = GENERATED_SNIPPETS / ".stamp"


def render() -> bool:
    """Bring fragments and pages up to date with the records; returns whether anything changed.

    Nothing is written where nothing changed, so `mkdocs serve` sees no change that is not one. Raises TalkError
    for a record that is not whole and sane, before touching any file.
    """
    sources = {experiment: hash_sources(experiment) for experiment in {path.stem for path in RESULTS.glob("*/*.json")}}
    code = digest(repr(sorted(sources.items())), *sorted((ROOT / "scripts" / "render").rglob("*.py")))
    inputs = digest(code, *sorted(RESULTS.glob("*/*.json")), *sorted(RESULTS.glob("*/history/*.json")))
    if _STAMP.is_file() and _STAMP.read_text() == inputs:
        return False
    # What draws imports matplotlib, which takes a second.
    from scripts.render import algorithms, comparison, decks, gradient, machines, matmul, profiling

    records = by_trust(read_records())
    original = next((record for record in records if record.origin == "published"), None)
    drawing = {
        "profiling": profiling.fragments,
        "matmul": matmul.fragments,
        "gradient": gradient.fragments,
        "algorithms": algorithms.fragments,
        "decks": decks.fragments,
    }
    of_one = drawing | {"profiling": partial(profiling.fragments, original=original)}
    pages = plan(records, of_one, code, original)
    # The most trusted machine's figures are those that the fragments show: mostly they need not be drawn again.
    wait = begin([page for several in pages.values() for page in several[1:]])
    fragments = comparison.fragments(records, read_summaries())
    drawn = {experiment: draw(records) for experiment, draw in drawing.items()}
    wait()
    names = machines.labels(records)
    texts: dict[str, str] = {}
    for experiment, found in drawn.items():
        own = {
            page.record.machine.slug: page.written()
            or page.write(found if machines.are_all_of(page.record, found) else None)
            for page in pages[experiment]
        }
        texts |= {machines.page_name(slug, experiment): text for slug, text in own.items()}
        fragments |= {path: machines.with_choice(path, html, own, names) for path, html in found.items()}
    _write(GENERATED_SNIPPETS, fragments)
    _write(MACHINE_PAGES, texts)
    write_if_changed(_STAMP, inputs)
    return True


def _write(folder: Path, files: dict[str, str]) -> None:
    """Make these, and no others, the HTML files of `folder`."""
    for name, content in files.items():
        write_if_changed(folder / name, content)
    for path in folder.rglob("*.html"):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
