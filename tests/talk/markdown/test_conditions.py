"""What a page hides is not judged either."""

from pathlib import Path

import pytest

from talk.markdown.conditions import without_hidden
from talk.records.store import write_record
from talk.render.values import Values, current_values
from tests.experiments.profiling import samples


@pytest.fixture
def values(tmp_path: Path) -> Values:
    write_record(samples.record(samples.cpu_run()), tmp_path)
    return current_values(tmp_path)


def test_hidden_blocks_are_blanked_and_lines_kept(values: Values) -> None:
    text = (
        "до\n\n/// measured | profiling.cuda.wall_time\n{{ profiling.cuda.wall_time }}\n///\n\n"
        "/// unmeasured | profiling.cuda.wall_time\nещё нет\n///\n\nпосле\n"
    )
    shown = without_hidden(text, values)
    assert "{{" not in shown
    assert "ещё нет" in shown
    assert shown.count("\n") == text.count("\n")
    assert shown.splitlines()[-1] == "после"


def test_a_block_inside_a_slide_is_found_by_its_own_slashes(values: Values) -> None:
    text = "//// slide | Число\n\n/// measured | profiling.cuda.speedup\n{{ a.b }}\n///\n\nвидно\n////\n"
    shown = without_hidden(text, values)
    assert "{{" not in shown
    assert "видно" in shown
    assert shown.endswith("////\n")
