"""Rendering the algorithms experiment: records → fragments of HTML."""

from talk.render.captions import Provenance
from talk.render.drawing import Drawing, nothing_measured

from ..record import Algorithms
from .promises import predictions as predictions
from .values import named_values as named_values

_NAMES = (
    "ctc-growth",
    "digits-left",
    "alignment",
    "decoding",
    "decoding-tradeoff",
    "decoding-growth",
    "edit-growth",
    "padding",
    "padding-slide",
    "packing-growth",
    "serving",
    "convolution",
    "convolution-growth",
    "attention-memory",
    "attention-memory-growth",
    "attention-growth",
    "checkpointing",
    "checkpointing-growth",
    "checkpointing-conformer",
    "checkpointing-recurrent",
    "ring",
    "ring-sent",
    "many-hours",
    "framework",
    "framework-slide",
    "framework-growth",
)

_PROMISED = (
    "Обещано — по счёту операций, байт и вызовов, по потолкам и ценам этой машины и по тому, что измерено отдельно: "
    "одной фразе, одному слою, одному потоку, одной посылке, одной плитке"
)


def fragments(drawing: Drawing) -> dict[str, str]:
    """Every table and picture by its name. Those that are only drawn need no record."""
    source = drawing.best()
    made = _measured(source) if source else {}
    made["promised"] = drawing.predicted(_PROMISED, "cpu")
    return {name: made.get(name) or nothing_measured() for name in (*_NAMES, "promised")} | _drawn()


def _drawn() -> dict[str, str]:
    from .lattices import ctc_picture, edit_picture
    from .ring_picture import ring_picture
    from .scenes import beam, blank

    made = {"lattice-ctc": ctc_picture, "lattice-edits": edit_picture, "ring-steps": ring_picture}
    drawn = {
        f"{name}{'-slide' if steps else ''}": draw(steps) for name, draw in made.items() for steps in (False, True)
    }
    return drawn | {"blank": blank(), "beam": beam()}


def _measured(source: Provenance) -> dict[str, str]:
    """Tables and pictures of one record by their names, without those that the machine could not measure."""
    from . import alignment, batches, figures, growths, hidden, scenes, tables, tradeoffs

    data: Algorithms = source.record.data
    on_cpu = data.run_on("cpu") or data.batching[0]
    made = {growth.name: growths.draw(source, growth) for growth in growths.growths(source) if growth.curves}
    made |= {
        "digits-left": scenes.digits_left(source, data.ctc),
        "alignment": alignment.picture(source, data.decoding),
        "decoding": tables.decoding(source, data.decoding),
        "decoding-tradeoff": tradeoffs.decoding(source, data.decoding),
        "padding": figures.padding(source, on_cpu),
        "padding-slide": batches.padding_slide(source, on_cpu),
        "serving": tradeoffs.serving(source, on_cpu),
        "convolution": tables.convolution(source, data.convolution),
        "attention-memory": figures.memory(source, data.attention),
        "checkpointing": tables.checkpointing(source, data.checkpointing),
        "ring": tables.ring(source, data.ring),
        "ring-sent": tradeoffs.ring_sent(source, data.ring),
        "framework": tables.framework(source, data.framework),
        "framework-slide": hidden.pictures(source, data.framework),
    }
    made |= {
        f"checkpointing-{chain.name}": tradeoffs.checkpointing(source, chain) for chain in data.checkpointing.chains
    }
    if data.many_hours:
        made["many-hours"] = tables.many_hours(source, data.many_hours[0])
    return made
