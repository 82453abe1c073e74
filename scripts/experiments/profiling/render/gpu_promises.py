"""What a card promises the Conformer's kernels, and what launches promise the pass, beside what was measured.

A block of threads goes along the sum step by step: it waits for its next numbers, then multiplies them, and only
another block of the same multiprocessor computes meanwhile. Tiles and splits are read off the kernels' names. Ceilings
are of the same machine's matmul record; of a card that was not measured, of its data sheet.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from statistics import median

from shared.data_sheets import CARDS
from shared.profile import Kernel, Operator, Run
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError, Phase, Prediction, Promise, attempt, made

from ..record import Profiling, Variant
from .counted import ELEMENTWISE, Counted
from .prediction import CONVOLUTIONS, Call
from .values import operator_alias

_PRODUCTS = ("aten::addmm", "aten::mm", "aten::bmm", CONVOLUTIONS["cuda"][0])
_PASSING = ELEMENTWISE["cuda"]
_TILE = re.compile(r"(?:sgemm_|tilesize)(?P<tall>\d+)x(?P<wide>\d+)(?:[x_](?P<depth>\d+))?")
_WARPS = re.compile(r"warpsize(\d+)x(\d+)x(\d+)")
_SLICES = re.compile(r"sliced(\d+)x(\d+)")
_SPLIT = re.compile(r"split_?k|largek", re.IGNORECASE)
_SCHEDULERS = 4  # of a multiprocessor; a warp keeps one of them busy
_DEPTH = 8  # numbers of the sum in a step, where the name does not tell: as in all names that do

_PASS, _CURE = "cuda.pass", "cuda.cure."

_SLOWER = "плитка у каждой формы своя, а в обещании любая форма поделена между всеми плитками оператора"
_FASTER = f"{_SLOWER}; и следующие числа едут, пока множатся прежние"
_UNPRICED = "сколько стоит начать и кончить ядро, паспорт карты не говорит; и чья плитка чья, таблица тоже не говорит"
_SUMMING = "в норме потоки складывают строку по цепочке и ждут друг друга, а обещание знает только дорогу до памяти"
_STILL_NEAR = "числа ещё лежат в L2, а обещание везёт их из памяти карты"
_ONE_BY_ONE = "что не сошлось у ядер по одному"
_PREPARED = "к запуску готовят ещё аргументы и память, а цену вызова мерили на одном числе"
_AHEAD = "операторов, которым запускать нечего, меньше, чем сосчитано"
_OTHER_LAUNCHES = "запуск стоит не столько, сколько в исходном прогоне: операторы вокруг него другие"


@dataclass(frozen=True)
class Card:
    """A GPU by its ceilings: those that the machine measured, else its data sheet's.

    `latency_s` is how long a number from its memory is waited for. `kernel_s` is what any kernel takes under the
    profiler, however little it does, as the cheapest of the run; a published table shows none of that kind.
    """

    flops_per_s: float
    bytes_per_s: float
    multiprocessors: int
    latency_s: float
    kernel_s: float = 0.0

    @classmethod
    def of(cls, record: Record[Profiling], run: Run, numbers: Mapping[str, float]) -> "Card":
        """Raises NotMeasuredError."""
        names = ("matmul.gpu.peak", "matmul.gpu.copy", "matmul.gpu.multiprocessors")
        sheet = CARDS.get(record.machine.gpu or "")
        if all(name in numbers for name in names):
            peak, copy, count = (numbers[name] for name in names)
        elif sheet is not None:
            peak, copy, count = sheet.flops_per_s, sheet.bytes_per_s, sheet.multiprocessors
        else:
            raise NotMeasuredError("потолки этой карты")
        latency_s = numbers.get("matmul.gpu.latency") or (sheet.latency_s(peak) if sheet is not None else None)
        if latency_s is None:
            raise NotMeasuredError("сколько эта карта ждёт числа из своей памяти")
        cheapest_us = min((each.device_time_us / each.calls for each in run.kernels if run.complete), default=0.0)
        return cls(peak, copy, int(count), latency_s, cheapest_us / 1e6)


@dataclass(frozen=True)
class Block:
    """What a kernel's name tells of a block of threads: its tile of the result, and what it takes of the sum in a step.

    `slices` of its warps sum different parts of the sum, and take as many steps at once.
    """

    tall: int
    wide: int
    depth: int = _DEPTH
    warps: int = _SCHEDULERS
    slices: int = 1

    @classmethod
    def of(cls, kernel: Kernel) -> "Block | None":
        """None where the name tells no tile."""
        tile, warps, slices = (each.search(kernel.name) for each in (_TILE, _WARPS, _SLICES))
        if tile is None:
            return None
        return cls(
            int(tile["tall"]),
            int(tile["wide"]),
            int(tile["depth"] or _DEPTH),
            prod(map(int, warps.groups())) if warps is not None else _SCHEDULERS,
            prod(map(int, slices.groups())) if slices is not None else 1,
        )

    @property
    def numbers(self) -> int:
        """Of the sum, in a step."""
        return self.depth * self.slices

    def step_s(self, card: Card) -> float:
        """A step's multiply-adds, were the whole multiprocessor busy with them."""
        return 2 * self.tall * self.wide * self.numbers / (card.flops_per_s / card.multiprocessors)

    def alone_s(self, card: Card) -> float:
        """The same by the block's own warps: fewer of them than schedulers leave some idle."""
        return self.step_s(card) / min(1.0, self.warps / _SCHEDULERS)


