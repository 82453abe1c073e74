"""Named values of the gradient experiment."""

import math
from collections.abc import Iterator
from statistics import mean, median

from shared.profile import Operator
from talk.records.schema import Record
from talk.render.given import given
from talk.render.value import Value
from talk.words import number, plural, quantity

from ..landscapes import CURVATURES
from ..record import ConformerBackward, Descent, DifferenceCurve, Gradient, Learning, Way

# Powers of ε that theory expects: the best step h, and the relative error there.
STEP_POWERS = {"forward": 1 / 2, "central": 1 / 3}
ERROR_POWERS = {"forward": 1 / 2, "central": 2 / 3}
FORMULAS = {"forward": "правая разность", "central": "центральная разность", "complex": "комплексный шаг"}
WAYS = {
    "differences": "конечные разности",
    "symbolic": "SymPy",
    "forward": "прямой режим",
    "reverse": "обратный режим",
}

_SECONDS_OF_THOUSAND_HOURS = 1000 * 3600
_THOUSAND_HOURS = given("тысяча часов", reason="столько речи взято для счёта")
_THOUSANDTH, _HALF = 1e-3, 0.5  # goals of a descent and of a training
_TAIL = 20  # last steps of a training

Named = Iterator[tuple[str, Value]]


def named_values(record: Record[Gradient]) -> dict[str, Value]:
    """Dotted name (after the experiment's) → value, for everything that this record can answer."""
    data = record.data
    found: dict[str, Value] = {}
    for curve in data.differences:
        found.update(_difference(curve))
    for way in data.ways:
        found.update(_way(way))
    found.update(_reverse_in_bare_numbers(data.ways))
    found.update(_swell(data))
    found.update(_prices(data))
    for descent in data.descents:
        found.update(_descent(descent))
    found.update(_stability(data))
    found.update(_products(data))
    for conformer in data.conformers:
        found.update((f"{conformer.device}.{name}", value) for name, value in _conformer(conformer))
    if data.learning is not None:
        found.update((f"learning.{name}", value) for name, value in _learning(data.learning))
    return found


def best(curve: DifferenceCurve) -> tuple[float, float]:
    """The step at which the error is lowest, and the error."""
    lowest = min(curve.errors, key=lambda each: each.error)
    return 2.0**-lowest.halvings, lowest.error


def _difference(curve: DifferenceCurve) -> Named:
    name = f"differences.{curve.precision}.{curve.formula}"
    step, error = best(curve)
    title = f"{FORMULAS[curve.formula]}, {curve.precision}"
    yield f"{name}.best_error", Value(error, "share", f"{title}: наименьшая по шагу медиана относительной ошибки")
    yield f"{name}.digits", Value(_digits(error, curve.epsilon), "count", f"{title}: −lg наименьшей ошибки")
    yield (
        f"{name}.best_halvings",
        Value(-math.log2(step), "count", f"{title}: показатель лучшего шага, −log₂ h"),
    )
    if curve.formula in STEP_POWERS:
        theory = curve.epsilon ** STEP_POWERS[curve.formula]
        how = f"{title}: лучший шаг / ε в степени {number(STEP_POWERS[curve.formula], 2)}"
        yield f"{name}.best_step_over_theory", Value(step / theory, "ratio", how)


def _digits(error: float, epsilon: float) -> float:
    """Number of right decimal digits, no more than the precision has."""
    return -math.log10(max(error, epsilon / 2))


