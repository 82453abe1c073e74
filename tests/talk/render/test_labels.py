"""Names of a chart's lines, on lines that no machine has drawn yet."""

import pytest

from talk.render import charts
from talk.render.labels import End, name_ends

HALF_A_NAME = 0.09  # of the axes' height: two lines of small letters take less than a fifth


@pytest.mark.parametrize("height", [0.3, 0.5, 0.9])
def test_the_name_of_a_line_that_ends_early_is_off_the_others(height: float) -> None:
    _, axes = charts.canvas()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.plot([0.0, 0.2], [height, height])
    axes.plot([0.1, 1.0], [height, height])
    name_ends(axes, [End(0.2, height, "early\nfitted", "red"), End(1.0, height, "late\nfitted", "blue")])
    early, late = axes.texts if axes.texts[0].get_text().startswith("early") else axes.texts[::-1]
    assert early.get_text().startswith("early")
    assert abs(early.get_position()[1] - height) > HALF_A_NAME
    assert 0 < early.get_position()[1] < 1
    assert late.get_position()[1] == pytest.approx(min(height, 1 - 0.11), abs=0.02)
