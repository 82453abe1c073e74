from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from talk.errors import TalkError
from talk.markdown.page import PageMarkdown

pytestmark = pytest.mark.usefixtures("russian")

CHAPTER = """---
title: Глава
---
# Глава

Вступление.

/// slide | Первый
    time: 30

На слайде
{ .fragment }
///

Проза о первом с [якорем](#vtoroy) и [сноской][doc].

--8<-- "generated/figure.html"

### Мелкий раздел

Ещё о первом.

```python
# Не заголовок
```

## Следующий раздел

Это уже не о нём.

/// slide | Второй
    note: Сказать коротко.

Тело.
///

Проза о втором.

# Конец

Хвост.

[doc]: https://example.org/
"""


def build(docs: Path, deck: str = "/// chapter | chapter.md\n///\n") -> list[Element]:
    md = PageMarkdown(
        "slides.md",
        extensions=["attr_list", "pymdownx.superfences", "talk.markdown"],
        extension_configs={"talk.markdown": {"docs": str(docs)}},
    )
    return list(fromstring(f"<deck>{md.convert(deck)}</deck>"))


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "chapter.md").write_text(CHAPTER, encoding="utf-8")
    return tmp_path


def notes(slide: Element) -> str:
    (aside,) = slide.findall("aside[@class='notes']")
    return " ".join("".join(aside.itertext()).split())


def test_the_deck_is_the_chapters_slides_and_nothing_else(docs: Path) -> None:
    slides = build(docs)
    assert [slide.tag for slide in slides] == ["section", "section"]
    assert [slide.get("id") for slide in slides] == ["pervyy", "vtoroy"]
    assert slides[0].get("data-timing") == "30"
    step = slides[0].find(".//p[@class='fragment']")
    assert step is not None
    assert (step.text or "").strip() == "На слайде"


def test_addresses_are_the_articles_own(docs: Path) -> None:
    article = PageMarkdown("chapter.md", extensions=["talk.markdown.slides"]).convert(CHAPTER.split("---\n", 2)[2])
    for slide in build(docs):
        assert f'id="{slide.get("id")}"' in article


def test_notes_are_the_prose_up_to_the_next_section(docs: Path) -> None:
    first = build(docs)[0]
    text = notes(first)
    assert text.startswith("Проза о первом")
    assert "Ещё о первом." in text
    assert "Мелкий раздел" not in text, "nobody says a heading aloud"
    assert "# Не заголовок" in text
    assert "Это уже не о нём" not in text
    assert "generated" not in text


def test_links_in_notes_reach_the_article(docs: Path) -> None:
    links = {link.text: link.get("href") for link in build(docs)[0].iter("a")}
    assert links == {
        "якорем": "chapter.md#vtoroy",
        "сноской": "https://example.org/",
        "в\N{NO-BREAK SPACE}статье": "chapter.md#pervyy",
    }


@pytest.mark.parametrize(
    ("prose", "note"),
    [
        ("Вот кто мерил:\n\n{}", ""),
        ("Всё измерено. Вот кто мерил:\n\n{}", "Всё измерено."),
        ("Всё измерено.\n\nВот *кто*,\nи вот чем:*\n\n{}\n\nИ ещё.", "Всё измерено. И ещё."),
        ("- Раз.\n- Вот кто:\n\n{}", "Раз."),
        ("Вот кто:\n\n/// notes\n{}\n///\n", ""),
        ("Итог: всё. Вот:\n\n{}", "Итог: всё."),
        ("Он сказал: да.\n\n{}", "Он сказал: да."),
        ("Было так:\n\n- раз\n- два\n", "Было так: раз два"),
        ("И вот что дальше:\n\n## Раздел", ""),
        ("Всё. Код:\n\n//// details | Код\n{}\n\n/// notes\nСкрыто.\n///\n////\n\nИ ещё.", "Всё. И ещё."),
    ],
)
def test_notes_leave_out_what_introduces_a_figure_that_they_leave_out(docs: Path, prose: str, note: str) -> None:
    text = "/// slide | А\n///\n\n" + prose.format('--8<-- "generated/figure.html"')
    (docs / "chapter.md").write_text(text, encoding="utf-8")
    [slide] = build(docs)
    assert notes(slide).replace("*", "") == note


