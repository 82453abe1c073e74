from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from talk.errors import TalkError
from talk.markdown.page import PageMarkdown

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
    assert "Мелкий раздел Ещё о первом." in text
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
