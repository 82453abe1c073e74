"""The site's address on a slide, with its QR code; tests/browser/test_backup.py scans it."""

import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from talk.settings import published_address
from talk.site.address import address_html
from tests.talk.conftest import Run

SLIDE = '\n/// slide | Questions\n    layout: section\n    time: 10\n\n--8<-- "generated/address.html"\n///\n'


def slide_of(talk: Path) -> str:
    deck = (talk / "site" / "slides" / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<section[^>]*id="questions".*?</section>', deck, re.DOTALL)
    assert found is not None
    return found[0]


def test_a_slide_has_the_address_where_the_site_knows_it(small_talk: Path, run: Run) -> None:
    with (small_talk / "docs" / "part" / "sleep.md").open("a", encoding="utf-8") as chapter:
        chapter.write(SLIDE)
    for url, shown in (("", ""), ("https://talk.example/ml/", "talk.example/ml"), ("", "")):
        done = run("build", "--no-measure", site_url=url)
        assert done.returncode == 0, done.stderr
        slide = slide_of(small_talk)
        assert ('class="site-address"' in slide) == bool(url)
        assert ("<svg" in slide) == bool(url)
        assert f"<span>{shown}</span>" in slide or not url
    # Asked for before anything was built.
    (small_talk / "snippets" / "generated" / "address.html").unlink()
    done = run("check")
    assert "address.html" not in done.stderr


@pytest.mark.parametrize(
    ("url", "read"),
    [("https://talk.example/", "talk.example"), ("http://a.example:8000/x/?y=<1>&z", "a.example:8000/x")],
)
def test_the_address_is_read_without_what_nobody_types(url: str, read: str) -> None:
    paragraph = fromstring(address_html(url))
    link, text = paragraph.find("a"), paragraph.find("a/span")
    assert link is not None
    assert text is not None
    assert (link.get("href"), text.text) == (url, read)


def test_the_published_address_is_what_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "mkdocs.yml"
    assert published_address(config) == "", "a page outside a talk"
    config.write_text('site_url: !ENV [SITE_URL, ""]\n', encoding="utf-8")
    monkeypatch.delenv("SITE_URL", raising=False)
    assert published_address(config) == ""
    monkeypatch.setenv("SITE_URL", "https://talk.example/")
    assert published_address(config) == "https://talk.example/"
    config.write_text("site_url: https://other.example/\n", encoding="utf-8")
    assert published_address(config) == "https://other.example/"
