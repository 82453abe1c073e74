"""Goals of the predictions: how far steps are from what the machine's ceilings and prices promised them."""

from collections.abc import Iterator

from talk.render.prediction import made, middle_deviation
from talk.render.values import Values

_GOAL = {"cpu": "at most 25 %", "cuda": "no goal: tells of what is not counted"}


def goals(values: Values) -> Iterator[tuple[str, str, str]]:
    """Name, figure and target for each machine on record and device, where anything was promised."""
    for machine in dict.fromkeys(record.machine.slug for record in values.records):
        mine = [record for record in values.records if record.machine.slug == machine]
        for device in ("cpu", "cuda"):
            found = [each for record in mine for each in made(values.promises(record)) if each.device == device]
            if found:
                held = sum(each.holds for each in found)
                figure = f"{100 * middle_deviation(found):.0f} % ({held}/{len(found)})"
                yield f"predictions off, median: {machine}, {device}", figure, _GOAL[device]
