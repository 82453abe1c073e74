import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from talk.errors import TalkError
from talk.markdown.addresses import slugify
from talk.markdown.page import PageMarkdown
from talk.markdown.written_slides import DEFAULT_TIME_S, LAYOUTS, find_slide_problems, read_slides
from talk.words import bind, say

pytestmark = pytest.mark.usefixtures("russian")

EXTENSIONS = ["attr_list", "tables", "toc", "pymdownx.superfences", "talk.markdown.slides"]


def convert(text: str) -> tuple[Element, str]:
    md = Markdown(extensions=EXTENSIONS)
    html = md.convert(text)
    return fromstring(f"<page>{html}</page>"), str(md.toc)  # type: ignore[attr-defined]


def slides_of(text: str) -> list[Element]:
    return convert(text)[0].findall("section")


def words(element: Element | None) -> str:
    assert element is not None
    return "".join(element.itertext()).strip()


def converted(text: str, docs: Path) -> str:
    options = {"talk.markdown": {"docs": str(docs)}}
    return PageMarkdown("part/chapter.md", extensions=["talk.markdown"], extension_configs=options).convert(text)


def test_a_slide_is_a_section_with_its_title_body_and_link(tmp_path: Path) -> None:
    text = "До.\n\n/// slide | Кто такой `addmm`?\n    layout: number\n    time: 40\n\nТекст.\n///\n\nПосле."
    (tmp_path / "show.md").write_text("/// chapter | part/chapter.md\n///\n", encoding="utf-8")
    (slide,) = fromstring(f"<page>{converted(text, tmp_path)}</page>").findall("section")
    assert slide.get("id") == "kto-takoy-addmm"
    assert slide.get("class") == "slide layout-number"
    assert slide.get("data-timing") == "40"
    title = slide.find("div/p[@role='heading']")
    assert words(title) == "Кто такой addmm?"
    assert words(slide.find("div/div[@class='slide-body']")) == "Текст."
    link = slide.find("a")
    assert link is not None
    assert (link.get("href"), link.text) == ("../show.md#kto-takoy-addmm", bind(say("slide.in_deck")))


def test_a_slide_that_no_deck_gathers_has_no_link(tmp_path: Path) -> None:
    (tmp_path / "show.md").write_text("/// chapter | chapter.md\n///\n", encoding="utf-8")
    assert "<a" not in converted("/// slide | А\n///\n", tmp_path)


def test_prose_stays_outside_the_slide() -> None:
    page, _ = convert("/// slide | Первый\n\nНа слайде.\n\n///\n\nПроза.\n\n/// slide | Второй\n///\n")
    assert [child.tag for child in page] == ["section", "p", "section"]
    assert words(page.find("p")) == "Проза."


def test_slides_of_one_title_get_numbers_in_order() -> None:
    text = "/// slide | Почему?\n///\n\n/// slide | Почему?\n///\n\n/// slide | Почему?\n    id: why\n///\n"
    expected = ["pochemu", "pochemu-2", "why"]
    assert [slide.get("id") for slide in slides_of(text)] == expected
    assert [slide.address for slide in read_slides(text)[0]] == expected


def test_a_title_of_digits_is_not_taken_for_a_slide_number() -> None:
    assert [slide.get("id") for slide in slides_of("/// slide | 2024\n///\n")] == ["slide-2024"]


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("Что происходит, когда нет GPU", "chto-proiskhodit-kogda-net-gpu"),
        ("А что, если даже GPU не хватает?", "a-chto-esli-dazhe-gpu-ne-khvataet"),
        ("Ёж, подъезд, щи & α", "ezh-podezd-shchi"),
        ("?!", "slide"),
    ],
)
def test_addresses(title: str, address: str) -> None:
    assert slugify(title) == address


@given(st.text())
def test_every_title_makes_an_address(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugify(title))


