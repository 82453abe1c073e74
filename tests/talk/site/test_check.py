"""Sources that show what is not theirs, and quote what nobody said, are told with file and line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.markdown.deck import gather
from talk.paths import DOCS, QUOTATIONS, ROOT, SNIPPETS
from talk.site.check import find_doubtful_claims, find_hand_typed_numbers, find_mistakes
from talk.site.fit import made_deck
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
        "# A\n\n[the fastest of all](claim:one), [fast](claim:one), [x](claim:elsewhere)\n", encoding="utf-8"
    )
    found = [str(problem) for problem in find_doubtful_claims()]
    assert sum("one rival" in each and "odd.md:3" in each for each in found) == 1
    assert sum("no sentence makes the claim unused" in each for each in found) == 1
    assert sum("no machine nobody" in each for each in found) == 1
    assert len(found) == 3


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


def test_a_talk_without_a_deck_has_none(tmp_path: Path) -> None:
    assert made_deck(tmp_path, tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("---\ntitle: [\n---\n# A\n", 3, "its front matter is no YAML"),
        ("---\ntitle: {{ a.b }}\n---\n# A\n", 2, "its front matter is no YAML"),
        ("---\na: &a [x]\nb: *b\n---\n# A\n", 3, "its front matter is no YAML"),
        ("---\n!!python/object/apply:os.system [ls]\n---\n# A\n", 2, "its front matter is no YAML"),
        ("---\n- a\n---\n# A\n", 2, "its front matter names nothing"),
        ("# A\n\na\0b\n", 3, "there is a control character, U+0000"),
        ("# A\n\n```\nmore\n", 3, "code is never closed"),
        ("# A\n\n<details>\n\nmore\n", 3, "<details> is never closed"),
        ("# A\n\n<div><div class='>'></div>\n", 3, "<div> is never closed"),
        ("# A\n\n<textarea>", 3, "<textarea> is never closed"),
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
        "a <b and c> d",
        "<div/>",
        "<details><summary>a</summary>\n\nb\n\n</details>",
    ],
)
def test_what_is_closed_takes_nothing(text: str) -> None:
    assert told(f"---\ntitle: A\n---\n\n# A\n\n{text}\n") == []
