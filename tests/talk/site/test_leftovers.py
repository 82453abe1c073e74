"""What a source refers to arrives on the page, or is told."""

from pathlib import Path

import pytest

from talk.site.leftovers import find_leftovers


def left_on(tmp_path: Path, body: str) -> list[str]:
    (tmp_path / "index.html").write_text(f"<html><body><h1 id='top'>T</h1>{body}</body></html>", encoding="utf-8")
    return [str(problem) for problem in find_leftovers(tmp_path)]


@pytest.mark.parametrize(
    "body",
    [
        "<div>{{ a.b }}</div>", "<td>{{ a.b</td>", '<span title="{{ a.b }}">x</span>', '<a href="claim:x">y</a>',
        '<a href="Claim:x">y</a>', '<a href="talk:8">y</a>', "<p>--8&lt;-- nope.md</p>", "<p>/// slid | T</p>",
        "<p>word[^none]</p>", "<p>[x]{.given}</p>", '<img alt="{{ a.b }}" src="a.png">',
        '<span class="katex"><math><annotation>t = {{ a.b }}</annotation></math></span>',
        '<meta name="description" content="{{ a.b }}">', "<claim:x>", "<talk:8>y</talk:8>",
    ],
)  # fmt: skip
def test_what_nothing_has_read_is_told(tmp_path: Path, body: str) -> None:
    assert len(found := left_on(tmp_path, body)) == 1
    assert "index" in found[0]
    assert "after #top" in found[0]


@pytest.mark.parametrize(
    "body",
    [
        "<code>{{ a.b }}</code>", "<pre><span>/// slide | T</span></pre>", "<script>let a = {{}}</script>",
        "<p>https:///x, a//b, 1/2</p>", '<a href="https://example.org/claim:x">y</a>', "<p>we claim: so</p>",
        '<span class="katex"><math><annotation>\\underset{{n}}{x}</annotation></math></span>', "<p>x[^</p>",
        '<div data-how="{{ a.b }}">x</div>',
    ],
)  # fmt: skip
def test_what_only_looks_so_is_let_be(tmp_path: Path, body: str) -> None:
    assert left_on(tmp_path, body) == []
