"""Build `site/`: measure what is missing or stale, render, and swap the whole site in, or leave the old one whole.

What pages show is made, and sources are checked, by the MkDocs plugin: `talk.site.plugin`. It leaves everything in the
talk's folder, so that another engine can make pages of it after `talk build --no-measure`.
"""

import sys

from rich.console import Console

from talk.experiment import Task, find_experiments
from talk.paths import CACHE, GENERATED_ASSETS, GENERATED_SNIPPETS, MACHINE_PAGES, RESULTS, ROOT, SITE
from talk.records.files import cannot_write, remove_partials
from talk.records.sources import changed_sources
from talk.records.store import find_orphans, read_record, record_path
from talk.site.check import find_refuted_claims, find_stale_records, find_unmeasured
from talk.site.pages import make_pages
from talk.site.replace import alone, replace_folder, restore_folder
from talk.site.take_away import publish

_LOCK = CACHE / "build.lock"
_BUILDING = ROOT / ".site.building"
_FORMER = ROOT / ".site.former"

_console = Console(stderr=True)


def build(*, measuring: bool, fresh: bool = False, quick: bool = False, take_away: bool = False) -> None:
    """Make `site/`, with what listeners take away where `take_away` is set.

    Raises TalkError; whatever happens, the former `site/` stays whole until the new one is.
    """
    with alone(_LOCK):
        for folder in (RESULTS, GENERATED_SNIPPETS, GENERATED_ASSETS, MACHINE_PAGES):
            remove_partials(folder)
        if measuring:
            _measure_what_is_needed(fresh=fresh, quick=quick)
        _make_site(take_away=take_away)
        stale, stale_elsewhere = find_stale_records()
        for problem in (*find_unmeasured(), *find_refuted_claims(), *stale, *find_orphans()):
            print(f"warning: {problem}", file=sys.stderr)
        for note in stale_elsewhere:
            print(f"note: {note}", file=sys.stderr)
    _console.print(f"site/ is built: {sum(1 for path in SITE.rglob('*') if path.is_file())} files")


def _make_site(*, take_away: bool) -> None:
    try:
        restore_folder(SITE, _BUILDING, _FORMER)
        try:
            problems = make_pages(_BUILDING)
            if problems:
                for problem in problems[:-1]:
                    print(problem, file=sys.stderr)
                raise problems[-1]
            if take_away:
                published = [file.name for file in publish(_BUILDING)]
                _console.print("to take away:", ", ".join(published) or "nothing, there is no deck")
            replace_folder(SITE, _BUILDING, _FORMER)
        finally:
            restore_folder(SITE, _BUILDING, _FORMER)
    except OSError as error:
        raise cannot_write(SITE, error) from None


def _measure_what_is_needed(*, fresh: bool, quick: bool) -> None:
    from talk.measure.machine import current_machine
    from talk.measure.progress import make_progress
    from talk.measure.run import measure

    machine = current_machine().slug
    needed = [
        name
        for name, experiment in find_experiments().items()
        if experiment.about.in_all and (fresh or _needs_measuring(machine, name, quick=quick))
    ]
    if needed:
        measure(needed, Task(progress=make_progress(), quick=quick), RESULTS, what_can_be=True)
    else:
        _console.print(f"every record of {machine} is fresh: nothing to measure (FRESH=1 measures all the same)")


def _needs_measuring(machine: str, experiment: str, *, quick: bool) -> bool:
    path = record_path(RESULTS, machine, experiment)
    if not path.is_file():
        return True
    record = read_record(path)
    return bool(changed_sources(record)) or (record.quick and not quick)
