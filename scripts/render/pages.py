"""Pages of machines: each drawn anew only where its record or what draws it has changed, several at once."""

import gc
import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from scripts.paths import MACHINE_PAGES, RESULTS, ROOT
from scripts.records.files import write_if_changed
from scripts.records.schema import AnyRecord
from scripts.records.store import record_path
from scripts.render import machines

Draw = Callable[[list[AnyRecord]], dict[str, str]]


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

    def written(self) -> str | None:
        """The page as it lies there, None where it is not there or of something else."""
        text = self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        return text if machines.made_of(text) == self.digest else None

    def write(self, drawn: Mapping[str, str] | None = None) -> str:
        """Draw it, or take its figures from `drawn`, and put it there."""
        text = machines.page(self.record, drawn or self.draw([self.record]), self.digest)
        write_if_changed(self.path, text)
        return text


def digest(text: str, *files: Path) -> str:
    """One for both: `text` and what the files, all inside the project, are called and hold."""
    found = hashlib.sha256(text.encode())
    for path in files:
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def plan(
    records: Sequence[AnyRecord], drawing: Mapping[str, Draw], code: str, original: AnyRecord | None
) -> dict[str, list[Page]]:
    """Experiment → pages of its machines, where it has several; the most trusted machine first, as `records` come.

    `code` is the digest of what draws; `original` is compared with everywhere, so every page depends on it.
    """
    pages: dict[str, list[Page]] = {}
    for experiment, draw in drawing.items():
        mine = [record for record in records if record.experiment == experiment]
        pages[experiment] = []
        for record in mine if len(mine) > 1 else ():
            files = [record_path(RESULTS, each.machine.slug, each.experiment) for each in (record, original) if each]
            pages[experiment].append(Page(record, draw, digest(code, *files)))
    return pages


def begin(pages: Sequence[Page]) -> Callable[[], None]:
    """Begin to draw what is missing of `pages`, on as many cores as there are; what it returns waits for the end.

    Whatever goes wrong there goes wrong once more where the page is asked for, and is told then. Where processes cannot
    be forked, or other threads run (`mkdocs serve`), nothing is begun: the page is drawn when it is asked for.
    """
    missing = [page for page in pages if page.written() is None]
    cores = os.cpu_count() or 1
    if len(missing) < 2 or cores < 2 or threading.active_count() > 1 or "fork" not in get_all_start_methods():
        return lambda: None
    import_module("scripts.render.charts")  # once for all of them
    workers = [get_context("fork").Process(target=_write_all, args=(missing[first::cores],)) for first in range(cores)]
    for worker in workers:
        worker.start()

    def wait() -> None:
        for worker in workers:
            worker.join()

    return wait


def _write_all(pages: Sequence[Page]) -> None:
    gc.disable()  # a tenth of the time, and the process is short
    try:
        for page in pages:
            page.write()
    finally:
        os._exit(0)  # what the parent has open is the parent's to close
