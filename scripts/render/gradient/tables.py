"""Tables of the gradient experiment."""

from html import escape
from math import log2

from scripts.records.gradient import ConformerBackward, Gradient, Learning
from scripts.render.captions import Provenance
from scripts.render.gradient.values import FORMULAS, STEP_POWERS, best
from scripts.render.russian import MINUS, NBSP, number, quantity

_SHOWN_OPERATORS = 7


def differences(source: Provenance, data: Gradient) -> str:
    """Best step and error of every formula in every precision, beside what theory expects of the step."""
    rows = []
    for curve in data.differences:
        step, error = best(curve)
        halvings = round(-log2(step))
        power = STEP_POWERS.get(curve.formula)
        theory = (
            "чем мельче, тем лучше" if power is None else f"2<sup>{MINUS}{round(-power * log2(curve.epsilon))}</sup>"
        )
        rows.append(
            _row(curve.precision, FORMULAS[curve.formula], f"2<sup>{MINUS}{halvings}</sup>", theory, _error(error))
        )
    head = ("точность", "формула", "лучший шаг", "по теории", "ошибка")
    caption = "Лучший шаг по замеру и по теории: √ε для правой разности, ∛ε для центральной"
    return source.figure(_table(head, rows), caption, "numbers", "cpu")


def backward(source: Provenance, conformer: ConformerBackward, slide: bool = False) -> str:
    """The costliest operators of the backward pass, beside the same operators of the forward one."""
    there, back = conformer.passes
    forward = {operator.name: operator for operator in there.operators}
    shown = sorted(back.operators, key=lambda operator: -operator.self_cpu_time_us)[: 5 if slide else _SHOWN_OPERATORS]
    rows = []
    for operator in shown:
        before = forward.get(operator.name)
        rows.append(
            _row(
                f"<code>{escape(operator.name.removeprefix('aten::'))}</code>",
                quantity(operator.self_cpu_time_us / 1e6, "time"),
                number(operator.calls, 0),
                quantity(before.self_cpu_time_us / 1e6, "time") if before else "—",
                number(before.calls, 0) if before else "—",
            )
        )
    head = ("оператор", "Self CPU назад", "вызовов", "Self CPU вперёд", "вызовов")
    caption = "Самые дорогие операторы обратного прохода и они же в прямом: одна фраза через Conformer"
    return source.figure(_table(head, rows), caption, "numbers", conformer.device)


def readings(source: Provenance, learning: Learning) -> str:
    """What the network read out before, halfway and after."""
    last = len(learning.readings) - 1
    rows = [
        _row(
            number(reading.step, 0),
            escape(reading.read_text) or "—",
            quantity(reading.character_error_rate, "share", decimals=1),
        )
        for reading in (learning.readings[place] for place in sorted({0, last // 4, last // 2, last}))
    ]
    caption = f"Диктуют: «{escape(learning.readings[0].asked_text)}». Голоса этого сеть не слышала"
    return source.figure(_table(("шаг", "сеть прочла", "неверных букв"), rows), caption, "numbers", "cpu")


def products(source: Provenance, data: Gradient) -> str:
    """Who is who among Jacobian, Hessian and their products: shapes and prices."""
    titles = {
        "jvp": ("JVP", "J·v"),
        "vjp": ("VJP", "uᵀ·J"),
        "jacobian_forward": ("якобиан по столбцам", "J, прямой режим"),
        "jacobian_reverse": ("якобиан по строкам", "J, обратный режим"),
        "hvp": ("HVP", "H·v"),
        "hessian": ("гессиан", "H"),
    }
    rows = [
        _row(
            *titles[product.name],
            f"{product.rows}{NBSP}×{NBSP}{product.columns}",
            quantity(product.time_s, "time"),
            quantity(product.time_s / product.function_time_s, "ratio", "×"),
        )
        for product in data.products
    ]
    head = ("имя", "что это", "форма", "время", "в ценах функции")
    return source.figure(_table(head, rows), "Якобиан, гессиан и их произведения на вектор", "numbers", "cpu")


def _table(head: tuple[str, ...], rows: list[str]) -> str:
    heads = "".join(f'<th scope="col">{title}</th>' for title in head)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(title: str, *cells: str) -> str:
    return f'<tr><th scope="row">{title}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _error(error: float) -> str:
    if error == 0:
        return "0"
    mantissa, _, power = f"{error:.1e}".partition("e")
    return f"{mantissa.replace('.', ',')}·10<sup>{int(power)}</sup>".replace("-", MINUS)
