"""Rendering the algorithms experiment: records → fragments of HTML."""

from collections.abc import Iterable

from scripts.records.algorithms import Algorithms
from scripts.records.order import by_trust
from scripts.records.schema import Record

_NOTHING = '<p class="nothing-measured">Этого ещё не измерила ни одна машина.</p>\n'
_NAMES = (
    "ctc-growth",
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
    "framework-growth",
)


def fragments(records: Iterable[Record[Algorithms]]) -> dict[str, str]:
    """Path under `snippets/generated/` → fragment, for every picture of the algorithms experiment.

    Every path is always there: what no record can answer says so. Drawn pictures need no record.
    """
    mine = [record for record in by_trust(records) if record.experiment == "algorithms"]
    made = _measured(mine[0]) if mine else {}
    return {f"algorithms/{name}.html": made.get(name, _NOTHING) for name in _NAMES} | _drawn()


def _drawn() -> dict[str, str]:
    from scripts.render.algorithms.lattices import ctc_picture, edit_picture
    from scripts.render.algorithms.ring_picture import ring_picture

    made = {"lattice-ctc": ctc_picture, "lattice-edits": edit_picture, "ring-steps": ring_picture}
    return {
        f"algorithms/{name}{'-slide' if steps else ''}.html": draw(steps)
        for name, draw in made.items()
        for steps in (False, True)
    }


def _measured(record: Record[Algorithms]) -> dict[str, str]:
    """Name → fragment; what the machine could not measure is not there."""
    from scripts.render.algorithms import alignment, batches, figures, growths, tables, tradeoffs
    from scripts.render.captions import Provenance

    source, data = Provenance(record), record.data
    on_cpu = data.run_on("cpu") or data.batching[0]
    made = {growth.name: growths.draw(source, growth) for growth in growths.growths(data) if growth.curves}
    made |= {
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
    }
    made |= {
        f"checkpointing-{chain.name}": tradeoffs.checkpointing(source, chain) for chain in data.checkpointing.chains
    }
    if data.many_hours:
        made["many-hours"] = tables.many_hours(source, data.many_hours[0])
    return made
