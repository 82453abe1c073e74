"""While `mkdocs serve` runs, an edited page alone is made again: the others are as they were a moment ago.

A page is made of its own Markdown (the deck of its chapters' too), and of files that all pages share: code, fragments,
records, claims. As long as these stand still, what a page became is kept, its part of the search index too. Templates,
which MkDocs compiles anew for every build, are kept compiled under `.cache/`.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from watchdog.observers.polling import PollingObserverVFS

from talk.markdown.chapters import chapters_of, deck_of
from talk.paths import (
    CACHE,
    CLAIMS,
    CONFIG,
    DOCS,
    GENERATED_ASSETS,
    GENERATED_SNIPPETS,
    LABS,
    MACHINE_PAGES,
    RESULTS,
    SCRIPTS,
    SNIPPETS,
    VENDOR,
)
from talk.records.notebooks import find_notebooks, page_path

_TEMPLATES = CACHE / "templates"
_SHARED = (SCRIPTS, SNIPPETS, RESULTS)
_MADE = {str(folder) for folder in (GENERATED_ASSETS, GENERATED_SNIPPETS, MACHINE_PAGES, VENDOR)}
_LOOK_S = 0.15
_OF_A_PAGE = ("content", "toc", "title", "_title_from_render", "present_anchor_ids", "links_to_anchors")


@dataclass
class _Page:
    """What a page was made of, what it became, and its entries of the search index."""

    made_of: str
    became: dict[str, Any] = field(default_factory=dict)
    entries: list[Any] = field(default_factory=list)
    first_entry: int = 0
    is_former: bool = False  # in the build that goes on it is taken as it was


class Rebuilder:
    """Keeps what pages became from one build of a server to the next."""

    def __init__(self) -> None:
        self._shared = ""
        self._pages: dict[str, _Page] = {}

    def begin(self, files: Any) -> None:
        """Look at what all pages share: once fragments are written, before the first page."""
        stamps = [f"{path} {stat.st_mtime_ns} {stat.st_size}" for path in _shared_files() if (stat := path.stat())]
        names = sorted(file.src_uri for file in files)  # links lead to them
        self._shared = _digest(*stamps, *names)

    def take_former(self, page: Any, markdown: str) -> None:
        """Where nothing that the page is made of has changed, put what it became in place of the converting."""
        name = page.file.src_uri
        chapters = (DOCS / chapter for chapter in chapters_of(markdown))
        gathered = (path.read_text(encoding="utf-8") for path in chapters if path.is_file())
        made_of = _digest(self._shared, deck_of(name) or "", markdown, *gathered)
        former = self._pages.get(name)
        if former is not None and former.made_of == made_of and former.became:
            former.is_former = True
            page.render = lambda *_: vars(page).update(former.became)
        else:
            self._pages[name] = _Page(made_of)

    def keep(self, page: Any, html: str) -> None:
        """Keep what the page became."""
        kept = self._pages[page.file.src_uri]
        if not kept.is_former:
            kept.became = {name: vars(page)[name] for name in _OF_A_PAGE if name in vars(page)} | {"content": html}

    def take_former_entries(self, page: Any, config: Any) -> None:
        """Before the search plugin looks at the page: give it the entries that an unchanged page had."""
        kept, entries = self._pages[page.file.src_uri], _entries(config)
        if kept.is_former:
            entries += kept.entries
            page.meta = page.meta | {"search": {"exclude": True}}  # it is there already
        kept.first_entry = len(entries)

    def keep_entries(self, page: Any, config: Any) -> None:
        """After the search plugin: keep the entries of the page that was made."""
        kept = self._pages[page.file.src_uri]
        if not kept.is_former:
            kept.entries = _entries(config)[kept.first_entry :]

    def keep_templates(self, env: Any) -> None:
        """Keep templates compiled."""
        _TEMPLATES.mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(_TEMPLATES))


def watch_edits(server: Any, watched: list[str]) -> None:
    """Have the server look for edits more often than twice a second, and not at what a build writes itself."""
    for path in watched:
        server.unwatch(path)
    server.observer = PollingObserverVFS(os.stat, _edited, polling_interval=_LOOK_S)
    for path in watched:
        server.watch(path)


def _edited(folder: str | None) -> Iterator[os.DirEntry[str]]:
    """What lies in the folder, without what is made there: a build would set off the next one."""
    made = {str(page_path(path)) for path in find_notebooks(DOCS)} if folder == str(LABS) else set()
    made |= _MADE
    return (entry for entry in os.scandir(folder) if entry.name != "__pycache__" and entry.path not in made)


def _entries(config: Any) -> list[Any]:
    """Material's search index as far as it is made: the list itself."""
    entries: list[Any] = config.plugins["material/search"].search_index.entries
    return entries


def _shared_files() -> Iterator[Path]:
    yield from (path for path in (CLAIMS, CONFIG) if path.is_file())
    for folder in _SHARED:
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