def test_a_rule_divides_columns() -> None:
    (slide,) = slides_of("/// slide | Два\n    layout: columns\n\nЛево.\n\n---\n\nПраво.\n///\n")
    columns = slide.findall(".//div[@class='slide-column']")
    assert [words(column) for column in columns] == ["Лево.", "Право."]


def test_headings_of_a_slide_stay_out_of_the_contents() -> None:
    page, toc = convert("## Раздел\n\n/// slide | Слайд\n\n### Подзаголовок\n///\n")
    assert words(page.find(".//p[@class='slide-subtitle']")) == "Подзаголовок"
    assert "Раздел" in toc
    assert "Подзаголовок" not in toc


def test_list_items_are_steps() -> None:
    (slide,) = slides_of("/// slide | Шаги\n\n- сразу\n- потом { .fragment }\n- и {это} тоже\n///\n")
    items = slide.findall(".//li")
    assert [item.get("class") for item in items] == [None, "fragment", None]
    assert [words(item) for item in items] == ["сразу", "потом", "и {это} тоже"]


@pytest.mark.parametrize(
    ("text", "line", "what", "mend"),
    [
        ("Проза.\n\n/// slide | Открыт\n\nтекст\n", 3, "slide “Открыт” is never closed", "put a line ///"),
        ("/// slide | Один\n\n/// slide | Два\n///\n", 1, "slide “Один” is never closed", "put a line ///"),
        ("//// slide | Вложенный\n\n/// measured | a\n////\n", 0, "", ""),
        ("/// slide\n///\n", 1, "a slide has no title", "/// slide | Title"),
        ("/// slide |\n///\n", 1, "a slide has no title", "/// slide | Title"),
        ("/// slide | A\n    layout: poster\n///\n", 1, "unknown layout poster", ", ".join(LAYOUTS)),
        ("/// slide | A\n    time: soon\n///\n", 1, "time 'soon' is not a time", "whole seconds"),
        ("/// slide | A\n    time: 0\n///\n", 1, "time 0 is not a time", "whole seconds"),
        ("/// slide | A\n    time: true\n///\n", 1, "time True is not a time", "whole seconds"),
        ("/// slide | A\n    color: red\n///\n", 1, "unknown option color", "layout, id, time, note"),
        ("/// slide | A\n    id: Слайд\n///\n", 1, "id 'Слайд' is not an address", "small Latin letters"),
        ("/// slide | A\n    layout: [\n///\n", 1, "not YAML", "name: value"),
        ("/// slide | A\n    time: 5\n    time: 9\n///\n", 1, "or one comes twice", "name: value"),
        ("/// slide | A\n    steps: rows\n\nx\n///\n", 1, "its steps are rows, and it has none", "leave out"),
        ("/// slide | A\n    steps: items\n\n**x**\n///\n", 1, "its steps are items, and it has none", "leave out"),
        ("x\n\n> /// slide | A\n>\n> x\n> ///\n", 3, "slide “A” stands in a quote or a list", "start of a line"),
        ("- /// slide | A\n\n    x\n    ///\n", 1, "slide “A” stands in a quote or a list", "start of a line"),
        ("1. > /// slide | A\n", 1, "slide “A” stands in a quote or a list", "start of a line"),
        ("x\n\n/// measured | a.b\nx\n", 3, "measured “a.b” is never closed", "put a line ///"),
        ("/// details | T\n\n//// holds | a\n////\n", 1, "details “T” is never closed", "put a line ///"),
        ("/// slide | A\n    note: 5\n///\n", 1, "its note is not text", "note:"),
        ("/// slide | A\n///\n\n/// slide | B\n    id: a\n///\n", 4, "the address a is taken", "another id"),
        ("/// slide | A\n\n/// measured | x\n///\n\n///\n", 3, "as many slashes as the slide", "with ////"),
        ("```\n/// slide | В коде\n```\n", 0, "", ""),
        ("~~~~\n/// slide | В коде\n~~~\n/// slide\n~~~~\n", 0, "", ""),
    ],
)
def test_problems_name_their_line_and_mend(text: str, line: int, what: str, mend: str) -> None:
    problems = find_slide_problems(text)
    if not what:
        assert problems == ()
        return
    assert len(problems) == 1
    assert problems[0][0] == line
    assert what in problems[0][1]
    assert mend in problems[0][2]


