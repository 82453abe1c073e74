"""The deck on paper: `make pdf` prints dist/deck.pdf (a slide a page) and dist/handout.pdf (slides with their notes).

A headless Chromium prints the folder that `make deck` made, its scripts taken out: without them the deck reads as a
scroll, every step shown. The deck's style sheet lays that scroll out in slides, one more in the handout's pages.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from talk.errors import TalkError, told_in_one_line
from talk.paths import DIST, SITE
from talk.settings import published_address
from talk.site.browser import require_browser
from talk.site.deck import make_deck

DECK, HANDOUT = "deck.pdf", "handout.pdf"
_HANDOUT_SHEET = Path(__file__).with_name("handout_print.css")
# Scripts cannot be switched off instead: Chromium prints by a script of its own.
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_LONGEST_S = 180


def make_paper(
    deck: Path, out: Path = DIST, wanted: Sequence[str] = (DECK, HANDOUT), what_for: str = "make pdf"
) -> list[Path]:
    """Print the folder `deck` into `out`; returns the PDFs. Raises TalkError when no browser is found or it fails."""
    browser = require_browser(what_for)
    out.mkdir(parents=True, exist_ok=True)
    html = _SCRIPT.sub("", (deck / "index.html").read_text(encoding="utf-8"))
    papers = {DECK: html, HANDOUT: handout_page(html)}
    with tempfile.TemporaryDirectory() as temporary:
        pages = Path(temporary, "deck")
        shutil.copytree(deck, pages)
        for name in wanted:
            page = pages / f"{name}.html"
            page.write_text(papers[name], encoding="utf-8")
            _print(browser, page, Path(temporary, name), Path(temporary, "profile"))
            shutil.move(Path(temporary, name), out / name)
    return [out / name for name in wanted]


def handout_page(deck: str) -> str:
    """The deck's page as the handout prints it."""
    sheet = f"<style>{_HANDOUT_SHEET.read_text(encoding='utf-8')}</style>"
    return deck.replace('class="deck"', 'class="deck handout"').replace("</body>", f"{sheet}</body>")


def _print(browser: str, page: Path, pdf: Path, profile: Path) -> None:
    words = [
        browser,
        "--headless",
        "--no-sandbox",  # the page is our own, and Chromium run as root (in a container) refuses otherwise
        "--disable-gpu",
        f"--user-data-dir={profile}",  # whoever runs this may have that browser open
        "--virtual-time-budget=20000",  # time passes only while nothing is loading: typefaces arrive before it prints
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        f"--print-to-pdf={pdf}",
        page.as_uri(),
    ]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_LONGEST_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TalkError("make pdf", f"{browser} did not print: {error}", "try another browser: CHROMIUM=…") from None
    if not pdf.is_file():
        said = next(reversed([line for line in done.stderr.splitlines() if line.strip()]), "it said nothing")
        raise TalkError("make pdf", f"{browser} did not print: {said}", "try another browser: CHROMIUM=/path/to/chrome")


@told_in_one_line
def main() -> int:
    """Entry of `python -m talk.site.paper`; the exit status."""
    require_browser("make pdf")
    for pdf in make_paper(make_deck(SITE, DIST, published_address())):
        print(f"dist/{pdf.name}: {pdf.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
