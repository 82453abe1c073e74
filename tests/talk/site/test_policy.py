"""The content security policy: what stands in a page, and what is not let into one. Browsers obey it: tests/browser."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.site.policy import for_disk, with_policy, write_policies
from tests.talk.conftest import Run

PAGE = '<!doctype html>\n<html><head>\n    <meta charset="utf-8">\n    {head}</head><body>{body}</body></html>'
# Word for word Material's, with an address filled in.
THEMES_OWN = (
    "var target=document.getElementById(location.hash.slice(1));target&&target.name&&"
    '(target.checked=target.name.startsWith("__tabbed_"))'
)


def page(head: str = "", body: str = "") -> str:
    return with_policy(PAGE.format(head=head, body=body), "a.html")


def directives(html: str) -> dict[str, list[str]]:
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', html)
    assert found is not None
    return {name: sources for name, *sources in (part.split() for part in found[1].split(";"))}


def test_nothing_is_let_through_but_the_sites_own() -> None:
    found = directives(page())
    assert found["default-src"] == found["script-src"] == ["'self'"]
    assert all(
        found[name] == ["'none'"] for name in ("frame-src", "media-src", "object-src", "base-uri", "form-action")
    )
    assert not [source for sources in found.values() for source in sources if "http" in source or "*" in source]
    assert "'unsafe-inline'" not in found["script-src"]
    assert "'unsafe-eval'" not in found["script-src"]


def test_only_a_page_that_computes_may_compile_webassembly() -> None:
    computing = page(body='<div data-webassembly="../assets/a.js"><button>Measure</button></div>')
    assert directives(computing)["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert directives(computing)["worker-src"] == ["'self'"]
    assert directives(page(body="<p>data-webassembly</p>"))["script-src"] == ["'self'"]


def test_from_disk_a_page_that_computes_may_start_a_worker_from_its_own_text() -> None:
    computing = page(body='<div data-webassembly="../assets/a.js"></div>')
    assert directives(for_disk(computing))["worker-src"] == ["'self'", "blob:"]
    assert for_disk(page()) == page()


def test_the_policy_comes_before_all_that_it_holds() -> None:
    html = page(head='<script src="a.js"></script><link rel="stylesheet" href="a.css">')
    assert html.index("Content-Security-Policy") < min(html.index("<script"), html.index("<link"))


def test_the_themes_scripts_are_let_through_by_their_hash() -> None:
    digest = base64.b64encode(hashlib.sha256(THEMES_OWN.encode()).digest()).decode()
    assert directives(page(body=f"<script>{THEMES_OWN}</script>"))["script-src"] == ["'self'", f"'sha256-{digest}'"]


def test_what_no_browser_runs_needs_no_hash() -> None:
    config = '<script id="__config" type="application/json">{"base": "."}</script>'
    assert directives(page(body=config))["script-src"] == ["'self'"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<script>alert(1)</script>", r"a\.html: a script inside the page: alert\(1\); put the code into a file"),
        (f"<SCRIPT>{THEMES_OWN};alert(1)</SCRIPT>", "a script inside the page"),
        ('<script type="module">alert(1)</script>', "a script inside the page"),
        ('<img src="a.png" onerror="alert(1)">', r'a script in an attribute: onerror="alert\(1\)"'),
        ("<svg/onload=alert(1)>", "a script in an attribute: onload="),
        ("<a href=' JavaScript:alert(1)'>1</a>", "a script in an attribute: href="),
        ("<svg><animate values='x;javascript:alert(1)'/></svg>", "a script in an attribute: values="),
        ("<!--><script>alert(1)</script>-->", "a script inside the page"),
        ("<!-- --!><script>alert(1)</script>-->", "a script inside the page"),
        ("<noscript><p title='</noscript><img src=x onerror=a()>'>", "a script in an attribute: title="),
        ("<svg><style><p onclick=a()></style></svg>", "a script in an attribute: onclick="),
    ],
)
def test_another_script_stops_the_build(body: str, message: str) -> None:
    with pytest.raises(TalkError, match=message):
        page(body=body)


def test_a_page_that_brings_a_policy_of_its_own_is_judged_all_the_same() -> None:
    forged = '<meta charset="utf-8">\n    <meta http-equiv="Content-Security-Policy" content="x">'
    with pytest.raises(TalkError, match="a script inside the page"):
        page(body=f"{forged}<script>alert(1)</script>")


def test_text_about_scripts_is_only_text() -> None:
    shown = "<code>&lt;script&gt;alert(1)&lt;/script&gt;, onerror=&quot;</code><p title='a onclick=\"\"'>once=</p>"
    assert shown in page(body=shown)


def test_pages_of_a_folder_get_theirs_once(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(PAGE.format(head="", body=""), encoding="utf-8")
    assert write_policies(tmp_path) == write_policies(tmp_path) == 1
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count("Content-Security-Policy") == 1


def test_a_script_in_a_chapter_is_one_line_and_no_site(small_talk: Path, run: Run) -> None:
    with (small_talk / "docs" / "index.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\n<script>alert(1)</script>\n")
    done = run("build", "--no-measure")
    assert done.returncode == 1
    assert "index.html: a script inside the page: alert(1)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (small_talk / "site").exists()


@pytest.mark.parametrize(
    "body",
    [
        '<meta http-equiv="refresh" content="0;url=/x/">', '<iframe src="a.html"></iframe>', '<base href="/x/">',
        '<object data="a.svg"></object>', '<embed src="a.svg">', "<video></video>",
        '<img src="https://example.org/a.png">',
        '<link rel="stylesheet" href="https://example.org/a.css">', '<LINK REL="Preload Stylesheet" HREF="//e/a.css">',
        '<style>@import "https://example.org/a.css";</style>', "<style>p { background: url( '//e/a.png') }</style>",
        '<img style="background: url(https://example.org/a.png)" src="a.png">', '<img src="//e">',
        '<img srcset="//e 2x" src="a.png">', '<a ping="/x" href="a.html">a</a>',
        '<img srcset="a.png 1x, https://e/a.png 2x" src="a.png">', r'<img src="\\e/a.png">',
        '<img src="https:e/a.png">', '<img src=" ht&Tab;tps://e/a.png">',
        '<link rel="preload" imagesrcset="//e/a.png 2x" href="a.png">',
        '<meta http-equiv="Content-Security-Policy" content="x">',
        '<meta http-equiv="x-dns-prefetch-control" content="on">',
        # A style's escapes, comments, and what else loads than url().
        r"<style>p { background: u\72l(https://e/a) }</style>", r"<style>@im\port 'a.css'</style>",
        "<style>p { background: image-set('//e/a' 1x) }</style>",
        "<style>p { background: url(/*x*/https://e/a) }</style>",
        r"<style>p { background: url(https:\/\/e/a) }</style>",
        '<img style="background: image-set(\'https://e/a\' 1x)">',
        '<link rel="prerender" href="https://e/">', '<link rel="alternate stylesheet" href="https://e/a.css">',
    ],
)  # fmt: skip
def test_what_no_browser_would_show_is_refused_by_name(body: str) -> None:
    with pytest.raises(TalkError, match=r"a\.html: <(meta|iframe|base|object|embed|video|img|a|link|style)\b"):
        page(body=body)


def test_links_to_other_hosts_and_pictures_of_our_own_are_let_be() -> None:
    assert page(head="<style>/* (https://example.org) */ p::after { content: 'see https://example.org' }</style>")
    assert page(body='<svg><rect fill="url(#x)"/></svg><svg><use href="#x"/></svg><a href="https://e">x</a>')
    assert page(head='<link rel="canonical" href="https://example.org"><style>p { background: url(a.png) }</style>')
    assert page(body='<a href="https://example.org">x</a><img src="../a.png"><img src="data:image/png;base64,">')


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("evil.htm", "<script>alert(1)</script>"),
        ("evil.xhtml", "<html><head></head></html>"),
        ("evil.html", "<script>document.title = 'RAN'</script>"),
        ("assets/evil.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.svg", '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.org/a.png"/></svg>'),
        ("a.svg", "<svg><style>@import 'https://example.org/a.css'</style></svg>"),
        ("a.svg", '<svg xmlns:h="http://www.w3.org/1999/xhtml"><h:iframe src="https://example.org"/></svg>'),
        ("a.svg", '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>'),
        ("a.svg", '<?xml-stylesheet href="https://example.org/a.css"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.xml", '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'),
        ("a.svgz", "x"),
        ("assets/evil.SVG", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ],
)
def test_what_can_have_no_policy_is_refused_by_name(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(TalkError, match=rf"^{name}: "):
        write_policies(tmp_path)


def test_a_drawing_without_a_script_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>', encoding="utf-8")
    assert write_policies(tmp_path) == 0


@pytest.mark.parametrize(
    "element",
    [
        '<svg><use href="https://example.org/a.svg#x"/></svg>', '<svg><image xlink:href="//example.org/a.png"/></svg>',
        '<svg><rect fill="url(https://example.org/a.svg#x)"/></svg>', "<script src='data:,alert(1)'></script>",
        "<svg><textPath href='//example.org/a#b'>x</textPath></svg>", "<svg><path marker-end='url(//e/a)'/></svg>",
        '<a href="java\tscript:alert(1)">x</a>', '<a href="vbscript:x">x</a>', '<a href="data:text/html,x">x</a>',
    ],
)  # fmt: skip
def test_addresses_that_run_or_draw_what_is_another_hosts_are_refused(element: str) -> None:
    with pytest.raises(TalkError):
        with_policy(f'<html><head><meta charset="utf-8"></head><body>{element}</body></html>', "page")
