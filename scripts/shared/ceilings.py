"""What a machine can do, by the named values of its matmul record: what predictions of other experiments ask for.

Whatever is asked for and was not measured there raises NotMeasuredError, which calls it in words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from talk.render.prediction import NotMeasuredError, Phase

Level = Literal["l1", "l2", "l3", "memory"]
Traffic = Literal["load", "store", "update"]
Price = Literal["operator_call", "fresh_page", "threads_start", "addition", "row_update"]

BYTES = 4  # of a float32
PAGE_BYTES = 4096
KEPT_SHARE = 0.75  # of a cache: what passes through needs the rest
# The largest piece of memory that glibc keeps when it is freed; a larger one comes from the system anew.
MOST_KEPT_BYTES = 32 << 20
_PRICES: dict[Price, str] = {
    "operator_call": "цена вызова оператора",
    "fresh_page": "цена новой страницы памяти",
    "threads_start": "цена запуска потоков",
    "addition": "цена сложения, которое ждёт предыдущего",
    "row_update": "цена правки числа в строке",
}
_FARNESS: tuple[Level, ...] = ("l1", "l2", "l3", "memory")
_LEVELS: dict[Level, str] = {"l1": "L1", "l2": "L2", "l3": "L3", "memory": "памяти"}
_TRAFFIC: dict[Traffic, str] = {"load": "чтение", "store": "запись", "update": "чтение и запись разом"}
# Who multiplied the Conformer's matrices, on all threads: PyTorch's library, NumPy's, ours.
_LIBRARY = ("torch_all_threads",)
_ANYONE = ("torch_all_threads", "numpy_all_threads", "threads", "searched")
_SHAPE = re.compile(r"matmul\.(?P<who>\w+)\.s(?P<n>\d+)_(?P<m>\d+)_(?P<p>\d+)\.time")


@dataclass(frozen=True)
class Product:
    """What one product of n×m by m×p costs a library: so much for each number of its m×p, so much for a multiply-add.

    The first is what it takes to fetch the weights and lay them out for itself, from `level`; both follow from two
    products by the same weights, one of few rows, one of many. Those weights are multiplied over and over, so `level`
    is where one product's weights live; a network's come from where all of them do.
    """

    weight_s: float
    fma_s: float
    level: Level

    def phases(self, weights: float, multiply_adds: float) -> list[Phase]:
        """The time of products with so many weights and multiply-adds in all."""
        return [{self.level: weights * self.weight_s}, {"arithmetic": multiply_adds * self.fma_s}]


@dataclass(frozen=True)
class Ceilings:
    """A CPU with so many threads. `numbers` are the named values of everything that the machine has measured."""

    numbers: Mapping[str, float]
    threads: int

    @property
    def peak_flops_per_s(self) -> float:
        """Of independent multiply-adds."""
        return self._number(f"matmul.peak.{self._count}", f"пик FMA, потоков: {self.threads}")

    def price_s(self, name: Price) -> float:
        """What is paid each time."""
        return self._number(f"matmul.price.{name}", _PRICES[name])

    def moves(self, asked_bytes: float, traffic: Traffic, set_bytes: float) -> Phase:
        """The time to move so many bytes of a working set, at the rate of the level that it lives in."""
        level = self.level(set_bytes)
        return {level: asked_bytes / self._rate(level, traffic)}

    def level(self, size_bytes: float) -> Level:
        """Where a working set of this size lives."""
        for level in _FARNESS[:-1]:
            if size_bytes <= KEPT_SHARE * self._number(f"matmul.tiling.{level}", f"размер {_LEVELS[level]}"):
                return level
        return "memory"

    def fresh(self, size_bytes: float) -> float:
        """Seconds for the system to give memory that was never touched, page by page; each thread touches its share."""
        return size_bytes / PAGE_BYTES / self.threads * self.price_s("fresh_page")

    def activation_s(self) -> float:
        """Of one number, on all threads: PyTorch's product with a shift and SiLU, less its product alone.

        A pass over the result with an exponent and a division for each number.
        """
        found = []
        for n, m, p, alone_s in self._products("torch_all_threads"):
            activated_s = self.numbers.get(f"matmul.silu_separate.s{n}_{m}_{p}.time", 0.0)
            if activated_s > alone_s:
                found.append((activated_s - alone_s) / (n * p))
        if not found or self._is_one_of_several:
            raise NotMeasuredError(f"цена SiLU, потоков: {self.threads}")
        return min(found)

    def product(self, *, by_anyone: bool = False, network_bytes: float = 0.0) -> Product:
        """The price of a product by PyTorch's library, or by whoever is fastest here.

        Where it is one of a network whose weights take `network_bytes`, they are fetched from where those live.
        """
        found = [each for who in (_ANYONE if by_anyone else _LIBRARY) if (each := self._product(who)) is not None]
        if not found or self._is_one_of_several:
            raise NotMeasuredError(f"произведения на весах Conformer, потоков: {self.threads}")
        fastest = min(found, key=lambda each: each.fma_s)
        far = self.level(network_bytes)
        if _FARNESS.index(far) <= _FARNESS.index(fastest.level):
            return fastest
        near_s, far_s = (BYTES / self._rate(level, "load") for level in (fastest.level, far))
        return Product(max(0.0, fastest.weight_s - near_s) + far_s, fastest.fma_s, far)

    def _product(self, who: str) -> Product | None:
        shapes: dict[tuple[int, int], list[tuple[int, float]]] = {}
        for n, m, p, time_s in self._products(who):
            shapes.setdefault((m, p), []).append((n, time_s))
        for (m, p), points in shapes.items():
            (few, few_s), (many, many_s) = min(points), max(points)
            if many > few and many_s > few_s:
                fma_s = (many_s - few_s) / ((many - few) * m * p)
                weight_s = max(0.0, few_s / (m * p) - few * fma_s)
                return Product(weight_s, fma_s, self.level(BYTES * m * p))
        return None

    def _products(self, who: str) -> Iterator[tuple[int, int, int, float]]:
        """The products that `who` was timed on: their sides and seconds."""
        for name, time_s in self.numbers.items():
            shape = _SHAPE.fullmatch(name)
            if shape is not None and shape["who"] == who:
                yield int(shape["n"]), int(shape["m"]), int(shape["p"]), time_s

    def _rate(self, level: Level, traffic: Traffic) -> float:
        """Bytes a second, on all threads."""
        kind = "" if traffic == "load" else f"{traffic}."
        what = f"скорость {_LEVELS[level]}, {_TRAFFIC[traffic]}"
        return self._number(f"matmul.bandwidth.{level}.{kind}{self._count}", what)

    @property
    def _is_one_of_several(self) -> bool:
        """Whether this is one thread of a machine that has more: products were timed on all of them."""
        return self._count == "one_thread" and self.numbers.get("matmul.machine_threads") != 1

    @property
    def _count(self) -> str:
        """How values of the matmul experiment call this number of threads."""
        if self.threads == 1:
            return "one_thread"
        if self.threads != self.numbers.get("matmul.machine_threads"):
            raise NotMeasuredError(f"потолки CPU, потоков: {self.threads}")
        return "all_threads"

    def _number(self, name: str, what: str) -> float:
        if name not in self.numbers:
            raise NotMeasuredError(what)
        return self.numbers[name]
