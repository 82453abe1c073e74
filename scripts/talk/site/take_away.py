"""What a listener takes away, published with the site: the deck as a folder to unzip, as a PDF, and with its notes.

A page says where the links to them go by an empty `<template class="take-away">`, which shows nothing as long as there
are none: the fragment `--8<-- "generated/take-away.html"` is one. They are made of the built pages, after them.
"""

import shutil
import tempfile
from html import escape
from pathlib import Path
from posixpath import relpath

from talk.paths import TAKE_AWAY_SNIPPET
from talk.records.files import write_if_changed
from talk.settings import published_address
from talk.site.browser import find_browser
from talk.site.deck import PAGE, ZIP, make_deck
from talk.site.paper import DECK, HANDOUT, make_paper
from talk.words import say

PLACE = '<template class="take-away"></template>'
_WORDS = {DECK: "take_away.deck", HANDOUT: "take_away.handout", ZIP: "take_away.zip"}


def write_place() -> None:
    """Bring the fragment up to date."""
    write_if_changed(TAKE_AWAY_SNIPPET, f"{PLACE}\n")


def publish(site: Path) -> list[Path]:
    """Put what is taken away into the built `site`, and links to it where pages have a place for them.

    Without a browser there is no PDF. Returns the files, none where the site has no deck. Raises TalkError.
    """
    if not (site / PAGE).is_file():
        return []
    with tempfile.TemporaryDirectory() as temporary:
        deck = make_deck(site, Path(temporary), published_address())
        made = [Path(temporary, ZIP)]
        if find_browser() is not None:
            made = [*make_paper(deck, Path(temporary), what_for="talk build --take-away"), *made]
        published = [Path(shutil.copy(each, site / PAGE.parent / each.name)) for each in made]
    for page in sorted(site.rglob("*.html")):
        html = page.read_text(encoding="utf-8")
        if PLACE in html:
            page.write_text(html.replace(PLACE, _links(published, page.parent)), encoding="utf-8")
    return published


def _links(files: list[Path], here: Path) -> str:
    links = [
        f'<a href="{escape(relpath(file.as_posix(), here.as_posix()))}" download>{escape(say(_WORDS[file.name]))}</a>'
        for file in files
    ]
    return f'<p class="take-away">{escape(say("take_away"))} {", ".join(links)}</p>'