def _way(way: Way) -> Named:
    name, title = f"ways.{way.way}", WAYS[way.way]
    last = way.costs[-1]
    inputs = _inputs(last.inputs)
    yield f"{name}.most_inputs", Value(last.inputs, "count", f"{title}: самая большая задача, что уложилась во время")
    yield f"{name}.time", Value(last.time_s, "time", f"{title}: градиент, {inputs}, медиана")
    yield f"{name}.peak", Value(last.peak_bytes, "bytes", f"{title}: наибольшая память, {inputs}")
    yield (
        f"{name}.price",
        Value(
            last.time_s / last.function_time_s,
            "ratio",
            f"{title}: градиент / одно вычисление функции, {inputs}",
        ),
    )
    for cost in way.costs:
        if cost.inputs in (30, 100, 1000):
            yield f"{name}.time_{cost.inputs}", Value(cost.time_s, "time", f"{title}: {_inputs(cost.inputs)}, медиана")
            how = f"{title}: градиент / одно вычисление функции, {_inputs(cost.inputs)}"
            yield f"{name}.price_{cost.inputs}", Value(cost.time_s / cost.function_time_s, "ratio", how)
    if len(way.costs) > 1:
        # The slope of the second half on logarithmic axes: 1 means time proportional to inputs, 2 to their square.
        middle = way.costs[len(way.costs) // 2 - (len(way.costs) == 2)]
        power = math.log(last.time_s / middle.time_s) / math.log(last.inputs / middle.inputs)
        how = f"{title}: показатель степени роста времени, входов от {middle.inputs} до {last.inputs}"
        yield f"{name}.growth", Value(max(power, 0.0), "ratio", how)


def _reverse_in_bare_numbers(ways: list[Way]) -> Named:
    """The reverse mode against the function in bare numbers: its own price is in functions of its own arithmetic."""
    costs = {way.way: {cost.inputs: cost for cost in way.costs} for way in ways}
    both = costs.get("reverse", {}).keys() & costs.get("differences", {}).keys()
    for inputs in both & {1000}:
        ratio = costs["reverse"][inputs].time_s / costs["differences"][inputs].function_time_s
        how = f"обратный режим: градиент / одно вычисление функции в голых числах, {_inputs(inputs)}"
        yield f"ways.reverse.bare_price_{inputs}", Value(ratio, "ratio", how)


def _inputs(count: int) -> str:
    return f"{number(count, 0)} {plural(count, 'вход', 'входа', 'входов')}"


def _swell(data: Gradient) -> Named:
    deepest = data.swell[-1]
    yield "swell.depth", Value(deepest.depth, "count", "сколько раз применено отображение x → 4x(1 − x)")
    yield "swell.function", Value(deepest.function_operations, "count", "операций в формуле, count_ops в SymPy")
    yield (
        "swell.derivative",
        Value(deepest.derivative_operations, "count", "операций в формуле производной, count_ops в SymPy"),
    )
    ratio = deepest.derivative_operations / deepest.function_operations
    yield "swell.ratio", Value(ratio, "ratio", "операций в производной / операций в формуле")


def _prices(data: Gradient) -> Named:
    by_engine = {price.engine: price for price in data.prices}
    for engine, price in by_engine.items():
        how = (
            f"{'наш движок' if engine == 'ours' else 'torch'}: медиана обратного прохода / медиана прямого, один поток"
        )
        yield f"price.{engine}.backward", Value(price.backward_time_s / price.forward_time_s, "ratio", how)
        whole = (price.forward_time_s + price.backward_time_s) / price.forward_time_s
        yield f"price.{engine}.whole", Value(whole, "ratio", "функция вместе с градиентом / одна функция")
        yield (
            f"price.{engine}.step_time",
            Value(price.training_step_time_s, "time", "медиана шага обучения, один поток"),
        )
    if len(by_engine) == 2:
        ratio = by_engine["ours"].training_step_time_s / by_engine["torch"].training_step_time_s
        yield "price.ours_over_torch", Value(ratio, "ratio", "шаг обучения нашего движка / шаг torch, один поток")
    yield "price.batch", Value(data.prices[0].batch_size, "count", "примеров в батче")


def _products(data: Gradient) -> Named:
    for product in data.products:
        how = f"время {product.name} / время самой функции, медианы"
        price = product.time_s / product.function_time_s
        yield f"products.{product.name}.price", Value(price, "ratio", how)
        if product.name == "jacobian_reverse":
            yield "products.inputs", Value(product.columns, "count", "входов у функции")
            yield "products.outputs", Value(product.rows, "count", "выходов у функции")
            yield f"products.{product.name}.price_per_row", Value(price / product.rows, "ratio", f"{how}, на строку")


def _descent(descent: Descent) -> Named:
    name = f"descent.{descent.function}.{descent.method}"
    yield f"{name}.loss", Value(descent.losses[-1], "ratio", "значение над минимумом после последнего шага")
    yield f"{name}.steps", Value(len(descent.losses) - 1, "count", "сделано шагов")
    yield f"{name}.gradients", Value(descent.gradients, "count", "сколько раз спросили градиент")
    goal = _THOUSANDTH * descent.losses[0]
    reached = next((step for step, loss in enumerate(descent.losses) if loss <= goal), None)
    if reached is not None:
        how = f"первый шаг, после которого значение над минимумом не больше {quantity(_THOUSANDTH, 'share')} начального"
        yield f"{name}.steps_to_thousandth", Value(reached, "count", how)
    if descent.method == "gradient" and descent.function == "quadratic":
        measured = (descent.losses[-1] / descent.losses[0]) ** (1 / (2 * (len(descent.losses) - 1)))
        yield f"{name}.factor", Value(measured, "ratio", "корень из отношения потерь, на шаг: множитель расстояния")
        low, high = CURVATURES
        predicted = (high - low) / (high + low)
        yield f"{name}.predicted_factor", Value(predicted, "ratio", "(κ − 1)/(κ + 1), κ — отношение кривизн")
        yield f"{name}.stretch", Value(high / low, "ratio", "κ, отношение кривизн чаши")
    if descent.method == "momentum" and descent.function == "quadratic":
        low, high = (math.sqrt(curvature) for curvature in CURVATURES)
        predicted = math.log(_THOUSANDTH) / (2 * math.log((high - low) / (high + low)))
        how = "шагов, если каждый умножает расстояние на (√κ − 1)/(√κ + 1)"
        yield f"{name}.predicted_steps", Value(predicted, "count", how)


def _stability(data: Gradient) -> Named:
    worst = max(abs(each.measured_factor - each.predicted_factor) for each in data.stability)
    yield "stability.worst_miss", Value(worst, "ratio", "наибольшее расхождение множителя с |1 − ηλ|")
    past = [each for each in data.stability if each.rate_share > 1]
    yield (
        "stability.least_past",
        Value(min(each.measured_factor for each in past), "ratio", "наименьший множитель за пределом 2/λ"),
    )


def _conformer(conformer: ConformerBackward) -> Named:
    there, back = conformer.passes
    yield "forward.time", Value(there.time_s, "time", "медиана прямого прохода с запоминанием, без профайлера")
    yield "backward.time", Value(back.time_s, "time", "медиана обратного прохода, без профайлера")
    yield "backward.time_ratio", Value(back.time_s / there.time_s, "ratio", "время обратного / время прямого")
    yield "forward.flops", Value(there.flops, "flops", "FlopCounterMode над прямым проходом")
    yield "backward.flops", Value(back.flops, "flops", "FlopCounterMode над обратным проходом")
    yield "backward.flops_ratio", Value(back.flops / there.flops, "ratio", "ФЛОП обратного / ФЛОП прямого")
    for direction, each in (("forward", there), ("backward", back)):
        total = sum(own_us(operator) for operator in each.operators)
        calls = {operator.name: operator.calls for operator in each.operators}
        products = sum(own_us(operator) for operator in each.operators if is_product(operator))
        convolutions = sum(own_us(operator) for operator in each.operators if is_convolution(operator))
        how = "собственное время {} / собственное время всех операторов"
        yield f"{direction}.products_share", Value(products / total, "share", how.format("addmm, mm и bmm"))
        yield (
            f"{direction}.arithmetic_share",
            Value((products + convolutions) / total, "share", how.format("addmm, mm, bmm и свёрток")),
        )
        if conformer.device == "cuda":
            how = "время ядер под профайлером / медиана прохода без него"
            yield f"{direction}.busy_share", Value(min(total / 1e6 / each.time_s, 1.0), "share", how)
        for name in ("addmm", "mm", "bmm"):
            if f"aten::{name}" in calls:
                yield f"{direction}.{name}.calls", Value(calls[f"aten::{name}"], "count", f"вызовов aten::{name}")
    for name, belongs, title in _KINDS:
        spent_there, spent_back = (
            sum(own_us(each) for each in part.operators if belongs(each)) for part in (there, back)
        )
        if spent_there > 0:
            how = f"собственное время назад / вперёд: {title}"
            yield f"backward.{name}_ratio", Value(spent_back / spent_there, "ratio", how)
    called = {operator.name: operator.calls for operator in there.operators}
    # Each forward product needs two backward ones, except one a layer: encodings of positions are not learnt.
    twice = 2 * (called.get("aten::addmm", 0) + called.get("aten::mm", 0)) - conformer.layers
    how = "вызовы addmm и mm в прямом проходе, на каждый по паре, без одного умножения на слой"
    yield "backward.mm.predicted", Value(twice, "count", how)
    plain, thrifty = conformer.remembering
    for name, each_way in (("plain", plain), ("checkpointed", thrifty)):
        yield f"{name}.saved", Value(each_way.saved_bytes, "bytes", "память, что прямой проход оставил обратному")
        yield f"{name}.peak", Value(each_way.peak_bytes, "bytes", "наибольшая память шага сверх той, что была до него")
        whole = each_way.forward_time_s + each_way.backward_time_s
        yield f"{name}.time", Value(whole, "time", "прямой проход и обратный, медианы")
    share = plain.saved_bytes / conformer.layers
    yield "plain.saved_per_layer", Value(share, "bytes", "память, что прямой проход оставил обратному / слоёв")
    yield "speech", Value(conformer.speech_time_s, "time", "сколько звучит фраза")
    step_s = plain.forward_time_s + plain.backward_time_s
    yield (
        "thousand_hours",
        Value(
            step_s / conformer.speech_time_s * _SECONDS_OF_THOUSAND_HOURS,
            "time",
            f"время прямого и обратного прохода / {quantity(conformer.speech_time_s, 'time')} речи × {_THOUSAND_HOURS}",
        ),
    )
    yield (
        "checkpointed.saved_ratio",
        Value(plain.saved_bytes / thrifty.saved_bytes, "ratio", "сохранённая память без пересчёта / с пересчётом"),
    )
    slower = (thrifty.forward_time_s + thrifty.backward_time_s) / (plain.forward_time_s + plain.backward_time_s)
    yield "checkpointed.time_ratio", Value(slower, "ratio", "время шага с пересчётом / без него")
    yield "checkpointed.time_added", Value(slower - 1, "share", "на сколько шаг с пересчётом дольше")
    yield "layers", Value(conformer.layers, "count", "слоёв в энкодере")
    yield "weights", Value(4 * conformer.parameters, "bytes", "параметры во float32")


def is_product(operator: Operator) -> bool:
    """Whether it multiplies matrices."""
    return operator.name in ("aten::mm", "aten::addmm", "aten::bmm")


def is_convolution(operator: Operator) -> bool:
    """Whether it is a convolution, or its backward."""
    return "conv" in operator.name


def is_neither(operator: Operator) -> bool:
    """Whether it is neither a matrix product nor a convolution."""
    return not (is_product(operator) or is_convolution(operator))


_KINDS = (
    ("products", is_product, "addmm, mm и bmm"),
    ("convolutions", is_convolution, "свёртки"),
    ("rest", is_neither, "всё остальное"),
)


def own_us(operator: Operator) -> float:
    """Self time of the operator in microseconds: on a GPU that of the kernels it launched."""
    on_gpu = operator.self_device_time_us
    return operator.self_cpu_time_us if on_gpu is None else on_gpu


def _learning(learning: Learning) -> Named:
    first, last = learning.readings[0], learning.readings[-1]
    yield "parameters", Value(learning.parameters, "count", "параметров в сети")
    yield "taught", Value(learning.taught, "count", "фраз, на которых учили")
    yield "taught_voices", Value(learning.taught_voices, "count", "голосов, на которых учили")
    how = "сколько звучат фразы, на которых учили"
    yield f"{learning.speech}_time", Value(learning.taught_time_s, "time", how)
    yield "asked", Value(learning.asked, "count", "фраз на экзамене")
    yield "asked_voices", Value(len(learning.asked_voices), "count", "голосов на экзамене, все новые")
    yield "batch", Value(learning.batch_size, "count", "фраз в батче")
    yield "steps", Value(len(learning.losses), "count", "сделано шагов обучения")
    yield "time", Value(learning.training_time_s, "time", "обучение без экзаменов")
    yield "error_before", Value(first.character_error_rate, "share", "неверных букв до обучения, новые голоса")
    yield "error", Value(last.character_error_rate, "share", "неверных букв после обучения, новые голоса")
    yield "target", Value(learning.target_error_rate, "share", "цель: неверных букв должно быть меньше")
    if learning.diverged:
        yield "diverged_at", Value(len(learning.losses) + 1, "count", "шаг, на котором потеря перестала быть числом")
    elif last.character_error_rate >= learning.target_error_rate:
        yield "missed_by", Value(last.character_error_rate - learning.target_error_rate, "share", "ошибка − цель")
    yield "exact", Value(last.exact_share, "share", "фраз, записанных без единой ошибки")
    parts = [[norm for norm in each.norms if math.isfinite(norm)] for each in learning.gradient_norms]
    norms = [median(part) for part in parts if part]
    if norms and min(norms) > 0:
        how = "норма градиента, медиана по шагам: у части, где она наибольшая, / у той, где наименьшая"
        yield "norms_ratio", Value(max(norms) / min(norms), "ratio", how)
    good = next((each for each in learning.readings if each.character_error_rate < _HALF), None)
    if good is not None:
        half = f"неверных букв меньше {quantity(_HALF, 'share', decimals=0)}"
        yield "half_read_step", Value(good.step, "count", f"шаг первого экзамена, где {half}")
    if learning.losses:
        tail = learning.losses[-_TAIL:]
        yield "loss_first", Value(learning.losses[0], "ratio", "потери на первом шаге")
        yield "loss_last", Value(mean(tail), "ratio", f"средние потери последних шагов, {_TAIL}")
