"""What the machine's ceilings, and what was measured alone, promise gradients and the training step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from shared.ceilings import BYTES
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt

from ..record import ConformerBackward, EnginePrice, Gradient, Product, Remembering, Way, WayName

_STRIDE = 4  # spectrogram frames in a step of the encoder
_AGAIN = "на градиенты нужны те же веса, и второй раз они ближе"
# Of each promise to the Conformer: what is suspected where it takes longer or more, and where less.
_TOLD = {
    "forward": (
        "ленту для обратного прохода ещё и записывают, каждый раз в новые страницы",
        "фраза длиннее средней, и прочитанный вес служит дольше",
    ),
    "backward": ("назад больше мелких операторов и новых страниц под градиенты", _AGAIN),
    "recomputed": (
        "слой, посчитанный ещё раз, не застаёт своих весов в кэше",
        "слой, посчитанный ещё раз, застаёт свои веса в кэше",
    ),
    "forgotten": (
        "внимание помнит таблицу, которая растёт как квадрат длины",
        "часть ленты от длины фразы не зависит",
    ),
}
# How many times something as large as the weights passes through memory in a JVP of PyTorch; once in the function. The
# weights are read for the value and for the tangent. They have no tangent of their own, so zeros are written instead,
# which reads their lines first, and are read to be multiplied by.
_JOURNEYS = 2 + 2 + 1
_FORWARD = "вперёд: со скоростью энкодера"
_INPUTS = 1000
# Of each way: its title, evaluations of a function of n inputs, and what is suspected where it takes longer, or less.
_EVALUATIONS: dict[WayName, tuple[str, Callable[[int], int], str, str]] = {
    "differences": (
        "конечные разности", lambda n: n + 1, "перед каждым счётом список аргументов переписывают заново",
        "список аргументов был ещё в кэше",
    ),
    "forward": (
        "прямой режим", lambda n: n, "у каждого прохода свои дуальные числа, и их ещё надо создать",
        "числа прошлого прохода не успели остыть",
    ),
    "reverse": (
        "обратный режим: туда и обратно", lambda _: 3, "граф не помещается в кэш",
        "назад не создают узлов, и умножение там дешевле",
    ),
}  # fmt: skip
_ENGINES = {"ours": "наш", "torch": "PyTorch"}


def predictions(record: Record[Gradient], numbers: Mapping[str, float]) -> list[Promise]:
    """Gradients by evaluations of their function; the training step by its FLOPs, and the memory that it gives back."""
    data = record.data
    return [
        *_ways(data.ways),
        *_jvp(data.products),
        *_engines(data.prices),
        *(promise for conformer in data.conformers for promise in _of(conformer, numbers)),
    ]


def _ways(ways: Sequence[Way]) -> Iterator[Promise]:
    """A gradient as so many evaluations of its function, in the same arithmetic, at the largest size up to a thousand.

    Reverse mode goes there once and back once; on its way back each multiplication asks for two.
    """
    for way in ways:
        if way.way not in _EVALUATIONS:
            continue
        title, evaluations, slower, faster = _EVALUATIONS[way.way]
        costs = [cost for cost in way.costs if cost.inputs <= _INPUTS]
        if costs:
            cost = max(costs, key=lambda each: each.inputs)
            yield Prediction(
                name=f"ways.{way.way}", title=f"{title}, входов: {cost.inputs}", measured=cost.time_s,
                phases=[{"overhead": evaluations(cost.inputs) * cost.function_time_s}], slower=slower, faster=faster,
            )  # fmt: skip


def _jvp(products: Sequence[Product]) -> Iterator[Promise]:
    """Forward mode of PyTorch by its journeys through memory: a vector meets each weight once, and waits for it."""
    for product in products:
        if product.name == "jvp":
            yield Prediction(
                name="products.jvp", title="JVP: поездки весов через память", measured=product.time_s,
                phases=[{"memory": _JOURNEYS * product.function_time_s}],
                slower="каждый раз нули заводят в новых страницах", faster="нули не успевают уйти из кэша",
            )  # fmt: skip


def _engines(prices: Sequence[EnginePrice]) -> Iterator[Promise]:
    """Backward through a perceptron by forward: two products for each layer where one was, but for the first layer.

    Nobody asks for the gradient by the input.
    """
    for price in prices:
        layers = [inputs * outputs for inputs, outputs in pairwise(price.widths)]
        more = (2 * sum(layers) - layers[0]) / sum(layers)
        yield Prediction(
            name=f"price.{price.engine}.backward", title=f"перцептрон назад, {_ENGINES[price.engine]}",
            measured=price.backward_time_s, phases=[{"arithmetic": price.forward_time_s * more}],
            slower="градиентам нужна новая память, а поправки проходят по ней ещё раз", faster=_AGAIN,
        )  # fmt: skip


def _of(conformer: ConformerBackward, numbers: Mapping[str, float]) -> Iterator[Promise]:
    device = conformer.device
    there, back = conformer.passes

    def promise(name: str, title: str, measured: float, phases: list[Phase], dimension: str = "time") -> Prediction:
        slower, faster = _TOLD[name]
        return Prediction(
            name=f"{device}.{name}", title=title, measured=measured, phases=phases, slower=slower, faster=faster,
            device=device, dimension=dimension,
        )  # fmt: skip

    def forward() -> Prediction:
        """As fast as the encoder hears without remembering."""
        try:
            price = numbers[f"profiling.{device}.wall_time"] / numbers["profiling.workload.audio_time"]
        except KeyError:
            raise NotMeasuredError("скорость энкодера") from None
        return promise("forward", _FORWARD, there.time_s, [{"arithmetic": price * conformer.speech_time_s}])

    yield attempt(f"{device}.forward", _FORWARD, forward, device)
    doubled: Phase = {"arithmetic": there.time_s * back.flops / there.flops}
    yield promise("backward", "назад: во столько раз, во сколько больше операций", back.time_s, [doubled])
    ways = {each.checkpointing: each for each in conformer.remembering}
    if len(ways) == len((True, False)):
        kept, forgotten = ways[False], ways[True]
        again: list[Phase] = [{"arithmetic": kept.forward_time_s}] * 2
        yield promise(
            "recomputed",
            "шаг с забыванием: ещё один проход вперёд",
            forgotten.forward_time_s + forgotten.backward_time_s,
            [*again, {"arithmetic": kept.backward_time_s}],
        )
        title = "сколько памяти вернёт забывание: по ленте одного слоя"
        memory = partial(_given_back, conformer, kept, forgotten, numbers)
        yield attempt(
            f"{device}.forgotten",
            title,
            lambda: promise("forgotten", title, *memory(), dimension="bytes"),
            device,
        )


def _given_back(
    conformer: ConformerBackward, kept: Remembering, forgotten: Remembering, numbers: Mapping[str, float]
) -> tuple[float, list[Phase]]:
    """Bytes that layers no longer keep, measured and promised: a layer's tape, measured alone, goes by its length."""
    chain = "algorithms.checkpointing.conformer"
    names = (f"{chain}.tape", f"{chain}.state", "profiling.model.width")
    if not all(name in numbers for name in names):
        raise NotMeasuredError("лента одного слоя, снятая отдельно")
    tape, state, width = (numbers[name] for name in names)
    steps = -(-conformer.frames // _STRIDE)
    longer = steps * BYTES * width / state
    given_back = conformer.layers * (tape - state) * longer
    return kept.saved_bytes - forgotten.saved_bytes, [{"memory": given_back}]
