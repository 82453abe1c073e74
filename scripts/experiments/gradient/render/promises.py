"""What the machine's ceilings, and what was measured alone, promise gradients and the training step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from shared.ceilings import BYTES, Ceilings
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt

from ..record import ConformerBackward, EnginePrice, Gradient, Remembering, Way, WayName

_STRIDE = 4  # spectrogram frames in a step of the encoder
_TOLD = {
    "forward": "свёртки, копии и поэлементные операторы идут медленнее умножений",
    "backward": "назад больше мелких операторов и новых страниц под градиенты",
    "recomputed": "слой, посчитанный ещё раз, не застаёт своих весов в кэше",
    "forgotten": "внимание помнит таблицу, которая растёт как квадрат длины",
}
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
_FASTER = "на градиенты нужны те же веса, и второй раз они ближе"


def predictions(record: Record[Gradient], numbers: Mapping[str, float]) -> list[Promise]:
    """Gradients by evaluations of their function; the training step by its FLOPs, and the memory that it gives back."""
    data = record.data
    return [
        *_ways(data.ways),
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
            slower="градиентам нужна новая память, а поправки проходят по ней ещё раз", faster=_FASTER,
        )  # fmt: skip


def _of(conformer: ConformerBackward, numbers: Mapping[str, float]) -> Iterator[Promise]:
    device = conformer.device
    there, back = conformer.passes

    def promise(name: str, title: str, measured: float, phases: list[Phase], dimension: str = "time") -> Prediction:
        return Prediction(
            name=f"{device}.{name}", title=title, measured=measured, phases=phases, slower=_TOLD[name],
            faster=_FASTER, device=device, dimension=dimension,
        )  # fmt: skip

    def forward() -> Prediction:
        ceilings = Ceilings(numbers, conformer.threads)
        calls = sum(operator.calls for operator in there.operators)
        product = ceilings.product(network_bytes=BYTES * conformer.parameters)
        called: Phase = {"overhead": calls * ceilings.price_s("operator_call")}
        multiplied = product.phases(conformer.parameters, there.flops / 2)
        return promise("forward", "вперёд", there.time_s, [*multiplied, *taped(ceilings), called])

    def taped(ceilings: Ceilings) -> list[Phase]:
        """What backward will ask for is written, and stays."""
        kept = [each.saved_bytes for each in conformer.remembering if not each.checkpointing]
        return [ceilings.moves(size, "store", size) for size in kept]

    if device == "cpu":
        yield attempt("cpu.forward", "вперёд", forward)
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
