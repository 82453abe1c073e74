"""All predictions together: in a table, machines side by side, and in one picture, predicted against measured."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from talk.experiment import find_experiment, find_experiments
from talk.records.schema import Device
from talk.render import charts
from talk.render.prediction import NEAR, Prediction, Promise, Unmade, made, marked_ratio, middle_deviation, near
from talk.render.tables import Cell, table
from talk.render.values import Values
from talk.words import NBSP, quantity, say

_DEVICES: dict[Device, str] = {"cpu": "CPU", "cuda": "GPU"}
# Experiment after experiment: its colour, and the shape of its points.
_SERIES = (
    (charts.PINK, "o"),
    (charts.CYAN, "s"),
    (charts.VIOLET, "^"),
    (charts.GREEN, "D"),
    (charts.BLUE, "v"),
)

Answers = Mapping[str, Values]  # slug → the values of the machine's records


def table_of_all(answers: Answers, names: Mapping[str, str]) -> str:
    """Every step in rows, machines that were promised anything in columns; of each cell its ratio, and what binds."""
    found = {slug: dict(_promises(values)) for slug, values in answers.items()}
    found = {slug: mine for slug, mine in found.items() if made(_all(mine))}
    if not found:
        return _none()
    rows: list[list[str | Cell]] = []
    for device in _DEVICES:
        of_device = {slug: made(_all(mine), device) for slug, mine in found.items()}
        if any(of_device.values()):
            rows.append(
                [
                    Cell(say("prediction.middle", device=_DEVICES[device]), kind="total"),
                    *map(_middle, of_device.values()),
                ]
            )
    for experiment in find_experiments():
        steps = {(each.device, each.name): each.title for mine in found.values() for each in mine.get(experiment, ())}
        if steps:
            rows.append([Cell(escape(find_experiment(experiment).title), span=1 + len(found), kind="section")])
        for key, title in steps.items():
            promised = [
                next((each for each in mine.get(experiment, ()) if (each.device, each.name) == key), None)
                for mine in found.values()
            ]
            rows.append(
                [f"{escape(title)}{f', {_DEVICES[key[0]]}' if key[0] == 'cuda' else ''}", *map(_cell, promised)]
            )
    head: list[str | Cell] = [say("prediction.step"), *(escape(names[slug]) for slug in found)]
    drawn = table(say("prediction.title"), head, rows, kind="operators")
    return f'<figure class="machines predictions">{drawn}</figure>\n'


def _none() -> str:
    return f'<p class="nothing-measured">{say("prediction.none")}</p>\n'


def _promises(values: Values) -> Iterator[tuple[str, list[Promise]]]:
    for record in values.records:
        if promises := values.promises(record):
            yield record.experiment, promises


def _all(mine: Mapping[str, Sequence[Promise]]) -> list[Promise]:
    return [each for promises in mine.values() for each in promises]


def _middle(found: Sequence[Prediction]) -> str:
    if not found:
        return "—"
    held = say("prediction.some_held", held=sum(each.holds for each in found), steps=len(found))
    return f"<strong>{quantity(middle_deviation(found), 'share', decimals=0)}</strong>; {held}"


def _cell(promise: Promise | None) -> str | Cell:
    if promise is None:
        return "—"
    if isinstance(promise, Unmade):
        return Cell("—", title=say("prediction.lacks", what=promise.missing))
    numbers = {key: quantity(getattr(promise, key), promise.dimension) for key in ("promised", "measured")}
    held = f"{NBSP}· {say(f'resource.{promise.regime}')}" if promise.dimension == "time" else ""
    told = say("prediction.cell", **numbers) + (f". {promise.suspected}" if promise.suspected else "")
    return Cell(f"{marked_ratio(promise)}{held}", title=told)


@charts.in_house_style
def picture(answers: Answers) -> str:
    """Promised against measured time of every prediction, the diagonal, and the band of a quarter around it."""
    points = [
        (experiment, each)
        for values in answers.values()
        for experiment, promises in _promises(values)
        for each in made(promises)
        if each.dimension == "time"
    ]
    if not points:
        return _none()
    figure, axes = charts.canvas(6.4)
    times = [time for _, each in points for time in (each.promised, each.measured)]
    ends = [min(times) / 2, max(times) * 2]
    axes.fill_between(
        ends, [end * (1 - NEAR) for end in ends], [end * (1 + NEAR) for end in ends], color=charts.GRID, linewidth=0
    )
    axes.plot(ends, ends, color=charts.MUTED, linewidth=2)
    shown = [name for name in find_experiments() if any(experiment == name for experiment, _ in points)]
    for name, (colour, marker) in zip(shown, _SERIES, strict=False):
        for device in _DEVICES:
            mine = [each for experiment, each in points if (experiment, each.device) == (name, device)]
            if mine:
                title = find_experiment(name).title
                axes.plot(
                    [each.promised for each in mine],
                    [each.measured for each in mine],
                    marker,
                    markersize=8,
                    markerfacecolor=colour if device == "cpu" else "none",
                    markeredgecolor=charts.INK if device == "cpu" else colour,
                    markeredgewidth=0.8 if device == "cpu" else 2.2,
                    label=title if device == "cpu" else f"{title}, {_DEVICES[device]}",
                )
    charts.log_axis(axes.xaxis, "time")
    charts.log_axis(axes.yaxis, "time")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_xlabel(say("prediction.promised"))
    axes.set_ylabel(say("prediction.measured"))
    axes.legend(loc="upper left", frameon=False, fontsize=charts.SMALL, handletextpad=0.2, borderaxespad=0)
    held = sum(each.holds for _, each in points)
    told = say("prediction.picture_told", count=len(points), near=near(), held=held)
    drawn = charts.svg(figure, "predictions", say("prediction.picture"), told)
    caption = f'<figcaption><span class="caption">{escape(told)}</span></figcaption>'
    return f'<figure class="predicted chart">{drawn}{caption}</figure>\n'
