"""The slides that every tool is given."""

from pathlib import Path

import pytest

from experiments.decks.measure.content import FORMULAS, sample_files, sample_slides
from experiments.decks.measure.content_delivery import ContentDelivery
from experiments.decks.measure.tools import tools
from talk.experiment import find_experiment
from talk.markdown.written_slides import LAYOUTS
from talk.records.sources import hash_sources


def test_they_are_twenty_of_every_kind_each_with_a_note() -> None:
    slides = sample_slides()
    assert len(slides) == 20
    assert {slide.kind for slide in slides} == {"title", "text", "section", "table", "code", "formula", "picture"}
    assert {slide.kind for slide in slides} <= set(LAYOUTS)
    assert len({slide.title for slide in slides}) == 20, "a slide is found by its title"
    assert all(slide.note for slide in slides)
    assert [slide.body.strip("$\n") for slide in slides if slide.kind == "formula"] == list(FORMULAS)


def test_tables_are_nine_by_seven() -> None:
    tables = [slide.body.splitlines() for slide in sample_slides() if slide.kind == "table"]
    assert len(tables) == 4
    for header, _, *rows in tables:
        assert len(rows) == 9
        assert {row.count("|") - 1 for row in [header, *rows]} == {7}


def test_every_picture_that_is_shown_is_there() -> None:
    shown = {slide.body.partition("](./")[2].rstrip(")") for slide in sample_slides() if slide.kind == "picture"}
    assert shown == set(sample_files())


def test_every_tool_is_given_every_slide(tmp_path: Path) -> None:
    slides = sample_slides()
    for tool in tools(tmp_path):
        tool.prepare(slides)
        written = "\n".join(path.read_text(encoding="utf-8") for path in tool.project.glob("**/*.md"))
        assert [slide.title for slide in slides if slide.title not in written] == [], tool.name
        assert [slide.note for slide in slides if slide.note not in written] == [], tool.name
        assert [slide.body for slide in slides if slide.body not in written] == [], tool.name


def test_a_change_of_the_comparison_makes_its_record_stale() -> None:
    sources = hash_sources(find_experiment("decks"))
    assert {
        "scripts/experiments/decks/measure/content.py",
        "scripts/experiments/decks/measure/look.js",
    } <= sources.keys()
    ours = {"assets/stylesheets/slides.css", "markdown/slides.py", "site/browser.py", "npm/package.json"}
    assert {f"talk/{file}" for file in ours} <= sources.keys()  # our deck is one of those that are timed
    assert not [name for name in sources if name.startswith(("scripts/bench/", "scripts/experiments/decks/render"))]


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://cdn.jsdelivr.net/npm/reveal.js@5.1.0/dist/reveal.js", "reveal.js@5.1.0/dist/reveal.js"),
        ("https://unpkg.com/@scope/tool@1.2/a.css?v=3", "@scope+tool@1.2/a.css"),
        ("https://cdnjs.cloudflare.com/ajax/libs/highlight.js/11.9.0/a.css", "@highlightjs+cdn-assets@11.9.0/a.css"),
    ],
)
def test_other_hosts_are_answered_out_of_npm_packages(tmp_path: Path, url: str, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_bytes(b"content")
    answered = ContentDelivery(tmp_path).answer(url)
    assert answered is not None
    assert answered[1] == b"content"
    assert ContentDelivery(tmp_path).answer(url.replace("https://", "https://else.")) is None
