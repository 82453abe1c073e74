"""Tables of the matmul experiment."""

from talk.render.captions import Provenance
from talk.render.tables import table
from talk.words import NBSP, number, quantity, scientific

from ..record import Contender
from .prediction import REGIMES, Prediction
from .rivals import with_rivals
from .steps import STEPS, step_of
from .values import at_one_size

_TITLES = {step.name: step.title for step in STEPS}


def shapes(source: Provenance, contenders: list[Contender]) -> str:
    """Circle 5 and the libraries on the products of this Conformer: tall, wide, and anything but square."""
    sides = dict.fromkeys(
        (point.n, point.m, point.p) for each in contenders for point in each.points if not point.square
    )
    rows = []
    for n, m, p in sides:
        points = [each.at(n, m, p) for each in contenders]
        rows.append([f"{n} × {m} × {p}", *(_rate(point.flops_per_s if point else None) for point in points)])
    head = [f"n × m × p,{NBSP}ГФЛОП/с", *map(_heading, contenders)]
    caption = "Произведения самого Conformer на всех потоках: шаги звука на веса"
    return source.figure(table(caption, head, rows), with_rivals(caption, source), "table", "cpu")


def _heading(contender: Contender) -> str:
    step = step_of(contender)
    return f"круг {step.circle}" if step.highlighted else step.title


def bits(source: Provenance, contenders: list[Contender]) -> str:
    """What PyTorch gains from fewer bits on this CPU beside the best in float32, and what accuracy they cost."""
    size, points = at_one_size(contenders)
    best = max((each for each in points if each[0].dtype == "float32"), key=lambda each: each[1].flops_per_s)
    shown = [best, *(each for each in points if each[0].dtype != "float32")]
    rows = [[_heading(each), each.dtype, _rate(point.flops_per_s), scientific(point.error)] for each, point in shown]
    head = ["кто", "числа", f"ГФЛОП/с{NBSP}(ГОП/с)", "ошибка"]
    caption = (
        f"Лучшее произведение float32 и torch в числах покороче, матрицы {size}×{size}; "
        "ошибка — к наибольшему числу результата"
    )
    return source.figure(table(caption, head, rows), with_rivals(caption, source, "oneDNN"), "table", "cpu")


def predicted(source: Provenance, found: list[Prediction]) -> str:
    """Of each step what was promised and measured, and what holds it up; where the two part, what is suspected."""
    rows = [
        [
            _TITLES[each.name],
            str(each.point.n),
            quantity(each.promised_s, "time"),
            quantity(each.measured_s, "time"),
            number(each.ratio, 2) if each.holds else f"{number(each.ratio, 2)} ≠",
            REGIMES[each.binds],
        ]
        for each in found
    ]
    head = ["шаг", "n", "обещано", "измерено", "отношение", "держит"]
    caption = "Обещано — по счёту операций и байт шага и по измеренным ценам этой машины, измерено — медиана"
    if failed := [f"{_TITLES[each.name]} — {each.suspected}" for each in found if not each.holds]:
        caption += f". Знак ≠: разница больше четверти. На кого думаем: {'; '.join(failed)}"
    return source.figure(table(caption, head, rows), caption, "table", "cpu")


def errors(source: Provenance, contenders: list[Contender]) -> str:
    """What each way of summing loses against float64."""
    largest = [(each, each.squares[-1]) for each in contenders if each.squares]
    rows = [[step_of(each).title, str(point.n), scientific(point.error)] for each, point in largest]
    caption = "Наибольшее отклонение от float64, к наибольшему числу результата"
    return source.figure(table(caption, ["шаг", "n", "ошибка"], rows), caption, "table", "cpu")


def _rate(flops_per_s: float | None) -> str:
    return "—" if flops_per_s is None else quantity(flops_per_s, "flop_rate", "ГФЛОП/с").split(NBSP)[0]
