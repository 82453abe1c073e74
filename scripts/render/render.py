"""Everything that is made of records, brought up to date with them."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from scripts.paths import GENERATED_SNIPPETS, MACHINE_PAGES, RESULTS, ROOT
from scripts.records.files import write_if_changed
from scripts.records.sources import hash_sources
from scripts.records.summary import read_summaries
from scripts.render.pages import begin, digest, plan
from scripts.render.values import current_values

_STAMP = GENERATED_SNIPPETS / ".stamp"


_begun: tuple[str, Callable[[], None]] | None = None  # pages of machines: of which inputs, and what ends their drawing


def render() -> bool:
    """Bring fragments and pages of machines up to date with the records; returns whether anything changed.

    Nothing is written where nothing changed, so `mkdocs serve` sees no change that is not one. Raises TalkError
    for a record that is not whole and sane, before touching any file.
    """
    changed = render_fragments()
    finish_pages()
    return changed


def render_fragments() -> bool:
    """The first half of `render`, all that chapters need: of pages of machines it only begins the drawing."""
    global _begun
    sources = {experiment: hash_sources(experiment) for experiment in {path.stem for path in RESULTS.glob("*/*.json")}}
    code = digest(repr(sorted(sources.items())), *sorted((ROOT / "scripts" / "render").rglob("*.py")))
    inputs = digest(code, *sorted(RESULTS.glob("*/*.json")), *sorted(RESULTS.glob("*/history/*.json")))
    if _begun is not None and _begun[0] == inputs:
        return False
    finish_pages()
    if _STAMP.is_file() and _STAMP.read_text() == inputs:
        return False
    # What draws imports matplotlib, which takes a second.
    from scripts.render import algorithms, comparison, decks, gradient, machines, matmul, profiling

    records = current_values().records
    original = next((record for record in records if record.origin == "published"), None)
    drawing = {
        "profiling": profiling.fragments,
        "matmul": matmul.fragments,
        "gradient": gradient.fragments,
        "algorithms": algorithms.fragments,
        "decks": decks.fragments,
    }
    of_one = drawing | {
        "profiling": partial(profiling.fragments, original=original),
        "gradient": partial(gradient.fragments, arithmetic=False),
    }
    pages = plan(records, of_one, code, original)
    # The most trusted machine's figures are those that the fragments show: mostly they need not be drawn again.
    end = begin([page for several in pages.values() for page in several[1:]])
    fragments = comparison.fragments(records, read_summaries())
    names = machines.labels(records)
    for experiment, draw in drawing.items():
        found = draw(records)
        for page in pages[experiment][:1]:
            page.write(found if machines.are_all_of(page.record, found) else None)
        figures = {page.record.machine.slug: page.figures() for page in pages[experiment]}
        fragments |= {path: machines.with_choice(path, html, figures, names) for path, html in found.items()}
    for name, content in fragments.items():
        write_if_changed(GENERATED_SNIPPETS / name, content)
    _remove_others(GENERATED_SNIPPETS, fragments)
    _remove_others(MACHINE_PAGES, {page.path.name for several in pages.values() for page in several})
    _begun = inputs, end
    return True


def finish_pages() -> None:
    """The second half of `render`: wait for the pages of machines. Raises TalkError as it does."""
    global _begun
    if _begun is not None:
        (inputs, end), _begun = _begun, None
        end()
        write_if_changed(_STAMP, inputs)


def _remove_others(folder: Path, names: Collection[str]) -> None:
    for path in folder.rglob("*.html"):
        if path.relative_to(folder).as_posix() not in names:
            path.unlink()
