"""The table and the chart."""

from statistics import median

from talk.render import charts
from talk.render.captions import Provenance
from talk.render.tables import table
from talk.words import number, quantity


def times(source: Provenance) -> str:
    """A row a size: both times, and how many times the one is the other."""
    rows = []
    for run in source.record.data.runs:
        insertion, builtin = median(run.insertion_times_s), median(run.builtin_times_s)
        rows.append(
            (
                number(run.size, 0),
                quantity(insertion, "time"),
                quantity(builtin, "time"),
                quantity(insertion / builtin, "ratio", "×"),
            )
        )
    head = ("[[numbers]]", "[[insertion]]", "[[builtin]]", "[[slower]]")
    return source.figure(table("[[table_label]]", head, rows, kind="numbers"), "[[table_caption]]", "numbers")


@charts.in_house_style
def slopes(source: Provenance) -> str:
    """Both times against the size, both axes logarithmic, each line named at its end."""
    runs = source.record.data.runs
    sizes = [run.size for run in runs]
    lines = {
        "[[insertion]]": ([median(run.insertion_times_s) for run in runs], charts.PINK, "o"),
        "[[builtin]]": ([median(run.builtin_times_s) for run in runs], charts.VIOLET, "s"),
    }
    figure, axes = charts.canvas()
    for name, (times_s, colour, marker) in lines.items():
        axes.plot(sizes, times_s, color=colour, marker=marker)
        axes.annotate(name, (sizes[-1], times_s[-1]), (-14, 8), textcoords="offset points", ha="right")
    charts.log_axis(axes.xaxis)
    charts.log_axis(axes.yaxis, "time")
    axes.set_xlabel("[[axis]]")
    axes.grid(axis="y")
    name = f"{source.record.experiment}-slopes"
    drawn = charts.svg(figure, name, "[[chart_title]]", "[[chart_description]]")
    return source.figure(drawn, "[[chart_caption]]", "chart")