def test_a_bad_slide_stops_the_build_in_one_line() -> None:
    with pytest.raises(TalkError, match=r"unknown layout poster; use one of title, section") as caught:
        convert("/// slide | A\n    layout: poster\n///\n")
    assert "\n" not in str(caught.value)


def test_code_is_lit_line_by_line() -> None:
    text = '/// slide | Код\n    layout: code\n    steps: 1-2|3|all\n\n```python\na = """x\ny"""\nb = 1\n```\n///\n'
    (slide,) = slides_of(text)
    code = slide.find(".//code")
    assert code is not None
    assert [part.get("class") for part in code] == [
        *(f"fragment code-step step-{n}" for n in (1, 2, 3)),
        *("code-line step-1 step-3", "code-line step-1 step-3", "code-line step-2 step-3"),
    ]
    assert words(code) == 'a = """x\ny"""\nb = 1'


TABLE = "| Имя | Раз |\n|---|---|\n| addmm | 1 |\n| mm | 2 |\n"
RAW_TABLE = """<figure><table><thead><tr><th>Имя</th></tr></thead>
<tbody><tr class="spot"><th><code>addmm</code></th></tr><tr><th scope=row>mm</th></tr></tbody></table></figure>"""


@pytest.mark.parametrize("table", [TABLE, RAW_TABLE])
def test_a_table_appears_row_by_row_below_its_head(table: str) -> None:
    html = Markdown(extensions=EXTENSIONS).convert(f"/// slide | Т\n    steps: rows\n\n{table}\n///\n")
    head, _, body = html.partition("</thead>")
    assert "fragment" not in head
    assert body.count("<tr") == len(re.findall(r'<tr class="(spot )?fragment">', body)) == 2


@pytest.mark.parametrize("table", [TABLE, RAW_TABLE])
def test_rows_are_named_for_auto_animate(table: str) -> None:
    html = Markdown(extensions=EXTENSIONS).convert(f"/// slide | Т\n    auto-animate: true\n\n{table}\n///\n")
    assert "data-auto-animate" in html
    assert re.findall('data-id="([^"]*)"', html) == ["addmm", "mm"]


def test_items_come_one_by_one() -> None:
    (slide,) = slides_of("/// slide | Список\n    steps: items\n\n- раз\n- два\n///\n")
    assert [item.get("class") for item in slide.iter("li")] == ["fragment", "fragment"]


def test_a_slide_for_the_deck_alone_leaves_its_place_in_the_article() -> None:
    page, _ = convert("/// slide | Ещё раз\n    only: deck\n\nТекст.\n///\n")
    (place,) = page
    assert (place.tag, place.get("class"), place.get("id"), words(place)) == ("div", "slide-place", "eshche-raz", "")


def test_steps_over_lines_that_are_not_there_stop_the_build() -> None:
    with pytest.raises(TalkError, match="its code has no lines 1-9; mend its steps"):
        slides_of("/// slide | Код\n    steps: 1-9\n\n```python\na = 1\n```\n///\n")


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ("steps: columns", "its steps are not known: columns"),
        ("steps: 0", "its steps are not known: 0"),
        ("steps: 1|2|3|4|5|6|7|8|9", "its steps are not known"),
        ("steps: true", "its steps are not known: True"),
        ("only: article", "only article is not known"),
        ("auto-animate: perhaps", "auto-animate is neither true nor false"),
        ("backup: perhaps", "backup is neither true nor false"),
        ("cut: short", "cut 'short' is no slot"),
        ("cut: 0", "cut 0 is no slot"),
        ("cut: true", "cut True is no slot"),
    ],
)
def test_unknown_steps_are_told(option: str, what: str) -> None:
    ((line, told, mend),) = find_slide_problems(f"/// slide | А\n    {option}\n///\n")
    assert (line, what in told, "write" in mend) == (1, True, True), told