def test_links_and_pictures_of_a_chapter_in_a_folder(docs: Path) -> None:
    (docs / "part").mkdir()
    (docs / "part" / "x.md").write_text(
        "/// slide | А\n\n[а](#b) [б](y.md) [в](../chapter.md) ![г](г.svg)\n\n"
        '<p><a href="y.md">д</a> <a href="site:results/box/a.json">е</a><img src="z.svg" /></p>\n///\n',
        encoding="utf-8",
    )
    [slide] = build(docs, "/// chapter | part/x.md\n///\n")
    links = [link.get("href") for link in slide.iter("a")]
    assert links[:3] == ["part/x.md#b", "part/y.md", "chapter.md"]
    assert links[3:] == ["part/y.md", "results/box/a.json", "part/x.md#a"]
    assert [picture.get("src") for picture in slide.iter("img")] == ["part/г.svg", "part/z.svg"]


def test_an_explicit_note_replaces_the_prose(docs: Path) -> None:
    assert notes(build(docs)[1]) == "Сказать коротко."


def test_what_is_unsaid_is_in_the_article_alone(docs: Path) -> None:
    said = "Он растёт. [Наведите [курсор](#a) на число.]{.unsaid} И дальше.\n\nПощёлкайте.\n{ .unsaid }\n"
    (docs / "chapter.md").write_text(f"/// slide | А\n///\n\n{said}", encoding="utf-8")
    [slide] = build(docs)
    assert notes(slide) == "Он растёт. И дальше."
    assert len(slide.findall("aside/p")) == 1
    article = PageMarkdown("chapter.md", extensions=["attr_list", "talk.markdown"]).convert(said)
    words = " ".join("".join(fromstring(f"<page>{article}</page>").itertext()).split())
    assert words == "Он растёт. Наведите курсор на число. И дальше. Пощёлкайте."


def test_a_note_shows_values_and_claims_as_prose_does(docs: Path) -> None:
    text = (
        "/// slide | А\n    note: >-\n        Строка: «раз»\n        и [ссылка](#b), `код` и *акцент*.\n///\n\nПроза.\n"
    )
    (docs / "chapter.md").write_text(text, encoding="utf-8")
    [slide] = build(docs)
    assert notes(slide).replace("\N{NO-BREAK SPACE}", " ") == "Строка: «раз» и ссылка, код и акцент."


def test_backup_slides_come_last_and_know_their_places(docs: Path) -> None:
    backup = "    backup: true\n"
    first = f"/// slide | Нуль\n{backup}///\n\n/// slide | Раз\n///\n\n/// slide | Два\n{backup}///\n\nПро два.\n"
    (docs / "chapter.md").write_text(first, encoding="utf-8")
    (docs / "other.md").write_text(
        f"/// slide | Три\n///\n\n/// slide | Четыре\n    cut: 30\n///\n\n/// slide | Пять\n{backup}///\n",
        encoding="utf-8",
    )
    slides = build(docs, "/// chapter | chapter.md\n///\n\n/// chapter | other.md\n///\n")
    found = [(slide.get("id"), slide.get("data-backup"), slide.get("data-cut")) for slide in slides]
    assert found == [
        ("raz", None, None),
        ("tri", None, None),
        ("chetyre", None, "30"),
        ("nul", "raz", None),
        ("dva", "raz", None),
        ("pyat", "chetyre", None),
    ]
    assert notes(slides[4]) == "Про два."


def test_chapters_come_in_order(docs: Path) -> None:
    (docs / "other.md").write_text("/// slide | Третий\n///\n", encoding="utf-8")
    deck = "/// chapter | other.md\n///\n\n/// chapter | chapter.md\n///\n"
    assert [slide.get("id") for slide in build(docs, deck)] == ["tretiy", "pervyy", "vtoroy"]


