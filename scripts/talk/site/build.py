"""Build `site/`: measure what is missing or stale, render, and swap the whole site in, or leave the old one whole.

What pages show is made, and sources are checked, by the MkDocs plugin: `talk.site.plugin`. It leaves everything in the
talk's folder, so that another engine can make pages of it after `talk build --no-measure`.
"""

import logging
import sys
from pathlib import Path

from rich.console import Console

from talk.errors import TalkError
from talk.experiment import Task, find_experiments
from talk.paths import CACHE, CONFIG, GENERATED_ASSETS, GENERATED_SNIPPETS, MACHINE_PAGES, RESULTS, ROOT, SITE, THEME
from talk.records.files import cannot_write, remove_partials
from talk.records.sources import changed_sources
from talk.records.store import read_record, record_path
from talk.site.check import find_stale_records, find_unmeasured
from talk.site.replace import alone, replace_folder, restore_folder

_LOCK = CACHE / "build.lock"
_BUILDING = ROOT / ".site.building"
_FORMER = ROOT / ".site.former"

_console = Console(stderr=True)


def build(*, measuring: bool, fresh: bool = False, quick: bool = False) -> None:
    """Make `site/`. Raises TalkError; whatever happens, the former `site/` stays whole until the new one is."""
    with alone(_LOCK):
        for folder in (RESULTS, GENERATED_SNIPPETS, GENERATED_ASSETS, MACHINE_PAGES):
            remove_partials(folder)
        if measuring:
            _measure_what_is_needed(fresh=fresh, quick=quick)
        _make_site()
        stale, stale_elsewhere = find_stale_records()
        for problem in (*find_unmeasured(), *stale):
            print(f"warning: {problem}", file=sys.stderr)
        for note in stale_elsewhere:
            print(f"note: {note}", file=sys.stderr)
    _console.print(f"site/ is built: {sum(1 for path in SITE.rglob('*') if path.is_file())} files")


def _make_site() -> None:
    try:
        restore_folder(SITE, _BUILDING, _FORMER)
        try:
            _run_mkdocs(_BUILDING)
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


def _run_mkdocs(site: Path) -> None:
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    # MkDocs says which page it was at when an error came; ours says it better.
    handler.addFilter(lambda _: not isinstance(sys.exc_info()[1], TalkError))
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    THEME.mkdir(parents=True, exist_ok=True)  # mkdocs.yml names it, and the plugin fills it
    try:
        config = load_config(str(CONFIG), site_dir=str(site), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs_build(config)
        config.plugins.on_shutdown()
    except MkDocsException as error:
        if isinstance(error.__cause__, TalkError):
            raise error.__cause__ from None
        raise TalkError(CONFIG, str(error) or "the build was aborted", "mend what is named above") from None
    finally:
        logger.removeHandler(handler)
