"""What the machine's ceilings, and what was measured alone, promise the training step, beside what it took."""

from collections.abc import Iterator, Mapping
from functools import partial

from shared.ceilings import BYTES, Ceilings
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt

from ..record import ConformerBackward, Gradient, Remembering

_STRIDE = 4  # spectrogram frames in a step of the encoder
_TOLD = {
    "forward": "свёртки, копии и поэлементные операторы идут медленнее умножений",
    "backward": "назад больше мелких операторов и новых страниц под градиенты",
    "recomputed": "слой, посчитанный ещё раз, не застаёт своих весов в кэше",
    "forgotten": "внимание помнит таблицу, которая растёт как квадрат длины",
}
_FASTER = "на градиенты нужны те же веса, и второй раз они ближе"


def predictions(record: Record[Gradient], numbers: Mapping[str, float]) -> list[Promise]:
    """Forward by its FLOPs, backward by forward, recomputing by both, and the memory that it gives back."""
    return [promise for conformer in record.data.conformers for promise in _of(conformer, numbers)]


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
