"""What a cell left is shown without anything that acts, loads, or reaches beyond its place."""

import pytest

from talk.labs.clean import clean
from talk.labs.outputs import as_html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<style>body{display:none}</style>",
        '<meta http-equiv="refresh" content="0;url=/">',
        '<iframe src="https://example.org"></iframe>',
        '<base href="https://example.org/">',
        '<form action="https://example.org"><input></form>',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<object data="x"></object>',
        '<embed src="x">',
        '<video src="x"></video>',
        "<svg><foreignObject><iframe></iframe></foreignObject></svg>",
        '<svg><animate attributeName="href" to="javascript:alert(1)"/></svg>',
        "<math><mtext><style><img onerror=alert(1)></style></mtext></math>",
    ],
)
def test_what_acts_is_dropped(hostile: str) -> None:
    kept = clean(f"before{hostile}after")
    assert kept.replace("<svg>", "").replace("</svg>", "") in ("beforeafter", "before&lt;img&gt;after")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('<img src="https://example.org/a.png" alt="A">', '<img alt="A">'),
        ('<img src="//example.org/a.png" onerror="x" alt="A">', '<img alt="A">'),
        ('<p style="position:fixed;color:red">x</p>', '<p style="color:red">x</p>'),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
        ('<svg><image href="https://example.org/a.png"></image></svg>', "<svg><image></image></svg>"),
    ],
)
def test_what_loads_from_elsewhere_loads_no_more(written: str, kept: str) -> None:
    assert clean(written) == kept


@pytest.mark.parametrize(
    "drawing",
    [
        '<svg viewBox="0 0 9 9" role="img" aria-label="A drawing"><defs><path id="a" d="M0 0L9 9"></path>'
        '<clipPath id="c"><rect width="9" height="9"></rect></clipPath></defs><g clip-path="url(#c)">'
        '<use xlink:href="#a"></use><text x="1" y="2" style="font:10px sans-serif">t</text></g></svg>',
        '<table class="dataframe" border="1"><thead><tr><th scope="col">a</th></tr></thead></table>',
    ],
)
def test_drawings_and_tables_stay_as_they_are(drawing: str) -> None:
    assert clean(drawing) == drawing


def test_outputs_are_cleaned() -> None:
    def output(kind: str, content: str) -> dict[str, object]:
        return {"output_type": "display_data", "metadata": {"alt": "A"}, "data": {kind: content}}

    hostile = "<svg><script>alert(1)</script><path onclick='x' d='M0 0'/></svg><meta http-equiv=refresh>"
    for kind in ("text/html", "image/svg+xml"):
        shown = as_html([output(kind, hostile)])
        assert "<path d=" in shown
        assert not any(word in shown for word in ("script", "onclick", "meta"))
