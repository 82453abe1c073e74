"""Where in the sources something is written. Python-Markdown tells an extension neither file nor line."""

from collections.abc import Iterator
from pathlib import Path

from talk.errors import TalkError
from talk.paths import DOCS, GENERATED_ASSETS, GENERATED_SNIPPETS, PACKAGE, RESULTS, SCRIPTS, SNIPPETS, VENDOR
from talk.records.notebooks import find_notebooks, page_path, prose_lines

_UNREAD = frozenset("measure measure.py record record.py sample.py bench tests __pycache__".split())


def source_files(docs: Path = DOCS, snippets: Path = SNIPPETS) -> list[Path]:
    """Every hand-written file of Markdown: pages, labs, then fragments. What is in them is `read_source`'s to tell."""
    labs = find_notebooks(docs)
    pages = [*sorted(set(docs.rglob("*.md")) - set(map(page_path, labs))), *labs]
    fragments = sorted(path for path in snippets.rglob("*.md") if not path.is_relative_to(GENERATED_SNIPPETS))
    return [path for path in (*pages, *fragments) if not path.is_relative_to(docs / "assets")]


def html_sources(docs: Path = DOCS, snippets: Path = SNIPPETS) -> list[Path]:
    """Every hand-written piece of HTML: fragments, the talk's own templates, pictures."""
    fragments = (path for path in snippets.rglob("*.html") if not path.is_relative_to(GENERATED_SNIPPETS))
    return sorted([*fragments, *(docs / "theme").rglob("*.html"), *_by_hand(docs, "*.svg")])


def script_sources(docs: Path = DOCS) -> list[Path]:
    """Every hand-written script and style sheet of the talk's pages."""
    return [*_by_hand(docs, "*.js"), *_by_hand(docs, "*.css")]


def code_sources(scripts: Path = SCRIPTS) -> list[Path]:
    """The talk's Python whose strings readers see: all but what measures, keeps and makes records, and tests."""
    files = (path for path in scripts.rglob("*.py") if not path.is_relative_to(PACKAGE))
    return sorted(path for path in files if not _UNREAD.intersection(path.relative_to(scripts).parts))


def _by_hand(docs: Path, pattern: str) -> Iterator[Path]:
    for path in sorted(docs.rglob(pattern)):
        if not any(map(path.is_relative_to, (GENERATED_ASSETS, VENDOR, RESULTS))):
            yield path


def read_source(path: Path) -> str:
    """The Markdown of a source file, line by line as it stands there; of a lab, the prose between its code.

    Raises TalkError for what is no text.
    """
    if path.suffix == ".ipynb":
        return "\n".join(prose_lines(path))
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise TalkError(path, "is not UTF-8 text", "save it in UTF-8", line=line) from None
    except OSError as error:
        raise TalkError(path, f"cannot be read: {error.strerror}", "put a file of Markdown there") from None


def places(text: str) -> Iterator[tuple[Path, int]]:
    """File and line (from 1) of each place where `text` stands in the sources."""
    for path in source_files():
        for line, content in enumerate(read_source(path).splitlines(), start=1):
            if text in content:
                yield path, line


def place(text: str) -> tuple[Path | str, int | None]:
    """The first place where `text` stands; a page made of no file is called that."""
    return next(places(text), ("the page", None))
