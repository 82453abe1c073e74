"""What the machine's ceilings and prices promise the Conformer's operators, beside what the profiler saw.

Counts follow from the architecture and the lengths; of operators that compute nothing from the profile. Ceilings are of
the same machine's matmul record; of the talk's own GPU, of its data sheet.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median

from shared.ceilings import BYTES, Ceilings, Product
from shared.profile import Run
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt, made

from ..record import Profiling
from .arranging import ARRANGING
from .counted import ELEMENTWISE, Counted
from .gpu_promises import promises_on_gpu
from .prediction import NotModelled
from .prices import EXPONENTS, ROWS, Prices
from .values import operator_alias

# Of those who pass over numbers one by one, who takes exponents, and how many numbers each reads and writes for one.
_MOVED_FOR_AN_EXPONENT = {"aten::silu": 2, "aten::glu": 3, "aten::_softmax": 2}
# Others who pass over numbers: how many numbers, the architecture does not tell.
_PASSING = frozenset(
    f"aten::{name}" for name in ("copy_", "add", "add_", "mul", "div", "fill_", "masked_fill_", "clamp_min_")
)
_SHARED_BYTES = 2 * BYTES * 32_768  # read and written; fewer numbers than these PyTorch gives to one thread
_BUSIER = "процессор был занят не только этим, или частота ниже, чем у голых FMA"
_CHEAPER = "веса успевают остаться в кэше от прошлой фразы, а обещание возит их каждый раз"
_FAR = "весов больше, чем страниц помнит TLB: за адресом каждой надо сходить, а в виртуальной машине это ещё дороже"
# What is suspected where prices were measured between the utterances: their pieces are unlike all other shapes.
_OTHER_SHAPES = "цены сняты с маленьких кусочков сети, а здесь матрицы другой формы"
_SLOWER_BETWEEN = {
    "arranging": "разбужено больше кода, чем произведением: модель будит его только после весов",
    "pass": "копии, сложения и маски сосчитаны лишь по вызовам, а Python между операторами не сосчитан вовсе",
}
_SLOWER = {
    "addmm": _FAR,
    "mm": _FAR,
    "bmm": "матрицы одной головы малы, и библиотека не успевает разогнаться",
    "convolution": "под копии входа и результата oneDNN каждый раз просит память",
    "elementwise": "суммы по строке, и результат ложится туда, чего в кэше нет: модель знает только цену SiLU",
    "arranging": "цену вызова мерили в цикле, где всё под рукой; в сети его код вытесняют веса, и ещё пишет профайлер",
    "pass": "что не сошлось у операторов по одному, и ещё копии, сложения и маски: они сосчитаны лишь по вызовам",
}
_TITLES = {
    "elementwise": "поэлементные",
    "arranging": "те, кто не считает",
    "pass": "весь прогон",
}


def predictions(record: Record[Profiling], numbers: Mapping[str, float]) -> list[Promise]:
    """The operators of both devices, and the pass, of a record whose architecture is modelled."""
    try:
        return [*_on_cpu(record.data, numbers), *promises_on_gpu(record, numbers)]
    except NotModelled:
        return []


def _on_cpu(data: Profiling, numbers: Mapping[str, float]) -> Iterator[Promise]:
    run = data.run_on("cpu")
    if run is None or run.threads is None or data.workload.batch_size != 1:
        return
    work, ceilings, prices = Counted.of(data, run), Ceilings(numbers, run.threads), Prices.of(data)
    measured = {operator.name: operator.self_cpu_time_us / 1e6 for operator in run.operators}
    makers: list[tuple[str, tuple[str, ...], Callable[[], list[Phase]]]] = [
        ("aten::addmm", ("aten::addmm",), partial(_products, work, ceilings, prices, "aten::addmm")),
        ("aten::mm", ("aten::mm",), partial(_products, work, ceilings, prices, "aten::mm")),
        ("aten::bmm", ("aten::bmm",), partial(_of_heads, work, ceilings, prices)),
        ("aten::mkldnn_convolution", ("aten::mkldnn_convolution",), partial(_convolutions, work, ceilings, prices)),
        ("elementwise", tuple(ELEMENTWISE["cpu"].values()), partial(_elementwise, work, ceilings, prices)),
        ("arranging", tuple(ARRANGING), partial(_arranging, run, work, ceilings, prices)),
    ]
    found: list[Promise] = []
    for name, operators, phases in makers:
        time_s = sum(measured.get(operator, 0.0) for operator in operators)
        if time_s:
            found.append(_attempt(operator_alias(name, "cpu"), name, time_s, phases, between=prices is not None))
    yield from found
    if run.pass_times_s and run.complete:
        covered = {operator for _, operators, _ in makers for operator in operators}

        def whole() -> list[Phase]:
            missing = next((each.missing for each in found if not isinstance(each, Prediction)), None)
            if missing is not None:
                raise NotMeasuredError(missing)
            others = [operator for operator in run.operators if operator.name not in covered]
            parts = [phase for each in made(found) for phase in each.phases]
            if prices is None:
                called_s = sum(operator.calls for operator in others) * ceilings.price_s("operator_call")
            else:
                passing_s = prices.passing(ROWS).call_s
                called_s = sum(
                    operator.calls * (passing_s if operator.name in _PASSING else prices.arranging_s)
                    for operator in others
                )
            return [*parts, {"overhead": called_s}]

        yield _attempt("pass", "pass", median(run.pass_times_s), whole, between=prices is not None)


def _attempt(alias: str, name: str, measured_s: float, phases: Callable[[], list[Phase]], *, between: bool) -> Promise:
    """`between`: prices were measured between the utterances."""
    title = _TITLES.get(name) or name.removeprefix("aten::")
    slower = _SLOWER_BETWEEN.get(alias, _OTHER_SHAPES) if between else _SLOWER.get(alias, _BUSIER)

    def predict() -> Prediction:
        return Prediction(
            name=f"cpu.{alias}",
            title=title,
            measured=measured_s,
            phases=phases(),
            slower=slower,
            faster=_OTHER_SHAPES if between else _CHEAPER,
        )

    return attempt(f"cpu.{alias}", title, predict)


def _product(work: Counted, ceilings: Ceilings, prices: Prices | None) -> Product:
    """Of a linear layer between the utterances; else, of a hot loop, with weights from where the network's live."""
    return prices.product if prices is not None else ceilings.product(network_bytes=work.weight_bytes)


