"""What depends on a measurement, or on what came out, is shown or hidden; what a page hides is not judged either."""

from pathlib import Path

import pytest
from markdown import Markdown

from talk.markdown.conditions import ConditionsExtension, without_hidden
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
