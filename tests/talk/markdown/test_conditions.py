"""What depends on a measurement, or on what came out, is shown or hidden; what a page hides is not judged either."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown import Markdown

from talk.markdown.conditions import ConditionsExtension, is_shown, without_hidden
from talk.records.store import write_record
from talk.render.values import Values, current_values
from tests.talk import samples

SHARE = "relay.cpu.climb.share"  # 0.6 in the sample
FORK = "/// holds | much\nбольше\n///\n\n/// fails | much\nменьше\n///\n"


@pytest.fixture
def values(tmp_path: Path) -> Values:
    write_record(samples.record(), tmp_path)
    return current_values(tmp_path)


def test_hidden_blocks_are_blanked_and_lines_kept(values: Values) -> None:
    text = (
        "до\n\n/// measured | relay.cuda.idle_share\n{{ relay.cuda.idle_share }}\n///\n\n"
        "/// unmeasured | relay.cuda.idle_share\nещё нет\n///\n\nпосле\n"
    )
    shown = without_hidden(text, values)
    assert "{{" not in shown
    assert "ещё нет" in shown
    assert shown.count("\n") == text.count("\n")
    assert shown.splitlines()[-1] == "после"


def test_a_block_inside_a_slide_is_found_by_its_own_slashes(values: Values) -> None:
    text = "//// slide | Число\n\n/// measured | relay.cuda.idle_share\n{{ a.b }}\n///\n\nвидно\n////\n"
    shown = without_hidden(text, values)
    assert "{{" not in shown
    assert "видно" in shown
    assert shown.endswith("////\n")


@pytest.mark.parametrize(
    ("relation", "seen", "unseen"), [(f"{SHARE} > 0.5", "больше", "меньше"), (f"{SHARE} > 0.7", "меньше", "больше")]
)
def test_of_two_outcomes_the_one_that_came_out_is_shown(tmp_path: Path, relation: str, seen: str, unseen: str) -> None:
    write_record(samples.record(), tmp_path / "results")
    claims = tmp_path / "claims.toml"
    claims.write_text(f'[much]\nrelation = "{relation}"\n', encoding="utf-8")
    extension = ConditionsExtension(results=str(tmp_path / "results"), claims=str(claims))
    html = Markdown(extensions=[extension]).convert(FORK)
    assert seen in html
    assert unseen not in html


def test_neither_outcome_is_shown_before_anybody_measured(tmp_path: Path) -> None:
    claims = tmp_path / "claims.toml"
    claims.write_text(f'[much]\nrelation = "{SHARE} > 0.5"\n', encoding="utf-8")
    extension = ConditionsExtension(results=str(tmp_path / "results"), claims=str(claims))
    html = Markdown(extensions=[extension]).convert(FORK)
    assert "больше" not in html
    assert "меньше" not in html


def sides(tmp_path: Path, text: str, relation: str = f"{SHARE} > 0.5", marks: str = "") -> ElementTree.Element:
    """The page of two machines: the share is 0.6 on the fresh one, 0.3 on the old one; a third raced on its GPU."""
    slower = replace(samples.cpu_run(), times_s=[4.2])
    for record in (
        samples.record(slug="fresh", measured_at="2026-11-03T00:00:00Z"),
        samples.record(slower, slug="old", measured_at="2026-11-02T00:00:00Z"),
        samples.record(samples.cuda_run(), slug="gpu", measured_at="2026-11-01T00:00:00Z"),
    ):
        write_record(record, tmp_path / "results")
    claims = tmp_path / "claims.toml"
    claims.write_text(f'[much]\nrelation = "{relation}"\n{marks}\n', encoding="utf-8")
    extension = ConditionsExtension(results=str(tmp_path / "results"), claims=str(claims))
    return ElementTree.fromstring(f"<body>{Markdown(extensions=[extension]).convert(text)}</body>")


def test_where_machines_differ_both_sides_are_on_the_page_and_one_is_hidden(tmp_path: Path) -> None:
    more, less = sides(tmp_path, FORK).findall("div")
    assert more.attrib == {"data-fork": "much", "data-machines": "fresh gpu"}
    assert less.attrib == {
        "data-fork": "much",
        "data-machines": "old",
        "hidden": "hidden",
        "data-search-exclude": "",
    }


def test_where_they_agree_the_other_side_is_not_on_the_page(tmp_path: Path) -> None:
    (more,) = sides(tmp_path, FORK, f"{SHARE} > 0.1").findall("div")
    assert more.attrib == {"data-fork": "much"}


def test_what_a_page_judges_itself_has_both_sides_there(tmp_path: Path) -> None:
    more, less = sides(tmp_path, FORK, f"{SHARE} > 0.1", "in_page = true").findall("div")
    assert more.attrib == {"data-fork": "much", "data-machines": "fresh old gpu", "data-when": "holds"}
    assert less.attrib == {
        "data-fork": "much",
        "data-machines": "",
        "data-when": "fails",
        "hidden": "hidden",
        "data-search-exclude": "",
    }


@pytest.mark.parametrize("part", ["## Раздел", "# Раздел {.a}"])
def test_a_side_with_an_address_of_its_own_follows_nobody(tmp_path: Path, part: str) -> None:
    (more,) = sides(tmp_path, FORK.replace("меньше", f"{part}\n\nменьше")).findall("div")
    assert more.attrib == {"data-fork": "much"}


@pytest.mark.parametrize(
    ("name", "machine", "measured"),
    [
        ("relay.cuda.idle_share", None, True),  # no other has raced on a GPU
        ("relay.cuda.idle_share", "fresh", True),
        ("relay.cpu.climb.share", "gpu", True),
        ("relay.cpu.climb.gone", None, False),
        # The fresh one has raced here, and has no pace to tell of: that another has is not said of it.
        ("relay.cpu.pace", None, False),
        ("relay.cpu.pace", "fresh", False),
        ("relay.cpu.pace", "gpu", False),
        ("relay.cpu.pace", "old", True),
    ],
)
def test_measured_is_said_of_the_machine_that_has_measured_that_part(
    name: str, machine: str | None, measured: bool
) -> None:
    values = Values(
        [
            samples.record(slug="fresh", measured_at="2026-11-03T00:00:00Z"),
            samples.record(slug="old", measured_at="2026-11-02T00:00:00Z"),
            samples.record(samples.cuda_run(), slug="gpu", measured_at="2026-11-01T00:00:00Z"),
        ]
    )
    del values._values["fresh/relay"]["relay.cpu.pace"]
    assert is_shown("measured", name, values, machine=machine) is measured
    assert is_shown("unmeasured", name, values, machine=machine) is not measured
