"""The thermometer of the descent: how high each circle has driven the speed, at the edge of its slide."""

import math
from collections.abc import Sequence
from html import escape

from talk.render.captions import Provenance
from talk.render.measured import element as measured_number
from talk.render.scene import slab, stroke
from talk.render.value import Value
from talk.render.values import Found
from talk.words import quantity

from ..record import Matmul
from .descent import circle_rate, ice, rate_elsewhere
from .prediction import step_predictions
from .steps import STEPS

# Where a slide stands: steps by their names, and what is no step.
GRID, ICE = "grid", "ice"
RUNGS = (
    "python", "compiled", "strassen", "order", "registers", "packing", "overlap", "threads", "gpu_triton", GRID, "int8",
    ICE,
)  # fmt: skip
_CIRCLES = {step.name: step.circle for step in STEPS} | {GRID: 7, ICE: 9}
_WIDTH, _HEIGHT = 40, 600


def thermometer(source: Provenance, data: Matmul, rung: str, cards: Sequence[Provenance] = ()) -> str:
    """Mercury up to `rung`, on a logarithmic scale; where it was not measured, up to the last rung that was.

    Where this machine has no GPU, the first of `cards` tells what one does.
    """
    rates = {name: rate for name in RUNGS if (rate := _rate(data, name)) is not None}
    reached = [rates[name] for name in RUNGS[: RUNGS.index(rung) + 1] if name in rates]
    least, most = min(rates.values()) / 2, max(rates.values())

    def at(rate: float) -> float:
        up = math.log(min(rate, most) / least) / math.log(most / least)
        return _HEIGHT - 4 - up * (_HEIGHT - 8)

    level = at(reached[-1]) if reached else _HEIGHT - 4
    tube = slab((4, 2), (22, _HEIGHT - 4), 2)
    tube += slab((4, level), (22, _HEIGHT - 2 - level), 1, "lit" if rung in rates else "waiting")
    tube += "".join(stroke([(26, at(rate)), (34, at(rate))], 2, "thin") for rate in rates.values())
    promised = _promised(data, rung)
    if promised is not None:
        tube += stroke([(0, at(promised)), (40, at(promised))], 4)
    said = quantity(rates[rung], "flop_rate") if rung in rates else circle_rate(data, _CIRCLES[rung])
    if rung == "int8" and rung in rates:
        said = said.replace("ФЛОП", "ОП")
    elsewhere = rate_elsewhere(cards) if rung == "gpu_triton" and rung not in rates else None
    if elsewhere is not None:
        said = elsewhere[0]
    told = f"Круг {_CIRCLES[rung]}: {said}"
    if promised is not None:
        told += f"; обещано {quantity(promised, 'flop_rate')}"
    if rung in rates:
        how = f"скорость круга {_CIRCLES[rung]} на самых больших матрицах, которые измерены"
        found = Found(Value(rates[rung], "flop_rate", how), source.record)
        reading = measured_number(found, said, stale=bool(source.changed))
    else:
        reading = f"<span>{escape(said)}</span>"
    return (
        f'<div class="thermometer scene" data-record="{escape(source.record.name)}">'
        f'<svg class="drawing" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" data-rung="{rung}" '
        f'data-y="log {least:.6g} {most:.6g} {_HEIGHT - 4} 4" '
        f'aria-label="{escape(told)}" translate="no"><title>Термометр спуска</title>{tube}</svg>{reading}</div>\n'
    )


def _rate(data: Matmul, rung: str) -> float | None:
    if rung == ICE:
        return ice(data)
    found = data.find(rung)
    return found.squares[-1].flops_per_s if found is not None and found.squares else None


def _promised(data: Matmul, rung: str) -> float | None:
    """What the model of the machine promises the step; None where the record has no model."""
    found = next((each for each in step_predictions(data) if each.name == rung), None)
    return 2 * found.point.n * found.point.m * found.point.p / found.promised if found is not None else None


def measured(data: Matmul) -> Matmul | None:
    """The data, where rungs of the CPU were measured, and speeds differ: a GPU alone has no way down."""
    return (
        data
        if data.run_on("cpu") and len({rate for name in RUNGS if (rate := _rate(data, name)) is not None}) > 1
        else None
    )
