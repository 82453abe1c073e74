"""A picture of batches: bars are utterances, frames are as high as the batch's longest; what is left is waste."""

from collections.abc import Sequence
from html import escape

from talk.render.captions import Provenance
from talk.render.svg import text
from talk.words import quantity

from ..record import Batching

_WIDTH, _HEIGHT = 900, 400
_TOP, _BETWEEN, _GAP = 84, 60, 8


def padding_slide(source: Provenance, batching: Batching) -> str:
    """The utterances in batches as they came and sorted, side by side, with the share of padding and the time."""
    orders = {order.name: order for order in batching.orders}
    as_they_came = list(batching.utterances_s)
    panels = (("random", "как пришли", as_they_came), ("sorted", "по длине", sorted(as_they_came)))
    drawn, told = [], []
    for place, (name, title, lengths) in enumerate(panels):
        order = orders[name]  # type: ignore[index]
        wasted = quantity(order.padding_share, "share", "%", 0)
        time = quantity(sum(order.times_s), "time")
        drawn.append(_panel(place, f"{title}: {time}", f"впустую {wasted}", lengths, batching.batch_size))
        told.append(f"{title}: впустую {wasted}, время {time}")
    label = escape("Фразы в пачках, " + "; ".join(told))
    drawing = (
        f'<svg class="chart drawing batches" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}" '
        f'translate="no" xmlns="http://www.w3.org/2000/svg"><title>Фразы в пачках</title>{"".join(drawn)}</svg>'
    )
    caption = f"Столбик — фраза, рамка — пачка из {batching.batch_size}, бледное — нули, которые сеть честно посчитала"
    return source.figure(drawing, caption, "plot", batching.device)


def _panel(place: int, title: str, wasted: str, lengths: Sequence[float], size: int) -> str:
    width = (_WIDTH - _BETWEEN) / 2
    batches = [lengths[start : start + size] for start in range(0, len(lengths), size)]
    left = place * (width + _BETWEEN)
    bar = (width - _GAP * (len(batches) - 1)) / len(lengths)
    scale = (_HEIGHT - _TOP - 4) / max(lengths)
    parts = [text((left, 26), title, kind="loud"), text((left, 60), wasted)]
    for batch in batches:
        high = max(batch) * scale
        parts.append(
            f'<rect class="padded" x="{left:.1f}" y="{_HEIGHT - 2 - high:.1f}" width="{bar * len(batch):.1f}" '
            f'height="{high:.1f}"/>'
        )
        bars = "".join(
            f"M{left + bar * (at + 0.5):.1f} {_HEIGHT - 2}v-{length * scale:.1f}" for at, length in enumerate(batch)
        )
        parts.append(f'<path class="spoken" style="--bar: {bar * 0.8:.1f}" d="{bars}"/>')
        left += bar * len(batch) + _GAP
    return "".join(parts)
