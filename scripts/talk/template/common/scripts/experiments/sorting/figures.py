"""The table and the chart."""

from statistics import median

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.tables import Row, table
from talk.words import number, quantity

INSERTION, BUILTIN = "[[insertion]]", "[[builtin]]"
TABLE_CAPTION = "[[table_caption]]"
CHART_CAPTION = "[[chart_caption]]"
CHART_DESCRIPTION = "[[chart_description]]"


def times(source: Provenance) -> str:
    """A row a size: both times, and how many times the one is the other."""
    runs = source.record.data.runs
    rows = [_row(run.size, median(run.insertion_times_s), median(run.builtin_times_s)) for run in runs]
    head = ("[[numbers]]", INSERTION, BUILTIN, "[[slower]]")
    return source.figure(table("[[table_label]]", head, rows, kind="numbers"), TABLE_CAPTION, "numbers")


def _row(size: int, insertion_s: float, builtin_s: float) -> Row:
    ratio = quantity(insertion_s / builtin_s, "ratio", "×")
    return number(size, 0), quantity(insertion_s, "time"), quantity(builtin_s, "time"), ratio


@charts.in_house_style
def slopes(source: Provenance) -> str:
    """Both times against the size, both axes logarithmic, each line named at its end."""
    runs = source.record.data.runs
    sizes = [run.size for run in runs]
    lines = {
        INSERTION: ([median(run.insertion_times_s) for run in runs], charts.PINK, "o"),
        BUILTIN: ([median(run.builtin_times_s) for run in runs], charts.VIOLET, "s"),
    }
    figure, axes = charts.canvas()
    for name, (times_s, colour, marker) in lines.items():
        axes.plot(sizes, times_s, color=colour, marker=marker)
        axes.annotate(name, (sizes[-1], times_s[-1]), (-14, 8), textcoords="offset points", ha="right")
    charts.log_axis(axes.xaxis)
    charts.log_axis(axes.yaxis, "time")
    axes.set_xlabel("[[axis]]")
    axes.grid(axis="y")
    drawn = charts.svg(figure, f"{source.record.experiment}-slopes", "[[chart_title]]", CHART_DESCRIPTION)
    return source.figure(drawn, CHART_CAPTION, "chart")
