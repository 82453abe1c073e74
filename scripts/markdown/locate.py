"""Where in the sources something is written. Python-Markdown tells an extension neither file nor line."""

from collections.abc import Iterator
from pathlib import Path

from scripts.paths import DOCS, GENERATED_SNIPPETS, SNIPPETS


def source_files(docs: Path = DOCS, snippets: Path = SNIPPETS) -> list[Path]:
    """Every hand-written Markdown file: pages, then fragments."""
    pages = sorted(docs.rglob("*.md"))
    fragments = sorted(path for path in snippets.rglob("*.md") if not path.is_relative_to(GENERATED_SNIPPETS))
    return [path for path in (*pages, *fragments) if not path.is_relative_to(docs / "assets")]


def places(text: str) -> Iterator[tuple[Path, int]]:
    """File and line (from 1) of each place where `text` stands in the sources."""
    for path in source_files():
        for line, content in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if text in content:
                yield path, line


def place(text: str) -> tuple[Path | str, int | None]:
    """The first place where `text` stands; a page made of no file is called that."""
    return next(places(text), ("the page", None))
