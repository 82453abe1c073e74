"""Names of a chart's lines, on lines that no machine has drawn yet."""

import pytest

from talk.render import charts
from talk.render.labels import End, name_ends


@pytest.mark.parametrize("later", [(0.3, 0.3), (0.5, 0.5), (0.9, 0.9), (0.0, 1.0), (1.0, 0.1)])
def test_the_name_of_a_line_that_ends_early_is_off_the_others(later: tuple[float, float]) -> None:
    _, axes = charts.canvas()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    first, last = later
    height = first + (last - first) * 0.2
    axes.plot([0.0, 0.2], [height, height])
    axes.plot([0.0, 1.0], [first, last])
    name_ends(axes, [End(0.2, height, "early\nfitted", "red"), End(1.0, last, "late\nfitted", "blue")])
    early = next(each for each in axes.texts if each.get_text() == "early\nfitted").get_window_extent()
    assert axes.bbox.contains(early.x0, early.y0)
    assert axes.bbox.contains(early.x1, early.y1)
    for step in range(201):
        place = axes.transData.transform((step / 200, first + (last - first) * step / 200))
        assert not early.contains(*place)
