from pathlib import Path

import pytest
from markdown import Markdown

from talk.errors import TalkError
from talk.markdown import math


@pytest.fixture
def cache_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Formulas set in this test alone."""
    path = tmp_path / "katex.json"
    setter = math._Typesetter(path)
    monkeypatch.setattr(math, "typesetter", lambda: setter)
    return path


def convert(text: str) -> str:
    return Markdown(
        extensions=["pymdownx.arithmatex", "talk.markdown.math"],
        extension_configs={"pymdownx.arithmatex": {"generic": True}},
    ).convert(text)


@pytest.mark.usefixtures("cache_file")
def test_inline_and_displayed_math_is_set_without_scripts() -> None:
    html = convert("Тут $x_i$.\n\n$$\n\\sum_k a_k\n$$\n")
    assert html.count('<span class="katex">') == 2
    assert html.count('<span class="katex-display">') == 1
    assert "<math" in html
    assert "<script" not in html
    assert "\\(" not in html


@pytest.mark.usefixtures("cache_file")
def test_signs_that_html_escapes_reach_tex_as_they_are() -> None:
    html = convert("$a < b$\n\n$$\n\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}\n$$\n")
    assert "katex-error" not in html
    assert "<mo>&lt;</mo>" in html
    assert html.count("<mtd") == 4


def test_a_formula_set_once_needs_no_node(cache_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = convert("$x^2$")
    later = math._Typesetter(cache_file)
    monkeypatch.setattr(math, "typesetter", lambda: later)
    monkeypatch.setattr("talk.node.node_command", lambda: pytest.fail("node was started"))
    assert convert("$x^2$") == first


def test_a_broken_cache_is_made_anew(cache_file: Path) -> None:
    convert("$y$")
    whole = cache_file.read_text(encoding="utf-8")
    cache_file.write_text(whole[: len(whole) // 2], encoding="utf-8")
    assert math._Typesetter(cache_file).set("y", display=False).startswith('<span class="katex">')


def test_a_cache_of_another_katex_is_not_used(cache_file: Path) -> None:
    cache_file.write_text('{"version": "0.0.1", "formulas": {"inline z": "stale"}}', encoding="utf-8")
    assert "stale" not in math._Typesetter(cache_file).set("z", display=False)


@pytest.mark.usefixtures("cache_file")
def test_bad_tex_stops_the_build_in_one_line() -> None:
    with pytest.raises(TalkError, match=r"bad TeX: Undefined control sequence: \\nothing") as caught:
        convert("$\\nothing$")
    assert "\n" not in str(caught.value)
