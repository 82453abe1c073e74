"""While `mkdocs serve` runs, an edited page alone is made again: the others are as they were a moment ago.

A page is made of its own Markdown (the deck of every chapter's), and of files that all pages share: code, fragments,
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
from mkdocs.plugins import CombinedEvent, event_priority
from watchdog.observers.polling import PollingObserverVFS

from talk.markdown.slides import DECK
from talk.paths import CACHE, CLAIMS, DOCS, GENERATED_ASSETS, GENERATED_SNIPPETS, MACHINE_PAGES, ROOT, SNIPPETS

_TEMPLATES = CACHE / "templates"
_SHARED = (ROOT / "scripts", SNIPPETS, DOCS / "results")
_MADE = {str(folder) for folder in (GENERATED_ASSETS, GENERATED_SNIPPETS, MACHINE_PAGES)}
_FIRST, _LAST = 200, -200
_LOOK_S = 0.15
_OF_A_PAGE = ("content", "toc", "title", "_title_from_render", "present_anchor_ids", "links_to_anchors")


@dataclass
class _Page:
    """What a page was made of, what it became, and its entries of the search index."""

    made_of: str
    became: dict[str, Any] = field(default_factory=dict)
    entries: list[Any] = field(default_factory=list)
    first_entry: int = 0


_serving = False
_shared = ""
_pages: dict[str, _Page] = {}


def is_unchanged(page: Any) -> bool:
    """Whether the page is taken as it was, finished."""
    return bool(getattr(page, "is_unchanged", False))


def on_startup(command: str, **_: Any) -> None:
    """Only who serves builds more than once."""
    global _serving
    _serving = command == "serve"


def on_serve(server: Any, config: Any, builder: Any) -> Any:
    """Look for edits more often than MkDocs does, which is twice a second, and not at what a build writes itself."""
    del builder
    watched = (config.docs_dir, config.config_file_path)
    for path in watched:
        server.unwatch(path)
    server.observer = PollingObserverVFS(os.stat, _edited, polling_interval=_LOOK_S)
    for path in watched:
        server.watch(path)
    return server


def _edited(folder: str | None) -> Iterator[os.DirEntry[str]]:
    """What lies in the folder, without what is made there: a build would set off the next one."""
    return (entry for entry in os.scandir(folder) if entry.path not in _MADE)


def on_files(files: Any, config: Any) -> Any:
    """Look at what all pages share: once fragments are written, before the first page."""
    del config
    global _shared
    stamps = [f"{path} {stat.st_mtime_ns} {stat.st_size}" for path in _shared_files() if (stat := path.stat())]
    names = sorted(file.src_uri for file in files)  # links lead to them
    _shared = _digest(*stamps, *names)
    return files


@event_priority(_LAST)
def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Where nothing that the page is made of has changed, put what it became in place of the converting."""
    del config, files
    name = page.file.src_uri
    chapters = (path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))) if name == DECK else ()
    made_of = _digest(_shared, markdown, *chapters)
    if _serving and name in _pages and _pages[name].made_of == made_of and _pages[name].became:
        became = _pages[name].became
        page.render = lambda *_: vars(page).update(became)
        page.is_unchanged = True  # on the page: MkDocs loads a hook's file as a module of its own
    else:
        _pages[name] = _Page(made_of)
    return markdown


@event_priority(_LAST)
def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Keep what the page became."""
    del config, files
    if not is_unchanged(page):
        kept = {name: vars(page)[name] for name in _OF_A_PAGE if name in vars(page)}
        _pages[page.file.src_uri].became = kept | {"content": html}
    return html


def on_env(env: Any, config: Any, files: Any) -> Any:
    """Keep templates compiled."""
    del config, files
    _TEMPLATES.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(_TEMPLATES))
    return env


@event_priority(_FIRST)
def _before_search(context: Any, page: Any, config: Any, nav: Any) -> Any:
    del nav
    entries = _entries(config)
    if is_unchanged(page):
        entries += _pages[page.file.src_uri].entries
        page.meta = page.meta | {"search": {"exclude": True}}  # it is there already
    else:
        _pages[page.file.src_uri].first_entry = len(entries)
    return context


@event_priority(_LAST)
def _after_search(context: Any, page: Any, config: Any, nav: Any) -> Any:
    del nav
    if not is_unchanged(page):
        kept = _pages[page.file.src_uri]
        kept.entries = _entries(config)[kept.first_entry :]
    return context


on_page_context = CombinedEvent(_before_search, _after_search)


def _entries(config: Any) -> list[Any]:
    """Material's search index as far as it is made: the list itself."""
    entries: list[Any] = config.plugins["material/search"].search_index.entries
    return entries


def _shared_files() -> Iterator[Path]:
    yield from (CLAIMS, ROOT / "mkdocs.yml", ROOT / "package.json")
    for folder in _SHARED:
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
