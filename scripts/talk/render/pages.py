"""Pages of machines: each drawn anew only where its record or what draws it has changed, several at once.

Chapters need only know which figures a machine has, so they are made while the pages are still being drawn.
"""

import gc
import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.context import ForkProcess
from pathlib import Path

from talk.experiment import Found, find_experiments
from talk.paths import MACHINE_PAGES, RESULTS
from talk.records.files import read_regular, write_if_changed
from talk.records.schema import AnyRecord
from talk.records.store import record_path
from talk.render import machines
from talk.render.values import current_values

Draw = Callable[[], dict[str, str]]


@dataclass(frozen=True)
class Page:
    """A machine's page that is to be there: its record, and what draws the record's figures.

    `digest` tells what it is made of.
    """

    record: AnyRecord
    draw: Draw
    digest: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return MACHINE_PAGES / machines.page_name(self.record.machine.slug, self.record.experiment)

    def is_written(self) -> bool:
        """Whether it lies there, made of what it is to be made of."""
        return self.path.is_file() and machines.made_of(self.path.read_text(encoding="utf-8")) == self.digest

    def figures(self) -> set[str]:
        """What its figures are called; none is drawn for that."""
        from talk.render.charts import undrawn

        with undrawn():
            return set(machines.figures_of(self.record, self.draw()))

    def write(self, drawn: Mapping[str, str] | None = None) -> None:
        """Draw it, or take its figures from `drawn`, and put it there, unless it is there."""
        if not self.is_written():
            figures = {name: drawn[name] for name in self.figures()} if drawn else self.draw()
            write_if_changed(self.path, machines.page(self.record, figures, self.digest))


def digest(text: str, *files: Path) -> str:
    """One for both: `text` and what the files are called and hold."""
    found = hashlib.sha256(text.encode())
    for path in files:
        found.update(f"\0{path.name}\0".encode() + read_regular(path))
    return found.hexdigest()


def plan(records: Sequence[AnyRecord], code: str, published: AnyRecord | None) -> dict[str, list[Page]]:
    """Experiment → pages of its machines, where it has several; the most trusted machine first, as `records` come.

    `code` is the digest of what draws; `published` is compared with everywhere, so every page depends on it.
    """
    pages: dict[str, list[Page]] = {}
    for name, experiment in find_experiments().items():
        mine = [record for record in records if record.experiment == name]
        pages[name] = []
        for record in mine if len(mine) > 1 and machines.has_pages(name) else ():
            of_machine = [each for each in records if each.machine.slug == record.machine.slug]  # predictions ask all
            made_of = [*of_machine, *([published] if published else [])]
            files = [record_path(RESULTS, each.machine.slug, each.experiment) for each in made_of]
            draw = partial(_draw_alone, experiment, record, published)
            pages[name].append(Page(record, draw, digest(code, *files)))
    return pages


def _draw_alone(experiment: Found, record: AnyRecord, published: AnyRecord | None) -> dict[str, str]:
    from talk.render.drawing import fragments_of

    return fragments_of(experiment, [record], published, alone=True, values=current_values())


def begin(pages: Sequence[Page]) -> Callable[[], None]:
    """Begin to draw what is missing of `pages`, by as many processes as there are cores; what it returns ends that.

    Whatever goes wrong there goes wrong once more, and is told, at the end, where what is still missing is drawn. Where
    processes cannot be forked, or other threads run (`mkdocs serve`), that is everything.
    """
    missing = [page for page in pages if not page.is_written()]
    cores = os.cpu_count() or 1
    workers: list[ForkProcess] = []
    if len(missing) > 1 and cores > 1 and threading.active_count() == 1 and "fork" in get_all_start_methods():
        import_module("talk.render.charts")  # once for all of them
        fork = get_context("fork").Process  # daemons: who ends before them, by a mistake in a page say, ends them too
        workers = [fork(target=_write_all, args=(missing[first::cores],), daemon=True) for first in range(cores)]
    for worker in workers:
        worker.start()

    def end() -> None:
        for worker in workers:
            worker.join()
        for page in missing:
            page.write()

    return end


def _write_all(pages: Sequence[Page]) -> None:
    gc.disable()  # a tenth of the time, and the process is short
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        for page in pages:
            page.write()
    finally:
        os._exit(0)  # what the parent has open is the parent's to close


def _die_with_parent() -> None:
    """A build that is killed must not go on drawing, and keeping the next one out."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