def test_a_backup_is_cut_from_every_slot_already() -> None:
    ((_, told, mend),) = find_slide_problems("/// slide | А\n    backup: true\n    cut: 20\n///\n")
    assert (told, mend) == ("slide “А”: a backup is cut from every slot", "leave out one of `backup` and `cut`")


def test_a_slide_without_a_time_gets_the_usual_one() -> None:
    text = "/// slide | А\n///\n\n/// slide | Б\n    time: 5\n///\n"
    assert [slide.planned_s for slide in read_slides(text)[0]] == [DEFAULT_TIME_S, 5]
    assert [slide.get("data-timing") for slide in slides_of(text)] == [str(DEFAULT_TIME_S), "5"]


@pytest.mark.parametrize(
    "header",
    [
        "///\u00a0slide | А",
        "/// slide\u00a0| А\u200b".replace("\u00a0", "\u2009"),
        "\ufeff/// slide | А",
        "/\u200b// slide | А",
        "/// sli\u00adde | А",
        "/// Slide | А",
        "/// SLIDE | А",
        "/// slides | А",
        "/// slid\u0435 | А",
        "/// slide А",
        "// slide | А",
        "\t/// slide | А",
        "    /// slide | А",
    ],
)
def test_what_looks_like_a_slide_and_is_none_is_refused(header: str) -> None:
    text = f"Проза.\n\n{header}\n\nТело.\n///\n"
    found = [problem for problem in find_slide_problems(text) if "looks like a block slide" in problem[1]]
    assert [line for line, _, _ in found] == [3]


@pytest.mark.parametrize(
    "options",
    [
        "\u00a0\u00a0\u00a0\u00a0time: 45",
        "\ttime: 45",
        "  time: 45",
        "    layout: text\n\u2003\u2003time: 45",
        "\n    time: 45",
    ],
)
def test_what_looks_like_an_option_and_is_none_is_refused(options: str) -> None:
    found = find_slide_problems(f"/// slide | А\n{options}\n\nТело.\n///\n")
    assert [(line, what) for line, what, _ in found] == [
        (2 + options.count("\n"), "slide “А”: time is no option there")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "/// slide | А\n\nВремя: 45\n\ntime: 45\n///\n",
        "```markdown\n///\u00a0slide | А\n```\n",
        "<!-- /// Slide | А -->\n",
        "`/// Slide | А`\n",
        "/// slide | А\n\n    x: int = 1\n///\n",
        "/// details | Slide\n///\n",
        "// slide over it\n",
    ],
)
def test_what_is_no_slide_and_looks_like_none_is_let_be(text: str) -> None:
    assert find_slide_problems(text) == ()


def test_docstrings_stay_in_the_file() -> None:
    """Steps count the lines that are shown."""
    code = 'def f(x):\n    """Twice\n    `x`."""\n    return "two", 2 * x\n\n\ndef g():\n    "one line"\n    return 1\n'
    text = f"/// slide | А\n    layout: code\n    steps: 2|4\n\n```python\n{code}```\n///"
    (slide,) = slides_of(text)
    shown = "".join(slide.find(".//pre").itertext())  # type: ignore[union-attr]
    assert shown == 'def f(x):\n    return "two", 2 * x\n\ndef g():\n    "one line"\n    return 1\n'
    assert "--code-lines: 6" in slide.get("style", "")
    lit = [line for line in slide.iter("span") if "step-2" in line.get("class", "") and line.text is None]
    assert "def g():" in "".join("".join(line.itertext()) for line in lit)
