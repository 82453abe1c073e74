"""A sentence that lacks its number is left out where something has been measured."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown import markdown

from talk.records.store import write_record
from tests.talk import samples

EXTENSIONS = [f"talk.markdown.{name}" for name in ("values", "links", "sentences", "slides")]
TEXT = (
    "# Глава\n\nКрыша одна. На GPU прошло {{ relay.cuda.time | мс .1 }}. «Точно?» **Да**, на CPU — "
    "{{ relay.cpu.time | с .1 }}. [GPU быстрее](claim:faster)! А почему?\n\n"
    "Всё это **жирно** и [здесь](#here) сказано.\n\n"
    "- Всё время: {{ relay.cuda.time }}.\n- Ничего: т. е. ничего.\n\n"
    "/// slide | Числа\n    id: numbers\n\n{{ relay.cuda.time | мс .1 }}\n///\n"
)

pytestmark = pytest.mark.usefixtures("russian")


def convert(text: str, results: Path) -> ElementTree.Element:
    claims = results / "claims.toml"
    claims.write_text('[faster]\nrelation = "relay.cuda.time < relay.cpu.time"\n', encoding="utf-8")
    at = {"results": str(results)}
    configs = {f"talk.markdown.{name}": at for name in ("values", "sentences")}
    configs["talk.markdown.links"] = at | {"claims": str(claims)}
    return ElementTree.fromstring(f"<body>{markdown(text, extensions=EXTENSIONS, extension_configs=configs)}</body>")


def said(body: ElementTree.Element, tag: str) -> list[str]:
    return ["".join(each.itertext()) for each in body.iter(tag) if not each.get("class")]


def test_only_sentences_that_lack_something_are_left_out(tmp_path: Path) -> None:
    write_record(samples.record(), tmp_path)
    body = convert(TEXT, tmp_path)
    assert said(body, "p")[0] == "Крыша одна. «Точно?» Да, на CPU — 2,1\N{NO-BREAK SPACE}с. А почему?"
    assert said(body, "p")[1] == "Всё это жирно и здесь сказано."
    assert said(body, "li") == ["Ничего: т. е. ничего."]
    assert "опущены" in "".join(body[1].itertext())
    assert "data-lacking" not in ElementTree.tostring(body, encoding="unicode")
    slide = body.find("section")
    assert slide is not None
    assert "не измерено" in "".join(slide.itertext())


def test_where_nothing_is_measured_yet_the_places_of_numbers_are_kept(tmp_path: Path) -> None:
    shown = "".join(convert(TEXT, tmp_path).itertext())
    assert shown.count("не измерено") == 4
    assert "GPU быстрее" in shown
    assert "опущены" not in shown


def test_a_block_of_which_nothing_is_left_is_no_empty_one(tmp_path: Path) -> None:
    write_record(samples.record(), tmp_path)
    body = convert("# Глава\n\nБыло {{ relay.cuda.time }}.\n\nСтало иначе.\n", tmp_path)
    assert said(body, "p") == ["Стало иначе."]


def test_notes_speak_of_what_there_is_and_their_slide_shows_what_there_is_not(tmp_path: Path) -> None:
    write_record(samples.record(), tmp_path)
    lacking = "{{ relay.cuda.time | мс .1 }}"
    spoken = f"Вот бумага. На GPU прошло {lacking}. А на CPU {{{{ relay.cpu.time | с .1 }}}}."
    body = convert(f"# Глава\n\n//// slide | Числа\n\n{lacking}\n\n/// notes\n{spoken}\n///\n////\n", tmp_path)
    (slide,) = body.iter("section")
    (notes,) = slide.iter("aside")
    assert said(notes, "p") == ["Вот бумага. А на CPU 2,1\N{NO-BREAK SPACE}с."]
    assert "не измерено" in "".join(slide.itertext())
    assert "опущены" not in "".join(body.itertext())
