"""Everything that is made of records, brought up to date with them."""

from collections.abc import Callable, Collection
from pathlib import Path

from talk.experiment import find_experiments
from talk.paths import (
    ADDRESS_SNIPPET,
    EXPERIMENTS,
    GENERATED_SNIPPETS,
    MACHINE_PAGES,
    PACKAGE,
    SCRIPTS,
    TAKE_AWAY_SNIPPET,
)
from talk.records.files import write_if_changed
from talk.records.order import original_of
from talk.records.results import record_files, summary_files
from talk.records.sources import hash_sources
from talk.records.summary import read_summaries
from talk.render.machines import has_comparison
from talk.render.pages import begin, digest, plan
from talk.render.values import current_values, files_read
from talk.settings import settings

_STAMP = GENERATED_SNIPPETS / ".stamp"


def _digest_of_code() -> str:
    """What rendering runs: all of the generator, and of the talk's scripts all but what measures."""
    files = [path for folder in (PACKAGE, SCRIPTS) for path in folder.rglob("*.py")]
    measuring = (SCRIPTS / "bench", *(each / "measure" for each in EXPERIMENTS.glob("*")))
    return digest("", *sorted({path for path in files if not any(map(path.is_relative_to, measuring))}))


# Of the code as this process loaded it: the files may change under a server that runs, which then draws as before.
_CODE = _digest_of_code()


def is_code_changed() -> bool:
    """Whether the files that this process draws by are others than those it has loaded."""
    return _digest_of_code() != _CODE


# The pages of machines that are being drawn: the digest of their inputs, and the function that waits for them.
_begun: tuple[str, Callable[[], None]] | None = None


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
    experiments = find_experiments()
    files = record_files()
    measured = {path.stem for path in files}
    sources = {name: hash_sources(experiments[name]) for name in measured}
    # Modules that are loaded only now may be others than those that this process began with: both are in the key.
    made_by = (_CODE, _digest_of_code(), sorted(sources.items()), has_comparison())
    code = digest(repr(made_by), *files_read())
    inputs = digest(code, *files, *summary_files())
    if _begun is not None and _begun[0] == inputs:
        return False
    finish_pages()
    if _STAMP.is_file() and _STAMP.read_text() == inputs:
        return False
    # What draws imports matplotlib, which takes a second.
    from talk.render import comparison, machines
    from talk.render.drawing import fragments_of

    values = current_values()
    records = values.records
    published = original_of(records, settings().original)
    pages = plan(records, code, published)
    # The most trusted machine's figures are those that the fragments show: mostly they need not be drawn again.
    end = begin([page for several in pages.values() for page in several[1:]])
    fragments = comparison.fragments(records, read_summaries())
    names = machines.labels(records)
    for name, experiment in experiments.items():
        found = fragments_of(experiment, records, values=values)
        for page in pages[name][:1]:
            page.write(found if machines.are_all_of(page.record, found) else None)
        figures = {page.record.machine.slug: page.figures() for page in pages[name]}
        fragments |= {
            f"{name}/{figure}.html": machines.with_choice(name, figure, html, figures, names)
            for figure, html in found.items()
        }
    for path, content in fragments.items():
        write_if_changed(GENERATED_SNIPPETS / path, content)
    _remove_others(GENERATED_SNIPPETS, {*fragments, ADDRESS_SNIPPET.name, TAKE_AWAY_SNIPPET.name})
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
