"""A Markdown copy of each page with its numbers filled in, and llms.txt, which lists them: many ask a machine to read.

A copy lies beside its page, `page/index.html.md`, so that links hold as they are.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from talk.paths import CACHE
from talk.records.files import write_if_changed

_CACHE = CACHE / "copies"
_VERSION = b"2"  # of what is made of a page
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_SAID = re.compile(r'<svg\b[^>]*\baria-label="([^"]*)"')
_FORMULA = re.compile("\ue000(\\d+)\ue001")
_NOT_READ = (
    ".headerlink, .slide-link, .machines, [hidden], .page-machine :is(select, output), form, script, .katex-html"
)


@dataclass(frozen=True)
class Copied:
    """A page to copy: its file in the site, what the menu calls it, its content as HTML, its place in the menu."""

    file: str
    title: str
    html: str
    place: int = 0


def write_copies(site: Path, pages: Iterable[Copied], title: str, description: str, address: str) -> None:
    """Write the copies into the folder `site`, and llms.txt, whose links start with `address` where it is known."""
    listed = [f"# {title}", *([f"> {description}"] if description else [])]
    links = []
    for page in sorted(pages, key=lambda each: (each.place, each.file)):
        copy = f"{page.file}.md"
        (site / copy).write_text(_copy(page), encoding="utf-8")
        links.append(f"- [{page.title}]({urljoin(address, copy)})")
    (site / "llms.txt").write_text("\n\n".join([*listed, "\n".join(links)]) + "\n", encoding="utf-8")


def _copy(page: Copied) -> str:
    """The page as Markdown, from the cache where it has been made before: it takes a tenth of a second."""
    kept = _CACHE / f"{hashlib.sha256(_VERSION + page.html.encode()).hexdigest()[:32]}.md"
    if not kept.is_file():
        write_if_changed(kept, markdown_of(page.html))
    return kept.read_text(encoding="utf-8")


def markdown_of(html: str) -> str:
    """A page's content as Markdown: formulas as TeX, drawings as what a screen reader says of them."""
    from bs4 import BeautifulSoup  # most builds have all copies in the cache
    from markdownify import MarkdownConverter

    def told(drawing: re.Match[str]) -> str:
        said = _SAID.match(drawing[0])
        return f"<p>{said[1]}</p>" if said else ""

    soup = BeautifulSoup(_DRAWING.sub(told, html), "html.parser")
    for part in soup.select(_NOT_READ):
        part.decompose()
    formulas = []
    for formula in soup.select(".arithmatex"):
        annotation = formula.find("annotation")
        tex = annotation.get_text().strip() if annotation else formula.get_text()
        formulas.append(f"$$\n{tex}\n$$" if formula.name == "div" else f"${tex}$")
        formula.string = f"\ue000{len(formulas) - 1}\ue001"
    converter = MarkdownConverter(
        heading_style="ATX", bullets="-", escape_underscores=False, escape_asterisks=False, escape_misc=False
    )
    text = re.sub(r"\n{3,}", "\n\n", converter.convert_soup(soup))
    return _FORMULA.sub(lambda found: formulas[int(found[1])], text).strip() + "\n"
