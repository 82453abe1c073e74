"""What other programs read of a site: Markdown copies of pages, llms.txt, the feed of measurements."""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from talk.site.copies import markdown_of
from tests.talk.conftest import Run, run_talk

_ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def built(measured_talk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small talk's site, for an address of its own."""
    folder = tmp_path_factory.mktemp("copies") / "talk"
    shutil.copytree(measured_talk, folder, symlinks=True)
    done = run_talk(folder, "build", "--no-measure", site_url="https://example.org/talk/")
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_a_copy_has_the_pages_words_with_its_numbers(built: Path) -> None:
    page = (built / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    (number,) = re.findall(r"It took <data[^>]*>([^<]*)</data>", page)
    copy = (built / "part" / "sleep" / "index.html.md").read_text(encoding="utf-8")
    assert copy.startswith("# Sleep\n")
    assert f"It took {number}." in copy
    assert "{{" not in copy
    assert "## More" in copy
    assert '<link rel="alternate feed" type="application/atom+xml" href="../../feed.xml">' in page


def test_the_list_names_every_page_but_the_deck_and_leads_to_it(built: Path) -> None:
    listed = (built / "llms.txt").read_text(encoding="utf-8")
    assert listed.startswith("# Small\n")
    links = re.findall(r"^- \[[^\]]+\]\(https://example\.org/talk/(.*)\)$", listed, re.MULTILINE)
    assert sorted(links) == ["index.html.md", "labs/try/index.html.md", "part/sleep/index.html.md"]
    assert all((built / link).is_file() for link in links)


def test_the_feed_has_an_entry_a_measurement(built: Path) -> None:
    feed = ElementTree.parse(built / "feed.xml").getroot()
    entries = feed.findall("atom:entry", _ATOM)
    assert len(entries) == 1
    link = entries[0].find("atom:link", _ATOM)
    assert link is not None
    path = link.attrib["href"].removeprefix("https://example.org/talk/")
    record = json.loads((built / path).read_text(encoding="utf-8"))
    updated = (entries[0].findtext("atom:updated", namespaces=_ATOM) or "").replace("+00:00", "Z")
    assert updated == record["measured_at"]
    for required in ("id", "title", "updated"):
        assert feed.findtext(f"atom:{required}", namespaces=_ATOM)
        assert entries[0].findtext(f"atom:{required}", namespaces=_ATOM)


def test_without_an_address_links_are_relative(small_talk: Path, run: Run) -> None:
    assert run("build", "--no-measure").returncode == 0
    assert "](part/sleep/index.html.md)" in (small_talk / "site" / "llms.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            '<p>So <span class="arithmatex"><span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi>'
            '<annotation encoding="application/x-tex">x_1^2</annotation></semantics></math></span>'
            '<span class="katex-html"><span>x1</span></span></span></span> is.</p>',
            "So $x_1^2$ is.",
        ),
        ('<svg aria-label="A rise"><text>9</text></svg>', "A rise"),
        ("<h2>Two<a class='headerlink' href='#two'>¶</a></h2>", "## Two"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>slow_conv2d</td><td>7</td></tr></table>", "| slow_conv2d | 7 |"),
        ("<pre><code>a = b\nc</code></pre>", "```\na = b\nc\n```"),
    ],
)
def test_what_markdown_has_no_word_for_is_said(html: str, markdown: str) -> None:
    assert markdown in markdown_of(html)