def is_of_a_pass(promise: Promise) -> bool:
    """Whether it is of a whole pass, launches against kernels, and not of kernels alone."""
    return promise.name.startswith((_PASS, _CURE))


def promises_on_gpu(record: Record[Profiling], numbers: Mapping[str, float]) -> Iterator[Promise]:
    """Kernels operator by operator, all of them, the pass, and the pass run in other ways."""
    run = record.data.run_on("cuda")
    if run is None or record.data.workload.batch_size != 1:
        return
    kernels = [*_kernels(record, run, numbers)]
    yield from kernels
    if run.complete and run.pass_times_s and run.kernel_launches:
        yield attempt(_PASS, "весь прогон", partial(_pass, run, kernels, numbers), "cuda")
    yield from _cures(record.data.variants)


def _kernels(record: Record[Profiling], run: Run, numbers: Mapping[str, float]) -> Iterator[Promise]:
    counted = Counted.of(record.data, run)
    measured = {each.name: each for each in run.operators if each.self_device_time_us}
    found: list[Promise] = []
    for name in _PRODUCTS:
        if name in measured:
            alias, title = f"cuda.{operator_alias(name, 'cuda')}", name.removeprefix("aten::")

            def product(name: str = name, alias: str = alias, title: str = title) -> Prediction:
                card, operator = Card.of(record, run, numbers), measured[name]
                calls = list(counted.of_operator(name))
                phases = product_phases(card, calls, *blocks_of(run.kernels, operator, card, calls))
                launched = _launches(run.kernels, operator)
                phases.append({"overhead": launched * card.kernel_s})
                return _told(alias, title, _device_s(operator), phases, _SLOWER if card.kernel_s else _UNPRICED)

            found.append(attempt(alias, title, product, "cuda"))
    passing = [measured[name] for name in _PASSING.values() if name in measured]
    if passing:

        def elementwise() -> Prediction:
            card, time_s = Card.of(record, run, numbers), sum(map(_device_s, passing))
            phases = passing_phases(card, counted.of_operator(*_PASSING))
            return _told("cuda.elementwise", "поэлементные", time_s, phases, _SUMMING, _STILL_NEAR)

        found.append(attempt("cuda.elementwise", "поэлементные", elementwise, "cuda"))
    yield from found
    covered = {*_PRODUCTS, *_PASSING.values()}
    others = [each for each in run.kernels if each.operator not in covered]
    if run.complete and run.self_device_time_total_us and all(each.operator is not None for each in run.kernels):
        total_s = run.self_device_time_total_us / 1e6

        def together() -> Prediction:
            _check(found)
            card, launched = Card.of(record, run, numbers), sum(each.calls for each in others)
            phases: list[Phase] = [phase for each in made(found) for phase in each.phases]
            phases += [{"latency": launched * card.latency_s}, {"overhead": launched * card.kernel_s}]
            return _told("cuda.kernels", "все ядра", total_s, phases, _ONE_BY_ONE, _ONE_BY_ONE)

        yield attempt("cuda.kernels", "все ядра", together, "cuda")


