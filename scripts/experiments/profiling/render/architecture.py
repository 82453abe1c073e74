"""The network drawn from its module tree as nested boxes, each with its job and its share of the parameters."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from shared.profile import Model, Module
from talk.render.captions import Provenance
from talk.render.given import given
from talk.words import NBSP, number, plural, quantity

from .prediction import NotModelled, encoder_calls


@dataclass(frozen=True)
class _Block:
    """A part of a Conformer layer. `norm` is the normalisation before it."""

    module: str
    norm: str
    title: str
    what: str
    half: bool = False


# In the order of the forward pass. Half of each feed-forward module's output is added, which is called a macaron.
_BLOCKS = (
    _Block("feed_forward1", "norm_feed_forward1", "Полносвязный", "каждый шаг сам по себе", half=True),
    _Block("self_attn", "norm_self_att", "Внимание", "каждый шаг смотрит на все"),
    _Block("conv", "norm_conv", "Свёртка", "шаг смотрит на соседей"),
    _Block("feed_forward2", "norm_feed_forward2", "Полносвязный", "снова сам по себе", half=True),
)
_HALF = '<span class="half given" title="половина вклада, так устроена сеть">½</span>'
_ONE = given("1", reason="поточечная свёртка")
_ANY_LENGTH = (
    1000  # frames; the operators that a part calls do not depend on it, only the backend of a convolution does
)


def architecture(source: Provenance) -> str:
    """The encoder's structure as nested boxes with parameter counts. Without a module tree, a line that says so."""
    model = source.record.data.model
    tree = model.modules
    layer = None if tree is None else _find(tree, "ConformerLayer")
    subsampling = None if tree is None else _find(tree, "ConvSubsampling")
    parts = {child.name: child for child in layer.children} if layer else {}
    if tree is None or layer is None or subsampling is None or not {block.module for block in _BLOCKS} <= parts.keys():
        return source.figure(
            "<p>В этой записи нет дерева модулей, по которому рисуется Conformer.</p>", "Устройство сети", "drawing"
        )
    encoder = model.encoder
    factor = encoder.get("subsampling_factor", 4)
    total = tree.parameters
    subsampling_box = _box(
        "Прореживание",
        f"в {factor} {plural(factor, 'раз', 'раза', 'раз')} меньше шагов",
        "ConvSubsampling",
        _shape_of_subsampling(encoder),
        _called(model, "pre_encode"),
        subsampling.parameters,
        subsampling.parameters / total,
        "subsampling",
    )
    arrow = '<div class="arrow" aria-hidden="true"></div>'
    layers = _layers(model, layer, parts, total)
    stages = f"{subsampling_box}{arrow}{layers}"
    body = f'<div class="architecture"><div class="stages">{stages}</div></div>'
    caption = (
        f"Энкодер {escape(model.name)}: {quantity(total, 'count', 'млн', 1)} параметров. "
        "Проценты — доля параметров всей сети"
    )
    return source.figure(body, caption, "drawing")


def _layers(model: Model, layer: Module, parts: dict[str, Module], total: int) -> str:
    count = layer.count
    boxes = []
    for block in _BLOCKS:
        module, norm = parts[block.module], parts.get(block.norm)
        own = module.parameters + (norm.parameters if norm else 0)
        title = f"{_HALF}{NBSP}{block.title}" if block.half else block.title
        boxes.append(
            _box(
                title,
                block.what,
                module.type,
                _shape_of_block(block.module, model.encoder),
                _called(model, f"layers.{block.module}"),
                own,
                own * count / total,
                block.module.rstrip("12").replace("_", "-"),
            )
        )
    share = layer.parameters * count / total
    heading = (
        f'<div class="repeat"><b>×{NBSP}{count}</b> <span>{plural(count, "слой", "слоя", "слоёв")} Conformer</span> '
        f"<span>{quantity(layer.parameters, 'count', 'млн', 1)} в слое, "
        f"{quantity(share, 'share', decimals=0)} сети</span></div>"
    )
    residual = '<div class="residual">выход каждого блока прибавляется к его входу; в конце — LayerNorm, '
    width = model.encoder["d_model"]
    residual += f"{width} {plural(width, 'число', 'числа', 'чисел')} на шаг</div>"
    return f'<div class="layers">{heading}<div class="blocks">{"".join(boxes)}</div>{residual}</div>'


def _box(
    title: str, what: str, type_name: str, shape: str, called: str, parameters: int, share: float, kind: str
) -> str:
    return (
        f'<div class="block {kind}" style="--share:{100 * share:.1f}%"><b class="title">{title}</b>'
        f'<span class="what">{what}</span><span class="shape">{shape}</span>'
        f'<span class="called" title="{escape(type_name)}">{called or escape(type_name)}</span>'
        f'<span class="size">{quantity(parameters, "count", "млн", 1)} '
        f"<b>{quantity(share, 'share', decimals=0)}</b></span></div>"
    )


def _shape_of_subsampling(encoder: dict[str, Any]) -> str:
    stages = (encoder.get("subsampling_factor", 4)).bit_length() - 1
    convolutions = plural(stages, "свёртка", "свёртки", "свёрток")
    bands = plural(encoder["feat_in"], "полоса", "полосы", "полос")
    return f"{encoder['feat_in']} {bands} спектрограммы, {stages} {convolutions} 3×3 с шагом 2"


def _shape_of_block(module: str, encoder: dict[str, Any]) -> str:
    width = encoder["d_model"]
    if module == "self_attn":
        heads = encoder.get("n_heads", 4)
        return f"{heads} {plural(heads, 'голова', 'головы', 'голов')} по {width // heads}"
    if module == "conv":
        return f"{_ONE} → {encoder.get('conv_kernel_size', 31)} → {_ONE} по времени"
    return f"{width} → {width * encoder.get('ff_expansion_factor', 4)} → {width}"


def _called(model: Model, place: str) -> str:
    """The operators with FLOPs that one pass of the part calls: «4 addmm, 1 mm, 3 bmm»; empty where not predicted."""
    counts: Counter[str] = Counter()
    try:
        for call in encoder_calls(model.encoder, _ANY_LENGTH):
            if call.flops and call.place.startswith(f"{place}."):
                name = "conv" if "aten::convolution" in call.wrappers else call.operator.removeprefix("aten::")
                counts[name] += 1
    except NotModelled:
        return ""
    return ", ".join(f"{number(count, 0)}{NBSP}{name}" for name, count in counts.items())


def _find(module: Module, type_name: str) -> Module | None:
    return next((node for node in _walk(module) if node.type == type_name), None)


def _walk(module: Module) -> Iterator[Module]:
    yield module
    for child in module.children:
        yield from _walk(child)