def test_two_chapters_cannot_share_an_address(docs: Path) -> None:
    (docs / "other.md").write_text("Проза.\n\n/// slide | Первый\n///\n", encoding="utf-8")
    deck = "/// chapter | chapter.md\n///\n\n/// chapter | other.md\n///\n"
    with pytest.raises(TalkError, match=r"other\.md:3: .*the address pervyy is taken by a slide of chapter\.md"):
        build(docs, deck)


def test_a_bad_slide_is_named_with_its_line_below_the_front_matter(docs: Path) -> None:
    (docs / "chapter.md").write_text("---\ntitle: Г\n---\n\n/// slide | А\n    layout: poster\n///\n", encoding="utf-8")
    with pytest.raises(TalkError, match=r"chapter\.md:5: .*unknown layout poster"):
        build(docs)


def test_a_chapter_that_is_not_there_stops_the_build(docs: Path) -> None:
    with pytest.raises(TalkError, match=r"there is no chapter lost\.md"):
        build(docs, "/// chapter | lost.md\n///\n")


def test_blocks_inside_a_slide_survive_the_move(docs: Path) -> None:
    text = "//// slide | Вложенный\n    layout: columns\n\nА\n\n---\n\n```text\nБ\n```\n////\n"
    (docs / "chapter.md").write_text(text, encoding="utf-8")
    (slide,) = build(docs)
    assert len(slide.findall(".//div[@class='slide-column']")) == 2


def test_pictures_of_the_deck_are_without_what_a_reader_moves_them_by(docs: Path) -> None:
    drawn = (
        '<div class="scene" data-play="a" data-facts="{&quot;b&quot;:1}" data-record="c"><i data-part="d"></i></div>'
    )
    (docs / "chapter.md").write_text(f"/// slide | Картина\n\n{drawn}\n///\n", encoding="utf-8")
    (slide,) = build(docs)
    scene = slide.find(".//div[@class='scene']")
    assert scene is not None
    assert scene.attrib == {"class": "scene", "data-record": "c"}
    assert [each.attrib for each in scene] == [{}]


FULL = ["abbr", "attr_list", "footnotes", "md_in_html", "pymdownx.superfences", "talk.markdown"]


def built(docs: Path, **chapters: str) -> Element:
    """The deck of these chapters, with all that pages may use."""
    for name, text in chapters.items():
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    md = PageMarkdown("slides.md", extensions=FULL, extension_configs={"talk.markdown": {"docs": str(docs)}})
    deck = "\n".join(f"/// chapter | {name}.md\n///\n" for name in chapters)
    return fromstring(f"<deck>{md.convert(deck)}</deck>".replace("&nbsp;", " ").replace("&#160;", " "))


@pytest.mark.parametrize(
    "use",
    ["[x][where]", "[where][]", "[where]", "![x][where]", "[x][WHERE]", "[x] [where]", "[*x*][where]", "- [x][where]"],
)
def test_link_labels_of_two_chapters_do_not_meet(tmp_path: Path, use: str) -> None:
    chapter = "/// slide | {0}\n\nНа слайде " + use + "\n///\n\nВ заметках\n" + use
    chapter += "\n\n[where]: https://example.org/{0} 'Title'\n"
    deck = built(tmp_path, one=chapter.format("one"), two=chapter.format("two"))
    for slide, name in zip(deck.findall("section"), ["one", "two"], strict=True):
        found = [each.get("href") or each.get("src") for each in slide.iter() if each.tag in ("a", "img")]
        assert [address for address in found if "#" not in str(address)] == [f"https://example.org/{name}"] * 2