def _pass(run: Run, kernels: Sequence[Promise], numbers: Mapping[str, float]) -> Prediction:
    """The host calls operators and launches kernels, the card runs them: who takes longer holds up the pass."""
    assert run.kernel_launches is not None
    _check(kernels)
    for name, what in (("gpu.launch", "цена запуска ядра"), ("price.operator_call", "цена вызова оператора")):
        if f"matmul.{name}" not in numbers:
            raise NotMeasuredError(what)
    calls = sum(operator.calls for operator in run.operators if operator.name.startswith("aten::"))
    launched_s = run.kernel_launches * numbers["matmul.gpu.launch"] + calls * numbers["matmul.price.operator_call"]
    together = next((each.promised for each in made(kernels) if each.name == "cuda.kernels"), None)
    if together is None:
        raise NotMeasuredError("чьи это ядра")
    phases: list[Phase] = [{"overhead": launched_s, "kernels": together}]
    return _told(_PASS, "весь прогон", median(run.pass_times_s), phases, _PREPARED, _AHEAD)


def _cures(variants: Sequence[Variant]) -> Iterator[Promise]:
    """Other ways of running: launches by what one takes in the plain pass, with all that goes on around it.

    The card works as long as it was busy under the profiler. Who takes longer holds up the pass.
    """
    plain = next((each for each in variants if each.name == "plain" and each.pass_times_s and each.launches), None)
    if plain is None or plain.launches is None:
        return
    launch_s = median(plain.pass_times_s) / plain.launches
    for each in variants:
        if each.pass_times_s and each.launches and each.device_busy_time_us and each is not plain:
            phase: Phase = {"overhead": each.launches * launch_s, "kernels": each.device_busy_time_us / 1e6}
            measured_s = median(each.pass_times_s)
            yield _told(f"{_CURE}{each.name}", _title(each), measured_s, [phase], _OTHER_LAUNCHES, _OTHER_LAUNCHES)


def _title(variant: Variant) -> str:
    changed = {
        "пачками": variant.batch_size > 1,
        "графами": variant.launching == "graphs",
        "компиляцией": variant.launching == "compiled",
    }
    how = [name for name, is_so in changed.items() if is_so]
    if variant.precision != "fp32":
        how.append(f"в {variant.precision}")
    return f"прогон {', '.join(how)}"


def _told(
    name: str, title: str, measured_s: float, phases: list[Phase], slower: str = _SLOWER, faster: str = _FASTER
) -> Prediction:
    return Prediction(
        name=name, title=title, measured=measured_s, phases=phases, slower=slower, faster=faster, device="cuda"
    )


def _check(parts: Sequence[Promise]) -> None:
    """Raises NotMeasuredError where one of them could not be promised."""
    missing = next((each.missing for each in parts if not isinstance(each, Prediction)), None)
    if missing is not None:
        raise NotMeasuredError(missing)


def _device_s(operator: Operator) -> float:
    return (operator.self_device_time_us or 0.0) / 1e6


def _launches(kernels: Sequence[Kernel], operator: Operator) -> int:
    """Of the operator's kernels; where it is not known whose they are, one for each call."""
    return sum(each.calls for each in kernels if each.operator == operator.name) or operator.calls


