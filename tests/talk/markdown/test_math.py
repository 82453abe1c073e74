import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from markdown import Markdown

from talk.errors import TalkError
from talk.markdown import math
from talk.markdown.addresses import slugify
from talk.markdown.prose import without_math


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
    assert html.count('<span class="katex-display" ') == 1
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


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{../}{x}", r"\url{a}", r"\includegraphics{a.png}", r"\htmlClass{x}{y}", r"\htmlId{x}{y}",
        r"\htmlStyle{color: red}{y}", r"\htmlData{a=b}{y}", r"\frac{\htmlId{x}{y}}{2}",
    ],
)  # fmt: skip
def test_links_pictures_and_attributes_are_no_part_of_a_formula(tex: str) -> None:
    with pytest.raises(TalkError, match=r"bad TeX: \\\w+ is no part of a formula here"):
        convert(f"${tex}$")


@pytest.mark.usefixtures("cache_file")
@pytest.mark.parametrize(
    "text",
    [
        "«$100/$200 в месяц»",
        "$100–$200",
        "$PATH, 5$/час",
        "$0.50–$4.00",
        "$HOME/$USER",
        "$HOME:$PATH и $dir/$file",
        "${HOME}:${PATH}",
        "A100 — $100 за час, H100 — 300$",
        "5$ и 10$",
        "from US$5 to US$7",
        "$100 is 5$/h",
        "$5M–$10M",
        "$100",
    ],
)
def test_prices_and_variables_of_a_shell_are_text(text: str) -> None:
    assert convert(text) == f"<p>{text}</p>"


@pytest.mark.usefixtures("cache_file")
@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ стоит $100, $y$ — $200", ["x", "y"]),
        ("$n$-й, $k$NN и CO$_2$", ["n", "k", "_2"]),
        ("$x = 1, 2$ и $2+2=4$", ["x = 1, 2", "2+2=4"]),
        ("$A$/$B$, ($n$), «$m$»", ["A", "B", "n", "m"]),
        (r"$t_{сети}$ и $\text{время сети}$", ["t_{сети}", r"\text{время сети}"]),
        ("$100/$200, $x$", ["x"]),
        ("$2 (${{ a.b }}${} + {}${{ c.d }}$)$", ["2 (", "{} + {}", ")"]),
    ],
)
def test_formulas_are_formulas(text: str, formulas: list[str]) -> None:
    assert re.findall(r'application/x-tex">(.*?)</annotation>', convert(text)) == formulas
    without = without_math(text)
    assert [tex for tex in formulas if f"${tex}$" in without] == []


def converted(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The page, and its contents."""
    md = Markdown(
        extensions=["tables", "toc", "pymdownx.arithmatex", "talk.markdown.slides", "talk.markdown.math"],
        extension_configs={"pymdownx.arithmatex": {"generic": True}, "toc": {"slugify": slugify}},
    )
    return md.convert(text), md.toc_tokens  # type: ignore[attr-defined]


@pytest.mark.usefixtures("cache_file")
def test_a_bar_in_a_tables_formula_is_a_bar() -> None:
    html, _ = converted("| a | b |\n|---|---|\n| $|x|$ | `$a|b$` |\n| $P(a|b)$ | $\\|x\\|$ |\n\nВне таблицы $|y|$.\n")
    page = fromstring(f"<page>{html}</page>")
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in page.iter("tr")][1:]
    assert [len(row) for row in rows] == [2, 2]
    cells = [cell.replace("∣", "|") for row in rows for cell in row]
    assert [cell[: len(start)] for cell, start in zip(cells, ["|x|", "$a|b$", "P(a|b)", "∥x∥"], strict=True)] == [
        "|x|",
        "$a|b$",
        "P(a|b)",
        "∥x∥",
    ]


@pytest.mark.usefixtures("cache_file", "russian")
@pytest.mark.parametrize(
    ("title", "plain", "address"),
    [
        (r"Градиент $\nabla f$", "Градиент ∇f", "gradient-nabla-f"),
        ("Сложность $O(n^2)$", "Сложность O(n^2)", "slozhnost-o-n-2"),
        (r"$\frac{a}{b}$ и $x_{n+1}$", "a/b и x_(n+1)", "frac-a-b-i-x-n-1"),
        (r"Корень $\sqrt{2}$", "Корень √2", "koren-sqrt-2"),
    ],
)
def test_a_formula_in_a_title_is_text_wherever_the_title_goes(title: str, plain: str, address: str) -> None:
    html, contents = converted(f"# {title}\n\n## {title}\n\n/// slide | {title}!\n    id: own\n///\n")
    page = fromstring(f"<page>{html}</page>")
    [top] = contents
    assert (top["name"], top["id"]) == (plain, address)
    assert [(each["name"], each["id"]) for each in top["children"]] == [(plain, f"{address}_1")]
    [slide] = page.findall("section")
    [shown_title] = slide.iterfind(".//p[@class='slide-title']")
    assert shown_title.get("data-title") == f"{plain}!"
    assert html.count('class="katex"') == 3 * title.count("$") // 2
