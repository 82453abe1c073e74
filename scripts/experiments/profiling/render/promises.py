"""What the machine's ceilings and prices promise the Conformer's operators, beside what the profiler saw.

Counts follow from the architecture and the lengths; of operators that compute nothing from the profile. Ceilings are of
the same machine's matmul record; of the talk's own GPU, of its data sheet.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from statistics import median

from shared.ceilings import BYTES, Ceilings, Product
from shared.data_sheets import DATA_SHEETS
from shared.profile import Kernel, Operator, Run
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt, made

from ..record import Profiling
from .arranging import ARRANGING
from .prediction import Call, NotModelled, encoder_calls, frames_of
from .prices import EXPONENTS, ROWS, Prices
from .values import operator_alias

# Operators that pass over numbers one by one: as the architecture calls them, and as the profiler does.
_ELEMENTWISE = {
    "aten::silu": "aten::silu",
    "aten::glu": "aten::glu",
    "aten::_softmax": "aten::_softmax",
    "aten::native_layer_norm": "aten::native_layer_norm",
    "aten::batch_norm": "aten::native_batch_norm",
}
# Of those, who takes exponents, and how many numbers each reads and writes for one.
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
        return [*_on_cpu(record.data, numbers), *_on_gpu(record, numbers)]
    except NotModelled:
        return []


@dataclass(frozen=True)
class _Workload:
    """Every call of every operator of a run, with how often it is made."""

    calls: list[tuple[int, Call]]
    utterances: int

    @classmethod
    def of(cls, data: Profiling, run: Run) -> "_Workload":
        work = data.workload
        lengths = zip(work.file_lengths_samples, work.repeats, strict=True)
        return cls(
            [
                (repeats * call.times, call)
                for length, repeats in lengths
                for call in encoder_calls(
                    data.model.encoder, frames_of(length, work.hop_samples), run.device, run.threads
                )
            ],
            sum(work.repeats),
        )

    def of_operator(self, *names: str) -> Iterator[tuple[int, Call]]:
        return ((times, call) for times, call in self.calls if call.operator in names)

    @property
    def weight_bytes(self) -> float:
        """Of the whole network: all of it passes between two uses of a weight."""
        multiplied = self.of_operator("aten::addmm", "aten::mm")
        numbers = sum(times * call.shape[1] * call.shape[2] for times, call in multiplied if call.shape is not None)
        return BYTES * (numbers + sum(times * call.weights for times, call in self.calls)) / self.utterances

    @property
    def passing_bytes(self) -> float:
        """The weights of the largest product: they pass between an operator that writes numbers and its reader."""
        return BYTES * max(call.shape[1] * call.shape[2] for _, call in self.of_operator("aten::addmm") if call.shape)


def _on_cpu(data: Profiling, numbers: Mapping[str, float]) -> Iterator[Promise]:
    run = data.run_on("cpu")
    if run is None or run.threads is None or data.workload.batch_size != 1:
        return
    work, ceilings, prices = _Workload.of(data, run), Ceilings(numbers, run.threads), Prices.of(data)
    measured = {operator.name: operator.self_cpu_time_us / 1e6 for operator in run.operators}
    makers: list[tuple[str, tuple[str, ...], Callable[[], list[Phase]]]] = [
        ("aten::addmm", ("aten::addmm",), partial(_products, work, ceilings, prices, "aten::addmm")),
        ("aten::mm", ("aten::mm",), partial(_products, work, ceilings, prices, "aten::mm")),
        ("aten::bmm", ("aten::bmm",), partial(_of_heads, work, ceilings, prices)),
        ("aten::mkldnn_convolution", ("aten::mkldnn_convolution",), partial(_convolutions, work, ceilings, prices)),
        ("elementwise", tuple(_ELEMENTWISE.values()), partial(_elementwise, work, ceilings, prices)),
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


def _product(work: _Workload, ceilings: Ceilings, prices: Prices | None) -> Product:
    """Of a linear layer between the utterances; else, of a hot loop, with weights from where the network's live."""
    return prices.product if prices is not None else ceilings.product(network_bytes=work.weight_bytes)


def _products(work: _Workload, ceilings: Ceilings, prices: Prices | None, operator: str) -> list[Phase]:
    """Weights are fetched and laid out anew for each call, then multiplied."""
    return _product(work, ceilings, prices).phases(*_multiplied(work, operator))


