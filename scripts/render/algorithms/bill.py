"""The company's bill in the units of chapter one: cast-iron bridges, at the prices that its calculator starts with."""

import math
import re
from collections.abc import Iterator
from functools import cache
from statistics import median

from scripts.paths import SNIPPETS
from scripts.records.algorithms import Algorithms
from scripts.render.value import Value

YEAR_S = 365.25 * 86_400


@cache
def assumptions() -> dict[str, float]:
    """Name → number of each input of the calculator on /gpu/, as it stands before the reader touches it."""
    form = (SNIPPETS / "calculator.html").read_text(encoding="utf-8")
    return {name: float(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]+)"', form)}


def bridges(server_s: float) -> float:
    """What so many seconds of one server without a GPU cost, electricity included, in bridges."""
    given = assumptions()
    life_s = given["years"] * YEAR_S
    energy_kwh = given["cpu-power"] / 1000 * life_s / 3600
    server = given["cpu-price"] + energy_kwh * given["electricity"]
    return server_s / life_s * server / (given["bridge-mass"] * given["iron-price"])


def service_bridges(busy_share: float) -> float:
    """The company's sound for all the years of service, on servers busy `busy_share` of the time it lasts, in bridges.

    Servers stand idle while nobody speaks, as in the calculator.
    """
    given = assumptions()
    servers = given["hours"] * busy_share / given["shift"]
    return bridges(servers * given["years"] * YEAR_S)


def bill_values(data: Algorithms) -> Iterator[tuple[str, Value]]:
    """What the stories come to, in bridges; names after `bill.`."""
    prices = "по ценам, с которых начинает калькулятор первой главы"
    years = 1 / bridges(YEAR_S)
    yield "bridge_server_years", Value(years, "count", f"лет одного сервера без GPU, с электричеством, {prices}")
    ctc = data.ctc
    # C(T + U, 2U): paths through the lattice of a text without repeats.
    alignments = math.comb(ctc.frames + ctc.labels, 2 * ctc.labels)
    last = ctc.brute_force.points[-1]
    power = math.log10(alignments) + math.log10(bridges(median(last.times_s) / last.size))
    how = f"цифр в числе мостов: C(T + U, 2U) выравниваний, T = {ctc.frames}, U = {ctc.labels}, {prices}"
    yield "ctc_digits", Value(max(0, math.floor(power) + 1), "count", how)
    given = assumptions()
    service = f"мостов за {given['years']:g} года, {given['hours']:g} ч звука в сутки, {prices}"
    for batching in data.batching:
        if batching.device == "cpu":
            sound_s = sum(batching.utterances_s)
            cost = {order.name: service_bridges(sum(order.times_s) / sound_s) for order in batching.orders}
            for name, found in cost.items():
                yield f"batching.{name}", Value(found, "ratio", service)
            yield "batching.saved", Value(cost["random"] - cost["sorted"], "ratio", f"разница: {service}")
    if data.decoding is not None:
        for beam in data.decoding.beams:
            busy = median(beam.times_s) / data.decoding.sound_s / data.threads
            if beam.name == "луч с моделью языка":
                how = f"{service}; поиск идёт на одном ядре из {data.threads}"
                yield f"decoding.beam_with_model_{beam.width}", Value(service_bridges(busy), "ratio", how)
