"""Sources that show what is not theirs, and quote what nobody said, are told with file and line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.markdown.deck import gather
from talk.paths import DOCS, QUOTATIONS, ROOT, SNIPPETS
from talk.site.check import find_doubtful_claims, find_hand_typed_numbers
from talk.site.fit import find_misfits, made_deck
from talk.site.mistakes import find_mistakes
from talk.site.pages import make_pages
from talk.site.prepare import prepare

PAGE = DOCS / "odd.md"


@pytest.fixture(autouse=True)
def _cleaned_up() -> Iterator[None]:
    """The talk of these tests is as it was."""
    claims = DOCS / "claims.toml"
    before = claims.read_bytes()
    yield
    claims.write_bytes(before)
    for path in (PAGE, QUOTATIONS, ROOT / "secret.txt", SNIPPETS / "link.md", SNIPPETS / "binary.txt"):
        path.unlink(missing_ok=True)


_NOTE = "# A\n\n/// slide | A\n    note: |\n        a\n        "


def told(text: str) -> list[str]:
    PAGE.write_text(text, encoding="utf-8")
    return [str(problem) for problem in find_mistakes() if "odd.md" in str(problem)]


@pytest.mark.parametrize("shown", ["secret.txt", "../secret.txt", "mkdocs.yml", "link.md", "binary.txt", ".gitignore"])
def test_a_fragment_is_text_of_the_talk(shown: str) -> None:
    (ROOT / "secret.txt").write_text("secret", encoding="utf-8")
    SNIPPETS.mkdir(exist_ok=True)
    (SNIPPETS / "link.md").symlink_to(ROOT / "secret.txt")
    (SNIPPETS / "binary.txt").write_bytes(b"\xff\xfe\0")
    (problem,) = told(f'# A\n\n--8<-- "{shown}"\n')
    assert problem.startswith("docs/odd.md:3: ")


@pytest.mark.parametrize(
    "text", ['--8<-- ":"', '--8<-- ""', "--8<-- 'nope.md'", "--8<--\nindex.md", '--8<-- "nope.md:1:2"']
)
def test_a_fragment_has_the_name_of_a_file(text: str) -> None:
    (problem,) = told(f"# A\n\n{text}\n")
    assert problem.startswith("docs/odd.md:3: ")


def test_a_page_that_is_no_text_is_told_in_one_line() -> None:
    PAGE.write_bytes("# A\n\nслово".encode("cp1251"))
    with pytest.raises(TalkError, match=r"^docs/odd\.md:3: is not UTF-8 text; save it in UTF-8$"):
        find_mistakes()


def test_a_quotation_is_what_the_slide_says() -> None:
    QUOTATIONS.write_text('[slides]\n8 = ["about 7.56"]\n', encoding="utf-8")
    assert told("# A\n\n[7.56](talk:8)\n") == []
    (problem,) = told("# A\n\n[7.57](talk:8), [7.56](talk:8)\n")
    assert problem.startswith("docs/odd.md:3: slide 8 of the original talk does not say «7.57»")
    for slide in ("9", "999", "", "whatever"):
        assert len(told(f"# A\n\n[7.56](talk:{slide})\n")) == 1


def test_bad_tex_is_told_where_it_stands_not_where_its_like_does() -> None:
    (problem,) = told("# A\n\n`$\\frac{$` is code\n\nand $\\frac{$ is not, $x$ is fine\n")
    assert problem.startswith("docs/odd.md:5: bad TeX: ")


def test_a_fork_names_a_claim() -> None:
    (problem,) = told("# A\n\n/// holds | nobodys\nyes\n///\n")
    assert problem.startswith("docs/odd.md:3: no claim nobodys")


def test_a_block_that_depends_on_something_names_one_thing() -> None:
    for kind in ("holds", "fails", "measured", "unmeasured"):
        for rest in ("", " |", " | a.b | c", " | a.b c", " a.b"):
            (first, *_) = told(f"# A\n\n/// {kind}{rest}\nyes\n///\n")
            assert first.startswith("docs/odd.md:3: ")


def test_a_template_that_there_is_none_of_is_told(tmp_path: Path) -> None:
    PAGE.write_text("---\ntemplate: nope.html\n---\n# A\n", encoding="utf-8")
    with pytest.raises(TalkError, match=r"^docs: a page asks for the template nope\.html, and there is none; mend"):
        make_pages(tmp_path)


def test_front_matter_says_nothing_twice() -> None:
    (problem,) = told("---\ntitle: A\ntitle: B\n---\n# A\n")
    assert problem.startswith("docs/odd.md:3: its front matter is no YAML: title comes twice")


@pytest.mark.usefixtures("english")
def test_a_superlative_does_not_rest_on_one_rival() -> None:
    claims = DOCS / "claims.toml"
    claims.write_text(
        claims.read_text(encoding="utf-8")
        + '\n[one]\nrelation = "relay.cpu.time < relay.cuda.time"\n'
        + '[unused]\nrelation = "relay.cpu.time < max(relay.cuda.time, 1)"\n'
        + '[elsewhere]\nrelation = "nobody/relay.cpu.time < 1"\n',
        encoding="utf-8",
    )
    PAGE.write_text(
        "# A\n\n[the fastest of all](claim:one), [fast](claim:one), [x](claim:elsewhere)\n\n"
        "It is [faster](claim:one) than any other.\n\nThe rest is silence: of two [A](claim:one) wins, nobody else.\n",
        encoding="utf-8",
    )
    found = [str(problem) for problem in find_doubtful_claims()]
    assert [each.partition(": ")[0] for each in found if "one rival" in each] == ["docs/odd.md:3", "docs/odd.md:5"]
    assert sum("no sentence makes the claim unused" in each for each in found) == 1
    assert sum("no machine nobody" in each for each in found) == 1
    assert len(found) == 4


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("written", "is_told"),
    [
        ('relation = "relay.cpu.time < relay.cuda.time"', True),
        ('relation = "relay.cpu.time < relay.cuda.time"\nmargin = "20 %"', False),
        ('relation = "2 × relay.cpu.time < relay.cuda.time"', False),
        ('relation = "relay.cpu.speedup > 1"', True),
        ('relation = "relay.cpu.speedup > 1.5"', False),
    ],
)
def test_no_emphasis_rests_on_the_least_difference(written: str, *, is_told: bool) -> None:
    claims = DOCS / "claims.toml"
    claims.write_text(f"{claims.read_text(encoding='utf-8')}\n[odd]\n{written}\n", encoding="utf-8")
    PAGE.write_text("# A\n\n[much faster](claim:odd) or [faster](claim:odd)\n", encoding="utf-8")
    found = [str(problem) for problem in find_doubtful_claims() if "least difference" in str(problem)]
    assert [each.partition(" ")[0] for each in found] == ["docs/odd.md:3:"] * is_told


@pytest.mark.usefixtures("english")
def test_a_typed_number_is_told_at_its_place() -> None:
    PAGE.write_text("# A\n\n`7 ms`, and then 7 ms\n", encoding="utf-8")
    found = [str(problem) for problem in find_hand_typed_numbers() if "odd.md" in str(problem)]
    assert [each.partition(";")[0] for each in found if ":3:18:" in each] == [
        "docs/odd.md:3:18: the number «7 ms» is typed by hand"
    ]


def test_a_comment_that_is_never_closed_is_told() -> None:
    assert told("# A\n\n<!-- so --> `<!--`\n") == []
    (problem,) = told("# A\n\n<!-- so\n\nmore\n")
    assert problem.startswith("docs/odd.md:3: a comment is never closed")


LOST = [
    '<span title="{{ sorting.largest.ratio }}">x</span>', "<div>{{ sorting.largest.ratio }}</div>",
    "<table><tr><td>{{ sorting.largest.ratio }}</td></tr></table>", "$t = {{ sorting.largest.ratio }}$",
    '<a href="claim:builtin-wins">x</a>', "[x](Claim:builtin-wins)", "--8<-- nope.md", "{{ sorting.largest.ratio }",
    "word[^none]", "[x][none]", "[x]{.given}",
]  # fmt: skip


def test_what_does_not_arrive_stops_the_build(tmp_path: Path) -> None:
    prepare("T", "A")
    PAGE.write_text("# A\n\n" + "\n\n".join(f"## P{at}\n\n{text}" for at, text in enumerate(LOST)), encoding="utf-8")
    found = [str(problem) for problem in make_pages(tmp_path / "site") if "is left on the page" in str(problem)]
    assert [at for at in range(len(LOST)) if not any(f"#p{at};" in each for each in found)] == []
    assert all(each.startswith("docs/odd.md: ") for each in found)


# A link each, what of it is told, and how many lines above it stand in the text.
NOWHERE = [
    ("[x](nope.md)", "nope.md", 0),
    ("[x](sorting.md#nope)", "#nope", 0),
    ("![x](nope.png)", "nope.png", 0),
    ("words\n<a href='#nope'>x</a>", "#nope", 1),
    ('<a href="../nope-0/">x</a>', "../nope-0/", 0),
    ('<a href="/nope/">x</a>', "/nope/", 0),
    ('<img src="nope one.png" alt="x">', "nope one.png", 0),
    ('<img srcset="nope-1.png 1x, nope-2.png 2x" alt="x">', "nope-2.png", 0),
    ('<picture><source srcset="nope-3.png 2x"><img src="nope-4.png" alt="x"></picture>', "nope-3.png", 0),
    ('<map name="m"><area href="nope-5/" alt="x"></map>', "nope-5/", 0),
    ('<svg><use href="#nope-6"/></svg>', "#nope-6", 0),
    ('<svg><use href="nope.svg#a"/></svg>', "nope.svg#a", 0),
    ('<svg><image xlink:href="nope-7.png"/></svg>', "nope-7.png", 0),
    ('<svg><a href="nope-8/"><text>x</text></a></svg>', "nope-8/", 0),
    ('<svg><path d="M0 0" fill="url(#nope-9)"/></svg>', "#nope-9", 0),
    ("<p style='background: url(nope-10.png)'>x</p>", "nope-10.png", 0),
    ("<div markdown>\n\n[x](nope-11.md)\n\n</div>", "nope-11.md", 2),
    ("| a |\n|---|\n| <a href='nope-12/'>x</a> |", "nope-12/", 2),
    ("x[^1]\n\n[^1]: <a href='nope-13/'>x</a>", "nope-13/", 2),
    ("/// slide | Links\n    id: links\n\n<img src='nope-14.png' alt='x'>\n///", "nope-14.png", 3),
    ("[x][far]\n\n[far]: nope-15.md", "nope-15.md", 2),
    ("[x](nope-17.md 'title')", "nope-17.md", 0),
]  # fmt: skip


def test_a_link_that_leads_nowhere_is_told_where_it_is_written(tmp_path: Path) -> None:
    prepare("T", "A")
    text, places = "# A\n\n", []
    for written, about, lines in NOWHERE:
        places.append((text.count("\n") + 1 + lines, about))
        text += f"{written}\n\n"
    PAGE.write_text(text, encoding="utf-8")
    (SNIPPETS / "link.md").write_text("words\n\n<a href='nope-16/'>x</a>\n", encoding="utf-8")
    PAGE.write_text(text + '--8<-- "link.md"\n', encoding="utf-8")
    found = [str(problem) for problem in make_pages(tmp_path / "site")]
    told_at = {line: [each for each in found if each.startswith(f"docs/odd.md:{line}: ")] for line, _ in places}
    assert [(line, about) for line, about in places if not any(about in each for each in told_at[line])] == []
    assert [each for each in found if each.startswith("snippets/link.md:3: ") and "nope-16/" in each]
    assert len(set(found)) == len(found)


def test_links_that_lead_somewhere_are_let_be(tmp_path: Path) -> None:
    prepare("T", "A")
    PAGE.write_text(
        "# A\n\n## B\n\n<a href='#b'>x</a> <a href='../sorting/'>x</a> [x](sorting.md) <a href='sorting.md'>x</a>\n\n"
        "<a href=''>x</a> <a href='#'>x</a>\n<a href='#top'>x</a> <a href='https://example.org/nope'>x</a>\n\n"
        "<svg><defs><path id='g' d='M0 0'/></defs><use href='#g'/></svg> `<a href='nope/'>`\n\n"
        "<!-- <a href='nope/'> -->\n",
        encoding="utf-8",
    )
    assert [str(problem) for problem in make_pages(tmp_path / "site") if "odd.md:" in str(problem)] == []


@pytest.mark.parametrize("text", ["<a href='http://[x'>x</a>", "[x](http://[x)", "[x][y]\n[y]: http://[x"])
def test_an_address_that_is_none_is_told(text: str) -> None:
    (problem,) = told(f"# A\n\n`{text}`\n\n{text}\n")
    assert "http://[x is no address (Invalid IPv6 URL); mend the link" in problem


@pytest.mark.parametrize("text", ["<!--><script>alert(1)</script>-->", "<!---><b>-->", "<!-- a --!><b> -->"])
def test_a_comment_that_ends_earlier_to_a_browser_is_told(text: str) -> None:
    (problem,) = told(f"# A\n\n`{text}`\n\n```\n{text}\n```\n\n{text}\n")
    assert problem.startswith("docs/odd.md:9: browsers end a comment")


@pytest.mark.parametrize("chapter", ["../README.md", "labs", "nope.md", "claims.toml", "https://example.org/a.md"])
def test_a_chapter_is_a_page_of_the_talk(chapter: str) -> None:
    (ROOT / "README.md").write_text("# A\n", encoding="utf-8")
    with pytest.raises(TalkError, match=rf"there is no chapter {re.escape(chapter)}; mend its name"):
        gather(DOCS, chapter)


def test_a_chapter_may_have_no_slides() -> None:
    PAGE.write_text("# A\n\nWords.\n", encoding="utf-8")
    assert gather(DOCS, PAGE.name)[:2] == ([], ())


def test_what_browsers_hide_is_told() -> None:
    (problem,) = told("# A\n\n`<![x`\n\n<![x and so on\n")
    assert problem.startswith("docs/odd.md:5: <![ is no HTML")


def test_a_slide_in_an_element_is_told_in_one_line(tmp_path: Path) -> None:
    deck = DOCS / "slides.md"
    before = deck.read_text(encoding="utf-8")
    prepare("T", "A")
    PAGE.write_text("# A\n\n<div>\n/// slide | A\n\nx\n///\n</div>\n", encoding="utf-8")
    try:
        deck.write_text(f"{before}\n/// chapter | odd.md\n///\n", encoding="utf-8")
        found = [str(problem) for problem in make_pages(tmp_path / "site")]
        find_misfits(made_deck(tmp_path / "site"))
    finally:
        deck.write_text(before, encoding="utf-8")
    assert any("«/// slide | A" in each for each in found)


def test_a_talk_without_a_deck_has_none(tmp_path: Path) -> None:
    assert made_deck(tmp_path, tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("---\ntitle: [\n---\n# A\n", 3, "its front matter is no YAML"),
        ("---\ntitle: {{ a.b }}\n---\n# A\n", 2, "its front matter is no YAML"),
        ("---\na: &a [x]\nb: *b\n---\n# A\n", 3, "its front matter is no YAML"),
        ("---\n!!python/object/apply:os.system [ls]\n---\n# A\n", 2, "its front matter is no YAML"),
        ("---\ntemplate: main.html\ntitle: [x]\n---\n# A\n", 3, "its title is no text"),
        ("---\ndescription: {a: b}\n---\n# A\n", 2, "its description is no text"),
        ("---\n- a\n---\n# A\n", 2, "its front matter names nothing"),
        ("# A\n\na\0b\n", 3, "there is a control character, U+0000"),
        ("# A\n\n```\nmore\n", 3, "code is never closed"),
        ("# A\n\n<details>\n\nmore\n", 3, "<details> is never closed"),
        ("# A\n\n<div><div class='>'></div>\n", 3, "<div> is never closed"),
        ("# A\n\n<textarea>", 3, "<textarea> is never closed"),
        ("# A\n\na <b and c> d\n", 3, "<b> is never closed"),
        ("# A\n\nx\n\n</body>\n", 5, "<body> has no place in a text"),
        ("# A\n\n<plaintext>\n", 3, "<plaintext> has no place in a text"),
        ("# A\n\n$$\nx\n\ny\n", 3, "a formula is never closed"),
        ("# A\n\n/// chapter | index.md\n///\n", 3, "the block chapter gathers the slides of index.md into no deck"),
        ("# A\n\n  /// holds | nope\n  x\n  ///\n", 3, "no claim nope"),
        (f"{_NOTE}/// holds | nope\n        x\n        ///\n\nx\n///\n", 6, "no claim nope"),
        (f"{_NOTE}x {{{{ nope.x }}}}\n\nx\n///\n", 6, "no record has the value nope.x"),
        (f"{_NOTE}x [y](claim:nope)\n\nx\n///\n", 6, "no claim nope"),
        ("# A\n\n/// slide | \u200b\n\nx\n///\n", 3, "a slide has no title"),
        ("# A\n\n/// slide | A\n    layout: formula\n\nx\n///\n", 3, "slide “A” is laid out as formula, and has none"),
        ("# A\n\n/// slide | A\n    layout: columns\n\nx\n///\n", 3, "slide “A” is laid out as columns, and has none"),
        ('# A\n\n--8<-- "docs/index.md:99999"\n', 3, "docs/index.md has "),
        ("# A\n\n<p>x</p></div>\n", 3, "</div> closes nothing"),
    ],
)
def test_what_takes_the_rest_of_a_page_is_told(text: str, line: int, what: str) -> None:
    (problem,) = [each for each in told(text) if what in each]
    assert problem.startswith(f"docs/odd.md:{line}: {what}")


@pytest.mark.parametrize(
    "text",
    [
        "<svg><path d='M0 0'/></svg>",
        "`<div>`",
        "a < b and c > d",
        "$a<b$ and $c>d$",
        "<div/>",
        "<details><summary>a</summary>\n\nb\n\n</details>",
    ],
)
def test_what_is_closed_takes_nothing(text: str) -> None:
    assert told(f"---\ntitle: A\n---\n\n# A\n\n{text}\n") == []
