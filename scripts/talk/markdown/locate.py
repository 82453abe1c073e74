"""Where in the sources something is written. Python-Markdown tells an extension neither file nor line."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from talk import addresses
from talk.errors import TalkError
from talk.paths import DOCS, GENERATED_ASSETS, GENERATED_SNIPPETS, PACKAGE, RESULTS, SCRIPTS, SNIPPETS, VENDOR
from talk.records.notebooks import find_notebooks, page_path, prose_lines

_UNREAD = frozenset("measure measure.py record record.py sample.py bench tests __pycache__".split())

# What may be an address: in Markdown, in an attribute, whole or one of several, and in a style.
_ADDRESS = re.compile(
    r"""\]\(<?(?P<link>[^\s()<>]+)|^[ ]{0,3}\[[^\]\n]+\]:\s*<?(?P<reference>[^\s<>]+)"""
    r"""|(?<=[\s/])[\w:-]+\s*=\s*(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)'|(?P<bare>[^\s"'<>]+))""",
    re.MULTILINE,
)
_PARTS = re.compile(r"[\s,()\"']+")


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


def source_of(page: str) -> Path | None:
    """The source of a page of the site: `chapter/index.html` is made of docs/chapter.md. None where it has no file."""
    address = page.removesuffix(".html").removesuffix("index").rstrip("/") or "index"
    candidates = (DOCS / f"{address}.ipynb", DOCS / f"{address}.md", DOCS / address / "index.md")
    return next((source for source in candidates if source.is_file()), None)


def written_addresses(text: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) and address of each link and picture in a source, among other things in attributes."""
    for found in _ADDRESS.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        written = unescape(found[found.lastgroup or 0])
        yield line, written
        if found.lastgroup not in ("link", "reference"):
            yield from ((line, part) for part in _PARTS.split(written) if part != written)


def written_links(address: str, page: str) -> Iterator[tuple[Path, int]]:
    """File and line of each place that writes a link which that page of the site has, its own source's first."""
    source = source_of(page)
    shown_by = source.relative_to(DOCS).with_suffix(".md").as_posix() if source else page
    for path in sorted([*source_files(), *html_sources()], key=lambda path: path != source):
        is_page = path.is_relative_to(DOCS) and path.suffix != ".html"
        written_in = path.relative_to(DOCS).with_suffix(".md").as_posix() if is_page else shown_by
        for line, written in written_addresses(read_source(path)):
            target = addresses.source(unquote(written), written_in)
            if unquote(address) in (unquote(written), target and addresses.url(target, shown_by)):
                yield path, line
