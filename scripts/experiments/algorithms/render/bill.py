"""The company's bill in the units of chapter one: cast-iron bridges, at the prices that its calculator starts with."""

import math
import re
from collections.abc import Iterator
from statistics import median

from talk.paths import SNIPPETS
from talk.render.value import Value
from talk.words import plural

from ..record import Algorithms, Batching, Convolution, Ctc, Decoding
from .lattices import alignments

Named = Iterator[tuple[str, Value]]

YEAR_S = 365.25 * 86_400
STEP_S = 0.04  # of sound: the Conformer's step is four frames of 10 ms
HOME_KERNEL = 31  # of the Conformer's depthwise convolutions
_PRICES = "по ценам, с которых начинает калькулятор первой главы"


def assumptions() -> dict[str, float]:
    """The numbers that the calculator on /gpu/ starts with, by the names of its inputs; read anew each time."""
    form = (SNIPPETS / "calculator.html").read_text(encoding="utf-8")
    return {name: float(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]+)"', form)}


def bridges(server_s: float) -> float:
    """The cost in bridges of so many seconds of one server without a GPU, electricity included."""
    given = assumptions()
    life_s = given["years"] * YEAR_S
    energy_kwh = given["cpu-power"] / 1000 * life_s / 3600
    server = given["cpu-price"] + energy_kwh * given["electricity"]
    return server_s / life_s * server / (given["bridge-mass"] * given["iron-price"])


def service_bridges(busy_share: float) -> float:
    """The cost in bridges of all the company's sound, a second of which takes a server `busy_share` seconds.

    Servers stand idle while nobody speaks, as in the calculator.
    """
    given = assumptions()
    servers = given["hours"] * busy_share / given["shift"]
    return bridges(servers * given["years"] * YEAR_S)


def bill_values(data: Algorithms) -> Named:
    """What the stories cost in bridges; names after `bill.`."""
    years = 1 / bridges(YEAR_S)
    yield "bridge_server_years", Value(years, "count", f"лет одного сервера без GPU, с электричеством, {_PRICES}")
    yield from _of_alignments(data.ctc)
    for batching in data.batching:
        if batching.device == "cpu":
            yield from _of_batching(batching)
            yield from _of_convolution(data.convolution, batching.layers)
    yield from _of_decoding(data.decoding, data.threads)


def _of_alignments(ctc: Ctc) -> Named:
    last = ctc.brute_force.points[-1]
    power = math.log10(alignments(ctc.frames, ctc.labels)) + math.log10(bridges(median(last.times_s) / last.size))
    how = f"цифр в числе мостов: C(T + U, U + U) выравниваний, T = {ctc.frames}, U = {ctc.labels}, {_PRICES}"
    yield "ctc_digits", Value(max(0, math.floor(power) + 1), "count", how)


def _of_batching(batching: Batching) -> Named:
    sound_s = sum(batching.utterances_s)
    cost = {order.name: service_bridges(sum(order.times_s) / sound_s) for order in batching.orders}
    for name, found in cost.items():
        yield f"batching.{name}", Value(found, "ratio", _service())
    yield "batching.saved", Value(cost["random"] - cost["sorted"], "ratio", f"разница: {_service()}")


def _of_convolution(convolution: Convolution, layers: int) -> Named:
    times_s = {
        way.name: median(point.times_s)
        for way in convolution.depthwise
        for point in way.curve.points
        if point.size == HOME_KERNEL
    }
    if times_s:
        saved_s = layers * (times_s["library"] - times_s["direct"])
        how = f"PyTorch − прямой цикл, слоёв: {layers}; {_service()}"
        yield "convolution.saved", Value(service_bridges(saved_s / (convolution.steps * STEP_S)), "ratio", how)


def _of_decoding(decoding: Decoding, cores: int) -> Named:
    for beam in decoding.beams:
        if beam.name == "beam_with_model":
            busy = median(beam.times_s) / decoding.sound_s / cores
            how = f"{_service()}; поиск идёт на одном ядре из {cores}"
            yield f"decoding.beam_with_model_{beam.width}", Value(service_bridges(busy), "ratio", how)


def _service() -> str:
    given = assumptions()
    years = f"{given['years']:g} {plural(given['years'], 'год', 'года', 'лет')}"
    return f"мостов за {years}, {given['hours']:g} ч звука в сутки, {_PRICES}"