def _of_heads(work: _Workload, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
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


def _multiplied(work: _Workload, operator: str) -> tuple[float, float]:
    """Weights and multiply-adds of all calls of a product."""
    weights = multiply_adds = 0.0
    for times, call in work.of_operator(operator):
        assert call.shape is not None
        weights += times * call.flops / (2 * call.shape[0])
        multiply_adds += times * call.flops / 2
    return weights, multiply_adds


def _convolutions(work: _Workload, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
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


def _elementwise(work: _Workload, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
    """Each costs its call and its numbers: with an exponent of each as SiLU between the utterances, without as a norm.

    Where those were not measured, each reads and writes its numbers once, some take an exponent, and all are called.

    Their numbers are not under the hand: since they were written, weights have passed through the cache.
    """
    phases: list[Phase] = []
    called_s = 0.0
    if prices is not None:
        for times, call in work.of_operator(*_ELEMENTWISE):
            moved = _MOVED_FOR_AN_EXPONENT.get(call.operator)
            price = prices.passing(EXPONENTS if moved else ROWS)
            called_s += times * price.call_s
            phases.append(
                {"arithmetic" if moved else "memory": times * call.bytes / (BYTES * (moved or 2)) * price.number_s}
            )
        return [*phases, {"overhead": called_s}]
    for times, call in work.of_operator(*_ELEMENTWISE):
        started_s = ceilings.price_s("threads_start") if call.bytes > _SHARED_BYTES and ceilings.threads > 1 else 0.0
        called_s += times * (ceilings.price_s("operator_call") + started_s)
        phase = ceilings.moves(times * call.bytes, "update", call.bytes + work.passing_bytes)
        if call.operator in _MOVED_FOR_AN_EXPONENT:
            exponents = times * call.bytes / (BYTES * _MOVED_FOR_AN_EXPONENT[call.operator])
            phase["arithmetic"] = exponents * ceilings.activation_s()
        phases.append(phase)
    return [*phases, {"overhead": called_s}]


def _arranging(run: Run, work: _Workload, ceilings: Ceilings, prices: Prices | None) -> list[Phase]:
    """A call each; and after every product their code has to come back into the caches."""
    calls = sum(operator.calls for operator in run.operators if operator.name in ARRANGING)
    if prices is None:
        return [{"overhead": calls * ceilings.price_s("operator_call")}]
    woken = sum(times for times, _ in work.of_operator("aten::addmm", "aten::mm", "aten::mkldnn_convolution"))
    return [{"overhead": calls * prices.arranging_s + woken * prices.waking_s}]


_ON_GPU = ("aten::addmm", "aten::mm", "aten::bmm", "aten::cudnn_convolution")
_TILE = re.compile(r"(?:sgemm_|tilesize)(?P<tall>\d+)x(?P<wide>\d+)")
_WARPS = re.compile(r"warpsize(\d+)x(\d+)x(\d+)")
_SCHEDULERS = 4  # of a multiprocessor; a warp keeps one of them busy
_SLOWER_ON_GPU = (
    "веса едут из памяти карты, а цену шага мерили, когда они лежат в L2, или не мерили вовсе: варпов в блоке мало, "
    "и скрыть ожидание некому"
)
_FASTER_ON_GPU = "данные ещё лежат в L2, а обещание возит их из памяти карты"


@dataclass(frozen=True)
class Card:
    """A GPU by its ceilings: those that the machine measured, else its data sheet's.

    `kernel_s` is what any kernel takes, however little it computes. `step_s` is a step along the sum of a product of
    few rows: its blocks are so few that each waits for its next tiles. A data sheet tells neither.
    """

    flops_per_s: float
    bytes_per_s: float
    multiprocessors: int
    kernel_s: float = 0.0
    step_s: float = 0.0

    @classmethod
    def of(cls, record: Record[Profiling], numbers: Mapping[str, float]) -> "Card":
        """Raises NotMeasuredError."""
        names = ("matmul.gpu.peak", "matmul.gpu.copy", "matmul.gpu.multiprocessors")
        sheet = DATA_SHEETS.get(record.machine.gpu or "")
        if all(name in numbers for name in names):
            peak, copy, count = (numbers[name] for name in names)
            kernel_s = numbers.get("matmul.gpu.kernel", 0.0)
            return cls(peak, copy, int(count), *_straight(_along_the_sum(numbers), kernel_s))
        if sheet is None or sheet.multiprocessors is None:
            raise NotMeasuredError("потолки этой карты")
        return cls(sheet.flops_per_s, sheet.bytes_per_s, sheet.multiprocessors)


def _along_the_sum(numbers: Mapping[str, float]) -> dict[int, float]:
    """Seconds of cuBLAS by how many numbers it sums for each of the result; of as many rows, where most were timed."""
    shapes: dict[int, dict[int, float]] = {}
    for name, time_s in numbers.items():
        shape = _CUBLAS.fullmatch(name)
        if shape is not None:
            shapes.setdefault(int(shape["n"]), {})[int(shape["m"])] = time_s
    # A price in two parts needs two lengths of the sum.
    return max(shapes.values(), key=len, default={})


_CUBLAS = re.compile(r"matmul\.cublas\.s(?P<n>\d+)_(?P<m>\d+)_\d+\.time")


def _straight(times_s: Mapping[int, float], kernel_s: float) -> tuple[float, float]:
    """What a kernel takes and what each step adds; of one length, what is beyond an empty kernel is its steps'."""
    if not times_s:
        return kernel_s, 0.0
    shortest, longest = min(times_s), max(times_s)
    if shortest == longest:
        return kernel_s, max(0.0, times_s[shortest] - kernel_s) / shortest
    step_s = max(0.0, times_s[longest] - times_s[shortest]) / (longest - shortest)
    return max(kernel_s, times_s[shortest] - shortest * step_s), step_s


def _on_gpu(record: Record[Profiling], numbers: Mapping[str, float]) -> Iterator[Promise]:
    run = record.data.run_on("cuda")
    if run is None or record.data.workload.batch_size != 1:
        return
    for operator in run.operators:
        if operator.name not in _ON_GPU or not operator.self_device_time_us:
            continue
        name = f"cuda.{operator_alias(operator.name, 'cuda')}"
        title = operator.name.removeprefix("aten::")
        yield attempt(name, title, partial(_kernels, name, title, record, numbers, operator), "cuda")


def _kernels(
    name: str, title: str, record: Record[Profiling], numbers: Mapping[str, float], operator: Operator
) -> Prediction:
    run = record.data.run_on("cuda")
    assert run is not None
    assert operator.self_device_time_us is not None
    card = Card.of(record, numbers)
    calls = list(_Workload.of(record.data, run).of_operator(operator.name))
    block = block_of(run.kernels, operator, card, [call for _, call in calls])
    return Prediction(
        name=name,
        title=title,
        measured=operator.self_device_time_us / 1e6,
        phases=[phase for times, call in calls for phase in kernel_phases(card, times, call, block)],
        slower=_SLOWER_ON_GPU,
        faster=_FASTER_ON_GPU,
        device="cuda",
    )


@dataclass(frozen=True)
class Block:
    """What a kernel's name tells of a block of threads: its tile of the result, and its warps where they are told."""

    tall: int
    wide: int
    warps: int = _SCHEDULERS

    def time_s(self, card: Card, depth: int) -> float:
        """Of its tile along so long a sum. Fewer warps than schedulers leave some of them idle."""
        busy = min(1.0, self.warps / _SCHEDULERS)
        return 2 * self.tall * self.wide * depth / (busy * card.flops_per_s / card.multiprocessors)

    @property
    def at_once(self) -> int:
        """Blocks that a multiprocessor computes as fast as one."""
        return max(1, _SCHEDULERS // self.warps)


def block_of(kernels: list[Kernel], operator: Operator, card: Card, calls: Sequence[Call]) -> Block | None:
    """The block of the operator's costliest kernel that tells it; None where none does.

    The talk's tables do not tell which operator launched a kernel. There it is the costliest of those that may be its
    own: launched no more often than it was called, and no faster than its shallowest tile can be.
    """
    depths = [call.shape[1] for call in calls if call.shape is not None]
    found: dict[Block, float] = {}
    for kernel in kernels:
        tile, warps = _TILE.search(kernel.name), _WARPS.search(kernel.name)
        if tile is None or kernel.operator not in (operator.name, None) or not depths:
            continue
        count = prod(map(int, warps.groups())) if warps is not None else _SCHEDULERS
        block = Block(int(tile["tall"]), int(tile["wide"]), count)
        may_be = kernel.calls <= operator.calls
        if kernel.operator is None:
            may_be &= kernel.device_time_us / kernel.calls / 1e6 >= block.time_s(card, min(depths))
        if may_be:
            found[block] = found.get(block, 0.0) + kernel.device_time_us
    return max(found, key=lambda block: found[block], default=None)


def kernel_phases(card: Card, times: int, call: Call, block: Block | None) -> list[Phase]:
    """A kernel begins and ends; meanwhile bytes pass once, and blocks compute a tile each, step by step of the sum.

    The card ends with its last block.
    """
    phase: Phase = {
        "arithmetic": times * call.flops / card.flops_per_s,
        "memory": times * call.bytes / card.bytes_per_s,
    }
    # How many numbers are summed for each of the result; a convolution has weights for each channel.
    depth = call.shape[1] if call.shape is not None else call.weights // call.channels
    phase["latency"] = times * depth * card.step_s
    if call.shape is not None and block is not None:
        n, m, p = call.shape
        heads = call.flops / (2 * n * m * p)
        # Rows of the result are what cuBLAS calls columns: the larger side of a tile lies along the weights.
        tall, wide = sorted((block.tall, block.wide))
        blocks = heads * -(-n // tall) * -(-p // wide)
        rounds = -(-blocks // (card.multiprocessors * block.at_once))
        phase["blocks"] = times * rounds * block.time_s(card, m)
    return [phase, {"overhead": times * card.kernel_s}]