def test_labels_in_code_are_code(tmp_path: Path) -> None:
    text = "/// slide | A\n\n`a[x][where]`\n\n```text\n[where]\n[where]: x\n```\n///\n\n[where]: https://example.org/\n"
    [slide] = built(tmp_path, one=text).findall("section")
    assert "a[x][where]" in "".join(slide.itertext())
    assert "[where]: x" in "".join(slide.itertext())
    assert "one.md where" not in "".join(slide.itertext())


FOOTNOTES = """/// slide | {0}

Мера[^note] и мера[^other].
///

Проза[^note].

[^note]: Текст {0} со [ссылкой][where].
    Ещё строка.

    И ещё абзац.

[^other]: Другой.
[where]: https://example.org/{0}

## Дальше

Хвост.
"""


def test_a_slides_footnotes_are_on_it_and_those_of_notes_in_them(tmp_path: Path) -> None:
    deck = built(tmp_path, one=FOOTNOTES.format("one"), two=FOOTNOTES.format("two"))
    assert [child.tag for child in deck] == ["section", "section"], "no footnote is left under the slides"
    for slide, name in zip(deck.findall("section"), ["one", "two"], strict=True):
        frame, aside = slide.find("div[@class='slide-frame']"), slide.find("aside[@class='notes']")
        assert frame is not None
        assert aside is not None
        for part, marks in ((frame, ["1", "2", "1", "2"]), (aside, ["1", "1"])):
            assert [mark.text for mark in part.iter("sup")] == marks
            text = " ".join("".join(part.itertext()).split())
            assert f"1 Текст {name} со ссылкой. Ещё строка." in text
            assert "И ещё абзац." in text
            assert ("2 Другой." in text) is (part is frame)
            assert [a.get("href") for a in part.iter("a")] == [f"https://example.org/{name}"]
            assert "[^" not in text
        assert "Хвост" not in "".join(slide.itertext())


def test_abbreviations_of_two_chapters_do_not_meet(tmp_path: Path) -> None:
    chapter = "/// slide | {0}\n\nЭто ПП\n///\n\nИ тут ПП.\n\n*[ПП]: Полное {0}\n"
    deck = built(tmp_path, one=chapter.format("one"), two=chapter.format("two"), three="/// slide | ПП\n///\n")
    titles = [[each.get("title") for each in slide.iter("abbr")] for slide in deck.findall("section")]
    assert titles == [["Полное one"] * 2, ["Полное two"] * 2, []]


@pytest.mark.parametrize(
    "comment",
    [
        "<!--\n/// slide | Спрятан\n\nТело\n///\n\nПроза\n-->",
        "Проза <!-- /// slide\n\n/// slide | Спрятан\n///\n --> дальше.",
        "<!-- одно --> <!--\n```\n/// slide | Спрятан\n///\n-->",
        "<!--\n/// slide | Не закрыт\n-->",
    ],
)
def test_a_slide_in_a_comment_is_not_presented(tmp_path: Path, comment: str) -> None:
    text = f"/// slide | Виден\n///\n\n{comment}\n\n/// slide | Тоже\n///\n"
    deck = built(tmp_path, one=text)
    assert [slide.get("id") for slide in deck] == ["viden", "tozhe"]
    assert "--" not in "".join(deck.itertext())
    article = PageMarkdown("one.md", extensions=FULL).convert(text)
    assert article.count("<section") == 2
    assert "Спрятан" not in article
    assert "--&gt;" not in article


def test_a_comment_in_code_is_code(tmp_path: Path) -> None:
    text = "/// slide | А\n\n`<!--`\n///\n\n```html\n<!--\n```\n\n/// slide | Б\n///\n\n`-->` и\n"
    assert len(built(tmp_path, one=text).findall("section")) == 2


@pytest.mark.parametrize(
    "directive", ["/// Chapter | one.md\n///\n", "///\u00a0chapter | one.md\n///\n", "/// chapter one.md\n///\n"]
)
def test_what_looks_like_a_chapter_and_is_none_is_refused(docs: Path, directive: str) -> None:
    with pytest.raises(TalkError, match="looks like a block chapter and is none"):
        build(docs, directive)
