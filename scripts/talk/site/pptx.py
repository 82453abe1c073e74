"""The deck for organisers who ask for PowerPoint: `make pptx` writes dist/deck.pptx.

Each slide is a picture of itself, as the printed deck has it, all its steps taken; its title and its notes are text.
"""

import re
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pypdfium2
from lxml import etree, html
from pptx import Presentation
from pptx.presentation import Presentation as Show
from pptx.util import Emu

from talk.errors import TalkError, told_in_one_line
from talk.markdown.math import plain_text
from talk.paths import DIST, SITE
from talk.records.files import cannot_write
from talk.settings import published_address
from talk.site.browser import require_browser
from talk.site.deck import make_deck
from talk.site.paper import DECK, make_paper

_WIDTH_PX = 1920
_WIDTH, _HEIGHT = Emu(12_192_000), Emu(6_858_000)  # PowerPoint's own 16:9
_TITLE_ONLY = 5  # among the layouts of python-pptx's own template
_BLOCKS = {"p", "li", "tr", "pre", "div", "blockquote", "details", "ul", "ol", "table", "dt", "dd"}
_SPACES = re.compile(r"[ \t\n]+")  # a hard space stays
_UNSAID = {"svg", "style", "script"}


def make_pptx(deck: Path, out: Path = DIST) -> Path:
    """Write `out/deck.pptx` from the folder that `make deck` made. Raises TalkError where it cannot."""
    page = html.fromstring((deck / "index.html").read_bytes())
    slides = page.xpath("//section[contains(concat(' ', @class, ' '), ' slide ')]")
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = _WIDTH, _HEIGHT
    presentation.core_properties.title = page.findtext(".//title") or ""
    presentation.core_properties.language = page.get("lang", "")
    with tempfile.TemporaryDirectory() as temporary:
        [printed] = make_paper(deck, Path(temporary), [DECK], "make pptx")
        with pypdfium2.PdfDocument(printed) as sheets:
            if len(sheets) != len(slides):
                what = f"the browser printed {len(slides)} slides on {len(sheets)} pages"
                raise TalkError("make pptx", what, "try another browser: CHROMIUM=/path/to/chrome")
            for source, sheet in zip(slides, sheets, strict=True):
                picture = BytesIO()
                sheet.render(scale=_WIDTH_PX / sheet.get_width()).to_pil().save(picture, "PNG")
                picture.seek(0)
                _add(presentation, source, picture)
    target = out / "deck.pptx"
    try:
        out.mkdir(parents=True, exist_ok=True)
        presentation.save(str(target))
    except OSError as error:
        raise cannot_write(out, error) from None
    return target


def _add(presentation: Show, source: html.HtmlElement, picture: BytesIO) -> None:
    """One slide. The picture lies over its title, which screen readers and the outline still have."""
    [written] = source.find_class("slide-title")
    title = written.get("data-title") or _said(written)
    slide = presentation.slides.add_slide(presentation.slide_layouts[_TITLE_ONLY])
    slide.shapes.title.text = title
    shape = slide.shapes.add_picture(picture, 0, 0, _WIDTH, _HEIGHT)
    shape._element.nvPicPr.cNvPr.set("descr", title)
    slide.notes_slide.notes_text_frame.text = "\n".join(_said(notes) for notes in source.xpath("./aside"))


def _said(element: html.HtmlElement) -> str:
    """The element's text, a line a paragraph."""
    lines = (_SPACES.sub(" ", line).strip(" ") for line in _text(element).split("\n"))
    return re.sub(r"\n+", "\n", "\n".join(lines)).strip()


def _text(element: html.HtmlElement) -> str:
    if not isinstance(element.tag, str) or element.tag in _UNSAID or element.get("hidden") is not None:
        return ""
    if "katex" in element.get("class", "").split():
        return plain_text(etree.tostring(element, encoding="unicode", with_tail=False))
    is_code = element.tag == "pre" or any(parent.tag == "pre" for parent in element.iterancestors())

    def flowing(text: str | None) -> str:
        return (text or "") if is_code else _SPACES.sub(" ", text or "")

    joined = flowing(element.text) + "".join(_text(child) + flowing(child.tail) for child in element)
    if element.tag in {"td", "th"}:
        return f"{joined}  "
    return f"\n{joined}\n" if element.tag in _BLOCKS else joined


@told_in_one_line
def main() -> int:
    """Entry of `python -m talk.site.pptx`; the exit status."""
    require_browser("make pptx")
    target = make_pptx(make_deck(SITE, DIST, published_address()))
    print(f"dist/{target.name}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
