"""Tables of the gradient experiment."""

from html import escape
from math import log2

from talk.render.captions import Provenance
from talk.words import MINUS, NBSP, Dimension, number, quantity

from ..record import ConformerBackward, Gradient, Learning
from .training import spread
from .values import (
    FORMULAS,
    STEP_POWERS,
    best,
    is_convolution,
    is_neither,
    is_product,
    own_us,
)

_SHOWN_OPERATORS = 7


def differences(source: Provenance, data: Gradient) -> str:
    """Best step and error of every formula in every precision, beside what theory expects of the step."""
    rows = []
    for curve in data.differences:
        step, error = best(curve)
        halvings = round(-log2(step))
        power = STEP_POWERS.get(curve.formula)
        theory = "любой мелкий" if power is None else f"2<sup>{MINUS}{round(-power * log2(curve.epsilon))}</sup>"
        rows.append(
            _row(curve.precision, FORMULAS[curve.formula], f"2<sup>{MINUS}{halvings}</sup>", theory, _error(error))
        )
    head = ("точность", "формула", "лучший шаг", "по теории", "ошибка")
    caption = "Лучший шаг по замеру и по теории: √ε для правой разности, ∛ε для центральной"
    return source.figure(_table("Лучшие шаги", head, rows), caption, "numbers", "cpu")


def passes(source: Provenance, conformer: ConformerBackward) -> str:
    """Backward beside forward: counted arithmetic, time, and what the time goes to."""
    there, back = conformer.passes
    rows = [
        _beside("операций", there.flops, back.flops, "flops"),
        _beside("время без профайлера", there.time_s, back.time_s, "time"),
    ]
    kinds = {"умножения матриц": is_product, "свёртки": is_convolution, "всё остальное": is_neither}
    for title, belongs in kinds.items():
        spent_there, spent_back = (
            sum(own_us(each) for each in part.operators if belongs(each)) / 1e6 for part in (there, back)
        )
        rows.append(_beside(title, spent_there, spent_back, "time"))
    caption = (
        "Одна фраза через Conformer. Умножения, свёртки и остальное — собственное время операторов под профайлером"
    )
    head = ("что", "вперёд", "назад", "дороже")
    return source.figure(_table("Назад и вперёд", head, rows), caption, "numbers", conformer.device)


def _beside(title: str, there: float, back: float, dimension: Dimension) -> str:
    ratio = quantity(back / there, "ratio", "×") if there else "—"
    return _row(title, quantity(there, dimension), quantity(back, dimension), ratio)


def backward(source: Provenance, conformer: ConformerBackward) -> str:
    """The costliest operators of the backward pass, beside the same operators of the forward one."""
    there, back = conformer.passes
    forward = {operator.name: operator for operator in there.operators}
    shown = sorted(back.operators, key=lambda operator: -own_us(operator))[:_SHOWN_OPERATORS]
    rows = []
    for operator in shown:
        before = forward.get(operator.name)
        rows.append(
            _row(
                f"<code>{escape(operator.name.removeprefix('aten::'))}</code>",
                quantity(own_us(operator) / 1e6, "time"),
                number(operator.calls, 0),
                quantity(own_us(before) / 1e6, "time") if before else "—",
                number(before.calls, 0) if before else "—",
            )
        )
    column = "Self CPU" if conformer.device == "cpu" else "Self CUDA"
    head = ("оператор", f"{column} назад", "вызовов", f"{column} вперёд", "вызовов")
    caption = "Самые дорогие операторы обратного прохода и они же в прямом: одна фраза через Conformer"
    return source.figure(_table("Операторы обратного прохода", head, rows), caption, "numbers", conformer.device)


def readings(source: Provenance, learning: Learning) -> str:
    """What the network read out before, halfway and after."""
    rows = [
        _row(
            number(reading.step, 0),
            escape(reading.read_text.strip()) or "—",
            quantity(reading.character_error_rate, "share", decimals=1),
        )
        for reading in spread(learning.readings, 6)
    ]
    caption = f"Диктуют: «{escape(learning.readings[0].asked_text)}». Голоса этого сеть не слышала"
    return source.figure(
        _table("Что сеть читает", ("шаг", "сеть прочла", "неверных букв"), rows), caption, "readings", "cpu"
    )


def products(source: Provenance, data: Gradient) -> str:
    """Who is who among Jacobian, Hessian and their products: shapes, how many passes each takes, and prices."""
    rows = []
    for product in data.products:
        title, what, passes = {
            "jvp": ("JVP", "J·v", 1),
            "vjp": ("VJP", "uᵀ·J", 1),
            "jacobian_forward": ("якобиан", "J по столбцам", product.columns),
            "jacobian_reverse": ("якобиан", "J по строкам", product.rows),
            "hvp": ("HVP", "H·v", 2),
            "hessian": ("гессиан", "H", product.columns),
        }[product.name]
        shape = f"{product.rows}{NBSP}×{NBSP}{product.columns}"
        price = quantity(product.time_s / product.function_time_s, "ratio", "×")
        rows.append(_row(title, what, shape, number(passes, 0), price))
    head = ("имя", "что это", "форма", "проходов", "цена в функциях")
    caption = "Якобиан, гессиан и их произведения на вектор: PyTorch, один поток"
    return source.figure(_table("Якобиан, гессиан и произведения", head, rows), caption, "numbers", "cpu")


def _table(label: str, head: tuple[str, ...], rows: list[str]) -> str:
    """A table that scrolls inside its figure where it is too wide, with the keyboard too."""
    heads = "".join(f'<th scope="col">{title}</th>' for title in head)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="table-scroll" role="group" aria-label="{label}" tabindex="0">{table}</div>'


def _row(title: str, *cells: str) -> str:
    return f'<tr><th scope="row">{title}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _error(error: float) -> str:
    if error == 0:
        return "0"
    mantissa, _, power = f"{error:.1e}".partition("e")
    return f"{mantissa.replace('.', ',')}·10<sup>{int(power)}</sup>".replace("-", MINUS)
