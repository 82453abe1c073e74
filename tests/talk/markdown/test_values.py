"""References in Markdown become measured numbers with their record, or stop the build by file and line."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown import markdown

from talk import settings
from talk.errors import TalkError
from talk.markdown import locate
from talk.records.store import write_record
from tests.talk import samples

EXTENSIONS = [
    *(f"talk.markdown.{name}" for name in ("values", "links", "conditions", "slides")),
    "tables",
    "attr_list",
]


pytestmark = pytest.mark.usefixtures("russian")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_record(samples.record(), tmp_path)
    return tmp_path


def convert(text: str, results: Path, claims: Path | None = None) -> ElementTree.Element:
    configs = {
        "talk.markdown.values": {"results": str(results)},
        "talk.markdown.links": {"results": str(results), "claims": str(claims or results / "claims.toml")},
        "talk.markdown.conditions": {"results": str(results)},
    }
    html = markdown(text, extensions=EXTENSIONS, extension_configs=configs)
    return ElementTree.fromstring(f"<body>{html}</body>")


def test_a_reference_becomes_data_with_its_record_and_computation(results: Path) -> None:
    body = convert("Доля addmm — {{ relay.cpu.climb.share | % .0 }} времени.", results)
    data = body.find("p/data")
    assert data is not None
    assert data.text == "60\N{NO-BREAK SPACE}%"
    assert data.attrib["value"] == "0.6"
    assert data.attrib["class"] == "measured"
    assert data.attrib["data-record"] == "test-box/relay"
    assert "leg / median" in data.attrib["title"]
    assert "test-box" in data.attrib["title"]


def test_a_number_that_asks_no_machine_tells_what_it_is_by_name_and_format(results: Path) -> None:
    body = convert(
        "{{ relay.cpu.climb.share | % .0 }}, {{ relay.cpu.climb.share }}, {{ test-box/relay.cpu.climb.share }}", results
    )
    told = [(data.get("data-name"), data.get("data-format")) for data in body.iter("data")]
    assert told == [("relay.cpu.climb.share", "% .0"), ("relay.cpu.climb.share", None), (None, None)]


def test_numbers_of_one_paragraph_are_of_one_machine_where_one_has_them_all(tmp_path: Path) -> None:
    runs = samples.cpu_run(), samples.cuda_run()
    write_record(samples.record(*runs, slug="older", measured_at="2026-01-01T00:00:00Z"), tmp_path)
    write_record(samples.record(samples.cpu_run(), slug="newer", measured_at="2026-02-01T00:00:00Z"), tmp_path)
    text = (
        "{{ relay.cpu.time | с .1 }} и {{ relay.cuda.time | с .1 }}, {{ newer/relay.cpu.time }}.\n\n"
        "Отдельно {{ relay.cpu.time }}.\n\n- Рядом {{ relay.cpu.time }}\n- и {{ relay.cuda.time }}\n"
    )
    records = [data.attrib["data-record"] for data in convert(text, tmp_path).iter("data")]
    assert [record.partition("/")[0] for record in records] == ["older", "older", "newer", "newer", "newer", "older"]


def test_references_work_in_headings_tables_and_emphasis(results: Path) -> None:
    text = "# {{ relay.cpu.climb.calls }}\n\n| a |\n|---|\n| **{{ relay.cpu.climb.calls }}** |\n"
    numbers = [data.text for data in convert(text, results).iter("data")]
    assert numbers == ["100", "100"]


def test_a_reference_quoted_as_code_stays_as_it_is(results: Path) -> None:
    body = convert("Пишите `{{ relay.cpu.climb.share }}`.", results)
    assert body.find("p/code").text == "{{ relay.cpu.climb.share }}"  # type: ignore[union-attr]


def test_a_number_of_changed_code_is_marked_stale(tmp_path: Path) -> None:
    record = samples.record()
    record.code.sources["scripts/experiments/relay/gone.py"] = "0" * 64
    write_record(record, tmp_path)
    data = next(convert("{{ relay.cpu.climb.share }}", tmp_path).iter("data"))
    assert data.attrib["class"] == "measured stale"
    assert "устарело" in data.attrib["title"]


def test_an_unknown_name_stops_with_file_line_and_nearest_names(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text("# Глава\n\n{{ relay.cpu.clim.share }}\n", encoding="utf-8")
    monkeypatch.setattr(locate, "source_files", lambda: [page])
    with pytest.raises(TalkError, match=r"page\.md:3: .*clim.*relay\.cpu\.climb\.share"):
        convert(page.read_text(encoding="utf-8"), results)


def test_a_number_that_nobody_has_measured_leaves_its_place_empty(results: Path) -> None:
    body = convert("# Глава\n\nGPU — {{ relay.cuda.time | мс .1 }}, {{ relay.speedup | × }}.", results)
    (first, second) = [span for span in body.iter("span") if span.get("class") == "unmeasured"]
    assert "".join(first.itertext()) == "не измерено\N{NO-BREAK SPACE}мс"
    assert "".join(second.itertext()) == "не измерено×"
    assert first.attrib["title"] == "relay.cuda.time: ещё не измерено"
    assert [child.tag for child in body] == ["h1", "p", "p"]
    assert body[1].attrib["class"] == "nothing-measured"
    assert not list(body.iter("data"))


def test_a_title_slide_stays_right_under_its_title(results: Path) -> None:
    text = "# Глава\n\n/// slide | Глава\n    layout: section\n///\n\n{{ relay.cuda.time }}\n"
    assert [child.tag for child in convert(text, results)][:3] == ["h1", "section", "p"]


def test_where_all_is_measured_nothing_is_said(results: Path) -> None:
    body = convert("# Глава\n\n{{ relay.cpu.time }}\n", results)
    assert [child.tag for child in body] == ["h1", "p"]


def test_a_claim_that_nobody_can_check_is_neither_true_nor_false(results: Path) -> None:
    (results / "claims.toml").write_text('[idle]\nrelation = "relay.cuda.idle_share > 0.5"\n')
    (claim,) = convert("[GPU ждёт](claim:idle).", results, results / "claims.toml").iter("span")
    assert claim.attrib["data-claim"] == "idle"
    assert "data-holds" not in claim.attrib
    assert "никто не измерил" in claim.attrib["title"]


def test_a_claim_that_holds_and_one_that_does_not(results: Path) -> None:
    claims = results / "claims.toml"
    claims.write_text(
        '[holds]\nrelation = "relay.cpu.climb.share > 0.5"\n[fails]\nrelation = "relay.cpu.dive.share > 0.5"\n'
    )
    body = convert("[addmm — *половина*](claim:holds). [mm — половина](claim:fails).", results, claims)
    held, failed = body.iter("span")
    assert (held.attrib["data-claim"], held.attrib["data-holds"]) == ("holds", "true")
    assert "".join(held.itertext()) == "addmm — половина"
    assert (failed.attrib["data-claim"], failed.attrib["data-holds"]) == ("fails", "false")
    assert "не подтверждено на этой машине" in "".join(failed.itertext())
    assert body.find(".//a") is None


def test_a_quotation_of_the_talk_names_its_slide(results: Path) -> None:
    quotation = convert("На слайде стояло [7.56](talk:8).", results).find("p/q")
    assert quotation is not None
    assert quotation.text == "7.56"
    assert "слайд 8" in quotation.attrib["title"]


def test_text_depends_on_what_was_measured(results: Path) -> None:
    text = (
        "/// measured | relay.cuda.time\nна GPU {{ relay.cuda.time }}\n///\n\n"
        "/// unmeasured | relay.cuda.time\nGPU ещё не измерен\n///\n\n"
        "/// measured | relay.cpu.time\nна CPU {{ relay.cpu.time | с .1 }}\n///\n"
    )
    shown = "".join(convert(text, results).itertext())
    assert "GPU ещё не измерен" in shown
    assert "на CPU 2,1\N{NO-BREAK SPACE}с" in shown
    assert "на GPU" not in shown


def test_the_talks_own_numbers_do_not_count_as_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(language="ru", original="talk-2024"))
    write_record(samples.record(slug="talk-2024", origin="published"), tmp_path)
    shown = "".join(convert("/// measured | relay.cpu.climb.share\nда\n///\n", tmp_path).itertext())
    assert "да" not in shown


def test_a_format_stands_in_a_cell_of_a_table(results: Path) -> None:
    reference = "{{ relay.cpu.climb.share | % .%d }}"
    rounded, exact = (reference.replace("%d", digits) for digits in "01")
    text = f"| a | {rounded} |\n|---|---|\n| `{{{{ a.b | c }}}}` | **{exact}** |\n"
    body = convert(text, results)
    assert [data.text for data in body.iter("data")] == ["60\N{NO-BREAK SPACE}%", "60,0\N{NO-BREAK SPACE}%"]
    assert [len(row) for row in body.iter("tr")] == [2, 2]
    assert [code.text for code in body.iter("code")] == ["{{ a.b | c }}"]
