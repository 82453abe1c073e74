"""Start tags are found where a browser finds them; each case is written out by the HTML standard."""

import pytest

from talk.markdown.html import StartTag, addresses_in_set, start_tags


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>a</p><br/>", ["p", "br"]),
        ("<!-- <a> --><b>", ["b"]),
        ("<!--><a>-->", ["a"]),
        ("<!---><a>-->", ["a"]),
        ("<!-- --!><a>-->", ["a"]),
        ("<!-- never closed <a>", []),
        ("<!x <a><b>", ["b"]),
        ("<?php <a> ?><b>", ["b"]),
        ("</ <a><b>", ["b"]),
        ("<![CDATA[<a>]]><b>", ["b"]),
        ("<script>if (a <b && '<i>') {}</script><p>", ["script", "p"]),
        ("<SCRIPT><a></sCript ><p>", ["script", "p"]),
        ("<svg><style><a></style></svg>", ["svg", "style", "a"]),
        ("<svg><title><a></title></svg>", ["svg", "title", "a"]),
        ("a < b, 5 <6, <b", []),
        ("<p title='<a>'>", ["p"]),
        ("<a\nhref=x\n><b>", ["a", "b"]),
        ("<svg/onload=a()>", ["svg"]),
    ],
)
def test_tags_are_found_where_browsers_find_them(html: str, found: list[str]) -> None:
    assert [tag.name for tag in start_tags(html)] == found


@pytest.mark.parametrize(
    ("html", "attributes"),
    [
        ('<A HREF="x" Class=y>', (("href", "x"), ("class", "y"))),
        ("<a href='x y'title=z>", (("href", "x y"), ("title", "z"))),
        ("<a href=x/y?z=1 hidden>", (("href", "x/y?z=1"), ("hidden", ""))),
        ("<a href = 'x'>", (("href", "x"),)),
        ("<a/href=x>", (("href", "x"),)),
        ("<a href=x href=y>", (("href", "x"),)),
        ("<a title='a > b' href=x>", (("title", "a > b"), ("href", "x"))),
        ("<a href='&lt;&#x6a;'>", (("href", "<j"),)),
        ("<a href=''>", (("href", ""),)),
        ('<a b"c=d>', (('b"c', "d"),)),
        ("<br/>", ()),
    ],
)
def test_attributes_are_read_as_browsers_read_them(html: str, attributes: tuple[tuple[str, str], ...]) -> None:
    assert [*start_tags(html)] == [StartTag(html[1:3].strip("/ ").lower() if html != "<br/>" else "br", attributes)]


def test_what_a_script_says_is_its_text() -> None:
    assert [*start_tags("<style>p > a</style><script src=x>1</script>")] == [
        StartTag("style", (), "p > a"),
        StartTag("script", (("src", "x"),), "1"),
    ]


def test_a_long_hostile_tag_takes_no_long() -> None:
    assert [*start_tags("<a " + "b " * 100_000 + "<" * 100_000 + '"' * 1001)] == []


@pytest.mark.parametrize(
    ("srcset", "addresses"),
    [
        ("a.png", ["a.png"]),
        ("a.png 1x, b.png 2x", ["a.png", "b.png"]),
        ("a.png 1x,b.png 2x", ["a.png", "b.png"]),
        (" ,a.png, b.png 100w ,", ["a.png", "b.png"]),
        ("data:image/png;base64,AA== 1x, b,c.png", ["data:image/png;base64,AA==", "b,c.png"]),
        ("", []),
    ],
)
def test_a_set_of_pictures_has_their_addresses(srcset: str, addresses: list[str]) -> None:
    assert addresses_in_set(srcset) == addresses
