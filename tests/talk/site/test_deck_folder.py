"""The folder that `make deck` takes out of the site, without a browser."""

import zipfile
from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.site.deck import make_deck

PAGE = """<!doctype html>
<html lang="ru"><head>
<link rel="stylesheet" href="../assets/deck.css">
<script src="../assets/deck.js?v=1" defer></script>
</head><body>
<main data-speaker="../assets/speaker.html" data-record="talk-2024/profiling">
<p>Текст&nbsp;и &lt;тег&gt; <a href="../gpu/#mesto" class="x">глава</a>, <a href="#dalshe">дальше</a>,
<a href="https://example.org/a?b=1&amp;c=2">чужое</a></p>
<a class="slide-link" href="../gpu/#slayd">в статье</a>
<svg viewBox="0 0 1 1"><path d="M0 0"/></svg><img src="../chart.svg" alt="График">
</main></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    files = {
        "slides/index.html": PAGE,
        "gpu/index.html": "<p>статья</p>",
        "assets/deck.css": '@font-face { src: url("fonts/face.woff2"), url("fonts/face.ttf") } a { b: url(data:x) }',
        "assets/deck.js": "",
        "assets/speaker.html": '<script src="speaker.js"></script><a href="../gpu/">статья</a>',
        "assets/speaker.js": "",
        "assets/unused.js": "",
        "assets/fonts/face.woff2": "face",
        "assets/fonts/face-LICENSE.txt": "licence",
        "assets/fonts/other.woff2": "other",
        "chart.svg": "<svg/>",
    }
    for name, content in files.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(content, encoding="utf-8")
    return tmp_path / "site"


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_what_the_deck_shows_and_nothing_else(site: Path, tmp_path: Path) -> None:
    folder = make_deck(site, tmp_path)
    assert files_in(folder) == {
        "index.html",
        "chart.svg",
        *("assets/deck.css", "assets/deck.js", "assets/speaker.html", "assets/speaker.js"),
        *("assets/fonts/face.woff2", "assets/fonts/face-LICENSE.txt"),
    }


def test_references_are_the_folders_own_and_the_rest_of_the_page_stays(site: Path, tmp_path: Path) -> None:
    html = (make_deck(site, tmp_path) / "index.html").read_text(encoding="utf-8")
    assert 'href="assets/deck.css"' in html
    assert 'src="assets/deck.js"' in html
    assert 'data-speaker="assets/speaker.html" data-record="talk-2024/profiling"' in html
    assert '<img src="chart.svg" alt="График">' in html
    assert '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>' in html
    assert "Текст&nbsp;и &lt;тег&gt;" in html
    assert '<a href="https://example.org/a?b=1&amp;c=2">чужое</a>' in html
    assert '<a href="#dalshe">дальше</a>' in html


def test_links_to_other_pages_are_plain_text_without_a_published_site(site: Path, tmp_path: Path) -> None:
    html = (make_deck(site, tmp_path) / "index.html").read_text(encoding="utf-8")
    assert '<span class="x">глава</span>' in html
    assert "в статье" not in html
    assert "../" not in html


def test_links_to_other_pages_lead_to_the_published_site(site: Path, tmp_path: Path) -> None:
    folder = make_deck(site, tmp_path, "https://example.org/talk")
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert '<a href="https://example.org/talk/gpu/#mesto" class="x">глава</a>' in html
    assert '<a class="slide-link" href="https://example.org/talk/gpu/#slayd">в статье</a>' in html


def test_the_same_site_gives_the_same_zip(site: Path, tmp_path: Path) -> None:
    folder = make_deck(site, tmp_path)
    first = (tmp_path / "deck.zip").read_bytes()
    for file in site.rglob("*"):
        if file.is_file():
            file.touch()
    assert make_deck(site, tmp_path) == folder
    assert (tmp_path / "deck.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "deck.zip") as archive:
        assert {name.removeprefix("deck/") for name in archive.namelist()} == files_in(folder)
        assert archive.read("deck/index.html") == (folder / "index.html").read_bytes()


def test_no_site_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TalkError, match=r"index\.html: is not built; run `make site`"):
        make_deck(tmp_path / "nowhere", tmp_path)


def test_a_missing_file_leaves_the_former_deck_whole(site: Path, tmp_path: Path) -> None:
    folder = make_deck(site, tmp_path)
    before = files_in(folder)
    (site / "assets" / "speaker.html").unlink()
    with pytest.raises(TalkError, match=r"asks for \.\./assets/speaker\.html, which the site does not have"):
        make_deck(site, tmp_path)
    assert files_in(folder) == before
