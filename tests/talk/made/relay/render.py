"""Values and figures of each device; one figure compares with the published record, one is for slides alone."""

import re
import tomllib
from html import escape
from statistics import median

from talk.paths import ROOT
from talk.records.schema import Record
from talk.render import charts
from talk.render.captions import Provenance
from talk.render.drawing import Drawing
from talk.render.tables import table
from talk.render.value import Value
from talk.words import quantity

from .record import ASKED_S, Data, Run


def named_values(record: Record[Data]) -> dict[str, Value]:
    found = {"lanes": Value(sum(record.data.lanes), "count", "sum of the lanes")}
    times_s = {}
    for run in record.data.runs:
        times_s[run.device] = time_s = median(run.times_s)
        found[f"{run.device}.time"] = Value(time_s, "time", "median of the repeats")
        found[f"{run.device}.pace"] = Value(ASKED_S / time_s, "ratio", "time asked / median")
        for leg in (leg for leg in run.legs if re.fullmatch(r"\w+", leg.name, re.ASCII)):
            found[f"{run.device}.{leg.name}.share"] = Value(leg.time_s / time_s, "share", "leg / median")
            found[f"{run.device}.{leg.name}.calls"] = Value(leg.calls, "count", "as counted")
        if run.device == "cuda":
            busy_s = sum(leg.time_s for leg in run.legs)
            found["cuda.idle_share"] = Value(1 - busy_s / time_s, "share", "1 - legs / median")
    if len(times_s) == 2:
        found["speedup"] = Value(times_s["cpu"] / times_s["cuda"], "ratio", "CPU / GPU")
    prices = ROOT / "docs" / "prices.toml"
    if prices.is_file():
        price = tomllib.loads(prices.read_text(encoding="utf-8"))["second"]
        found["price"] = Value(price * times_s[record.data.runs[0].device], "money", "price of a second x median")
    return found


def fragments(drawing: Drawing) -> dict[str, str]:
    found = {"course": f'<p id="course">{drawing.alone}</p>\n'}
    for device in ("cpu", "cuda"):
        found[f"legs-{device}"] = drawing.draw(_legs(drawing), lambda data, device=device: data.run_on(device))
        found[f"legs-{device}-slide"] = drawing.draw(_slide, lambda data, device=device: data.run_on(device))
    return found | {"chart": drawing.draw(_chart)}


def remarks(record: Record[Data]) -> list[tuple[str, str]]:
    rules = ", ".join(f"{name}: {rule}" for name, rule in record.data.rules.items())
    return [(rules, f"The rules were {rules}")] if rules else []


def _legs(drawing: Drawing):
    def draw(source: Provenance, run: Run) -> str:
        rows = [
            (escape(leg.name), quantity(leg.time_s, "time"), f"{leg.calls}", f"{leg.slope or 0:.1f}")
            for leg in run.legs
        ]
        body = table("Legs", ("leg", "time", "calls", "slope"), rows)
        if drawing.published is not None:
            body += f"<p>published: {escape(drawing.published.record.machine.slug)}</p>"
        return source.figure(body, "Legs of the race", "numbers", run.device)

    return draw


def _slide(source: Provenance, run: Run) -> str:
    return source.figure(f"<p>{escape(run.legs[0].name)}</p>", "The first leg", "numbers", run.device)


@charts.in_house_style
def _chart(source: Provenance) -> str:
    figure, axes = charts.canvas()
    axes.plot(source.record.data.runs[0].times_s)
    return source.figure(charts.svg(figure, "relay-times", "Times", "Every repeat"), "Every repeat", "chart")