def _products(work: Counted, ceilings: Ceilings, prices: Prices | None, operator: str) -> list[Phase]:
    """Weights are fetched and laid out anew for each call, then multiplied."""
    return _product(work, ceilings, prices).phases(*_multiplied(work, operator))


def _of_heads(work: Counted, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
    """A batched product has the "weights" of every head, which were computed just now; and it is a thin one.

    The price of a multiply-add is of products that sum over half a thousand numbers; here the sum has a few dozen, and
    what is read and written for each counts. A written line is read first, so all go at the rate of loads.
    """
    moved = [
        ceilings.moves(times * call.bytes, "load", call.bytes + work.passing_bytes)
        for times, call in work.of_operator("aten::bmm")
    ]
    if prices is None:
        return [*ceilings.product().phases(*_multiplied(work, "aten::bmm")), *moved]
    called_s = sum(times for times, _ in work.of_operator("aten::bmm")) * prices.passing(ROWS).call_s
    return [*prices.product.phases(*_multiplied(work, "aten::bmm")), *moved, {"overhead": called_s}]


def _multiplied(work: Counted, operator: str) -> tuple[float, float]:
    """Weights and multiply-adds of all calls of a product."""
    weights = multiply_adds = 0.0
    for times, call in work.of_operator(operator):
        assert call.shape is not None
        weights += times * call.flops / (2 * call.shape[0])
        multiply_adds += times * call.flops / 2
    return weights, multiply_adds


def _convolutions(work: Counted, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
    """Dense ones are products, as fast as another dense one here; oneDNN copies input and result for itself.

    Its weights are fetched, then laid out. Where no other was measured, it is as fast as the fastest product here.

    A depthwise one over one dimension has no code of its own there: each output is a sum that waits for itself.
    """
    waiting = weights = multiply_adds = 0.0
    copied: list[Phase] = []
    for times, call in work.of_operator("aten::mkldnn_convolution"):
        if call.place.endswith("depthwise_conv"):
            waiting += times * call.flops / 2
        else:
            weights += times * call.weights
            multiply_adds += times * call.flops / 2
            numbers_bytes = call.bytes - BYTES * call.weights
            copied.append(ceilings.moves(2 * times * numbers_bytes, "update", numbers_bytes + work.passing_bytes))
    summed: Phase = {"arithmetic": waiting / ceilings.threads * ceilings.price_s("addition")}
    if prices is None:
        product = ceilings.product(by_anyone=True, network_bytes=work.weight_bytes)
        return [*product.phases(weights, multiply_adds), *copied, summed]
    fetched = ceilings.moves(BYTES * weights, "load", work.weight_bytes)
    return [fetched, *prices.convolution.phases(weights, multiply_adds), *copied, summed]


def _elementwise(work: Counted, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
    """Each costs its call and its numbers: with an exponent of each as SiLU between the utterances, without as a norm.

    Where those were not measured, each reads and writes its numbers once, some take an exponent, and all are called.

    Their numbers are not under the hand: since they were written, weights have passed through the cache.
    """
    phases: list[Phase] = []
    called_s = 0.0
    if prices is not None:
        for times, call in work.of_operator(*ELEMENTWISE["cpu"]):
            moved = _MOVED_FOR_AN_EXPONENT.get(call.operator)
            price = prices.passing(EXPONENTS if moved else ROWS)
            called_s += times * price.call_s
            phases.append(
                {"arithmetic" if moved else "memory": times * call.bytes / (BYTES * (moved or 2)) * price.number_s}
            )
        return [*phases, {"overhead": called_s}]
    for times, call in work.of_operator(*ELEMENTWISE["cpu"]):
        started_s = ceilings.price_s("threads_start") if call.bytes > _SHARED_BYTES and ceilings.threads > 1 else 0.0
        called_s += times * (ceilings.price_s("operator_call") + started_s)
        phase = ceilings.moves(times * call.bytes, "update", call.bytes + work.passing_bytes)
        if call.operator in _MOVED_FOR_AN_EXPONENT:
            exponents = times * call.bytes / (BYTES * _MOVED_FOR_AN_EXPONENT[call.operator])
            phase["arithmetic"] = exponents * ceilings.activation_s()
        phases.append(phase)
    return [*phases, {"overhead": called_s}]


def _arranging(run: Run, work: Counted, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
    """A call each; and after every product their code has to come back into the caches."""
    calls = sum(operator.calls for operator in run.operators if operator.name in ARRANGING)
    if prices is None:
        return [{"overhead": calls * ceilings.price_s("operator_call")}]
    woken = sum(times for times, _ in work.of_operator("aten::addmm", "aten::mm", "aten::mkldnn_convolution"))
    return [{"overhead": calls * prices.arranging_s + woken * prices.waking_s}]
