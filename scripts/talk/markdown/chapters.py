"""Which page gathers which chapters' slides: a block `/// chapter | part/page.md` … `///` of the deck."""

import re
from functools import lru_cache
from pathlib import Path

from talk.paths import DOCS

DIRECTIVE = re.compile(r"(?m)^/{3,} *chapter *\| *(?P<chapter>\S+) *\n/{3,} *$")
_NO_PAGES = {"assets", "machines", "results", "theme"}


def chapters_of(deck: str) -> list[str]:
    """The chapters that the deck's Markdown gathers, as paths under docs/."""
    return [found["chapter"] for found in DIRECTIVE.finditer(deck)]


def find_deck(docs: Path = DOCS) -> str | None:
    """The talk's deck: the first page that gathers chapters, as a path under docs/. None for a talk without one."""
    return next(iter(_gathered(docs)), None)


def deck_of(chapter: str, docs: Path = DOCS) -> str | None:
    """The page that gathers the chapter's slides; None where none does."""
    return next((deck for deck, chapters in _gathered(docs).items() if chapter in chapters), None)


def _gathered(docs: Path) -> dict[str, list[str]]:
    """Each deck with its chapters."""
    pages = (path for path in sorted(docs.rglob("*.md")) if path.relative_to(docs).parts[0] not in _NO_PAGES)
    found = {path.relative_to(docs).as_posix(): _read(path, path.stat().st_mtime_ns) for path in pages}
    return {page: chapters for page, chapters in found.items() if chapters}


@lru_cache(maxsize=256)
def _read(path: Path, _changed_ns: int) -> list[str]:
    return chapters_of(path.read_text(encoding="utf-8"))
