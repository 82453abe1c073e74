"""Where a link leads, and how a page writes it."""

import pytest

from talk.addresses import link, resolved, source, url


@pytest.mark.parametrize(
    ("address", "written_in", "meant"),
    [
        ("gpu.md", "index.md", "gpu.md"),
        ("../gpu.md#why", "part/x.md", "gpu.md#why"),
        ("y.md", "part/x.md", "part/y.md"),
        ("#why", "part/x.md", "part/x.md#why"),
        ("site:results/box/sleep.json", "part/x.md", "results/box/sleep.json"),
        ("site:part/x.md#why", "index.md", "part/x.md#why"),
        ("../gpu/?a=1#why", "part/x.md", "gpu/?a=1#why"),
        ("../outside.md", "index.md", None),
        ("https://example.org/gpu.md", "index.md", None),
        ("//example.org/gpu.md", "index.md", None),
        ("/gpu/", "index.md", None),
        ("mailto:a@example.org", "index.md", None),
        ("claim:longer", "index.md", None),
    ],
)
def test_what_an_address_means(address: str, written_in: str, meant: str | None) -> None:
    assert source(address, written_in) == meant


@pytest.mark.parametrize(
    ("target", "page", "markdown", "browser"),
    [
        ("gpu.md", "index.md", "gpu.md", "gpu/"),
        ("index.md", "gpu.md", "index.md", "../"),
        ("index.md#a", "part/x.md", "../index.md#a", "../../#a"),
        ("part/x.md#a", "part/x.md", "#a", "./#a"),
        ("part/x.md", "slides.md", "part/x.md", "../part/x/"),
        ("part/index.md", "part/x.md", "index.md", "../"),
        ("results/box/sleep.json", "index.md", "results/box/sleep.json", "results/box/sleep.json"),
        ("results/box/sleep.json", "part/x.md", "../results/box/sleep.json", "../../results/box/sleep.json"),
        ("part/x.md#a", "machines/box.html", "../part/x.md#a", "../part/x/#a"),
        ("index.md", "index.md", "index.md", "./"),
    ],
)
def test_how_a_page_writes_it(target: str, page: str, markdown: str, browser: str) -> None:
    assert link(target, page) == markdown
    assert url(target, page) == browser


def test_a_page_that_no_engine_converts_resolves_fragments_alone() -> None:
    html = (
        '<a class="x" href="site:gpu.md#a">y</a> <img src="site:a.png"> <use xlink:href="#g"/> <a href="b.html">z</a>'
    )
    assert resolved(html, "machines/box.html") == (
        '<a class="x" href="../gpu/#a">y</a> <img src="../a.png"> <use xlink:href="#g"/> <a href="b.html">z</a>'
    )
