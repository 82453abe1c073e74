"""The deck to take away: `make deck` lifts /slides/ out of the built site into dist/deck/ and dist/deck.zip.

Both open from disk with the network off. The folder holds `index.html`, what it shows, and the licences of what it
carries; nothing else of the site.
"""

import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from talk.errors import TalkError, told_in_one_line
from talk.markdown.html import HtmlReader
from talk.paths import DIST, SITE
from talk.records.files import cannot_write
from talk.settings import published_address
from talk.site.policy import for_disk

PAGE, ZIP = Path("slides", "index.html"), "deck.zip"
# How a file of each kind refers to another one.
_REFERENCES = {
    ".css": re.compile(r"""url\(\s*["']?(?P<url>[^"')]+)["']?\s*\)"""),
    ".html": re.compile(r'(?:href|src)="(?P<url>[^"]+)"'),
}
_STEP = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip can name: the same deck gives the same bytes


def make_deck(site: Path = SITE, out: Path = DIST, site_url: str = "") -> Path:
    """Write `out/deck/` and `out/deck.zip` from the built `site`; returns the folder.

    Links to other pages lead to `site_url` where it is set, and are plain text where it is not. Raises TalkError when
    the site has no deck, or its deck asks for a file that the site does not have.
    """
    page = site / PAGE
    try:
        rewriter = _Rewriter(page, site, site_url)
        rewriter.feed(page.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TalkError(page, "is not built", "run `make site`") from None
    rewriter.close()
    try:
        building = out / ".deck.building"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        (building / "index.html").write_text(for_disk("".join(rewriter.written)), encoding="utf-8")
        for file in sorted(_with_what_they_ask(rewriter.files)):
            copy = building / file.relative_to(site.resolve())
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        folder = out / "deck"
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
        _zip(folder, out / ZIP)
    except OSError as error:
        raise cannot_write(out, error) from None
    return folder


class _Rewriter(HtmlReader):
    """Copies a page, its references to the site's files made relative to the site's root, and collects the files."""

    def __init__(self, page: Path, site: Path, site_url: str) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self.files: set[Path] = set()
        self._page = page
        self._site = site.resolve()
        self._site_url = site_url
        self._anchors: list[str] = []  # end tag of each open <a>; empty where it is left out with its text
        self._drawings = 0  # how many <svg> are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write the tag as it stands, or with what it refers to rewritten."""
        self._drawings += tag == "svg"
        if tag != "a":
            self._write(tag, attrs, [(name, self._moved(name, value)) for name, value in attrs])
            return
        href = dict(attrs).get("href")
        if href is None or href.startswith("#") or urlsplit(href).scheme:
            self._anchors.append("</a>")
            self._write(tag, attrs, attrs)
        elif self._site_url:
            here = f"{self._site_url.rstrip('/')}/{self._page.parent.name}/"
            self._anchors.append("</a>")
            self._write(tag, attrs, [(name, urljoin(here, href) if name == "href" else value) for name, value in attrs])
        elif "slide-link" in (dict(attrs).get("class") or "").split():
            self._anchors.append("")  # the way into the article says nothing where it leads nowhere
        else:
            plain = "g" if self._drawings else "span"
            self._anchors.append(f"</{plain}>")
            kept = [(name, value) for name, value in attrs if name not in {"href", "target", "rel"}]
            self._write(plain, attrs, kept)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A self-closing tag, as SVG has them."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what was written in the opening tag's place."""
        self._drawings -= tag == "svg"
        if tag == "a" and self._anchors:
            self.written.append(self._anchors.pop())
        else:
            self._keep(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Text stays."""
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        """`&nbsp;` stays."""
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """`&#160;` stays."""
        self._keep(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """The doctype stays."""
        self._keep(f"<!{decl}>")

    def _keep(self, text: str) -> None:
        if "" not in self._anchors:
            self.written.append(text)

    def _write(self, tag: str, former: list[tuple[str, str | None]], attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        if attrs != former:
            words = [tag, *(name if value is None else f'{name}="{escape(value)}"' for name, value in attrs)]
            text = f"<{' '.join(words)}{'/>' if text.endswith('/>') else '>'}"
        self._keep(text)

    def _moved(self, name: str, value: str | None) -> str | None:
        """The attribute's value, relative to the site's root where it refers to a file of the site."""
        if value is None or not (name in {"href", "src", "poster"} or value.startswith("../")):
            return value
        url = urlsplit(value)
        if url.scheme or url.netloc or not url.path:
            return value
        file = (self._page.parent / unquote(url.path)).resolve()
        if not file.is_file() or not file.is_relative_to(self._site):
            raise TalkError(self._page, f"asks for {value}, which the site does not have", "run `make site`")
        self.files.add(file)
        return file.relative_to(self._site).as_posix() + (f"#{url.fragment}" if url.fragment else "")


def _with_what_they_ask(files: set[Path]) -> set[Path]:
    """The files, what their style sheets and pages refer to, and the licences that lie beside any of it."""
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        waiting += _referred(file)
        # A licence lies beside what it covers, or at the top of its package.
        for folder in (file.parent, file.parent.parent):
            waiting += [path for path in folder.glob("*LICENSE*") if path.is_file()]
    return found


def _referred(by: Path) -> Iterator[Path]:
    """Files that a style sheet or a page asks for. A face's older formats, of which the site has none, are left out."""
    if by.suffix not in _REFERENCES:
        return
    for match in _REFERENCES[by.suffix].finditer(by.read_text(encoding="utf-8")):
        url = urlsplit(match["url"])
        file = (by.parent / unquote(url.path)).resolve()
        if not url.scheme and file.is_file():
            yield file


def _zip(folder: Path, target: Path) -> None:
    """The folder as a zip, whose bytes depend on its files alone."""
    partial = target.with_name(f".{target.name}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo((Path(folder.name) / file.relative_to(folder)).as_posix(), _STEP)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes(), compresslevel=9)
    partial.replace(target)


@told_in_one_line
def main() -> int:
    """Entry of `python -m talk.site.deck`; the exit status."""
    folder = make_deck(site_url=published_address())
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"dist/deck/ ({size / 1e6:.1f} MB) and dist/deck.zip: open deck/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