def blocks_of(
    kernels: Sequence[Kernel], operator: Operator, card: Card, calls: Sequence[tuple[int, Call]]
) -> tuple[dict[Block, float], bool]:
    """The operator's blocks, each with its share of launches, and whether it has kernels that split the sum.

    The talk's tables do not tell which operator launched a kernel. There it is the costliest of those that may be its
    own: launched no more often than it was called, and no faster than its tile can be. A kernel of whose tile nothing
    is told is taken to have that of the costliest which tells.
    """
    told = {kernel: block for kernel in kernels if (block := Block.of(kernel)) is not None}
    own = [kernel for kernel in told if kernel.operator == operator.name]
    if not own and told:
        depth = min((call.shape[1] for _, call in calls if call.shape is not None), default=0)
        may_be = [
            kernel
            for kernel, block in told.items()
            if kernel.operator is None
            and depth
            and kernel.calls <= operator.calls
            and kernel.device_time_us / kernel.calls / 1e6 >= depth / block.numbers * block.step_s(card)
        ]
        own = [max(may_be or told, key=lambda kernel: kernel.device_time_us)]
    shares: dict[Block, float] = {}
    for kernel in own:
        shares[told[kernel]] = shares.get(told[kernel], 0.0) + kernel.calls
    launched = sum(shares.values())
    splits = any(_SPLIT.search(each.name) for each in kernels if each.operator in (operator.name, None))
    return {block: calls / launched for block, calls in shares.items()}, splits


def product_phases(
    card: Card, calls: Sequence[tuple[int, Call]], blocks: Mapping[Block, float], splits: bool
) -> list[Phase]:
    """All calls of a product; by each of its blocks as large a share of every call as it has of the launches."""
    found: list[Phase] = []
    for times, call in calls:
        for block, share in blocks.items() or [(None, 1.0)]:
            chain = _one_product(card, call, block, splits)
            found += [{resource: times * share * time_s for resource, time_s in phase.items()} for phase in chain]
    return found


def _one_product(card: Card, call: Call, block: Block | None, splits: bool) -> list[Phase]:
    """What takes longest: all operations on the whole card, all bytes, the busiest multiprocessor, or a lone block.

    A lone block waits before each of its steps, and then multiplies. A library that splits the sum does so where blocks
    are too few for the card, into as many parts as it has room for.
    """
    chains: list[list[Phase]] = [
        [{"arithmetic": call.flops / card.flops_per_s}],
        [{"memory": call.bytes / card.bytes_per_s}],
    ]
    if block is not None:
        heads, n, m, p = _sides(call)
        # Rows of the result are what cuBLAS calls columns: the larger side of a tile lies along the weights.
        tall, wide = sorted((block.tall, block.wide))
        count = heads * -(-n // tall) * -(-p // wide)
        steps = -(-m // block.numbers)
        parts = max(1, min(steps, card.multiprocessors // count)) if splits else 1
        steps = -(-steps // parts)
        of_one = -(-count * parts // card.multiprocessors)  # blocks of the busiest multiprocessor
        chains.append([{"blocks": steps * of_one * block.step_s(card)}])
        chains.append([{"latency": steps * card.latency_s}, {"blocks": steps * block.alone_s(card)}])
    return max(chains, key=lambda chain: sum(time_s for phase in chain for time_s in phase.values()))


def _sides(call: Call) -> tuple[int, int, int, int]:
    """How many products a call makes, and their n, m, p; a convolution multiplies a column of inputs by its weights."""
    if call.shape is None:
        depth = call.weights // call.channels
        return 1, call.flops // (2 * call.weights), depth, call.channels
    n, m, p = call.shape
    return call.flops // (2 * n * m * p), n, m, p


def passing_phases(card: Card, calls: Iterator[tuple[int, Call]]) -> list[Phase]:
    """A kernel that passes over numbers waits for the first of them, then they pass at the rate of the memory.

    A norm reads a row twice: to sum it, and to divide by what came out.
    """
    found: list[Phase] = []
    kernels = 0
    for times, call in calls:
        waits = 2 if call.operator == "aten::native_layer_norm" else 1
        found += [{"latency": times * waits * card.latency_s}, {"memory": times * call.bytes / card.bytes_per_s}]
        kernels += times
    return [*found, {"overhead": kernels * card.kernel_s}]
