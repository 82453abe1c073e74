"""Tables of the gradient experiment."""

from html import escape
from math import log2

from talk.render.captions import Provenance
from talk.render.given import given
from talk.render.tables import Row, table
from talk.words import MINUS, NBSP, Dimension, number, quantity, scientific

from ..record import ConformerBackward, Gradient, Learning
from .training import spread
from .values import FORMULAS, STEP_POWERS, best, is_convolution, is_neither, is_product, own_us

_SHOWN_OPERATORS = 7

_BASE = given("2", reason="шаг делят пополам")


def differences(source: Provenance, data: Gradient) -> str:
    """Best step and error of every formula in every precision, beside what theory expects of the step."""
    rows = []
    for curve in data.differences:
        step, error = best(curve)
        halvings = round(-log2(step))
        power = STEP_POWERS.get(curve.formula)
        theory = "любой мелкий" if power is None else f"{_BASE}<sup>{MINUS}{round(-power * log2(curve.epsilon))}</sup>"
        measured = f"{_BASE}<sup>{MINUS}{halvings}</sup>"
        rows.append((curve.precision, FORMULAS[curve.formula], measured, theory, scientific(error)))
    head = ("точность", "формула", "лучший шаг", "по теории", "ошибка")
    caption = "Лучший шаг по замеру и по теории: √ε для правой разности, ∛ε для центральной"
    return source.figure(table("Лучшие шаги", head, rows, kind="numbers"), caption, "numbers", "cpu")


def passes(source: Provenance, conformer: ConformerBackward) -> str:
    """Backward beside forward: counted FLOPs, time, and self time by kinds of operators."""
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
        f"Одна фраза через Conformer, потоков: {number(conformer.threads, 0)}. "
        "Умножения, свёртки и остальное — собственное время операторов под профайлером"
    )
    head = ("что", "вперёд", "назад", "дороже")
    return source.figure(table("Назад и вперёд", head, rows, kind="numbers"), caption, "numbers", conformer.device)


def _beside(title: str, there: float, back: float, dimension: Dimension) -> Row:
    ratio = quantity(back / there, "ratio", "×") if there else "—"
    return title, quantity(there, dimension), quantity(back, dimension), ratio


def backward(source: Provenance, conformer: ConformerBackward) -> str:
    """The costliest operators of the backward pass, beside the same operators of the forward one."""
    there, back = conformer.passes
    forward = {operator.name: operator for operator in there.operators}
    shown = sorted(back.operators, key=lambda operator: -own_us(operator))[:_SHOWN_OPERATORS]
    rows = []
    for operator in shown:
        before = forward.get(operator.name)
        rows.append(
            (
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
    return source.figure(
        table("Операторы обратного прохода", head, rows, kind="numbers"), caption, "numbers", conformer.device
    )


def readings(source: Provenance, learning: Learning) -> str:
    """What the network read out before training, during it and after."""
    rows = [
        (
            number(reading.step, 0),
            escape(reading.read_text.strip()) or "—",
            quantity(reading.character_error_rate, "share", decimals=1),
        )
        for reading in spread(learning.readings, 6)
    ]
    caption = f"Диктуют: «{learning.readings[0].asked_text}». Голоса этого сеть не слышала"
    head = ("шаг", "сеть записала", "неверных букв")
    return source.figure(table("Что сеть пишет", head, rows, kind="readings"), caption, "readings", "cpu")


def products(source: Provenance, data: Gradient) -> str:
    """Jacobian, Hessian and their products with a vector: shape, number of passes, and price of each."""
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
        rows.append((title, what, shape, number(passes, 0), price))
    head = ("имя", "что это", "форма", "проходов", "цена в функциях")
    caption = "Якобиан, гессиан и их произведения на вектор: PyTorch, один поток"
    return source.figure(
        table("Якобиан, гессиан и произведения", head, rows, kind="numbers"), caption, "numbers", "cpu"
    )
