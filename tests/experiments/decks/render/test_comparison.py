"""The table of deck tools and the values taken from it."""

import re
from dataclasses import replace
from pathlib import Path

from experiments.decks.measure.tools import tools
from experiments.decks.record import DeckOpened, Decks, DeckTool
from experiments.decks.render import named_values
from talk.experiment import find_experiment
from talk.records.schema import AnyRecord
from talk.render.drawing import drawing_of
from tests.experiments.records import made_record

OPENED = DeckOpened(
    first_view_bytes=98_700,
    first_view_requests=19,
    other_hosts=[],
    unanswered_requests=0,
    first_slide_times_s=[0.3, 0.1, 0.2],
    shown_from_disk=True,
    failed_from_disk=0,
    cut_slides=0,
    cut_most_px=0.0,
    wrong_formulas=0,
)
PEER = replace(OPENED, other_hosts=["<cdn>"], shown_from_disk=False, cut_slides=8, cut_most_px=437.9, wrong_formulas=3)


def record(*tools: DeckTool) -> AnyRecord:
    data = Decks(slides=20, formulas=4, width_px=1366, height_px=768, tools=list(tools))
    return made_record("decks", data, slug="here", versions={"python": "3.11", "chromium": "156"})


def table(*records: AnyRecord) -> str:
    experiment = find_experiment("decks")
    return experiment.fragments(drawing_of(experiment, records))["comparison"]


OURS = DeckTool(name="talk", version="—", build_times_s=[1.2, 3.0, 1.1], opened=OPENED)
PLAIN = DeckTool(name="Material", version="—", build_times_s=[1.0], opened=None)
OTHER = DeckTool(name="reveal-md", version="6.1.4", build_times_s=[2.0], opened=PEER)
BROKEN = DeckTool(name="Slidev", version="53", build_times_s=[], opened=None, failure="cannot <be> installed")


def test_the_table_says_of_each_tool_what_was_seen() -> None:
    html = table(record(OURS, PLAIN, OTHER, BROKEN))
    rows = html.split("<tr>")[2:]
    assert [re.sub("<[^>]*>", "", row.partition("</th>")[0]) for row in rows] == [
        "этот сайт",
        "те же страницы без слайдов",
        "reveal-md 6.1.4",
        "Slidev 53",
    ]
    assert ">1,20\N{NO-BREAK SPACE}с<" in rows[0]
    assert ">99\N{NO-BREAK SPACE}КБ<" in rows[0]
    assert "никого" in rows[0]
    assert "ничего" in rows[0]
    assert "8, до\N{NO-BREAK SPACE}438\N{NO-BREAK SPACE}px" in rows[2]
    assert "3 из\N{NO-BREAK SPACE}4" in rows[2]
    assert "<td>нет</td>" in rows[2], "does not open from disk"
    assert 'data-record="here/decks"' in html
    assert "Chromium 156" in html


def test_what_comes_from_a_record_is_escaped() -> None:
    html = table(record(OTHER, BROKEN))
    assert "&lt;cdn&gt;" in html
    assert "cannot &lt;be&gt; installed" in html


def test_without_a_record_the_page_says_so() -> None:
    assert "не измерила" in table()


def test_values_are_medians_named_by_tool() -> None:
    values = named_values(record(OURS, PLAIN, OTHER, BROKEN))
    assert values["talk.build_time"].number == 1.2
    assert values["talk.first_slide"].number == 0.2
    assert values["build_ratio"].number == 1.2
    assert values["reveal_md.cut_slides"].number == 8
    assert not any(name.startswith("slidev") for name in values)


def test_every_compared_tool_has_a_name_that_pages_can_take_values_by(tmp_path: Path) -> None:
    compared = [DeckTool(name=tool.name, version="1", build_times_s=[1.0], opened=None) for tool in tools(tmp_path)]
    answered = named_values(record(*compared))
    assert len([name for name in answered if name.endswith(".build_time")]) == len(compared)


def test_a_tool_that_nobody_knows_stands_in_the_table_alone() -> None:
    unknown = replace(OTHER, name="other tool")
    assert "other tool" in table(record(unknown))
    assert list(named_values(record(unknown))) == ["slides"]


def test_the_browser_is_named_where_it_is_known() -> None:
    assert "Chromium" not in table(replace(record(OURS), versions={}))


def test_the_made_record_has_every_value_that_a_tool_may_have() -> None:
    made = find_experiment("decks").sample()
    named = named_values(record(*made.tools))
    tools = {name.partition(".")[0] for name in named if "." in name}
    assert tools == {"talk", "material", "marp", "slidev", "reveal_md", "mkdocs_revealjs"}
    assert named["build_ratio"].number == 1.2
    assert "cannot be installed" in table(record(*made.tools))
