"""What search indexes of a page, by Material's own reading of it."""

import pytest
from material.plugins.search.plugin import Parser

from talk.site.search import apart

FORMULA = (
    '<span class="arithmatex" data-search-exclude><span class="katex">'
    r'<span class="katex-mathml"><math><mi>a</mi><annotation>\alpha</annotation></math></span>'
    '<span class="katex-html"><span class="mord">α</span></span></span></span>'
)
DRAWING = """<svg role="img"><title>Круг</title><g data-how="a > b"><path d="M0 0"/><text>5 мс</text></g><g>
<rect width="9"/></g><use href="#a"></use></svg>"""


def indexed(html: str) -> str:
    parser = Parser()
    parser.feed(html)
    parser.close()
    return " ".join("".join(text for section in parser.data for text in section.text).split())


@pytest.mark.parametrize(
    "html",
    [
        f"<h2 id=b>О чём</h2><p>Угол {FORMULA} мал.</p>",
        f"<p>Рисунок:</p>{DRAWING}<p>и всё.</p>",
        "<pre><code>&lt;g&gt; &lt;path/&gt;</code></pre>",
        "<p>Если <em>a</em> &lt;g и b&gt; нет, <gамма> остаётся.</p>",
    ],
)
def test_what_is_left_out_says_nothing(html: str) -> None:
    assert indexed(apart(html)) == indexed(html.replace("</title>", "</title> ").replace("</text>", "</text> "))


def test_a_formula_is_said_once_and_a_drawing_by_its_words() -> None:
    assert indexed(apart(f"<p>{FORMULA}</p>")).count("α") == 1
    assert "5 мс" in indexed(apart(DRAWING))
    assert "path" not in apart(DRAWING)


def test_a_figure_is_found_by_its_words_and_not_by_its_machine_and_ticks() -> None:
    drawn = "<svg><text>the list</text><text x='1'>1 000</text><text>10 %</text><text>2,5 ms</text></svg>"
    said = '<span class="provenance">Test CPU<small> · <span title="why">seeded</span> · <a>data</a></small></span>'
    figure = f'<figure>{drawn}<figcaption><span class="caption">A race.</span>{said}</figcaption></figure>'
    assert indexed(apart(f"<h2 id=a>A</h2>{figure}<p>It goes on.</p>")) == "the list 2,5 ms A race. <p>It goes on.</p>"
