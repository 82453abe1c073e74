"""Prices of single things between the utterances, as they follow from the pieces of network that were run there."""

from dataclasses import dataclass

from shared.ceilings import Product
from talk.render.prediction import NotMeasuredError

from ..record import Kind, Piece, Profiling
from .arranging import ARRANGING

_PRODUCT, _CONVOLUTION = "aten::addmm", "aten::mkldnn_convolution"
# Who passes over numbers: with an exponent of each, and without.
EXPONENTS, ROWS = "aten::silu", "aten::native_layer_norm"


@dataclass(frozen=True)
class Straight:
    """A price in two parts: of a call, and of each number in it."""

    call_s: float
    number_s: float


@dataclass(frozen=True)
class Prices:
    """What the pieces of a record tell. Raises NotMeasuredError where it has none, or too noisy ones."""

    pieces: list[Piece]
    widths: dict[str, int]  # numbers in a step, of those who pass over them

    @classmethod
    def of(cls, data: Profiling) -> "Prices | None":
        """None for a record of before, which has no pieces."""
        encoder = data.model.encoder
        inner = encoder["d_model"] * encoder.get("ff_expansion_factor", 4)
        return cls(data.pieces, {EXPONENTS: inner, ROWS: encoder["d_model"]}) if data.pieces else None

    @property
    def product(self) -> Product:
        """Of a linear layer: so much for each weight, wherever weights live, and so much for each multiply-add."""
        return self._of_two("halves", _PRODUCT)

    @property
    def convolution(self) -> Product:
        """Of a dense convolution whose weights lie in the cache: of a weight what it takes to lay it out."""
        return self._of_two("convolution", _CONVOLUTION)

    def passing(self, operator: str) -> Straight:
        """Of an operator that passes over numbers which a product has just written."""
        few, many = self._two("halves")
        calls, width = few.calls(operator), self.widths[operator]
        if not calls:
            raise NotMeasuredError(f"цена {operator} между фразами")
        few_s, many_s = few.time_s(operator) / calls, many.time_s(operator) / calls
        number_s = max(0.0, many_s - few_s) / ((many.rows - few.rows) * width)
        return Straight(max(0.0, few_s - few.rows * width * number_s), number_s)

    @property
    def arranging_s(self) -> float:
        """Of an operator that only arranges, called again and again."""
        views = next(piece for piece in self.pieces if piece.kind == "views")
        return views.time_s(*ARRANGING) / views.calls(*ARRANGING)

    @property
    def waking_s(self) -> float:
        """What those who arrange take longer around a product: its weights have driven their code out of the caches."""
        few, _ = self._two("halves")
        beyond_s = few.time_s(*ARRANGING) - few.calls(*ARRANGING) * self.arranging_s
        return max(0.0, beyond_s) / few.calls(_PRODUCT)

    def _of_two(self, kind: Kind, operator: str) -> Product:
        few, many = self._two(kind)
        few_s, many_s = few.time_s(operator), many.time_s(operator)
        fma_s = (many_s - few_s) / (many.multiply_adds - few.multiply_adds)
        if fma_s <= 0:
            raise NotMeasuredError("цена произведения между фразами: слишком шумно")
        return Product(max(0.0, few_s - few.multiply_adds * fma_s) / few.weights, fma_s, "memory")

    def _two(self, kind: Kind) -> tuple[Piece, Piece]:
        few, many = sorted((piece for piece in self.pieces if piece.kind == kind), key=lambda piece: piece.rows)
        return few, many
